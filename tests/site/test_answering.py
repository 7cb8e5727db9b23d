"""Python in the page: its bytes, its time, its limits, and what it answers."""

import json
import random
import statistics
import zipfile

import pytest

from bookbuild import places
from bookbuild.browsing import hosting, packing, weighing
from bookbuild.inpage import answering
from tests.site.answering import (
    ASK,
    EXPLORER,
    ask,
    compute,
    dumped,
    limit,
    requests_of,
    said,
    slowness,
    until,
)
from tests.site.stacks import stack

NETWORK = """import keras
model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(8, 3)])
"""
FIRST = 9.0  # seconds from the click to the first answer, the median of five, if idle
LATER = 50.0  # milliseconds, if idle
BYTES = 5_000_000  # fetched, as gzip sends it
STACKS = 500


def test_nothing_is_fetched_before_a_click(show):
    page = show(EXPLORER, complain=False)
    asked = requests_of(page)
    page.reload(wait_until="networkidle")
    page.locator("#explorer-axis-none, #explorer-kernel").first.fill("5")
    assert asked
    assert not [one for one in asked if "_static/python/" in one]


def test_the_first_answer_comes_soon_and_is_light(browser, address):
    took, fetched, slow = [], [], []
    for _ in range(5):
        context = browser.new_context()
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        page.goto(f"{address}/{EXPLORER}", wait_until="networkidle")
        told, seconds = compute(page, NETWORK)
        assert told == "Computed: 2 rows, below."
        took.append(seconds)
        fetched.append(page.evaluate("PYTHON.bytes"))
        slow.append(slowness(page))
        context.close()
    print(f"first answers {[round(one, 2) for one in took]} s, {fetched[0]:,} bytes")
    assert statistics.median(took) <= limit(FIRST, slow), slow
    assert max(fetched) <= BYTES


def test_the_words_beside_a_button_say_what_is_really_fetched(browser, address, html):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/{EXPLORER}")
    files = html / "_static" / "python"
    sizes = {}
    for path in files.iterdir():
        content = path.read_bytes()
        kind = hosting.type_of(path)
        is_text = kind in hosting.TEXTS
        sizes[path.name] = len(
            hosting.compressed(path, path.stat().st_mtime_ns) if is_text else content
        )
    asked = requests_of(context)
    note = page.locator("#explorer-lines .asks-price")
    words = note.inner_text()
    compute(page, NETWORK)
    names = {one.partition("?")[0].rpartition("/")[2] for one in asked}
    total = sum(sizes[name] for name in names if name in sizes)
    assert f"{total / 1e6:.1f} MB" in words
    assert note.inner_text() == ""
    context.close()


def test_later_answers_come_at_once(show):
    page = show(EXPLORER)
    compute(page, NETWORK)
    took, slow = [], []
    for filters in range(1, 22):
        request = {"do": "model", "lines": NETWORK.replace("8", str(filters))}
        took.append(page.evaluate(ASK, request)["took"])
        slow.append(slowness(page))
    print(f"later answers: median {statistics.median(took):.1f} ms")
    assert statistics.median(took) <= limit(LATER, slow), slow


def test_random_stacks_have_the_numbers_of_cpython(show):
    page = show(EXPLORER)
    drawn = random.Random(0)  # noqa: S311  no secret
    requests = [{"do": "model", "lines": stack(drawn)} for _ in range(STACKS)]
    ours = [answering.answered(one) for one in requests]
    theirs = []
    for start in range(0, STACKS, 50):
        many = {"do": "many", "requests": requests[start : start + 50]}
        theirs += ask(page, **many)["answers"]
    wrong = [
        request["lines"]
        for request, one, other in zip(requests, ours, theirs, strict=True)
        if dumped(one) != dumped(other)
    ]
    assert wrong == []
    refused = sum("error" in one for one in ours)
    assert 20 <= refused <= STACKS // 2  # some do not fit, most do


