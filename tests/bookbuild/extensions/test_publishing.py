"""What stands beside the pages of a published site."""

import pytest

from tests.plainbook import PlainBook

pytestmark = pytest.mark.slow

CONFIGURATION = """
from bookbuild.extensions import publishing

html_theme = "basic"
html_baseurl = ADDRESS
extensions = ["myst_parser"]
templates_path = ["templates"]


def setup(app):
    publishing.connect(app)
"""


def built(root, address):
    """Return the folder of a site of two pages."""
    book = PlainBook(root, CONFIGURATION.replace("ADDRESS", repr(address)))
    book.write("index.md", "# Index\n\n```{toctree}\none\n```\n")
    book.write("one.md", "# One\n")
    book.write("templates/404.html", "<html>Not here</html>")
    assert book.build() == ""
    return root / "_build" / "html"


def test_a_published_site_is_listed_for_search_engines(tmp_path):
    site = built(tmp_path, "https://example.org/book/")
    listed = (site / "sitemap.xml").read_text()
    assert "<loc>https://example.org/book/one.html</loc>" in listed
    assert "404" not in listed
    assert (site / "robots.txt").read_text().splitlines() == [
        "User-agent: *",
        "Allow: /",
        "Disallow: /versions/",
        "Sitemap: https://example.org/book/sitemap.xml",
    ]


def test_a_published_site_has_a_page_of_its_versions(tmp_path):
    site = built(tmp_path, "https://example.org/book/")
    assert "Nothing is released yet" in (site / "versions/index.html").read_text()


def test_without_an_address_there_is_nothing_to_list(tmp_path):
    site = built(tmp_path, "")
    assert (site / "404.html").exists()
    for name in ("sitemap.xml", "robots.txt", "versions"):
        assert not (site / name).exists()
