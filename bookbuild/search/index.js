// Make the index of the book: node index.js FOLDER-OF-MINISEARCH < asked > index
//
// asked: {"sections": [...], "terms": {"a term": ["the page that explains it"]}}
const MiniSearch = require(`${process.argv[2]}/dist/cjs/index.cjs`);
const { pack } = require("./packed.js");
const { OPTIONS, termOf } = require("./words.js");

const parts = [];
process.stdin.on("data", (part) => parts.push(part));
process.stdin.on("end", () => {
  const { sections, terms } = JSON.parse(Buffer.concat(parts).toString("utf8"));
  const index = new MiniSearch(OPTIONS);
  index.addAll(sections);
  const defined = {};
  for (const [term, documents] of Object.entries(terms)) {
    defined[termOf(term)] = documents;
  }
  process.stdout.write(JSON.stringify({ index: pack(index.toJSON()), defined }));
});
