// The forms below exercises: they judge what is typed, give other numbers, and explain.

const MOST_VARIANTS = 9999;

class Exercise {
  #seed = null;

  constructor(form) {
    this.form = form;
    this.parts = form.querySelector(".answer-parts");
    this.question = form.querySelector(".answer-question");
    this.explanation = form.querySelector(".answer-explanation");
    this.progress = new Progress(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.check();
    });
    const act = {
      another: () => this.show(1 + Math.floor(Math.random() * MOST_VARIANTS)),
      explain: () => this.explain(),
    };
    for (const [name, action] of Object.entries(act)) {
      form.querySelector(`[data-do="${name}"]`).addEventListener("click", action);
    }
    form.querySelectorAll("button.loads").forEach(pricing);
  }

  ask(request) {
    const { exercise, chapter } = this.form.dataset;
    return this.progress.ask({ exercise, chapter, seed: this.#seed, ...request });
  }

  inputs() {
    return [...this.parts.querySelectorAll("input")];
  }

  async check() {
    const typed = this.inputs().map((input) => input.value);
    const empty = this.inputs().find((input) => !input.value.trim());
    if (empty) {
      this.progress.say("Type an answer first.");
      empty.focus();
      return;
    }
    const answer = await this.ask({ do: "judge", typed });
    if (answer.error) return this.progress.say(answer.error);
    answer.parts.forEach((part, place) => this.#mark(place, part));
    this.progress.say(verdictOf(answer));
  }

  // Show beside an input what becomes of it.
  #mark(place, { verdict, say }) {
    const box = this.parts.children[place];
    box.dataset.verdict = verdict;
    box.querySelector(".answer-verdict").textContent =
      verdict === "right" ? "Right." : say || "Not yet.";
    box.querySelector("input").setAttribute("aria-invalid", verdict !== "right");
  }

  async explain() {
    const answer = await this.ask({ do: "explain" });
    if (answer.error) return this.progress.say(answer.error);
    const labels = [...this.parts.querySelectorAll("label")].map((one) => one.textContent);
    const answers = answer.answers.map((one, place) =>
      make("li", {}, `${labels[place]}: `, make("b", {}, one)),
    );
    this.explanation.replaceChildren(
      make("ul", {}, ...answers),
      ...answer.explanation.map(paragraph),
    );
    this.explanation.hidden = false;
    this.progress.say("The answer is explained below.");
  }

  // Show the exercise with the numbers of a seed; null are the book's own.
  async show(seed) {
    const before = this.#seed;
    this.#seed = seed;
    const answer = await this.ask({ do: "variant" });
    if (answer.error) {
      this.#seed = before;
      return this.progress.say(answer.error);
    }
    this.#build(answer.parts);
    this.explanation.hidden = true;
    this.question.hidden = seed === null;
    if (seed === null) {
      this.question.replaceChildren();
      keepVariant(this.form.dataset.exercise, null);
      this.progress.say("These are the book's own numbers again.");
      return;
    }
    const address = variantAddress(this.form.dataset.exercise, seed);
    const own = make("button", { type: "button" }, "The book's own numbers");
    own.addEventListener("click", () => this.show(null));
    this.question.replaceChildren(
      make("p", { class: "answer-variant" }, make("a", { href: address }, `Variant ${seed}`), " ", own),
      ...answer.question.map(paragraph),
    );
    keepVariant(this.form.dataset.exercise, seed);
    this.progress.say(`Variant ${seed} stands above.`);
  }

  // Make the inputs anew: another variant may ask for another shape.
  #build(parts) {
    const name = this.form.dataset.exercise;
    this.parts.replaceChildren(
      ...parts.map(({ label, hint }, place) => {
        const id = `answer-${name}-${place + 1}`;
        return make(
          "div",
          { class: "answer-part" },
          make("label", { for: id }, label),
          make("input", {
            id,
            type: "text",
            autocomplete: "off",
            autocapitalize: "off",
            spellcheck: "false",
            "aria-describedby": `${id}-hint ${id}-verdict`,
          }),
          make("span", { class: "answer-hint", id: `${id}-hint` }, hint),
          make("span", { class: "answer-verdict", id: `${id}-verdict` }),
        );
      }),
    );
  }

  // Offer a variant that the address names: Python is loaded by a click alone.
  offer(seed) {
    const button = make("button", { type: "button", class: "loads" }, `Show variant ${seed}`);
    button.addEventListener("click", () => this.show(seed));
    this.question.replaceChildren(make("p", {}, button));
    this.question.hidden = false;
    pricing(button);
  }
}

function verdictOf({ parts, solved }) {
  if (solved) return parts.length > 1 ? "All of it is right." : "That is right.";
  const right = parts.filter((part) => part.verdict === "right").length;
  if (parts.length === 1) return "Not yet: see beside what you typed.";
  return `${right} of ${parts.length} are right: see beside what you typed.`;
}

function variantAddress(exercise, seed) {
  const address = new URL(location.href);
  if (seed === null) address.searchParams.delete("variant");
  else address.searchParams.set("variant", `${exercise}.${seed}`);
  address.hash = exercise;
  return address;
}

function keepVariant(exercise, seed) {
  history.replaceState(null, "", variantAddress(exercise, seed));
}

const [, wantedExercise, wantedSeed] =
  new URLSearchParams(location.search).get("variant")?.match(/^([\w-]+)\.(\d{1,9})$/) ?? [];
for (const form of document.querySelectorAll("form.answer")) {
  const exercise = new Exercise(form);
  if (form.dataset.exercise === wantedExercise) exercise.offer(Number(wantedSeed));
}
