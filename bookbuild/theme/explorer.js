// The explorer's page: a model from a reader's lines, one axis, and what fits.

const LONGEST = 200_000; // characters of lines
const LARGEST_FILE = 20_000_000; // bytes
const LONGEST_LINK = 8000; // characters
const PREFIX = "#model=";
const SVG = "http://www.w3.org/2000/svg";

function counted(number) {
  return number.toLocaleString("en-GB");
}

function tooLong(length) {
  return (
    `These are ${counted(length)} characters, and at most ${counted(LONGEST)} are ` +
    "read; paste the lines that build the model alone."
  );
}

// A table as byhand.shapes writes it: numbers end at the right edge of their column.
const IS_NUMBER = /^(\?|[\d,.]+)$/;

function table(caption, headings, rows) {
  const flush = headings.map(
    (_, place) =>
      place > 0 && rows.length > 0 && rows.every((cells) => IS_NUMBER.test(cells[place])),
  );
  const kind = (place) => (flush[place] ? { class: "number" } : {});
  const head = make(
    "tr",
    {},
    ...headings.map((one, place) => make("th", { scope: "col", ...kind(place) }, one)),
  );
  const body = rows.map((cells) =>
    make(
      "tr",
      {},
      ...cells.map((cell, place) =>
        place ? make("td", kind(place), cell) : make("th", { scope: "row" }, cell),
      ),
    ),
  );
  const made = make("table", {}, make("caption", {}, caption), make("thead", {}, head));
  made.append(make("tbody", {}, ...body));
  return make("div", { class: "shapes", tabindex: "0", role: "group", "aria-label": caption }, made);
}

// A formula as byhand.shapes writes it for a page: its letters first, then its numbers.
function formula(text) {
  const [letters, ...rest] = text.replaceAll(" * ", " \u00b7 ").split(" = ");
  const first = letters.split(/([A-Za-z_]\w*)/).map((part, place) =>
    place % 2 ? make("var", {}, part) : part,
  );
  const numbers = rest.map((part) => ` = ${grouped(part)}`);
  return make("span", { class: "formula" }, ...first, ...numbers);
}

// A text with the digits of its large whole numbers in groups.
function grouped(text) {
  return text.replace(/(?<![\w.,])\d{4,}(?![\w.])/g, (number) => counted(BigInt(number)));
}

// --- paste your model

class Model {
  #file = null;
  #drawings = [];

