// What the pages do by script: the theme, the shortcut to the search, the section that
// is being read, buttons that copy, and the meanings of words. All else is HTML.
"use strict";

const root = document.documentElement;

// --- light, dark, or as the system has it

const THEMES = ["auto", "light", "dark"];
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function wanted() {
  try {
    return THEMES.find((name) => name === localStorage.getItem("theme")) ?? "auto";
  } catch {
    return "auto"; // the browser keeps nothing for this page
  }
}

let mode = wanted();

function showTheme() {
  const dark = mode === "dark" || (mode === "auto" && systemIsDark.matches);
  root.dataset.theme = dark ? "dark" : "light";
  const button = document.querySelector("button.theme");
  button.hidden = false;
  button.querySelector("span").textContent = `Theme: ${mode}`;
}

function nextTheme() {
  mode = THEMES[(THEMES.indexOf(mode) + 1) % THEMES.length];
  try {
    localStorage.setItem("theme", mode);
  } catch {
    // It lasts as long as the page.
  }
  showTheme();
}

document.querySelector("button.theme").addEventListener("click", nextTheme);
systemIsDark.addEventListener("change", showTheme);
showTheme();

// Paper is light, and shows what is folded.
let folded = [];
addEventListener("beforeprint", () => {
  root.dataset.theme = "light";
  folded = [...document.querySelectorAll("article details:not([open])")];
  folded.forEach((fold) => (fold.open = true));
});
addEventListener("afterprint", () => {
  folded.forEach((fold) => (fold.open = false));
  showTheme();
});

// --- the search, by Ctrl-K or /

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const asked =
    (event.key === "k" && (event.ctrlKey || event.metaKey)) ||
    (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey);
  if (!asked) return;
  event.preventDefault();
  const bar = document.querySelector("header .search");
  const fields = [bar, ...document.querySelectorAll("main .search-here")].map(
    (form) => form.querySelector("input"),
  );
  const field = fields.find((one) => one.offsetParent);
  if (field) {
    field.focus();
    field.select();
  } else {
    bar.submit(); // a narrow page has a button only, which leads to a field
  }
});

// --- the contents of the book show where one is

const contents = document.getElementById("contents");
function showWhereOneIs() {
  const here = contents.querySelector("a[aria-current], a.current");
  if (here) contents.scrollTop = here.offsetTop - contents.clientHeight / 3;
}
contents.addEventListener("toggle", showWhereOneIs);
showWhereOneIs();

// --- the section that is being read

const links = new Map(
  [...document.querySelectorAll("nav.sections a")].map((link) => [
    decodeURIComponent(link.hash.slice(1)),
    link,
  ]),
);
const inView = new Set();
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      inView[isIntersecting ? "add" : "delete"](target.id);
    }
    const first = [...links.keys()].find((id) => inView.has(id));
    links.forEach((link, id) => {
      if (id === first) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    });
  },
  { rootMargin: "-70px 0px -60% 0px" },
);
links.forEach((_, id) => {
  const section = document.getElementById(id);
  if (section) watcher.observe(section);
});

// --- copying code

const blocks = [...document.querySelectorAll("article div.highlight")];
const blocksInView = new Set();

// One button at most is within reach of the tabulator: that of the first block in view.
const blockWatcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    blocksInView[isIntersecting ? "add" : "delete"](target);
  }
  const first = blocks.find((block) => blocksInView.has(block));
  for (const block of blocks) {
    block.querySelector("button.copy").tabIndex = block === first ? 0 : -1;
  }
});

function codeOf(block) {
  const copied = block.querySelector("pre").cloneNode(true);
  copied.querySelectorAll(".linenos, .gp, .go").forEach((part) => part.remove());
  return copied.textContent.trimEnd();
}

function addCopyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.tabIndex = -1;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(codeOf(block));
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  block.append(button);
  blockWatcher.observe(block);
}

if (navigator.clipboard) {
  blocks.forEach(addCopyButton);
}

// --- what scrolls by itself can be reached, and then scrolled, by the keyboard

// What lies in a closed fold is left until it is opened: to measure it, the browser
// would have to lay it out. All sizes are read before anything is changed, for each
// change in between would have the page laid out once more.

function allIn(parts, selector) {
  return parts.flatMap((part) => [
    ...(part.matches(selector) ? [part] : []),
    ...part.querySelectorAll(selector),
  ]);
}

// A formula within a line that is wider than its column scrolls by itself, too.
function findWideFormulas(parts) {
  const formulas = allIn(parts, "article span.math");
  const shown = formulas.filter((one) => one.checkVisibility());
  shown.forEach((one) => one.classList.remove("wide"));
  const wide = shown.filter((one) => {
    const column = one.closest("p, li, dd, td, figcaption, article").clientWidth;
    return [...one.querySelectorAll(".base")].some((base) => base.offsetWidth > column);
  });
  wide.forEach((one) => one.classList.add("wide"));
}

const BOXES =
  "article pre, .table-box, .shapes, .cell_output, .katex-display, .wide .katex, " +
  'article [style*="overflow-x"]';

