// How a text is cut into the words that are searched: the same for the index of the
// book, which Node makes, and for what a reader types.
(function (root, make) {
  if (typeof module === "object" && module.exports) module.exports = make();
  else root.words = make();
})(this, () => {
  "use strict";

  const WORD = /[\p{L}\p{N}_]+(?:[.,'’-][\p{L}\p{N}_]+)*/gu;

  // What the book spells in one way and readers in another, or calls by another name.
  const SAME = {
    analog: "analogue",
    backprop: "backpropagation",
    batchnorm: "batchnormalisation",
    behavior: "behaviour",
    catalog: "catalogue",
    center: "centre",
    cnn: "convolutional",
    color: "colour",
    convnet: "convolutional",
    gray: "grey",
    license: "licence",
    neighbor: "neighbour",
    nn: "network",
    program: "programme",
  };

  // One word for its spellings and its plural.
  function same(word) {
    const found = SAME[word] ?? SAME[word.replace(/s$/, "")];
    const spelt = (found ?? word)
      .replace(/[iy]z(e|ed|er|ers|es|ing|ation|ations)$/, (end) => `${end[0]}s${end.slice(2)}`)
      .replace(/(?<=..[iy]s)(e|ed|er|ers|es|ing|ation|ations)$/, "") // initialis, analys
      .replace(/(avi|lo|neighb|col)or/, "$1our");
    return spelt.length > 3 ? spelt.replace(/(?<![su])s$/, "") : spelt;
  }

  function tokenize(text) {
    const found = [];
    for (const [word] of text.matchAll(WORD)) {
      if (/^[\d.,]+$/.test(word)) {
        found.push(word.replace(/,/g, "")); // 47,645 is 47645
      } else if (/[-'’]/.test(word)) {
        found.push(word.replace(/[-'’]/g, ""), ...word.split(/[-'’]/));
      } else if (/[.,]/.test(word)) {
        found.push(...word.split(/[.,]/));
      } else {
        found.push(word);
      }
    }
    return found;
  }

  function processTerm(word) {
    const plain = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    return plain ? same(plain) : null;
  }

  // Weights of the fields, and of the kinds of pages, in the order of results.
  const OPTIONS = {
    fields: ["title", "page", "headings", "terms", "text", "code"],
    storeFields: ["title", "of", "document", "kind", "address", "begins"],
    tokenize,
    processTerm,
    searchOptions: {
      boost: { title: 4, page: 8, headings: 2.5, terms: 3, text: 1, code: 0.4 },
      prefix: (word) => word.length > 3,
      fuzzy: (word) => (word.length > 9 ? 2 : word.length > 4 ? 1 : false), // letters
      weights: { prefix: 0.3, fuzzy: 0.1 },
      combineWith: "AND",
    },
  };

  const KINDS = { chapter: 1.6, example: 0.5, glossary: 0.5, package: 0.15, reference: 0.3 };
  const CODE = /[_.(]/; // who types these looks for an object of the package
  const DEFINED = 3; // how much more the page counts that explains the very term
  // What says nothing of a subject; a query of nothing else is searched as it stands.
  const COMMON = new Set(
    ("a an and are as at be but by can do does for from how i if in is it its my not of on or " +
      "so than that the then there these this to too very was what when where which why with you")
      .split(" "),
  );

  function withoutCommon(query) {
    const kept = query.split(/\s+/).filter((word) => !COMMON.has(word.toLowerCase()));
    return kept.join(" ") || query;
  }

  // How much more each page counts for the terms of a query that it explains: the more
  // of the query a term is, the more.
  function explainedBy(defined, query) {
    const asked = tokenize(query).map(processTerm);
    const found = new Map();
    for (let length = asked.length; length > 0; length -= 1) {
      for (let start = 0; start + length <= asked.length; start += 1) {
        const term = asked.slice(start, start + length).join(" ");
        for (const page of Object.hasOwn(defined, term) ? defined[term] : []) {
          if (!found.has(page)) found.set(page, DEFINED ** (length / asked.length));
        }
      }
    }
    return found;
  }

  // Whether a title has all words of a query.
  function namedBy(title, query) {
    const known = new Set(tokenize(title).map(processTerm));
    return tokenize(query).every((word) => known.has(processTerm(word)));
  }

  // The words of a text that a query found, each as [begin, end].
  function matchesIn(text, terms) {
    const known = new Set(terms);
    return [...text.matchAll(WORD)]
      .filter(([word]) => tokenize(word).some((part) => known.has(processTerm(part))))
      .map((match) => [match.index, match.index + match[0].length]);
  }

  // A term as the table of definitions has it.
  function termOf(text) {
    return tokenize(text).map(processTerm).join(" ");
  }

  // The pages that answer a query, the best first, each with its best sections.
  function answers(index, defined, query) {
    const isCode = CODE.test(query);
    const options = {
      boostDocument: (id, word, stored) =>
        isCode && stored.kind === "package" ? 2 : KINDS[stored.kind],
    };
    const asked = withoutCommon(query);
    const explained = explainedBy(defined, asked);
    let hits = index.search(asked, options);
    if (!hits.length) hits = index.search(asked, { ...options, combineWith: "OR" });
    const pages = new Map();
    for (const hit of hits) {
      const page = pages.get(hit.of) ?? { document: hit.document, name: hit.of, kind: hit.kind, score: 0, hits: [] };
      if (page.hits.length < 3) {
        page.score += hit.score / (1 + page.hits.length);
        page.hits.push(hit);
      }
      pages.set(hit.of, page);
    }
    const isNamed = (hit) => namedBy(hit.title, asked);
    for (const page of pages.values()) {
      page.hits.sort((one, other) => isNamed(other) - isNamed(one)); // else as they are
      page.score *= explained.get(page.document) ?? 1;
    }
    return [...pages.values()].sort((one, other) => other.score - one.score);
  }

  return { OPTIONS, answers, matchesIn, termOf };
});