  constructor(form) {
    this.form = form;
    this.lines = form.elements.lines;
    this.result = document.getElementById("explorer-result");
    this.example = document.querySelector(".explorer-example");
    this.progress = new Progress(form);
    this.progress.said.id = "explorer-said";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.compute();
    });
    this.lines.addEventListener("input", () => this.#change());
    form.elements.file.addEventListener("change", () => {
      const [file] = form.elements.file.files;
      if (file) this.take(file);
    });
    // A browser takes long to lay out what is refused afterwards.
    this.lines.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text") ?? "";
      if (text.length <= LONGEST) return;
      event.preventDefault();
      this.#refuse(tooLong(text.length));
    });
    form.querySelector('[data-do="link"]').addEventListener("click", () => this.link());
    for (const kind of ["dragover", "drop"]) {
      form.addEventListener(kind, (event) => {
        event.preventDefault();
        form.classList.toggle("dropping", kind === "dragover");
      });
    }
    form.addEventListener("dragleave", () => form.classList.remove("dropping"));
    form.addEventListener("drop", ({ dataTransfer }) => {
      const [file] = dataTransfer.files;
      if (file) this.take(file);
      else this.put(dataTransfer.getData("text"));
    });
    new MutationObserver(() => this.#colour()).observe(root, {
      attributeFilter: ["data-theme"],
    });
    this.read();
    this.#arrange();
  }

  // The example's table stands there as long as the example does, and nothing else.
  #arrange() {
    if (!this.example) return;
    const isExample = this.lines.value === this.lines.defaultValue;
    this.example.hidden = !isExample || this.result.hasChildNodes() || this.isRefused;
  }

  get isRefused() {
    return this.lines.hasAttribute("aria-invalid");
  }

  // Say why there is no result, below the lines.
  #refuse(why) {
    this.lines.setAttribute("aria-invalid", "true");
    this.lines.setAttribute("aria-describedby", this.progress.said.id);
    this.progress.say(why, "wrong");
    this.#arrange();
  }

  // What was said of other lines no longer holds.
  #change() {
    if (this.isRefused) this.progress.say("");
    this.#accept();
    if (this.result.hasChildNodes()) {
      this.progress.say("The lines have changed: the result below is older than they are.");
    }
    this.#arrange();
  }

  #accept() {
    this.lines.removeAttribute("aria-invalid");
    this.lines.removeAttribute("aria-describedby");
  }

  // A file that was chosen or dropped is computed at once.
  async take(file) {
    if (file.size > LARGEST_FILE) {
      return this.#refuse(
        `The file has ${counted(file.size)} bytes, and at most ${counted(LARGEST_FILE)} ` +
          "are read; give the model's JSON alone: model.to_json().",
      );
    }
    let bytes;
    try {
      bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
      return this.#refuse("The file cannot be read; choose it again.");
    }
    if (/\.(py|txt)$/i.test(file.name)) {
      return this.put(new TextDecoder().decode(bytes)) && this.compute();
    }
    let text = "";
    for (let start = 0; start < bytes.length; start += 32768) {
      text += String.fromCharCode(...bytes.subarray(start, start + 32768));
    }
    return this.show({ bytes: btoa(text), file: file.name });
  }

  // Take lines in the place of those that stand there; return whether they are taken.
  put(text) {
    if (text.length > LONGEST) {
      this.#refuse(tooLong(text.length));
    } else if (text) {
      this.lines.value = text;
      this.#change();
    }
    return text.length > 0 && text.length <= LONGEST;
  }

  compute(model = null) {
    const lines = this.lines.value;
    if (lines.length > LONGEST) return this.#refuse(tooLong(lines.length));
    return this.show({ lines, model });
  }

  async show(request) {
    const input = this.form.elements.input.value;
    const before = this.lines.value;
    this.#accept();
    const answer = await this.progress.ask({ do: "model", input, ...request });
    if (answer.error) {
      this.result.replaceChildren();
      this.#arrange();
      const isOfLines = ELSEWHERE.every((name) => SENTENCES[name] !== answer.error);
      return isOfLines ? this.#refuse(answer.error) : this.progress.say(answer.error);
    }
    this.#drawings = [];
    this.result.replaceChildren(
      ...this.#choice(answer),
      this.#rows(answer),
      make("ul", {}, ...sums(answer)),
      ...answer.notes.map((note) => make("p", {}, note)),
      ...this.#pictures(answer),
      this.#formulas(answer),
      ...printed(answer),
      asMarkdown(answer),
    );
    this.#colour();
    this.progress.say(`Computed: ${answer.layers.length} rows, below.`);
    if (this.lines.value === before) this.#arrange();
    else this.#change();
  }

  // Lines may leave several models.
  #choice({ models, model }) {
    if (models.length < 2) return [];
    const options = models.map((name) =>
      make("option", { selected: name === model }, name),
    );
    const select = make("select", { id: "explorer-model" }, ...options);
    select.addEventListener("change", () => this.compute(select.value));
    const label = make("label", { for: "explorer-model" }, "The lines leave several models: ");
    return [make("p", {}, label, select)];
  }

  #rows({ name, layers }) {
    const headings = [
      ...["Layer (type)", "Output Shape", "Param #", "MACs", "Bytes", "Receptive field"],
    ];
    const rows = layers.map((one) => [
      `${one.name} (${one.type})`,
      ...[one.output, one.params, one.macs, one.bytes, one.field],
    ]);
    return table(`The layers of ${name}`, headings, rows);
  }

  #pictures({ drawings, layers }) {
    const words = layers.slice(0, 20).map((one) => `${one.name} ${one.output}`).join(", ");
    const titles = { volumes: "The outputs as boxes", graph: "The graph of calls" };
    return Object.entries(drawings).map(([style, svg]) => {
      const alt = `${titles[style]}: ${words}`;
      const picture = make("img", { alt, class: "explorer-drawing" });
      const size = svg.match(/<svg[^>]*?width="([\d.]+)"[^>]*?height="([\d.]+)"/);
      if (size) Object.assign(picture, { width: size[1], height: size[2] });
      this.#drawings.push({ picture, svg });
      const box = make(
        "div",
        { class: "shapes", tabindex: "0", role: "group", "aria-label": titles[style] },
        picture,
      );
      return make("figure", {}, box, make("figcaption", {}, `${titles[style]}.`));
    });
  }

  // Drawings are pictures, whose colours follow the page's.
  #colour() {
    const dark = root.dataset.theme === "dark";
    for (const { picture, svg } of this.#drawings) {
      const shown = dark
        ? svg.replace(/(fill|stroke)="(#[0-9a-fA-F]+)"/g, (whole, name, colour) =>
            Object.hasOwn(DARK, colour) ? `${name}="${DARK[colour]}"` : whole,
          )
        : svg;
      picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(shown)}`;
    }
  }

  #formulas({ layers }) {
    const lists = layers
      .filter((one) => one.formulas.length)
      .map((one) =>
        table(
          `${one.name} (${one.type})`,
          ["Number", "Formula"],
          one.formulas.map(([what, text]) => [what, formula(text)]),
        ),
      );
    const summary = make("summary", {}, "How each number was computed");
    return make("details", {}, summary, ...lists);
  }

  // Keep the lines in the address, which can then be sent.
  async link() {
    if (this.lines.value.length > LONGEST) return this.compute();
    const address = new URL(location.href);
    address.hash = PREFIX + (await packed(this.lines.value));
    if (address.href.length > LONGEST_LINK) {
      return this.progress.say("The lines are too long for a link; send them as a file.");
    }
    history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address.href);
      this.progress.say("The link is copied, and stands in the address as well.");
    } catch {
      this.progress.say("The link stands in the address of the page.");
    }
  }

  // Lines that came with a link are shown, and run when the reader says so.
  async read() {
    if (!location.hash.startsWith(PREFIX)) return;
    const text = await unpacked(location.hash.slice(PREFIX.length));
    if (text === null) {
      this.progress.say("The link holds no lines that can be read; ask for it again.");
      return;
    }
    this.lines.value = text;
    this.#arrange();
    this.progress.say("These lines came with the link: read them, then compute.");
    this.form.scrollIntoView();
  }
}

function sums({ totals, memory }) {
  return [
    ...totals.map(([what, value]) => make("li", {}, `${what}: ${value}`)),
    ...memory.map(([what, value]) => make("li", {}, `${what}: `, formula(value))),
  ];
}

function printed({ printed }) {
  if (!printed.trim()) return [];
  const summary = make("summary", {}, "What the lines print");
  return [make("details", {}, summary, make("pre", { tabindex: "0" }, printed))];
}

function asMarkdown({ table }) {
  const summary = make("summary", {}, "The table as Markdown");
  return make("details", {}, summary, make("pre", { tabindex: "0" }, table));
}

async function through(stream, bytes) {
  const writer = stream.writable.getWriter();
  writer.write(bytes).then(() => writer.close(), () => {}).catch(() => {});
  const parts = [];
  let size = 0;
  const reader = stream.readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > LONGEST) {
      reader.cancel();
      return null; // small links may hold a great deal
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// Text as it stands in a link: compressed, in letters that an address may hold.
async function packed(text) {
  const bytes = await through(
    new CompressionStream("deflate-raw"),
    new TextEncoder().encode(text),
  );
  const letters = btoa(String.fromCharCode(...bytes));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpacked(letters) {
  try {
    const plain = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(plain, (one) => one.charCodeAt(0));
    const text = await through(new DecompressionStream("deflate-raw"), bytes);
    return text && new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return null;
  }
}

// --- one axis: the numbers come from a table that byhand made when the book was built

const CELL = 22; // of the drawing, in pixels
const GAP = 46;
const WAIT = 800; // milliseconds from one place to the next

class Axis {
  #timer = 0;

  constructor(form) {
    this.form = form;
    this.table = JSON.parse(form.querySelector("script").textContent);
    this.picture = form.querySelector("svg");
    this.formula = form.querySelector(".axis-formula");
    this.sentence = form.querySelector(".axis-sentence");
    this.play = form.querySelector('[data-do="play"]');
    this.play.addEventListener("click", () => (this.#timer ? this.halt() : this.start()));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => {
      if (event.target !== this.place) this.place.value = 1;
      this.halt();
      this.show();
    });
    this.show();
  }

  get place() {
    return this.form.elements.place;
  }

  asked() {
    const { elements } = this.form;
    const number = (name) => Number(elements[name].value);
    return {
      i: number("input"),
      k: number("kernel"),
      s: number("strides"),
      d: number("dilation"),
      padding: elements.padding.value,
      transposed: elements.transposed.checked,
    };
  }

  // Look up what byhand says of these settings.
  answer({ i, k, s, d, padding, transposed }) {
    const found = this.table.cases[transposed ? `${padding}, transposed` : padding];
    const at = 2 * ((k - 1) * this.table.most.input + i - 1);
    const read = (texts) => {
      const digits = texts[`${s},${d}`].slice(at, at + 2);
      return digits === "--" ? null : parseInt(digits, 36);
    };
    return {
      output: read(found.outputs),
      before: read(found.before),
      expression: found.formulas[d > 1 ? 1 : 0],
    };
  }

  show() {
    const asked = this.asked();
    const { output, before, expression } = this.answer(asked);
    this.form.querySelectorAll("output").forEach((one) => {
      one.value = this.form.elements[one.dataset.of].value;
    });
    const span = (asked.k - 1) * asked.d + 1;
    this.play.disabled = this.place.disabled = output === null;
    if (output === null) {
      this.halt();
      this.picture.replaceChildren();
      this.formula.textContent = "";
      this.sentence.textContent =
        `A kernel that spans ${span} does not fit into a length of ${asked.i}: ` +
        "take padding same, a smaller kernel or a longer input.";
      return;
    }
    const places = asked.transposed ? asked.i : output;
    this.place.max = places;
    const place = Math.min(Number(this.place.value), places);
    this.place.value = place;
    this.form.querySelector('output[data-of="place"]').value = `${place} of ${places}`;
    const values = { ...asked, e: span };
    const filled = expression.replace(/[A-Za-z_]\w*/g, (name) =>
      Object.hasOwn(values, name) ? String(values[name]) : name,
    );
    this.formula.textContent = [...new Set([expression, filled, String(output)])].join(" = ");
    this.draw({ ...asked, output, before, span, place: place - 1 });
  }

  // The row that the kernel walks over is below, the row that it fills above.
  draw({ i, k, s, d, transposed, output, before, span, place }) {
    const taps = Array.from({ length: k }, (_, tap) => place * s - before + tap * d);
    const wide = transposed ? output : i; // the row that the taps lie in
    const one = transposed ? i : output; // the row of which one element is looked at
    const last = ((transposed ? i : output) - 1) * s - before + span - 1;
    const start = -before;
    const end = Math.max(wide, last + 1);
    const touched = new Set(taps);
    const [tapRow, oneRow] = transposed ? [4, CELL + GAP] : [CELL + GAP, 4];
    const at = (element) => (element - start) * CELL + 4;
    const centre = start + (end - start - one) / 2; // both rows have one middle
    const parts = [];
    for (let element = start; element < end; element++) {
      const inside = element >= 0 && element < wide;
      const kind = touched.has(element) ? "tap" : inside ? "element" : "zero";
      const kinds = inside || kind === "zero" ? kind : "tap zero";
      parts.push(cell(at(element), tapRow, kinds, inside ? element + 1 : transposed ? "" : 0));
    }
    for (let element = 0; element < one; element++) {
      const kind = element === place ? "here" : "element";
      parts.push(cell(at(centre + element), oneRow, kind, element + 1));
    }
    const [from, to] = transposed ? [tapRow + CELL, oneRow] : [tapRow, oneRow + CELL];
    for (const tap of taps) {
      parts.push(line(at(tap) + CELL / 2, from, at(centre + place) + CELL / 2, to));
    }
    const left = Math.min(at(start), at(centre)) - 4;
    const right = Math.max(at(end), at(centre + one)) + 4;
    const [width, height] = [right - left, 2 * CELL + GAP + 8];
    this.picture.setAttribute("viewBox", `${left} 0 ${width} ${height}`);
    this.picture.setAttribute("width", width);
    this.picture.setAttribute("height", height);
    const inside = taps.filter((tap) => tap >= 0 && tap < wide).map((tap) => tap + 1);
    const outside = k - inside.length;
    const words = transposed
      ? `Input ${place + 1} adds to ${listed("output", inside)}` +
        (outside ? `; ${outside} of its ${k} contributions are cropped.` : ".")
      : `Output ${place + 1} is computed from ${listed("input", inside)}` +
        (outside ? ` and ${outside === 1 ? "a zero" : `${outside} zeros`}.` : ".");
    this.picture.setAttribute("aria-label", words);
    this.picture.replaceChildren(...parts);
    this.sentence.textContent = words;
  }

  start() {
    if (Number(this.place.value) >= Number(this.place.max)) this.place.value = 1;
    this.play.textContent = "Pause";
    this.show();
    this.#timer = setInterval(() => {
      if (Number(this.place.value) >= Number(this.place.max)) return this.halt();
      this.place.value = Number(this.place.value) + 1;
      return this.show();
    }, WAIT);
  }

  halt() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.play.textContent = "Play";
  }
}

function listed(name, numbers) {
  if (!numbers.length) return `no ${name}`;
  return `${name} ${numbers.join(", ").replace(/, (\d+)$/, " and $1")}`;
}

function drawn(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function cell(x, y, kind, number) {
  const group = drawn("g", { class: `axis-${kind.replace(" ", " axis-")}` });
  const place = { x: x + CELL / 2, y: y + CELL / 2 + 4 };
  group.append(
    drawn("rect", { x, y, width: CELL, height: CELL }),
    drawn("text", place, String(number)),
  );
  return group;
}

function line(x1, y1, x2, y2) {
  return drawn("line", { x1, y1, x2, y2, class: "axis-line" });
}

// --- what fits

class Fits {
  constructor(form) {
    this.form = form;
    this.result = document.getElementById("fits-result");
    this.progress = new Progress(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.solve();
    });
    form.addEventListener("change", () => this.arrange());
    this.arrange();
  }

  get seesField() {
    return this.form.elements.question.value === "field";
  }

  // Show what belongs to the question that is asked.
  arrange() {
    for (const part of this.form.querySelectorAll("[data-for]")) {
      part.hidden = (part.dataset.for === "field") !== this.seesField;
    }
  }

  async solve() {
    const { elements } = this.form;
    const number = (name) => Number(elements[name].value);
    const pair = (name) => [number(`${name}-least`), number(`${name}-most`)];
    const request = {
      do: "fits",
      kernel: pair("kernel"),
      strides: pair("strides"),
      dilation: pair("dilation"),
      depth: pair("depth"),
      padding: elements.padding.value,
      transposed: elements.transposed.checked,
    };
    if (this.seesField) request.field = number("field");
    else Object.assign(request, { input: number("input"), output: number("output") });
    const answer = await this.progress.ask(request);
    this.result.replaceChildren();
    if (answer.error) return this.progress.say(answer.error, "wrong");
    const { count, settings } = answer;
    if (!count) return this.progress.say("Nothing fits: widen what may be tried.");
    const depth = this.seesField;
    const headings = ["Kernel", depth ? "Layers" : "Strides", "Dilation", "Padding"];
    const rows = settings.map((one) => [
      String(one.kernel),
      String(depth ? one.depth : one.strides),
      String(one.dilation),
      one.padding,
      formula(one.formula),
      make("code", {}, one.line),
    ]);
    this.result.append(table("What fits", [...headings, "Formula", "In Keras"], rows));
    const more = count > settings.length ? `, of which ${settings.length} are listed` : "";
    const said = count === 1 ? "1 setting fits" : `${counted(count)} settings fit`;
    return this.progress.say(`${said}${more}, the simplest first.`);
  }
}

for (const [id, Part] of [
  ["explorer-lines", Model],
  ["explorer-axis", Axis],
  ["explorer-fits", Fits],
]) {
  const form = document.getElementById(id);
  if (form) new Part(form);
}
