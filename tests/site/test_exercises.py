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
    assert set(form.locator(".answer-verdict").all_inner_texts()) == {"Right."}


def test_a_wrong_answer_is_told_apart(show, html):
    page = show(page_of(html, EXERCISE))
    form = form_of(page)
    fill(form, ["1" for _ in right()])
    form.get_by_role("button", name="Check").click()
    assert "see beside what you typed" in said(form)
    fill(form, ["many" for _ in right()])
    form.get_by_role("button", name="Check").click()
    said(form)
    until(
        page, "document.querySelector('form.answer [data-verdict=unreadable]') !== null"
    )


def test_an_empty_answer_loads_nothing(show, html):
    page = show(page_of(html, EXERCISE))
    asked = requests_of(page)
    form = form_of(page)
    button = form.locator("button[type=submit]")
    assert "MB)" in button.inner_text()
    button.click()
    assert said(form) == "Type an answer first."
    assert not [one for one in asked if "_static/python/" in one]


def test_another_one_is_asked_judged_explained_and_found_again(show, html):
    page = show(page_of(html, EXERCISE))
    form = form_of(page)
    form.get_by_role("button", name="Another one").click()
    assert "stands above" in said(form)
    seed = int(form.locator(".answer-variant a").inner_text().removeprefix("Variant "))
    question = protocol.answer({"do": "variant", "exercise": EXERCISE, "seed": seed})
    shown = form.locator(".answer-question").inner_text()
    assert question["question"][0].replace("`", "") in shown
    fill(form, right(seed=seed))
    form.get_by_role("button", name="Check").click()
    assert "right" in said(form)
    form.get_by_role("button", name="Show how").click()
    said(form)
    assert right(seed=seed)[0] in form.locator(".answer-explanation").inner_text()
    address = form.locator(".answer-variant a").get_attribute("href")
    page.goto(address)
    page.reload()
    again = form_of(page)
    again.get_by_role("button", name=f"Show variant {seed}").click()
    assert "stands above" in said(again)
    assert shown.split("\n")[-1] in again.locator(".answer-question").inner_text()
    again.get_by_role("button", name="The book's own numbers").click()
    assert "own numbers again" in said(again)
    assert again.locator(".answer-question").is_hidden()


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
    form.get_by_role("button", name="Another one").click()
    said(form)
    form.get_by_role("button", name="Show how").click()
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
