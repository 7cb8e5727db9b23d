"""What the tests of the pages that answer share: the pages, and how to use them."""

import json
import statistics
import time

EXPLORER = "book/explorer.html"
READY = 60_000  # milliseconds until Python must have answered, on a busy machine
# Asks Python in the page, without a form, and tells how long it took.
ASK = """async (request) => {
  const start = performance.now();
  const answer = await python.ask(request);
  return { answer, took: performance.now() - start };
}"""
# A piece of work in the page, and the milliseconds that it took on the idle machine on
# which the limits were set.
WORK = """() => {
  const start = performance.now();
  let sum = 0;
  for (let k = 0; k < 2e7; k += 1) sum += Math.sqrt(k);
  return [performance.now() - start, sum];
}"""
IDLE = 60.0


def slowness(page):
    """Return how many times as long as on an idle machine work takes at this moment.

    A machine under load is slow, not wrong.
    """
    return page.evaluate(WORK)[0] / IDLE


def limit(idle, slow):
    """Return a limit for an idle machine, on one that was so slow time and again."""
    return idle * max(1.0, statistics.median(slow))


def page_of(html, exercise):
    """Return the address of the page that holds an exercise."""
    mark = f'data-exercise="{exercise}"'
    for path in sorted((html / "book").glob("*.html")):
        if mark in path.read_text("utf-8"):
            return path.relative_to(html).as_posix()
    raise AssertionError(f"no page asks {exercise}")


def ask(page, **request):
    """Return the answer of Python in a page."""
    return page.evaluate(ASK, request)["answer"]


def said(form):
    """Return what a form says when it has done what was asked."""
    status = form.locator("[role=status]")
    stop = form.locator('[data-do="stop"]')
    stop.wait_for(state="hidden", timeout=READY)
    return status.inner_text()


def compute(page, lines):
    """Put lines into the explorer and compute them; return what it says."""
    form = page.locator("#explorer-lines")
    form.locator("textarea").fill(lines)
    begun = time.monotonic()
    form.get_by_role("button", name="Compute").click()
    told = said(form)
    return told, time.monotonic() - begun


def requests_of(page):
    """Return a list that grows by each address that a page asks for."""
    asked = []
    page.on("request", lambda one: asked.append(one.url))
    return asked


def dumped(value):
    """Return a value as JSON with its keys in order, to compare."""
    return json.dumps(value, sort_keys=True)


def until(page, expression):
    """Wait until an expression is true in a page, whose policy allows no other way."""
    for _ in range(READY // 50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")
