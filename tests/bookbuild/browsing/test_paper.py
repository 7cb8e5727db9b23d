"""What is for the screen is left out on paper; solutions stand where they are asked."""

import pytest
from bs4 import BeautifulSoup

from bookbuild.browsing import paper
from bookbuild.browsing.drawn import Equations
from bookbuild.browsing.paper import Solutions

EXERCISE = """
<h2 id="s">Section<a class="headerlink" href="#s">#</a></h2>
<details class="admonition hide above-input"><summary>Show the code</summary>
<pre>plot()</pre></details>
<img class="only-light" loading="lazy" src="a.svg"><img class="only-dark" src="b.svg">
<div class="exercise routine admonition" id="x--ex">
<p class="admonition-title"><span class="caption-number">Exercise 8.1 </span>
(By hand) · <span class="exercise-level">routine</span></p><p>How much?</p></div>
<details class="solution admonition" id="x--solution">
<summary class="admonition-title">
<span class="when-closed">Show the solution</span>
<span class="when-open">Solution</span>
of exercise 8.1</summary><p>Three quarters.</p></details>
"""


@pytest.fixture
def soup():
    made = BeautifulSoup(EXERCISE, "html.parser")
    paper.prepare(made)
    return made


def test_what_is_for_the_screen_is_left_out(soup):
    text = str(soup)
    for gone in ("headerlink", "plot()", "b.svg", "lazy"):
        assert gone not in text
    assert "a.svg" in text
    assert soup.h3.get_text() == "Section"


def test_solutions_stay_in_place_open(soup):
    assert paper.place_solutions(soup, Solutions.HERE) == []
    assert soup.find("details") is None
    title = soup.select_one(".solution .admonition-title").get_text()
    assert " ".join(title.split()) == "Solution of exercise 8.1"


def test_solutions_go_to_the_end_with_links_both_ways(soup):
    (solution,) = paper.place_solutions(soup, Solutions.END)
    assert "Three quarters" not in str(soup)
    there = soup.select_one(".exercise a.to-solution")
    assert there["href"] == "#x--solution"
    assert there.find(class_="page-number")["data-of"] == "x--solution"
    back = solution.find("a")
    assert back["href"] == "#x--ex"
    assert " ".join(back.get_text().split()) == "Exercise 8.1 (By hand)"
    assert "Three quarters" in solution.get_text()


def test_solutions_can_be_left_out(soup):
    assert paper.place_solutions(soup, Solutions.NO) == []
    assert "Three quarters" not in str(soup)
    assert "olution" not in soup.get_text()


def test_an_equation_is_drawn_once_and_labelled_with_its_latex():
    page = (
        '<p>If <span class="katex"><span class="katex-mathml"><math><semantics>'
        '<mi>a</mi><annotation encoding="application/x-tex">a &lt; \n b</annotation>'
        '</semantics></math></span><span class="katex-html" aria-hidden="true">'
        '<span class="base"><span>a</span></span></span></span>, stop.</p>'
    )
    equations = Equations()
    bare = equations.take_out(page)
    assert bare == '<p>If <drawn-equation n="0"></drawn-equation>, stop.</p>'
    whole = BeautifulSoup(bare, "html.parser").decode()
    soup = BeautifulSoup(equations.put_back(whole), "html.parser")
    assert soup.find("math") is None
    assert soup.select_one(".katex-html")["aria-label"] == "a < b"
    assert soup.select_one(".katex-html")["role"] == "img"
    assert soup.get_text() == "If a, stop."
