"""The audit of finished pages, held to pages with planted faults."""

import pytest

from bookbuild.checks import audit

PAGE = """<html><head><title>T</title><meta name="author" content="a">
<meta name="description" content="d"><meta property="og:title" content="t">
<meta property="og:description" content="o">
<meta name="dcterms.rights" content="r"><meta name="dcterms.source" content="s">
<link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">
<link rel="stylesheet" href="_static/a.css"></head><body>
<div class="math"><span class="katex">x</span></div>
<a href="https://example.org/paper">a link a reader may follow</a>
BODY</body></html>"""


def faults(tmp_path, body="", page=PAGE, name="page"):
    (tmp_path / f"{name}.html").write_text(page.replace("BODY", body))
    return list(audit.faults(tmp_path, [name], ["/secret/builder"]))


def test_a_good_page_has_no_fault(tmp_path):
    assert faults(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        ('<script src="https://cdn.example.org/a.js"></script>', "from another host"),
        ('<img src="//example.org/a.png">', "from another host"),
        ('<link rel="stylesheet" href="http://example.org/a.css">', "another host"),
        ("<p>/secret/builder/book.md</p>", "of the building machine"),
        ("<pre>I0000 absl::InitializeLog() is called</pre>", "log line"),
        ("<pre>a.py:3: UserWarning: beware</pre>", "log line or warning"),
        ('<span class="math">raw</span>', "draws 1 of its 2 equations"),
        ("<h2>SPDX-License-Identifier: BSD-3-Clause</h2>", "for a heading"),
    ],
)
def test_a_planted_fault_is_seen(tmp_path, body, fragment):
    found = faults(tmp_path, body)
    assert len(found) == 1
    assert fragment in found[0]


@pytest.mark.parametrize("name", audit.METADATA)
def test_missing_metadata_is_seen(tmp_path, name):
    page = PAGE.replace(f'"{name}"', '"other"')
    assert any(f"no {name}" in fault for fault in faults(tmp_path, page=page))


@pytest.mark.parametrize("wrong", ["by/4.0/", "by-sa/3.0/"])
def test_another_licence_is_seen(tmp_path, wrong):
    (fault,) = faults(tmp_path, page=PAGE.replace("by-sa/4.0/", wrong))
    assert "another licence" in fault
    assert wrong in fault
    body = f'<a rel="license" href="https://creativecommons.org/licenses/{wrong}">'
    (fault,) = faults(tmp_path, body)
    assert "another licence" in fault


def test_a_page_without_a_licence_is_seen(tmp_path):
    (fault,) = faults(tmp_path, page=PAGE.replace('rel="license"', 'rel="prev"'))
    assert fault.endswith("none")


def test_an_example_without_its_parts_is_seen(tmp_path):
    found = " ".join(faults(tmp_path, name="plot_x"))
    for fragment in ("no download links", "no .py", "no .ipynb", "no figure", "runs"):
        assert fragment in found


def test_an_example_whose_download_is_gone_is_seen(tmp_path):
    body = (
        '<a class="sphx-glr-download" href="plot_x.py">p</a>'
        '<a href="plot_x.ipynb">n</a><img src="a.png">'
        '<p class="example-time">It took a second.</p>'
    )
    found = faults(tmp_path, body, name="plot_x")
    assert [fault.split(": ")[-1] for fault in found] == ["plot_x.py", "plot_x.ipynb"]
    (tmp_path / "plot_x.py").touch()
    (tmp_path / "plot_x.ipynb").touch()
    assert faults(tmp_path, body, name="plot_x") == []


def test_a_style_sheet_that_fetches_is_named_whether_or_not_a_page_loads_it(tmp_path):
    more = tmp_path / "_static" / "more"
    more.mkdir(parents=True)
    (tmp_path / "_static" / "a.css").write_text(
        '@import "more/b.css"; p { color: red }'
    )
    (more / "b.css").write_text(
        '@import "../a.css"; /* url(//c.org) */ p { cursor: url(//example.org/a) }'
    )
    (more / "c.css").write_bytes(b"/* na\xefve */ @import 'https://example.org/c.css';")
    assert faults(tmp_path) == [
        "_static/more/b.css fetches //example.org/a from another host",
        "_static/more/c.css fetches https://example.org/c.css from another host",
    ]


def test_what_is_counted_survives_among_plain_tags(tmp_path):
    body = (
        '<p class="b"><span class="math notranslate"><span class="katex">x</span>'
        '</span><span class="mathnormal">y</span></p><div class="amsmath math"></div>'
    )
    (fault,) = faults(tmp_path, body)
    assert fault.endswith("draws 2 of its 3 equations")
