"""What a page costs the reader's link and the reader's device.

A page is loaded on a phone's screen from a server that compresses; what it fetched is
counted when it is shown, and again when the reader has scrolled to its end.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from bookbuild.browsing import chromium, hosting
from bookbuild.errors import CommandError

PHONE = {"width": 360, "height": 780}  # CSS pixels
STEP = 700  # pixels scrolled at a time
QUIET = 0.5  # seconds without a request after which a page has what it needs
PATIENCE = 180_000  # milliseconds, for a busy machine
KILOBYTE = 1000  # bytes
OBSERVE = """
window.layoutShift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.layoutShift += entry.value;
  }
}).observe({ type: "layout-shift", buffered: true });
"""
# The site scrolls smoothly where a reader lets it: a step would take half a second, and
# the next would begin before it ends. A step is shown when two frames have been drawn;
# a browser without a screen may draw none, and is not waited for.
SCROLL = """async (step) => {
  const page = document.documentElement;
  const frame = () => new Promise((done) => {
    requestAnimationFrame(done);
    setTimeout(done, 200);
  });
  for (let top = 0; top < page.scrollHeight; top += step) {
    scrollTo({ top, behavior: "instant" });
    await frame();
    await frame();
  }
}"""


@dataclass(frozen=True)
class Weight:
    """What one page costs.

    Attributes
    ----------
    page : str
        Its address below the root of the site.
    kilobytes, requests : float, int
        What was fetched for the first view, compressed, in units of 1,000 bytes.
    scrolled : float
        The kilobytes when its end is reached.
    nodes : int
        The elements of the document.
    shift : float
        The cumulative layout shift, as web.dev defines it.
    """

    page: str
    kilobytes: float
    requests: int
    scrolled: float
    nodes: int
    shift: float

    def __str__(self) -> str:
        """Return a line of a table."""
        return (
            f"{self.page:45} {self.kilobytes:6.0f} kB {self.requests:3} requests "
            f"{self.scrolled:6.0f} kB scrolled {self.nodes:6} nodes "
            f"{self.shift:.3f} shift"
        )


class Traffic:
    """What a page has fetched, and what it still waits for.

    Playwright's "networkidle" is reached once: it says nothing of what is fetched
    while the reader scrolls.

    Parameters
    ----------
    network : playwright.sync_api.CDPSession
        A session with the page, before it is opened.
    """

    def __init__(self, network: CDPSession) -> None:
        self.sizes: list[float] = []
        self._waiting: dict[str, str] = {}
        self._latest = time.monotonic()
        network.on("Network.requestWillBeSent", self._sent)
        network.on("Network.loadingFinished", self._finished)
        network.on("Network.loadingFailed", self._ended)
        network.send("Network.enable")

    def __repr__(self) -> str:
        """Return how much has come, and how much has not."""
        return f"Traffic({len(self.sizes)} fetched, {len(self._waiting)} on the way)"

    def _sent(self, event: dict) -> None:
        self._waiting[event["requestId"]] = event["request"]["url"]
        self._latest = time.monotonic()

    def _finished(self, event: dict) -> None:
        self.sizes.append(event["encodedDataLength"])
        self._ended(event)

    def _ended(self, event: dict) -> None:
        self._waiting.pop(event["requestId"], None)
        self._latest = time.monotonic()

    def settle(self, page: Page) -> None:
        """Wait until all has come and nothing more was asked for.

        Parameters
        ----------
        page : playwright.sync_api.Page
            The page.

        Raises
        ------
        CommandError
            If something is still on the way after `PATIENCE`.
        """
        end = time.monotonic() + PATIENCE / 1000
        self._latest = time.monotonic()
        while self._waiting or time.monotonic() < self._latest + QUIET:
            if time.monotonic() > end:
                asked = ", ".join(self._waiting.values()) or "one thing after another"
                raise CommandError(
                    f"{page.url} still fetches after {PATIENCE / 1000:g} s: {asked}"
                )
            page.wait_for_timeout(50)


def weigh(browser: Browser, address: str, page: str) -> Weight:
    """Return what one page costs.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
        A browser, whose cache is not used.
    address : str
        Where the site is served.
    page : str
        The page, below the root of the site.

    Raises
    ------
    CommandError
        If the page does not come to rest.
    """
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True)
    try:
        shown = context.new_page()
        shown.set_default_timeout(PATIENCE)
        shown.add_init_script(OBSERVE)
        traffic = Traffic(context.new_cdp_session(shown))
        shown.goto(f"{address}/{page}", wait_until="load")
        traffic.settle(shown)
        first, requests = sum(traffic.sizes), len(traffic.sizes)
        shown.evaluate(SCROLL, STEP)
        traffic.settle(shown)
        return Weight(
            page=page,
            kilobytes=first / KILOBYTE,
            requests=requests,
            scrolled=sum(traffic.sizes) / KILOBYTE,
            nodes=shown.evaluate("document.querySelectorAll('*').length"),
            shift=shown.evaluate("window.layoutShift"),
        )
    finally:
        context.close()


def pages_of(html: Path) -> list[str]:
    """Return the pages of a built site that readers meet."""
    found = (path.relative_to(html).as_posix() for path in html.rglob("*.html"))
    apart = ("_static/", "_downloads/", "reports/")
    return sorted(name for name in found if not name.startswith(apart))


def table(html: Path, only: str = "") -> None:
    """Print what the pages of a built site cost, a line each.

    Parameters
    ----------
    html : Path
        The folder of the built site.
    only : str
        The pages whose address holds this; all if empty.
    """
    with hosting.served(html) as address, chromium.launched() as browser:
        for page in pages_of(html):
            if only in page:
                print(weigh(browser, address, page), flush=True)
