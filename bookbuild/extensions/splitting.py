"""Show a long chapter on several pages, cut where its author lets the reader rest.

    ```{pages}
    Regression
    sec-loss-softmax: Classification
    ```

stands below the cards of a chapter. The first line is the title of the first page; each
other line names the section that begins another page, by its label, and the title of
that page. The chapter stays one source, one notebook and one set of numbers; only what
is written is cut, and every link follows (bookbuild/extensions/rendering.py). At the
top of each page stand links to all, each with the time that it takes to read.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from bookbuild.checks import times
from bookbuild.extensions.site import inline_html, number_of

logger = logging.getLogger(__name__)

CUT = re.compile(r"<!--page \d+-->")
# What all pages of a chapter are told alike.
SHARED = ("meta", "metatags", "parents")


@dataclass(frozen=True)
class Page:
    """One page of a chapter.

    Attributes
    ----------
    title : str
        Its title, as plain text.
    label : str
        The label of the section that begins it; empty for the first page.
    minutes : float
        The minutes that it takes to read; zero where nothing tells.
    """

    title: str
    label: str
    minutes: float


@dataclass(frozen=True)
class Plan:
    """The pages of a chapter, and on which of them each anchor is.

    Attributes
    ----------
    pages : tuple of Page
        The pages, two at least.
    places : dict of str to int
        For each anchor the number of its page, from 1.
    """

    pages: tuple[Page, ...]
    places: dict[str, int]


class PageList(nodes.General, nodes.Element):
    """Stands where an author lists the pages, until their sections are known."""


def plans(env: BuildEnvironment) -> dict[str, Plan]:
    """Return the plan of every chapter that has several pages."""
    return vars(env).setdefault("plans_of_pages", {})


def name_of(document: str, number: int) -> str:
    """Return the name of a page of a chapter; the first has that of the chapter."""
    return document if number == 1 else f"{document}-{number}"


def all_names(env: BuildEnvironment) -> Iterator[str]:
    """Yield the names of the pages that chapters have beside their first."""
    for document, plan in plans(env).items():
        for number in range(2, len(plan.pages) + 1):
            yield name_of(document, number)


def page_with(env: BuildEnvironment, document: str, anchor: str) -> str:
    """Return the name of the page of a document that holds an anchor."""
    plan = plans(env).get(document)
    return name_of(document, plan.places.get(anchor, 1)) if plan else document


class Pages(SphinxDirective):
    """Where a chapter is cut into pages."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a node that holds the list."""
        lines = [line.strip() for line in self.content if line.strip()]
        if len(lines) < 2:
            raise self.error(
                "a chapter on several pages needs the title of the first page, and a "
                "line `label: title` for each other one"
            )
        titles = [("", lines[0])]
        for line in lines[1:]:
            label, colon, title = line.partition(": ")
            if not colon or not title:
                raise self.error(
                    f"{line!r} is not `label: title`, with the label of the section "
                    "that begins a page"
                )
            titles.append((label, title))
        text = Path(self.env.doc2path(self.env.docname)).read_text(encoding="utf-8")
        place = PageList(titles=titles, minutes=minutes_of(text, titles))
        self.set_source_info(place)
        return [place]


def minutes_of(text: str, titles: list[tuple[str, str]]) -> list[float]:
    """Return the minutes that each page of a chapter takes to read."""
    starts = [0, *(text.find(f"\n({label})=\n") for label, _ in titles[1:]), len(text)]
    if -1 in starts:  # sections that a directive makes
        return [0.0] * len(titles)
    return [times.minutes_to_read(text[a:b]) for a, b in pairwise(starts)]


def plan_pages(app: Sphinx, doctree: nodes.document) -> None:
    """Mark the sections that begin a page, and note where each anchor is."""
    found = list(doctree.findall(PageList))
    if not found:
        return
    place = found[0]
    chapter = next(iter(doctree.findall(nodes.section)))  # that of its title
    titles = dict(place["titles"])
    sections = [one for one in chapter.children if isinstance(one, nodes.section)]
    labels = [label for label in titles if label]
    begun = {
        label: next((one for one in sections if label in one["ids"]), None)
        for label in labels
    }
    lost = [label for label, section in begun.items() if section is None]
    if lost:
        logger.warning(
            "%s is the label of no section of the first level of this chapter; a page "
            "begins with a section: correct the label",
            ", ".join(lost),
            location=place,
            type="pages",
        )
        place.parent.remove(place)
        return
    places, number = {}, 1
    for child in chapter.children:
        label = next((one for one in labels if begun[one] is child), "")
        if label:
            number += 1
            child["begins_page"] = number
            if labels.index(label) + 2 != number:
                logger.warning(
                    "the pages of this chapter are not in the order of its sections; "
                    "%s stands too late in the list",
                    label,
                    location=place,
                    type="pages",
                )
        for node in child.findall(nodes.Element):
            places.update(dict.fromkeys(node.get("ids", []), number))
    pages = tuple(
        Page(title, label, minutes)
        for (label, title), minutes in zip(
            place["titles"], place["minutes"], strict=True
        )
    )
    plans(app.env)[app.env.docname] = Plan(pages, places)
    place.parent.remove(place)


