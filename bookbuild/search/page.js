// The search page: what a reader asked, and the pages that answer it.
"use strict";

const index = MiniSearch.loadJS(bookIndex.index, words.OPTIONS);
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

// One page: what kind it is, its title, and its best sections.
function listed(page) {
  const item = document.createElement("li");
  const [best, ...others] = page.hits;
  const head = element("p", "", { className: "hit" });
  head.append(
    element("span", KINDS[page.kind], { className: "hit-kind" }),
    element("a", page.name, { href: best.address }),
  );
  item.append(head);
  const isPage = page.name.endsWith(best.title);
  const said = isPage ? best.begins : `${best.title}: ${best.begins}`;
  if (said) item.append(element("p", `${said}…`, { className: "hit-text" }));
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
