// Python for the parts of a page that answer: started by the first click, one request
// at a time, ended when it takes too long. `PYTHON`, above, says what is fetched.
"use strict";

const SENTENCES = {
  file:
    "Python cannot start in a page that is opened from a file. Serve the folder " +
    "instead: run python3 -m http.server in it, and open http://localhost:8000.",
  assembly:
    "This browser runs no WebAssembly, which Python needs here; another browser, or " +
    "this one with other settings, does.",
  worker: "This browser starts no workers, in which Python runs here; another one does.",
  unpack:
    "This browser is too old to unpack Python: one of the year 2023 or newer does.",
  download:
    "Python could not be loaded. See whether the network is there, then press again.",
  start: "Python was loaded and does not start. Reload the page, then press again.",
  answer:
    "That was more than Python could bear here, and it has ended. Press again to start " +
    "it anew.",
  late:
    "That took longer than {limit} seconds and was stopped: the lines may never end. " +
    "Press again to start Python anew.",
  stopped: "Stopped. Press again to start Python anew.",
  large: "That is too much to send: {size} MB. Give less.",
};
// Of these, what has nothing to do with what a reader typed.
const ELSEWHERE = ["file", "assembly", "worker", "unpack", "download", "start", "stopped"];
const LARGEST = 100e6; // characters of a request
const MEGABYTE = 1e6;

function megabytes(bytes) {
  return (bytes / MEGABYTE).toFixed(1);
}

// A worker that is fetched has its own policy, and one that is made here has the page's:
// whatever a reader's lines reach in it, it loads nothing from elsewhere.
function workerOf(name, base) {
  const text = `import ${JSON.stringify(new URL(name, base).href)};`;
  const made = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(made, { type: "module" });
  const forget = () => URL.revokeObjectURL(made);
  worker.addEventListener("message", forget, { once: true });
  return worker;
}

class Python {
  #worker = null;
  #starting = null;
  #current = null;
  #last = Promise.resolve();
  #number = 0;
  #watchers = new Set();
  limit = 10; // seconds for an answer
  wasLoaded = false;
  isReady = false;

  // Why Python cannot run in this page; an empty text where it can.
  static lacking() {
    if (location.protocol === "file:") return SENTENCES.file;
    if (typeof WebAssembly !== "object") return SENTENCES.assembly;
    if (typeof Worker !== "function") return SENTENCES.worker;
    if (typeof DecompressionStream !== "function") return SENTENCES.unpack;
    return "";
  }

  // Call a function when Python is ready, and when it is no longer.
  watch(watcher) {
    this.#watchers.add(watcher);
  }

  // Ask; the answer is an object, which has an `error`, a sentence, where it failed.
  // `tell` is called with {stage, received} while Python is loaded.
  ask(request, tell = () => {}) {
    const asked = this.#last.then(() => this.#ask(request, tell));
    this.#last = asked.catch(() => {});
    return asked;
  }

