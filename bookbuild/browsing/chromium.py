"""The system's Chromium, driven by Playwright.

Playwright could fetch a browser of its own from another host; the system's package is
looked after by whoever looks after the machine. Its headless shell comes first: the
same engine without a window, where the whole browser prepares, for every page that is
opened, the pages of its own toolbar as well. Opening a page took the processor a third
of the time (Chromium 156, twelve pages of the book).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from bookbuild.errors import CommandError

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
)
OPTIONS = (
    "--no-sandbox",  # which a container without privileges does not allow
    "--disable-gpu",
    "--disable-background-networking",
)


def executable() -> str:
    """Return where the browser is: that of CHROMIUM, or the first on the path.

    Raises
    ------
    CommandError
        If there is none.
    """
    named = os.environ.get("CHROMIUM", "")
    if named:
        if found := shutil.which(named):
            return found
        raise CommandError(
            f"CHROMIUM is {named!r}, which cannot be run; set it to the path of "
            "Chromium, or unset it to use the one on the path"
        )
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise CommandError(
        f"no browser: none of {', '.join(NAMES)} is on the path; install Chromium "
        "(Debian, Ubuntu: apt-get install chromium), or set CHROMIUM to its path"
    )


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a browser while the block runs.

    Yields
    ------
    playwright.sync_api.Browser
        The browser, with an empty profile.

    Raises
    ------
    CommandError
        If there is no browser, or it does not start.
    """
    path = executable()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=path, args=list(OPTIONS)
            )
        except Error as error:
            first = str(error).strip().splitlines()[0]
            raise CommandError(
                f"{path} does not start: {first}; try it by hand: "
                f"{path} --headless --no-sandbox --dump-dom about:blank"
            ) from error
        try:
            yield browser
        finally:
            browser.close()
