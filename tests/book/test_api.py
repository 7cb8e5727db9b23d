"""Each line of book/api.md that checks a gradient is run, there or with its framework.

The page shows the lines in tables and runs them in hidden cells, so that both hold the
same text only if something compares them.
"""

import re

import pytest

from bookbuild import places
from bookbuild.checks import reading, sources
from tests.backends import test_api_lines as elsewhere

PAGE = sources.read(places.ROOT, "book/api.md").text
LINES = re.findall(r"^\|.*\| `(check_\w+\(.*\))` \|$", PAGE, re.MULTILINE)
RUN_ELSEWHERE = {*elsewhere.TORCH, *elsewhere.JAX, *elsewhere.TENSORFLOW}


def strings_of(page):
    """Return the line that each call of holds on a page is given."""
    code = "\n".join(cell.code for cell in reading.cells_of(page))
    return {
        found[1] or found[2]
        for found in re.finditer(r"""holds\(\s*(?:"(.*?)"|'(.*?)')[,)]""", code)
    }


def test_there_are_lines_for_functions_layers_tensors_and_sets():
    assert len(LINES) > 35
    assert RUN_ELSEWHERE.issubset(LINES)


@pytest.mark.parametrize("line", sorted(set(LINES)))
def test_a_line_of_a_table_is_run(line):
    assert line in strings_of(PAGE) | RUN_ELSEWHERE


def test_a_line_that_is_run_is_in_a_table():
    assert strings_of(PAGE).issubset(LINES)
