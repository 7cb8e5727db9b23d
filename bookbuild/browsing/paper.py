"""Turn what stands on a page of the site into what stands on paper.

Nothing moves, folds or is pressed there, and the page is light.
"""

import copy
import enum
from collections.abc import Iterator

from bs4 import BeautifulSoup, NavigableString, Tag

ON_SCREEN_ONLY = (
    "script",
    "button",
    "input",
    "[data-controls]",
    ".asks",
    ".only-dark",
    ".headerlink",
    ".explained > .meaning",
    ".eqno > .known",
    ".chapter-pages",
    ".place",
    ".steps",
    ".sections-fold",
    ".toctree-wrapper",
    ".letters-of-index",
    ".sphx-glr-download",
    # Cells that the author folded draw the figure below them; the site has them.
    "details.above-input",
)
HEADINGS = ("h5", "h4", "h3", "h2", "h1")  # the lowest first


class Solutions(enum.StrEnum):
    """Where the solutions of the exercises stand."""

    HERE = "here"
    END = "end"
    NO = "no"


def prepare(soup: BeautifulSoup, *, depth: int = 1) -> None:
    """Leave out what is for the screen, and open what is folded.

    Parameters
    ----------
    soup : bs4.BeautifulSoup
        What a page says; it is changed.
    depth : int
        By how many levels its headings come down.
    """
    for cards in soup.select(".sphx-glr-thumbnails"):
        list_examples(soup, cards)
    for selector in ON_SCREEN_ONLY:
        for tag in soup.select(selector):
            tag.decompose()
    for frame in soup.select('svg > g[data-frame][style*="display:none"]'):
        frame.decompose()
    for image in soup.find_all("img"):
        for attribute in ("loading", "decoding"):
            image.attrs.pop(attribute, None)
    for fold in soup.select("details:not(.solution)"):
        unfold(soup, fold)
    for heading in HEADINGS:
        level = min(int(heading[1]) + depth, 6)
        for tag in soup.find_all(heading):
            tag.name = f"h{level}"


def list_examples(soup: BeautifulSoup, cards: Tag) -> None:
    """Put a list in the place of the cards of some examples."""
    listed = soup.new_tag("ul", attrs={"class": "examples"})
    for card in cards.select(".sphx-glr-thumbcontainer"):
        title = card.select_one(".sphx-glr-thumbnail-title")
        question = card.select_one(".card-question")
        link = card.find("a", href=True)
        if title and question and isinstance(link, Tag):
            item = soup.new_tag("li")
            to = soup.new_tag("a", attrs={"href": str(link["href"])})
            to.string = title.get_text(strip=True)
            item.extend([to, f": {question.get_text(strip=True)}"])
            listed.append(item)
    cards.replace_with(listed)


def unfold(soup: BeautifulSoup, fold: Tag) -> None:
    """Put a box with a title in the place of something that folds."""
    fold.name = "div"
    fold.attrs.pop("open", None)
    fold["class"] = [*fold.get_attribute_list("class"), "unfolded"]
    fold["class"] = [name for name in fold["class"] if name]
    summary = fold.find("summary", recursive=False)
    if isinstance(summary, Tag):
        for word in summary.select(".when-closed"):
            word.decompose()
        summary.name = "p"
        summary["class"] = "admonition-title"


def exercises_solved(soup: BeautifulSoup) -> Iterator[tuple[Tag, Tag]]:
    """Yield each exercise that has a solution, with that solution."""
    for solution in soup.select("details.solution"):
        exercise = solution.find_previous(class_="exercise")
        if isinstance(exercise, Tag):
            yield exercise, solution


def place_solutions(soup: BeautifulSoup, where: Solutions) -> list[Tag]:
    """Open the solutions of a page, or take them out.

    Parameters
    ----------
    soup : bs4.BeautifulSoup
        What a page says; it is changed. Anchors are those of the document already.
    where : Solutions
        Where they are to stand.

    Returns
    -------
    list of bs4.Tag
        The solutions that are to stand at the end of the book, each with the title of
        its exercise, which leads back to it.
    """
    taken = []
    for exercise, solution in list(exercises_solved(soup)):
        if where is Solutions.HERE:
            unfold(soup, solution)
            continue
        solution.extract()
        if where is Solutions.END:
            unfold(soup, solution)
            link_both_ways(soup, exercise, solution)
            taken.append(solution)
    return taken


def link_both_ways(soup: BeautifulSoup, exercise: Tag, solution: Tag) -> None:
    """Let an exercise lead to its solution, and the solution back to it."""
    there = soup.new_tag(
        "a", attrs={"class": "to-solution", "href": f"#{solution['id']}"}
    )
    there.append("Solution: page ")
    there.append(page_number(soup, str(solution["id"])))
    title = exercise.find(class_="admonition-title")
    assert isinstance(title, Tag)  # noqa: S101  every exercise has one: make lint
    back = copy.copy(title)
    for level in back.select(".exercise-level"):
        before = level.previous_sibling
        if isinstance(before, NavigableString):
            before.replace_with(before.rstrip(" ·"))
        level.decompose()
    back.name = "a"
    back.attrs = {"href": f"#{exercise['id']}"}
    title.append(there)
    own = solution.find("p", class_="admonition-title", recursive=False)
    if isinstance(own, Tag):
        own.clear()
        own.append(back)


def page_number(soup: BeautifulSoup, anchor: str) -> Tag:
    """Return a place for the number of the page that an anchor is on."""
    return soup.new_tag("span", attrs={"class": "page-number", "data-of": anchor})