function reachWhatScrolls(parts) {
  findWideFormulas(parts);
  const boxes = allIn(parts, BOXES).filter((one) => one.checkVisibility());
  const scrolling = new Set(boxes.filter((box) => box.scrollWidth > box.clientWidth + 1));
  for (const box of boxes) {
    if (scrolling.has(box)) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// "toggle" does not bubble, and is seen on its way down.
addEventListener(
  "toggle",
  (event) => {
    if (event.target.open) reachWhatScrolls([event.target]);
  },
  { capture: true },
);

// --- a part of a page is laid out and measured when a reader comes near it

// Until then the browser skips what is in it (site.css), so that a long page answers as
// soon as a short one. From then on it stays as it is.

const PARTS = ":is(article, article section) > :not(section)";
const NEAR = "100% 0px"; // the height of the window, above it and below

const waiting = new Set(document.querySelectorAll(PARTS));

function layOut(parts) {
  for (const part of parts) {
    waiting.delete(part);
    nearWatcher.unobserve(part);
    part.classList.add("laid-out");
  }
  reachWhatScrolls(parts);
}

const nearWatcher = new IntersectionObserver(
  (entries) => {
    const near = entries.filter((entry) => entry.isIntersecting);
    if (near.length) layOut(near.map((entry) => entry.target));
  },
  { rootMargin: NEAR },
);

// A browser asks for a font when it lays out what is set in it, and lines move when it
// comes. So fonts of formulas are asked for before a reader is near.
function askForFonts() {
  for (const { style, selectorText } of rulesOfStyleSheets()) {
    if (style?.fontFamily.startsWith("KaTeX_") && document.querySelector(selectorText)) {
      const { fontStyle, fontWeight, fontFamily } = style;
      document.fonts.load(`${fontStyle || "normal"} ${fontWeight || 400} 1em ${fontFamily}`);
    }
  }
}

function rulesOfStyleSheets() {
  try {
    return [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  } catch {
    return []; // a page from a file, whose fonts are at hand, is not told
  }
}

addEventListener("load", () => {
  waiting.forEach((part) => nearWatcher.observe(part));
  if (root.dataset.layout) setTimeout(askForFonts);
});

// Some keys need the whole page before they act: the tabulator, which goes on to what
// scrolls further down, and those that lead to the end of the page.
addEventListener("keydown", (event) => {
  if (event.key === "Tab" && waiting.size) layOut([...waiting]);
  const isToTheEnd = event.key === "End" || (event.key === "ArrowDown" && event.metaKey);
  if (isToTheEnd) delete root.dataset.layout;
});

// --- sizes are measured again when the letters or the lines have others

function measureAgain() {
  reachWhatScrolls([...document.querySelectorAll(`${PARTS}.laid-out`)]);
}

document.fonts.addEventListener("loadingdone", measureAgain);

let widthMeasured = root.clientWidth;
addEventListener("resize", () => {
  // A phone hides its bar while one scrolls: the window becomes higher, and not wider.
  if (root.clientWidth === widthMeasured) return;
  widthMeasured = root.clientWidth;
  measureAgain();
});

// --- the meaning of a word is put away by Escape, until it is asked for again

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll(".explained").forEach((word) => {
    if (word.matches(":hover, :focus-within")) word.classList.add("put-away");
  });
});
for (const leaving of ["mouseout", "focusout"]) {
  addEventListener(leaving, (event) => {
    const word = event.target.closest?.(".explained");
    if (word && !word.contains(event.relatedTarget)) word.classList.remove("put-away");
  });
}

// It stands below its word, or above it near the foot of the window, and within it.
function placeMeaning(word) {
  const meaning = word.querySelector(".meaning");
  meaning.removeAttribute("style");
  if (touches.matches || getComputedStyle(meaning).display === "none") return;
  const [line] = word.querySelector("a").getClientRects();
  const box = meaning.getBoundingClientRect();
  const margin = 8; // pixels
  const furthest = document.documentElement.clientWidth - box.width - margin;
  const left = Math.max(margin, Math.min(line.left, furthest));
  const isAbove = line.bottom + box.height > innerHeight;
  const top = isAbove ? line.top - box.height : line.bottom;
  meaning.style.translate = `${left - box.left}px ${top - box.top}px`;
}

const touches = matchMedia("(hover: none)");
for (const reaching of ["mouseover", "focusin"]) {
  addEventListener(reaching, (event) => {
    const word = event.target.closest?.(".explained");
    if (word && !word.contains(event.relatedTarget)) placeMeaning(word);
  });
}

// A finger asks by the first tap, and follows the link by the second.
addEventListener("click", (event) => {
  const word = event.target.closest?.(".explained");
  document.querySelectorAll(".explained.asked").forEach((one) => {
    if (one !== word) one.classList.remove("asked");
  });
  if (!word || !touches.matches || word.classList.contains("asked")) return;
  event.preventDefault();
  word.classList.add("asked");
});

// --- a report of an error names the section that is being read

function sectionBeingRead() {
  const headings = [...document.querySelectorAll("article h1, article h2, article h3")];
  const above = headings.filter((one) => one.getBoundingClientRect().top < innerHeight / 2);
  const heading = (above.at(-1) ?? headings[0])?.cloneNode(true);
  heading?.querySelectorAll(".headerlink").forEach((link) => link.remove());
  return heading?.textContent.trim() ?? "";
}

for (const link of document.querySelectorAll("a.report")) {
  const address = new URL(link.href);
  const text = address.searchParams.get("body");
  link.addEventListener("click", () => {
    const filled = text.replace("Section:", () => `Section: ${sectionBeingRead()}`);
    address.searchParams.set("body", filled);
    link.href = address;
  });
}

// --- a link into a fold opens it

function anchorAsked() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return location.hash.slice(1); // a stray per cent sign
  }
}

function openFoldsAround() {
  const anchor = anchorAsked();
  const place = document.getElementById(anchor);
  if (anchor && !place) askWhereItWent();
  for (let fold = place?.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
}

// What an old link names may be on another page today; the list of all is long.
function askWhereItWent() {
  const list = document.createElement("script");
  list.src = `${root.dataset.content_root}_static/moved.js`;
  document.head.append(list);
}

// A place further down depends on the heights of all parts above.
addEventListener("hashchange", () => {
  openFoldsAround();
  if (root.dataset.layout) {
    delete root.dataset.layout;
    document.getElementById(anchorAsked())?.scrollIntoView();
  }
});
openFoldsAround();
