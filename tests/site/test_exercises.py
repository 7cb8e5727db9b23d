"""Exercises that answer: verdicts, other numbers, explanations, on any screen."""

import pytest

from bookbuild.practice import catalogue, protocol
from tests.site.answering import ask, page_of, requests_of, said, until
from tests.site.test_accessibility import AXE, RUN, VIEWS

EXERCISE = "ex-channels-count"


def form_of(page, exercise=EXERCISE):
    """Return the form of an exercise."""
    return page.locator(f'form.answer[data-exercise="{exercise}"]')


def right(exercise=EXERCISE, seed=None):
    """Return the right answers."""
    request = {"do": "explain", "exercise": exercise, "seed": seed}
    return protocol.answer(request)["answers"]


def fill(form, answers):
    """Type answers."""
    for box, answer in zip(form.locator("input").all(), answers, strict=True):
        box.fill(answer)


def test_a_right_answer_is_right(show, html):
    page = show(page_of(html, EXERCISE))
    form = form_of(page)
    fill(form, right())
    form.locator("input").last.press("Enter")
    assert "right" in said(form)
    assert set(form.locator(".answer-verdict").all_inner_texts()) == {"\u2713 Right."}


def test_a_wrong_answer_is_told_apart(show, html):
    page = show(page_of(html, EXERCISE))
    form = form_of(page)
    fill(form, ["1" for _ in right()])
    form.get_by_role("button", name="Check").click()
    told = said(form)
    assert "see below" in told
    assert told.startswith("\u2717")
    first = form.locator("input").first
    assert first.evaluate("(one) => one === document.activeElement")
    assert first.get_attribute("aria-invalid") == "true"
    fill(form, ["many" for _ in right()])
    form.get_by_role("button", name="Check").click()
    said(form)
    until(
        page, "document.querySelector('form.answer [data-verdict=unreadable]') !== null"
    )


def test_a_verdict_goes_when_its_answer_changes(show, html):
    page = show(page_of(html, EXERCISE))
    form = form_of(page)
    fill(form, ["1" for _ in right()])
    form.get_by_role("button", name="Check").click()
    said(form)
    first, *others = form.locator(".answer-part").all()
    assert first.locator(".answer-verdict").is_visible()
    first.locator("input").press("2")
    assert first.locator(".answer-verdict").is_hidden()
    assert first.locator("input").get_attribute("aria-invalid") is None
    assert form.locator("[role=status]").inner_text() == ""
    assert others
    assert all(one.locator(".answer-verdict").is_visible() for one in others)


def test_one_part_may_be_answered_before_the_others(show, html):
    page = show(page_of(html, EXERCISE))
    form = form_of(page)
    answers = right()
    form.locator("input").first.fill(answers[0])
    form.get_by_role("button", name="Check").click()
    left = len(answers) - 1
    assert f"1 of {len(answers)} right, {left} not answered" in said(form)
    verdicts = form.locator(".answer-verdict").all_inner_texts()
    assert verdicts == ["\u2713 Right.", *["\u2013 Not answered."] * left]
    second = form.locator("input").nth(1)
    assert second.evaluate("(one) => one === document.activeElement")
    assert second.get_attribute("aria-invalid") is None


COLUMNS = """(form) => [...form.querySelectorAll(".answer-part")].map((part) => {
  const [label, input, hint] = part.children;
  const of = (one) => one.getBoundingClientRect();
  return {
    left: of(input).left, input: of(input).width, hint: of(hint).width,
    end: of(hint).right - of(form).right,
  };
})"""