def visit_section(self: HTML5Translator, node: nodes.section) -> None:
    """Open a section, and mark the place where a page is cut."""
    if "begins_page" in node:
        self.body.append(f"<!--page {node['begins_page']}-->")
    HTML5Translator.visit_section(self, node)


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the pages of a chapter that is gone, or read again."""
    plans(env).pop(docname, None)


def short_time(minutes: float) -> str:
    r"""Return a time to read, in few letters.

    Examples
    --------
    >>> [short_time(minutes) for minutes in (2, 33, 76)]
    ['5\xa0min', '35\xa0min', 'an hour and a quarter']
    """
    return times.in_words(minutes).replace(" minutes", "\N{NO-BREAK SPACE}min")


def steps_of(plan: Plan, document: str, here: int) -> list[dict[str, Any]]:
    """Return what the template shows of a chapter's pages."""
    name = posixpath.basename(document)
    return [
        {
            "address": f"{name_of(name, number)}.html",
            "title": page.title,
            "time": short_time(page.minutes) if page.minutes else "",
            "number": number,
            "here": number == here,
        }
        for number, page in enumerate(plan.pages, start=1)
    ]


def step(steps: list[dict[str, Any]], number: int) -> dict[str, str] | None:
    """Return the link to a page of the chapter, as templates take it."""
    if not 1 <= number <= len(steps):
        return None
    return {
        "link": steps[number - 1]["address"],
        "title": steps[number - 1]["title"],
    }


def last_page(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Let the page after a chapter lead back to that chapter's last page."""
    before = app.builder.relations.get(pagename, (None, None, None))[1]  # type: ignore[attr-defined]
    plan = plans(app.env).get(before or "")
    if plan and context.get("prev"):
        target = name_of(before, len(plan.pages))
        address = app.builder.get_relative_uri(pagename, target)
        context["prev"] = {**context["prev"], "link": address}


def have_moved(before: dict[str, Plan], now: dict[str, Plan]) -> bool:
    """Tell whether an anchor of a chapter is on another of its pages than before."""
    if before.keys() != now.keys():  # cut for the first time, or whole again
        return True
    return any(
        now[document].places.get(anchor, number) != number
        for document, plan in before.items()
        for anchor, number in plan.places.items()
    )


def connect(app: Sphinx) -> None:
    """Register the directive, and write the pages that it asks for."""
    more: list[tuple[str, dict[str, Any], str]] = []
    known: dict[str, Plan] = {}  # as the pages were written before

    def remember(app: Sphinx) -> None:
        """Note how chapters were cut."""
        known.clear()
        known.update(plans(app.env))

    def written_anew(app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Return all pages if a chapter is cut elsewhere: any may link into it."""
        return sorted(env.all_docs) if have_moved(known, plans(env)) else []

    def cut(
        app: Sphinx,
        pagename: str,
        templatename: str,
        context: dict[str, Any],
        doctree: nodes.document | None,
    ) -> None:
        """Leave the first page of a chapter, and keep the others for later."""
        if doctree is None:
            return
        last_page(app, pagename, context)
        plan = plans(app.env).get(pagename)
        if plan is None or app.builder.name != "html":
            return
        pieces = CUT.split(context["body"])
        sections = context.get("page_sections", [])
        following = context.get("next")
        chapter = app.env.titles[pagename].astext()
        number_of_chapter = number_of(app.env, pagename)
        for number, piece in enumerate(pieces[1:], start=2):
            steps = steps_of(plan, pagename, number)
            own = {key: context[key] for key in SHARED if key in context}
            own.update(
                title=f"{plan.pages[number - 1].title}: {chapter}",
                body=f"<section>{piece}" + "</section>\n" * (number < len(pieces)),
                page_title=plan.pages[number - 1].title,
                chapter=inline_html(app.env.titles[pagename]),
                chapter_document=pagename,
                chapter_number=number_of_chapter,
                step_number=number,
                steps=steps,
                prev=step(steps, number - 1),
                next=step(steps, number + 1) or following,
                page_sections=[
                    one for one in sections if plan.places.get(one["anchor"]) == number
                ],
            )
            more.append((name_of(pagename, number), own, "page.html"))
        steps = steps_of(plan, pagename, 1)
        context.update(
            body=f"{pieces[0]}</section>\n",
            chapter_number=number_of_chapter,
            step_number=1,
            steps=steps,
            next=step(steps, 2),
            page_sections=[
                one for one in sections if plan.places.get(one["anchor"], 1) == 1
            ],
        )

    def others(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Yield the other pages of the chapters that were written."""
        yield from more
        more.clear()

    app.add_directive("pages", Pages)
    app.add_node(PageList)
    app.add_node(
        nodes.section,
        override=True,
        html=(visit_section, HTML5Translator.depart_section),
    )
    # After the anchors of all that a page holds are made.
    app.connect("doctree-read", plan_pages, priority=960)
    app.connect("env-purge-doc", forget)
    app.connect("builder-inited", remember)
    app.connect("env-updated", written_anew)
    # After the theme and the metadata.
    app.connect("html-page-context", cut, priority=950)
    app.connect("html-collect-pages", others)