  async #ask(request, tell) {
    const text = JSON.stringify(request);
    if (text.length > LARGEST) {
      return { error: SENTENCES.large.replace("{size}", megabytes(text.length)) };
    }
    const failed = await this.#start(tell);
    if (failed) return { error: failed };
    return new Promise((resolve) => {
      const id = ++this.#number;
      const timer = setTimeout(() => {
        this.#end(SENTENCES.late.replace("{limit}", this.limit));
      }, 1000 * this.limit);
      this.#current = { id, timer, resolve };
      this.#worker.postMessage({ kind: "ask", id, text });
    });
  }

  // Start, unless it runs; return an empty text, or why it does not.
  #start(tell) {
    if (this.#worker && this.isReady) return Promise.resolve("");
    const lacking = Python.lacking();
    if (lacking) return Promise.resolve(lacking);
    return new Promise((resolve) => {
      const base = new URL(`${root.dataset.content_root}_static/python/`, location.href);
      let worker;
      try {
        worker = workerOf(`worker.mjs?v=${PYTHON.digests["worker.mjs"]}`, base);
      } catch {
        resolve(SENTENCES.worker);
        return;
      }
      this.#worker = worker;
      this.#starting = { resolve, tell };
      worker.addEventListener("message", ({ data }) => {
        if (worker === this.#worker) this.#hear(data);
      });
      worker.addEventListener("error", () => {
        if (worker !== this.#worker) return;
        this.#end(this.#starting ? SENTENCES.download : SENTENCES.answer);
      });
      worker.postMessage({ kind: "start", base: base.href, digests: PYTHON.digests });
    });
  }

  #hear(data) {
    if (data.kind === "progress") {
      this.#starting?.tell(data);
    } else if (data.kind === "ready") {
      const { resolve } = this.#starting;
      this.#starting = null;
      this.wasLoaded = this.isReady = true;
      this.#watchers.forEach((watcher) => watcher());
      resolve("");
    } else if (data.kind === "answer" && data.id === this.#current?.id) {
      const { timer, resolve } = this.#current;
      clearTimeout(timer);
      this.#current = null;
      resolve(JSON.parse(data.text));
    } else if (data.kind === "failed") {
      this.#end(SENTENCES[data.stage] ?? SENTENCES.start);
    }
  }

  stop() {
    this.#end(SENTENCES.stopped);
  }

  // End the worker, and whoever waits for it is told why.
  #end(why) {
    this.#worker?.terminate();
    this.#worker = null;
    this.isReady = false;
    const starting = this.#starting;
    const current = this.#current;
    this.#starting = this.#current = null;
    clearTimeout(current?.timer);
    this.#watchers.forEach((watcher) => watcher());
    starting?.resolve(why);
    current?.resolve({ error: why });
  }
}

const python = new Python();

// --- parts of a page; what comes from Python is text, and stays text

function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A paragraph, with what stands in backticks as code.
function paragraph(text) {
  const parts = text.split("`");
  const made = make("p");
  parts.forEach((part, place) => {
    made.append(place % 2 ? make("code", {}, part) : part);
  });
  return made;
}

// The line below a form: what happens, how far it is, and a button that stops it.
class Progress {
  constructor(form) {
    this.said = form.querySelector("[role=status]");
    this.bar = form.querySelector("progress");
    this.stop = form.querySelector('[data-do="stop"]');
    this.stop.addEventListener("click", () => python.stop());
  }

  // Say something, of which `kind` tells whether it went "right" or "wrong".
  say(text, kind = "") {
    this.said.dataset.kind = kind;
    this.said.replaceChildren(...(kind ? [marked(kind), " "] : []), text);
  }

  // Ask Python, and show that it works on it.
  async ask(request) {
    let stage = "";
    this.stop.hidden = false;
    this.say(python.isReady ? "" : "Loading Python …");
    try {
      return await python.ask(request, (told) => {
        this.bar.hidden = false;
        this.bar.max = PYTHON.bytes;
        if (told.stage === "download") this.bar.value = told.received;
        else this.bar.removeAttribute("value");
        if (told.stage === stage) return;
        stage = told.stage;
        this.say(
          stage === "download"
            ? `Loading Python: ${megabytes(PYTHON.bytes)} MB, kept until you leave the page.`
            : "Python is loaded and starts.",
        );
      });
    } finally {
      this.bar.hidden = true;
      this.stop.hidden = true;
    }
  }
}

// A mark before a sentence, which says the same to those who see no colours; who hears
// the page has the sentence.
function marked(kind) {
  const marks = { right: "\u2713", unanswered: "\u2013", unreadable: "?" };
  return make("b", { "aria-hidden": "true" }, marks[kind] ?? "\u2717");
}

// Let the notes beside the buttons say what they load for as long as that is true: the
// first of a page in a sentence, the others in brief.
document.querySelectorAll(".asks-price").forEach((note, place) => {
  const size = `${megabytes(PYTHON.bytes)} MB`;
  const words = place
    ? `loads ${size}, once`
    : `The first press loads Python into this page: ${size}, once.`;
  const show = () => {
    note.textContent = python.wasLoaded ? "" : words;
  };
  python.watch(show);
  show();
});
