// Python in a worker of the browser: fetched when it is asked for, and cut off from all
// networks before a reader's line runs. It takes requests and gives answers as texts.

const LOCK = LOCK_FILE; // what Pyodide is told of further packages: none
const BOOK = "/book.zip";
const START = `
import sys
sys.path.insert(0, "${BOOK}")
from bookbuild.inpage.answering import answer
answer('{"do": "nothing"}')
`;
// What only this script needs is not for the lines of a reader.
const CLOSE = `
import sys
for name in ("js", "pyodide_js", "pyodide", "pyodide.code", "pyodide.ffi", "pyodide.http"):
    sys.modules[name] = None
sys.meta_path[:] = [one for one in sys.meta_path if "Js" not in type(one).__name__]
`;
// Whatever could reach a network, keep something, or run a text.
const CLOSED = [
  ...["fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport"],
  ...["EventSource", "Worker", "SharedWorker", "BroadcastChannel", "importScripts"],
  ...["indexedDB", "caches", "cookieStore", "navigator", "Request", "FontFace"],
  ...["RTCPeerConnection", "Notification", "eval"],
];

let answer = null;

class Failure extends Error {
  constructor(stage, detail) {
    super(detail);
    this.stage = stage;
  }
}

// A file of the book as a response, unpacked, with its bytes counted as they come.
async function opened(name, { address, type, count }) {
  let response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw new Failure("download", `${name}: ${error.message}`);
  }
  if (!response.ok) throw new Failure("download", `${name}: ${response.status}`);
  const reader = response.body.getReader();
  const first = await reader.read();
  const counted = new ReadableStream({
    start(stream) {
      if (first.done) return stream.close();
      count(first.value.length);
      stream.enqueue(first.value);
    },
    async pull(stream) {
      const { done, value } = await reader.read();
      if (done) return stream.close();
      count(value.length);
      stream.enqueue(value);
    },
  });
  // A host may have unpacked it already.
  const isPacked = first.value?.[0] === 0x1f && first.value?.[1] === 0x8b;
  const body = isPacked ? counted.pipeThrough(new DecompressionStream("gzip")) : counted;
  return new Response(body, { headers: { "Content-Type": type } });
}

function tell(stage, received = 0) {
  postMessage({ kind: "progress", stage, received });
}

async function start({ base, digests }) {
  let received = 0;
  let told = 0;
  const count = (bytes) => {
    received += bytes;
    if (received - told < 50_000) return;
    told = received;
    tell("download", received);
  };
  const file = (name, type) => {
    const address = `${base}${name}.packed?v=${digests[`${name}.packed`]}`;
    return opened(name, { address, type, count });
  };
  tell("download");
  const held = {
    "pyodide.asm.wasm": file("pyodide.asm.wasm", "application/wasm"),
    "library.zip": file("library.zip", "application/zip"),
  };
  const book = file("book.zip", "application/zip").then((one) => one.arrayBuffer());
  const scripts = Promise.all([
    import(`${base}pyodide.mjs`),
    import(`${base}pyodide.asm.mjs`),
  ]).catch((error) => {
    throw new Failure("download", error.message);
  });
  // Nobody waits for some of these when another has failed.
  [...Object.values(held), book].forEach((one) => one.catch(() => {}));
  const [{ loadPyodide }] = await scripts;
  const network = self.fetch;
  self.fetch = (asked) => {
    const name = String(asked).split("?")[0].split("/").at(-1);
    return held[name] ?? Promise.reject(new TypeError(`${name} is not fetched`));
  };
  await Promise.all(Object.values(held));
  tell("start", received);
  const python = await loadPyodide({
    indexURL: base,
    stdLibURL: `${base}library.zip`,
    lockFileContents: JSON.stringify(LOCK),
    stdout: () => {},
    stderr: () => {},
  });
  self.fetch = network;
  python.FS.writeFile(BOOK, new Uint8Array(await book));
  python.runPython(START);
  const called = python.globals.get("answer");
  python.runPython(CLOSE);
  close();
  answer = (text) => called(text);
}

// Take away, from the worker and from what it inherits, what leads outside.
function close() {
  for (const name of CLOSED) {
    for (let place = self; place; place = Object.getPrototypeOf(place)) {
      if (!Object.hasOwn(place, name)) continue;
      try {
        delete place[name];
        if (name in place) Object.defineProperty(place, name, { value: undefined });
      } catch {
        // It is fixed; what it is reached by is not.
      }
    }
  }
}

const post = self.postMessage.bind(self);

self.addEventListener("message", async ({ data }) => {
  if (data.kind === "start") {
    try {
      await start(data);
      post({ kind: "ready" });
    } catch (error) {
      const stage = error instanceof Failure ? error.stage : "start";
      post({ kind: "failed", stage, detail: String(error?.message ?? error) });
    }
    return;
  }
  try {
    post({ kind: "answer", id: data.id, text: answer(data.text) });
  } catch (error) {
    post({ kind: "failed", stage: "answer", detail: String(error?.message ?? error) });
  }
});
