"""What a page costs the reader's link and the reader's device.

A page is loaded on a phone's screen from a server that compresses; what it fetched is
counted when it is shown, and again when the reader has scrolled to its end.
"""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from bookbuild.browsing import chromium, hosting

PHONE = {"width": 360, "height": 780}  # CSS pixels
STEP = 700  # pixels scrolled at a time
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
    """
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True)
    try:
        shown = context.new_page()
        shown.set_default_timeout(PATIENCE)
        shown.add_init_script(OBSERVE)
        network = context.new_cdp_session(shown)
        network.send("Network.enable")
        sizes: list[float] = []
        network.on(
            "Network.loadingFinished",
            lambda event: sizes.append(event["encodedDataLength"]),
        )
        shown.goto(f"{address}/{page}", wait_until="networkidle")
        first, requests = sum(sizes), len(sizes)
        height = shown.evaluate("document.documentElement.scrollHeight")
        for place in range(0, height, STEP):
            shown.evaluate("(place) => scrollTo(0, place)", place)
            shown.wait_for_timeout(10)
        shown.wait_for_load_state("networkidle")
        return Weight(
            page=page,
            kilobytes=first / KILOBYTE,
            requests=requests,
            scrolled=sum(sizes) / KILOBYTE,
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