def test_a_loop_is_stopped_and_the_next_answer_is_right(show):
    page = show(EXPLORER)
    page.evaluate("python.limit = 2")
    told, _ = compute(page, "while True: pass")
    assert "longer than 2 seconds" in told
    told, _ = compute(page, NETWORK)
    assert told == "Computed: 2 rows, below."
    assert "80" in page.locator("#explorer-result table").first.inner_text()


def test_the_reader_can_stop_it(show):
    page = show(EXPLORER)
    compute(page, NETWORK)
    form = page.locator("#explorer-lines")
    form.locator("textarea").fill("while True: pass")
    form.get_by_role("button", name="Compute").click()
    form.get_by_role("button", name="Stop").click()
    assert said(form).startswith("Stopped.")
    assert form.locator("[aria-invalid]").count() == 0  # the lines are not at fault
    told, _ = compute(page, NETWORK)
    assert told == "Computed: 2 rows, below."


def test_markup_in_a_name_is_text(show):
    page = show(EXPLORER)
    lines = """import keras
name = "<img src=x onerror=alert(1)><script>alert(2)</script>"
class Own(keras.layers.Dense): pass
Own.__name__ = name
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name=name)])
print("<b>bold</b>", name)
"""
    shown = lines.replace("Own.__name__ = name\n", "")
    told, _ = compute(page, shown)
    assert told.startswith("Computed"), told
    result = page.locator("#explorer-result")
    assert result.locator("script, b, img[src=x]").count() == 0
    assert "<img src=x" in result.locator("table").first.inner_text()
    assert "<b>bold</b>" in result.text_content()
    for picture in result.locator("img").all():
        picture.scroll_into_view_if_needed()
        assert (
            picture.evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 0
        )


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("def f(): return f()\nf()", "Line 1: a function calls itself without end"),
        ("x = [0] * 10**11", "memory"),
        ("model = (", "Line 1 is no Python"),
        ("import numpy as np", "Line 1 imports numpy, which is not here"),
        ("import js", "Line 1 imports js, which is not here"),
        ("open('/etc/passwd')", "Line 1: RuntimeError: open() is not here"),
        ("x = ().__class__.__base__", "Line 1 uses __base__"),
        ("x = 1", "leave no model"),
        ("", "There are no lines yet"),
        ("raise SystemExit", "end themselves"),
        (
            "import keras\nkeras.Sequential([keras.Input((3, 3, 1)),\n"
            "keras.layers.Conv2D(1, 5)])",
            "a kernel that spans 5 does not fit into a length of 3",
        ),
        ("import keras\nkeras.layers.Dens(3)", "did you mean"),
        ("(" * 5000, "is no Python"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(show, lines, words):
    page = show(EXPLORER)
    told, _ = compute(page, lines)
    assert words in told
    assert page.locator("#explorer-result").inner_text() == ""
    area = page.locator("#explorer-text")
    assert area.get_attribute("aria-invalid") == "true"
    assert page.locator(".explorer-example").is_hidden()
    area.press("End")
    area.type("#")
    assert area.get_attribute("aria-invalid") is None
    assert page.locator("#explorer-said").inner_text() == ""


PASTE = """(count) => {
  const held = new DataTransfer();
  held.setData("text", "x = 1\\n".repeat(count));
  const area = document.getElementById("explorer-text");
  area.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: held, cancelable: true }),
  );
}"""


def test_a_megabyte_is_refused_before_it_is_sent(show):
    page = show(EXPLORER)
    asked = requests_of(page)
    status = page.locator("#explorer-lines [role=status]")
    before = page.locator("#explorer-text").input_value()
    page.evaluate(PASTE, 180_000)
    assert "at most 200,000 are read" in status.inner_text()
    file = {"name": "x.py", "mimeType": "text/x-python", "buffer": b"y = 1\n" * 180_000}
    status.evaluate("(one) => { one.textContent = '' }")
    page.locator("#explorer-file").set_input_files(file)
    until(page, "document.querySelector('#explorer-lines .asks-said').textContent")
    assert "at most 200,000 are read" in status.inner_text()
    assert page.locator("#explorer-text").input_value() == before
    assert not [one for one in asked if "_static/python/" in one]


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ("delete window.WebAssembly", "WebAssembly"),
        ("delete window.Worker", "workers"),
        ("delete window.DecompressionStream", "too old"),
    ],
)
def test_a_browser_that_lacks_something_is_told(browser, address, lacking, words):
    context = browser.new_context()
    context.add_init_script(lacking)
    page = context.new_page()
    page.goto(f"{address}/{EXPLORER}")
    told, _ = compute(page, NETWORK)
    assert words in told
    context.close()


