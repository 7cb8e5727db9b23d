"""How the page of an example shows facts and times; test_pages.py builds one."""

import pytest
from docutils import nodes

from bookbuild.extensions import examples


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "yes"),
        (False, "no"),
        (12345, "12,345"),
        (-3, "\N{MINUS SIGN}3"),
        (0.0, "0"),
        (0.56789, "0.568"),
        (-0.5, "\N{MINUS SIGN}0.5"),
        (1234.5, "1,234"),
        (1.0, "1"),
        (2.34e-7, "2.34 \N{MULTIPLICATION SIGN} 10⁻⁷"),
        (6.02e23, "6.02 \N{MULTIPLICATION SIGN} 10²³"),
        ("word", "word"),
        ([1, 2.5, "a"], "1, 2.5, a"),
        (list(range(20)), "0 … 19 (20 values)"),
        ([], ""),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (None, "–"),  # noqa: RUF001
    ],
)
def test_a_fact_is_shown_with_three_digits(value, shown):
    assert examples.shown(value) == shown


def test_facts_in_a_dict_have_rows_of_their_own():
    found = {"a": 1, "sigmoid": {"steepest": 0.25, "at 4": {"x": 2}}}
    assert examples.rows_of(found) == [
        ("a", "1"),
        ("sigmoid, steepest", "0.25"),
        ("sigmoid, at 4, x", "2"),
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about a second"),
        (12.4, "12 seconds"),
        (89, "89 seconds"),
        (130, "2 minutes"),
    ],
)
def test_a_time_is_told_as_people_say_it(seconds, words):
    assert examples.in_words(seconds) == words


def test_a_long_table_is_folded():
    table = examples.table_of({f"fact {k}": k for k in range(12)})
    assert "<details" in table.astext()
    assert "All 12 numbers" in table.astext()
    assert "<details" not in examples.table_of({"fact": 1}).astext()


def test_users_are_found_by_what_they_show_and_quote(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/a\nchapters:\n- file: book/b\n- file: book/c\n"
    )
    (tmp_path / "book/a.md").write_text(
        "{fact}`lines/plot_x found | .2f` and again {fact}`lines/plot_x more`\n"
    )
    (tmp_path / "book/b.md").write_text(
        "```{eval-rst}\n.. minigallery::\n   gallery/lines/plot_x.py\n"
        "   gallery/lines/plot_y.py\n```\n"
    )
    (tmp_path / "book/c.md").write_text("Nothing.\n")
    assert examples.users_of(tmp_path) == {
        "lines/plot_x": ["book/a", "book/b"],
        "lines/plot_y": ["book/b"],
    }


LICENSED = """# SPDX-FileCopyrightText: 2026 The authors
# SPDX-License-Identifier: BSD-3-Clause
# From a lecture.

import keras

# A comment of the code.
x = 1
"""


def test_the_first_code_of_a_page_has_no_comments_on_its_licence():
    document = nodes.container()
    document += nodes.literal_block("x = 0\n", "x = 0\n")
    document += nodes.literal_block(LICENSED, LICENSED)
    examples.remove_licence(document)
    other, code = document.children
    assert other.astext() == "x = 0\n"
    assert code.astext() == "import keras\n\n# A comment of the code.\nx = 1\n"
    assert code.rawsource == code.astext()  # else it loses its colours
