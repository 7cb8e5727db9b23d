"""One licence for the code and one for the text, said alike wherever it is said."""

import ast
import re
from collections.abc import Iterator

from bookbuild.checks.sources import (
    Fault,
    Source,
    line_at,
    one_line,
    tree_or_empty,
)

LECTURE = "Hands-on deep learning with Keras examples"
AUTHOR = "Alexandre Boucaud"
ADDRESS = "https://github.com/aboucaud/slides"
CODE, TEXT = "BSD-3-Clause", "CC-BY-SA-4.0"
BOTH = f"SPDX-License-Identifier: {CODE} AND {TEXT}"
HEADER = f"""# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# {BOTH}
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by {AUTHOR}, under CC BY-SA 4.0:
# {ADDRESS}
"""
CREDITS = {
    "CC BY-SA 4.0": re.compile("CC[- ]BY-SA[- ]4.0"),
    "BSD 3-Clause": re.compile("BSD[- ]3-Clause"),
    LECTURE: re.compile(LECTURE),
    AUTHOR: re.compile(AUTHOR),
    ADDRESS: re.compile(re.escape(ADDRESS)),
}
CITES = "book/index.md"  # names the lecture by its entry of the bibliography
# Creative Commons licences other than that of the text, and codes under another one.
# [ ] stands for a space so that these patterns do not find themselves.
OTHER = re.compile(
    r"CC[- ]BY(?!-SA[- ]4\.0\b)|\bCC0\b|Attribution[ ]\d"
    r"|licenses/(?!by-sa/4\.0)[a-z-]+/\d|\bGPL|\bMIT[ ]licen|Apache[ ]licen"
)
CC_BY_2 = re.compile(r"CC[ ]BY[ ]2\.0")
PHOTOGRAPH = re.compile(rf"licenses/by/[2]\.0/|{CC_BY_2.pattern}|Attribution[ ]2\.0")


def credits_are_given(document: Source) -> Iterator[Fault]:
    """Yield what a document leaves out: a licence, the lecture or its author."""
    text = one_line(document.text)
    for name, pattern in CREDITS.items():
        if not pattern.search(text) and (name, document.place) != (ADDRESS, CITES):
            yield document.fault(f"it does not name {name}; add it")


def other_licences(document: Source) -> Iterator[Fault]:
    """Yield what a file says of other licences, but for those of the photographs."""
    text = document.text
    if "scikit-learn" in text and re.search("photograph", text, re.IGNORECASE):
        text = PHOTOGRAPH.sub("", text)
    for found in OTHER.finditer(text):
        yield document.fault(
            f"{found[0]!r} is another licence than {CODE} of the code and {TEXT} of "
            "the text; correct it",
            line_at(text, found.start()),
        )


def scripts_name_both(script: Source) -> Iterator[Fault]:
    """Yield a script without the lines on its licences behind its docstring."""
    body = tree_or_empty(script.text).body
    end = body[0].end_lineno or 0 if body else 0
    behind = "\n".join(script.text.splitlines()[end + 1 :]) + "\n"
    if not behind.startswith(HEADER):
        yield script.fault(
            "the lines on its licences do not stand behind the docstring; "
            "copy them from another script",
            end + 1,
        )


def photographs_are_credited(script: Source) -> Iterator[Fault]:
    """Yield a script that shows scikit-learn's photographs and not their licence."""
    about = ast.get_docstring(tree_or_empty(script.text)) or ""
    if "load_sample_image" in script.text and not CC_BY_2.search(about):
        yield script.fault(
            "it shows a photograph and its docstring does not name that licence, "
            "CC BY 2.0; add it, with the photographer"
        )


def pages_name_both(page: Source) -> Iterator[Fault]:
    """Yield a page whose front matter does not open with both licences."""
    if page.text.splitlines()[:2] != ["---", f"# {BOTH}"]:
        yield page.fault(f"its first lines must be --- and # {BOTH}; put them there")