def test_a_download_that_fails_is_told_and_can_be_tried_again(show):
    page = show(EXPLORER, complain=False)
    page.context.route("**/library.zip.packed*", lambda route: route.abort())
    told, _ = compute(page, NETWORK)
    assert "could not be loaded" in told
    page.context.unroute("**/library.zip.packed*")
    told, _ = compute(page, NETWORK)
    assert told == "Computed: 2 rows, below."


def test_a_readers_lines_reach_no_network(show):
    page = show(EXPLORER)
    compute(page, NETWORK)
    asked = requests_of(page)
    lines = """import random
held = getattr(random, "_os")
modules = held.sys.modules
found = [name for name in modules if modules[name] and name.startswith("_pyodide")]
print(found)
js = None
for module in list(modules.values()):
    for value in list(getattr(module, "__di" + "ct__", {}).values()):
        if type(value).__name__ == "JsProxy" and hasattr(value, "fetch"):
            js = value
print("reached" if js else "closed")
if js: js.fetch("/index.html")
import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
"""
    compute(page, lines)
    page.wait_for_timeout(300)
    assert asked == []


WORKER = """() => {
  const base = new URL(`${root.dataset.content_root}_static/python/`, location.href);
  window.tried = workerOf(`worker.mjs?v=${PYTHON.digests["worker.mjs"]}`, base);
}"""
# What a worker tries, a moment later: what the browser's tools run is let through.
# A text as an address needs no network, so that only the policy stands in its way.
TRIES = {
    "import('data:text/javascript,export default 1')": "TypeError",
    "fetch('data:,text')": "TypeError",
    "new Function('return 1')()": "EvalError",
}
TRY = """() => new Promise((resolve) => {
  const attempt = async () => {
    try { await (EXPRESSION); resolve("done"); } catch (error) { resolve(error.name); }
  };
  setTimeout(attempt);
})"""


@pytest.mark.parametrize("expression", TRIES)
def test_a_worker_obeys_the_policy_of_the_page(show, expression):
    """Even before the names that lead outside are taken from it."""
    page = show(EXPLORER, complain=False)
    with page.expect_worker() as found:
        page.evaluate(WORKER)
    tried = found.value.evaluate(TRY.replace("EXPRESSION", expression))
    assert tried == TRIES[expression]


def test_it_runs_from_the_archive_on_a_server_of_ones_own(browser, html, tmp_path):
    archive = tmp_path / "site.zip"
    packing.pack(html, packing.read_me(places.ROOT), archive)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path)
    with hosting.served(tmp_path / packing.NAME) as served:
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(weighing.PATIENCE)
        elsewhere = []
        page.on(
            "request",
            lambda one: (
                one.url.startswith((served, f"blob:{served}", "data:"))
                or elsewhere.append(one.url)
            ),
        )
        page.goto(f"{served}/{EXPLORER}")
        told, _ = compute(page, NETWORK)
        assert told == "Computed: 2 rows, below."
        assert elsewhere == []
        page.goto((tmp_path / packing.NAME / EXPLORER).as_uri())
        told, _ = compute(page, NETWORK)
        assert "opened from a file" in told
        context.close()


def test_nonsense_is_answered_by_a_sentence(show):
    page = show(EXPLORER)
    for request in ({}, {"do": 3}, {"exercise": 3}, {"do": "many", "requests": 1}):
        answer = ask(page, **request)
        assert set(answer) == {"error"}, answer
        assert json.dumps(answer["error"]).endswith('."')