def test_the_parts_of_an_answer_stand_in_columns(show, html):
    """Every hint has room for its words, and every input begins where the others do."""
    for path in sorted((html / "book").glob("*.html")):
        if 'class="asks answer"' not in path.read_text("utf-8"):
            continue
        name = path.relative_to(html).as_posix()
        page = show(name)
        for width in (360, 800, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            where = f"{name}, {width} pixels wide"
            for form in page.locator("form.answer:visible").all():
                boxes = form.evaluate(COLUMNS)
                assert len({round(box["left"]) for box in boxes}) == 1, where
                assert min(box["input"] for box in boxes) >= 120, where
                assert min(box["hint"] for box in boxes) >= 150, where
                assert max(box["end"] for box in boxes) <= 1, where
        page.context.close()


def test_an_empty_answer_loads_nothing(show, html):
    page = show(page_of(html, EXERCISE))
    asked = requests_of(page)
    form = form_of(page)
    form.locator("button[type=submit]").click()
    assert said(form).endswith("Type an answer first.")
    assert not [one for one in asked if "_static/python/" in one]


def test_the_cost_is_said_once_in_a_sentence_and_at_every_form(show, html):
    page = show(page_of(html, EXERCISE))
    size = f"{page.evaluate('PYTHON.bytes') / 1e6:.1f} MB"
    notes = page.locator(".asks-price").all_inner_texts()
    assert len(notes) == page.locator("form.asks").count()
    assert all(size in note for note in notes)
    assert sum("Python" in note for note in notes) == 1
    form = form_of(page)
    fill(form, right())
    form.get_by_role("button", name="Check").click()
    said(form)
    assert set(page.locator(".asks-price").all_inner_texts()) == {""}


def test_another_one_is_asked_judged_explained_and_found_again(show, html):
    page = show(page_of(html, EXERCISE))
    form = form_of(page)
    exercise = form.locator("xpath=..")
    own = exercise.locator(":scope > p").nth(1)
    assert own.is_visible()
    form.get_by_role("button", name="New numbers").click()
    assert "other numbers now" in said(form)
    assert own.count() == 0  # folded, so that two questions do not contradict
    assert not exercise.locator(".answer-original").evaluate("(one) => one.open")
    link = form.locator(".answer-variant a").inner_text()
    seed = int(link.removeprefix("Link to variant "))
    question = protocol.answer({"do": "variant", "exercise": EXERCISE, "seed": seed})
    shown = form.locator(".answer-question").inner_text()
    assert question["question"][0].replace("`", "") in shown
    fill(form, right(seed=seed))
    form.get_by_role("button", name="Check").click()
    assert "right" in said(form)
    form.get_by_role("button", name="Explain these numbers").click()
    said(form)
    assert right(seed=seed)[0] in form.locator(".answer-explanation").inner_text()
    address = form.locator(".answer-variant a").get_attribute("href")
    page.goto(address)
    page.reload()
    again = form_of(page)
    again.get_by_role("button", name=f"Show variant {seed}").click()
    assert "other numbers now" in said(again)
    assert shown.split("\n")[-1] in again.locator(".answer-question").inner_text()
    again.get_by_role("button", name="The book's numbers").click()
    assert "book's numbers again" in said(again)
    assert again.locator(".answer-question").is_hidden()
    assert page.locator(".answer-original, .answer-whose").count() == 0
    assert again.locator("xpath=..").locator(":scope > p").nth(1).is_visible()
    assert again.get_by_role("button", name="Explain").count() == 0


def test_every_exercise_answers_in_the_browser_as_in_cpython(show, html):
    page = show(page_of(html, EXERCISE))
    for label, chapter in catalogue.labels_that_answer().items():
        for seed in (None, 3, 4711):
            asked = {"exercise": label, "chapter": chapter, "seed": seed}
            answers = right(label, seed)
            for request in (
                {"do": "variant", **asked},
                {"do": "explain", **asked},
                {"do": "judge", "typed": answers, **asked},
                {"do": "judge", "typed": ["7" for _ in answers], **asked},
            ):
                assert ask(page, **request) == protocol.answer(request), request


def test_every_exercise_has_its_form(html):
    asked = set()
    for path in (html / "book").glob("*.html"):
        text = path.read_text("utf-8")
        for label in catalogue.labels_that_answer():
            if f'data-exercise="{label}"' in text:
                asked.add(label)
    chapters = {path.stem for path in (html / "book").glob("*.html")}
    wanted = {
        label
        for label, chapter in catalogue.labels_that_answer().items()
        if chapter in chapters
    }
    assert asked == wanted


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_axe_finds_nothing_with_an_answer_open(show, html, scheme, width):
    page = show(
        page_of(html, EXERCISE),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
    )
    form = form_of(page)
    form.get_by_role("button", name="New numbers").click()
    said(form)
    form.get_by_role("button", name="Explain these numbers").click()
    said(form)
    fill(form, ["1" for _ in form.locator("input").all()])
    form.get_by_role("button", name="Check").click()
    said(form)
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_and_on_paper_the_page_is_as_before(show, html):
    page = show(page_of(html, EXERCISE), java_script_enabled=False)
    assert form_of(page).is_hidden()
    page = show(page_of(html, EXERCISE))
    assert form_of(page).is_visible()
    page.emulate_media(media="print")
    assert form_of(page).is_hidden()
