// Run Python's sample in Node, on the very interpreter that a reader's browser runs.
// Takes one JSON object from standard input; writes what the sample says.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// An error alone, without the line of Pyodide's source that it passed.
process.on("uncaughtException", (error) => {
  process.stderr.write(String(error?.message ?? error), () => process.exit(1));
});

const asked = JSON.parse(readFileSync(0, "utf8"));
const address = pathToFileURL(`${asked.pyodide}/pyodide.mjs`).href;
const { loadPyodide } = await import(address);
const python = await loadPyodide({
  indexURL: asked.pyodide,
  lockFileContents: JSON.stringify(asked.lock),
  stdout: () => {},
  stderr: () => {},
});
python.FS.writeFile("/book.zip", Buffer.from(asked.book, "base64"));
python.globals.set("asked", JSON.stringify(asked.told));
const said = python.runPython(asked.script);
process.stdout.write(said, () => process.exit(0));
