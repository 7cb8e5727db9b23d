"""The archive of the site is read from a folder, without a server and a network."""

import re
import zipfile

import pytest

from bookbuild import places
from bookbuild.browsing import packing


@pytest.fixture(scope="module")
def folder(html, tmp_path_factory):
    """The archive of the built site, unpacked."""
    folder = tmp_path_factory.mktemp("offline")
    archive = folder / "site.zip"
    packing.pack(html, packing.read_me(places.ROOT), archive)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder / packing.NAME


@pytest.fixture
def read(browser, folder):
    """Open a page of the folder; whatever it complains of fails the test.

    The function takes the address of a page below the folder.
    """
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    complaints = []
    page.on(
        "console", lambda said: said.type == "error" and complaints.append(said.text)
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda asked: complaints.append(f"lacks {asked.url}"))
    page.on(
        "request",
        lambda asked: (
            asked.url.startswith(("file:", "data:"))
            or complaints.append(f"asks another host for {asked.url}")
        ),
    )

    def opened(name):
        page.goto(f"{folder.as_uri()}/{name}", wait_until="load")
        return page

    yield opened
    context.close()
    assert not complaints, "\n".join(dict.fromkeys(complaints))


def test_the_folder_begins_with_the_book(read):
    page = read("index.html")
    page.wait_for_url("**/book/index.html")
    page.locator("#contents").get_by_role("link", name="Losses").click()
    page.wait_for_url("**/book/losses.html")
    assert "Losses" in page.locator("h1").inner_text()


def test_a_chapter_has_its_equations_pictures_and_scripts(read):
    page = read("book/losses.html")
    fonts = page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts]"
        ".filter((one) => one.status === 'loaded').map((one) => one.family))"
    )
    assert any("KaTeX_Main" in family for family in fonts)
    picture = page.locator("article figure img.only-light").first
    picture.scroll_into_view_if_needed()
    page.wait_for_function(
        "document.querySelector('article figure img.only-light').naturalWidth > 0"
    )
    page.locator("button.theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") in {"light", "dark"}


def test_a_reader_searches_and_follows(read):
    page = read("search.html")
    field = page.locator(".search-here input")
    field.fill("learning rate")
    field.press("Enter")
    page.wait_for_url("**/search.html?q=learning+rate")
    result = page.locator("#search-results > li").first
    assert re.search(r"Chapter: \d+ (From one neuron|Optimisers)", result.inner_text())
    result.locator("a").first.click()
    page.wait_for_url("**/book/**.html*")
    assert page.locator("h1").count() == 1


def test_an_example_of_the_gallery_shows_its_script(read):
    page = read("book/gallery/backpropagation/plot_descent.html")
    assert page.locator("article pre").count() > 3
    assert page.locator("article a[download]").count() >= 1


def test_an_old_address_leads_on(read):
    page = read("book/losses.html#sec-loss-softmax")  # on a later page today
    page.wait_for_function("document.getElementById(location.hash.slice(1)) !== null")
    assert page.url.endswith("/book/losses-3.html#sec-loss-softmax")


def test_nothing_is_left_over(folder):
    assert list(folder.rglob("*.map")) == []
    assert list(folder.rglob(".*")) == []
    assert (folder / "README.txt").exists()
