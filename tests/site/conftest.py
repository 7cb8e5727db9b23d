"""The built book in the system's Chromium, served as a host does (make test-site)."""

import re
from pathlib import Path

import pytest

from bookbuild import places
from bookbuild.browsing import chromium, hosting, weighing

# Before the tabulator acts, all parts of a page are laid out.
TABULATOR = "dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab' }))"
OLD = re.compile(r'<script src="[^"]*_static/moved\.js"></script>')


def built():
    """Return the folder of the built book; the tests need no build to be collected."""
    return places.HTML


def pages():
    """Return the addresses of the pages that readers meet, without those that moved."""
    html = built()
    return [
        name
        for name in weighing.pages_of(html)
        if name != "index.html" and not OLD.search((html / name).read_text("utf-8"))
    ]


def pytest_generate_tests(metafunc):
    if "page_name" in metafunc.fixturenames:
        names = pages()
        if wanted := getattr(metafunc.module, "wanted", None):
            names = [name for name in names if wanted(name)]
        metafunc.parametrize("page_name", names)


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built book."""
    if not (built() / "index.html").exists():
        pytest.fail("the book is not built: run make book first", pytrace=False)
    return built()


@pytest.fixture(scope="session")
def address(html):
    """Where the book is served."""
    with hosting.served(html) as served:
        yield served


@pytest.fixture(scope="session")
def browser():
    with chromium.launched() as launched:
        yield launched


@pytest.fixture
def show(browser, address, request):
    """Open a page; what it complains of fails the test, and a picture is kept then.

    The function takes a page's address and options of a browser context. All parts of
    the page are laid out, unless it is to stay as it was entered.
    """
    contexts = []
    complaints = []

    def shown(name, *, complain=True, as_entered=False, **options):
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(weighing.PATIENCE)
        if complain:
            page.on(
                "console",
                lambda said: said.type == "error" and complaints.append(said.text),
            )
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "request",
                lambda asked: (
                    asked.url.startswith((address, "data:", "blob:"))
                    or complaints.append(f"asks another host for {asked.url}")
                ),
            )
        page.goto(f"{address}/{name}", wait_until="load")
        if options.get("java_script_enabled", True) and not as_entered:
            page.evaluate(TABULATOR)
        return page

    yield shown
    failed = getattr(request.node, "failed", False)
    for number, context in enumerate(contexts):
        if failed and context.pages:
            folder = places.BUILD / "screenshots"
            folder.mkdir(parents=True, exist_ok=True)
            name = re.sub(r"[^\w.-]+", "-", request.node.name)
            context.pages[-1].screenshot(path=folder / f"{name}-{number}.png")
        context.close()
    assert not complaints, "\n".join(dict.fromkeys(complaints))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" and report.failed:
        item.failed = True
    return report
