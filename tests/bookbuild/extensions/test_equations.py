"""The list of equations: what its headings say."""

from bookbuild.extensions import equations

PAGE = """---
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
file_format: mystnb
---

(chap-losses)=
# Losses

## Not this one
"""


def test_a_comment_in_the_front_matter_is_no_title():
    assert equations.title_of(PAGE) == "Losses"
    assert equations.title_of("# A page without front matter\n") == (
        "A page without front matter"
    )
    assert equations.title_of("No title\n") == ""
