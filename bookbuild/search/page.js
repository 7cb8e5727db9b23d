// The search page: what a reader asked, and the pages that answer it.
"use strict";

const index = MiniSearch.loadJS(packed.unpack(bookIndex.index), words.OPTIONS);
const KINDS = {
  chapter: "Chapter",
  example: "Example",
  glossary: "Glossary",
  package: "Package",
  reference: "Reference",
};
const MOST = 25; // pages that are listed

function element(name, text, attributes = {}) {
  const made = Object.assign(document.createElement(name), attributes);
  made.textContent = text;
  return made;
}

// A text in which the words that were found are marked.
function marked(name, text, terms, attributes = {}) {
  const made = element(name, "", attributes);
  let end = 0;
  for (const [from, to] of words.matchesIn(text, terms)) {
    made.append(text.slice(end, from), element("mark", text.slice(from, to)));
    end = to;
  }
  made.append(text.slice(end));
  return made;
}

// One page: its best section, what kind of page it is on, and its other sections.
function listed(page) {
  const item = document.createElement("li");
  const [best, ...others] = page.hits;
  const isPage = page.name.endsWith(best.title);
  const head = element("p", "", { className: "hit" });
  const title = isPage ? page.name : best.title;
  head.append(marked("a", title, best.terms, { href: best.address }));
  item.append(head);
  const kind = KINDS[page.kind];
  const names = page.name === kind || isPage ? kind : `${kind}: ${page.name}`;
  item.append(element("p", names, { className: "hit-page" }));
  if (best.begins) {
    item.append(marked("p", best.begins, best.terms, { className: "hit-text" }));
  }
  if (others.length) {
    const more = element("p", "Also: ", { className: "hit-more" });
    others.forEach((hit, place) => {
      if (place) more.append(", ");
      more.append(element("a", hit.title, { href: hit.address }));
    });
    item.append(more);
  }
  return item;
}

const asked = new URLSearchParams(location.search).get("q")?.trim() ?? "";
for (const field of document.querySelectorAll('input[name="q"]')) field.value = asked;

if (asked) {
  const pages = words.answers(index, bookIndex.defined, asked);
  const shown = pages.slice(0, MOST);
  document.getElementById("search-progress").textContent = pages.length
    ? `${pages.length} ${pages.length === 1 ? "page" : "pages"} for “${asked}”${
        pages.length > MOST ? `, of which the best ${MOST} are listed` : ""
      }.`
    : `Nothing is found for “${asked}”. Other words may do, or the index of the book.`;
  document.getElementById("search-results").append(...shown.map(listed));
  document.title = `${asked} — ${document.title}`;
} else {
  document.querySelector(".search-here input").focus();
}
