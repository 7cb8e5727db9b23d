// The forms below exercises: they judge what is typed, give other numbers, and explain.

const MOST_VARIANTS = 9999;
const VERDICTS = {
  right: "Right.",
  unanswered: "Not answered.",
  unreadable: "Not read.",
};

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
    this.parts.addEventListener("input", ({ target }) => this.#forget(target));
    const act = {
      another: () => this.show(1 + Math.floor(Math.random() * MOST_VARIANTS)),
      explain: () => this.explain(),
    };
    for (const [name, action] of Object.entries(act)) {
      form.querySelector(`[data-do="${name}"]`).addEventListener("click", action);
    }
  }

  ask(request) {
    const { exercise, chapter } = this.form.dataset;
    return this.progress.ask({ exercise, chapter, seed: this.#seed, ...request });
  }

  inputs() {
    return [...this.parts.querySelectorAll("input")];
  }

  // Judge what is filled in; a reader may answer one part after the other.
  async check() {
    const typed = this.inputs().map((input) => input.value);
    if (!typed.some((text) => text.trim())) {
      this.progress.say("Type an answer first.", "unanswered");
      this.inputs()[0].focus();
      return;
    }
    const answer = await this.ask({ do: "judge", typed });
    if (answer.error) return this.progress.say(answer.error, "wrong");
    // What was typed while Python was loaded is not what was judged.
    const stands = this.inputs().map((input, place) => input.value === typed[place]);
    answer.parts.forEach((part, place) => stands[place] && this.#mark(place, part));
    if (!stands.every(Boolean)) {
      return this.progress.say("The answers changed meanwhile: check again.");
    }
    this.progress.say(verdictOf(answer), answer.solved ? "right" : "wrong");
    const verdicts = answer.parts.map((part) => part.verdict);
    const wrong = verdicts.findIndex((one) => one !== "right" && one !== "unanswered");
    const next = wrong < 0 ? verdicts.indexOf("unanswered") : wrong;
    if (next >= 0) this.inputs()[next].focus();
  }

  // Show below an input what becomes of it.
  #mark(place, { verdict, say }) {
    const box = this.parts.children[place];
    box.dataset.verdict = verdict;
    const words = VERDICTS[verdict] ?? "Not right.";
    const more = verdict === "right" || !say ? "" : ` ${say}`;
    box
      .querySelector(".answer-verdict")
      .replaceChildren(marked(verdict), " ", make("b", {}, words), more);
    const input = box.querySelector("input");
    if (verdict === "unanswered") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", verdict !== "right");
  }

  // A verdict holds for what was judged alone.
  #forget(input) {
    const box = input.closest(".answer-part");
    delete box.dataset.verdict;
    box.querySelector(".answer-verdict").replaceChildren();
    input.removeAttribute("aria-invalid");
    if (this.progress.said.dataset.kind) this.progress.say("");
  }

  async explain() {
    const answer = await this.ask({ do: "explain" });
    if (answer.error) return this.progress.say(answer.error, "wrong");
    const labels = [...this.parts.querySelectorAll("label")].map((one) => one.textContent);
    const answers = answer.answers.map((one, place) =>
      make("li", {}, `${labels[place]}: `, make("b", {}, one)),
    );
    this.explanation.replaceChildren(
      make("ul", {}, ...answers),
      ...answer.explanation.map(paragraph),
    );
    this.explanation.hidden = false;
    this.progress.say("These numbers are explained below.");
  }

  // Show the exercise with the numbers of a seed; null are the book's own.
  async show(seed) {
    const before = this.#seed;
    this.#seed = seed;
    const answer = await this.ask({ do: "variant" });
    if (answer.error) {
      this.#seed = before;
      return this.progress.say(answer.error, "wrong");
    }
    this.#build(answer.parts);
    this.explanation.hidden = true;
    this.#fold(seed !== null);
    this.question.hidden = seed === null;
    keepVariant(this.form.dataset.exercise, seed);
    if (seed === null) {
      this.question.replaceChildren();
      this.progress.say("The exercise has the book's numbers again.");
      return;
    }
    const address = variantAddress(this.form.dataset.exercise, seed);
    const own = make("button", { type: "button" }, "The book's numbers");
    own.addEventListener("click", () => this.show(null));
    this.question.replaceChildren(
      make(
        "p",
        { class: "answer-variant" },
        make("b", {}, "With other numbers"),
        make("a", { href: address }, `Link to variant ${seed}`),
        own,
      ),
      ...answer.question.map(paragraph),
    );
    this.progress.say("The exercise has other numbers now.");
  }

  // Fold the book's question while other numbers are asked, so that one question stands
  // there, and say of the solution below whose numbers it has. The numbers that are
  // drawn are explained by the button; the book's by that solution.
  #fold(isVariant) {
    this.form.querySelector('[data-do="explain"]').hidden = !isVariant;
    const folded = this.form.parentElement.querySelector(":scope > .answer-original");
    const solution = this.form.parentElement.nextElementSibling;
    const heading = solution?.matches("details.solution") && solution.firstElementChild;
    if (isVariant && !folded) {
      const summary = make("summary", {}, "The question with the book's numbers");
      const original = make("details", { class: "answer-original" }, summary);
      for (const part of [...this.form.parentElement.children]) {
        if (part !== this.form && !part.matches(".admonition-title")) original.append(part);
      }
      this.form.before(original);
      if (heading) {
        heading.append(make("span", { class: "answer-whose" }, ", with the book's numbers"));
      }
    } else if (!isVariant && folded) {
      folded.firstElementChild.remove();
      folded.replaceWith(...folded.childNodes);
      if (heading) heading.querySelector(".answer-whose")?.remove();
    }
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
    const button = make("button", { type: "button" }, `Show variant ${seed}`);
    button.addEventListener("click", () => this.show(seed));
    this.question.replaceChildren(make("p", {}, button));
    this.question.hidden = false;
  }
}

function verdictOf({ parts, solved }) {
  if (solved) {
    return parts.length > 1 ? `Solved: all ${parts.length} are right.` : "Solved: that is right.";
  }
  const count = (verdict) => parts.filter((part) => part.verdict === verdict).length;
  if (parts.length === 1) return "Not right yet: see below your answer.";
  const left = count("unanswered");
  const open = left ? `, ${left} not answered` : "";
  return `${count("right")} of ${parts.length} right${open}: see below each answer.`;
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
