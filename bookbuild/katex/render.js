// Draw equations with KaTeX: node render.js FOLDER-OF-KATEX < asked.json > drawn.json
//
// asked: [{"latex": "x^2", "display": false}, ...]
// drawn: [{"html": "<span ...", "error": ""}, ...], in the same order; one of the two
// is empty.
const katex = require(process.argv[2]);

// What KaTeX cannot draw as LaTeX would is an error, never red text on the page.
const options = {
  throwOnError: true,
  strict: "error",
  trust: ({ command }) => {
    throw new Error(`${command} is not allowed, as it may lead out of the page`);
  },
};

function draw({ latex, display }) {
  try {
    const html = katex.renderToString(latex, { ...options, displayMode: display });
    return { html, error: "" };
  } catch (error) {
    return { html: "", error: error.message };
  }
}

const parts = [];
process.stdin.on("data", (part) => parts.push(part));
process.stdin.on("end", () => {
  const equations = JSON.parse(Buffer.concat(parts).toString("utf8"));
  process.stdout.write(JSON.stringify(equations.map(draw)));
});
