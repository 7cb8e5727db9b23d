"""The build, held to its promises on a miniature book."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bookbuild import building, inputs, locking
from bookbuild.errors import CommandError
from tests import minibook
from tests.minibook import TOC, listed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="class")
def changing(tmp_path_factory):
    """A miniature book, built once, that the tests of a class change one by one."""
    mini = minibook.make(tmp_path_factory.mktemp("changing") / "mini")
    status, printed = mini.build()
    assert status == 0, printed
    assert "Open _build/html/index.html" in printed
    assert (mini.root / "_build/html/index.html").exists()
    assert sorted(mini.executed()) == ["first", "script", "second"]
    return mini


def built(mini):
    """Build, which must succeed; return what was executed for it."""
    status, printed = mini.build()
    assert status == 0, printed
    return sorted(mini.executed())


class TestAChange:
    """Each test begins with the book that the one before has left."""

    def test_none_at_all_is_known_in_a_moment(self, changing):
        start = time.monotonic()
        status, printed = changing.build()
        assert status == 0
        assert "nothing that it is made of has changed" in printed
        assert time.monotonic() - start < 5
        assert changing.executed() == []

    def test_of_a_finished_page_is_seen_and_mended(self, changing):
        page = changing.root / "_build/html/book/first.html"
        page.write_text("spoilt")
        (changing.root / "book/first.md").touch()
        assert built(changing) == []
        assert "spoilt" not in page.read_text()

    def test_of_a_cell_executes_that_page(self, changing):
        changing.page("second", text="One cell more.\n\n```{code-cell}\n1\n```")
        assert built(changing) == ["second"]

    def test_of_prose_executes_nothing(self, changing):
        changing.page("second", text="A sentence.\n\n```{code-cell}\n1\n```")
        assert built(changing) == []
        assert "A sentence" in changing.html("second")

    def test_of_the_package_executes_everything(self, changing):
        changing.constant(4711)
        assert built(changing) == ["first", "script", "second"]
        for page in ("first", "second", "gallery/lines/plot_square"):
            assert "4711" in changing.html(page)

    def test_a_cache_that_cannot_be_read_is_made_anew_with_a_word(self, changing):
        database = changing.root / "_build/.jupyter_cache/global.db"
        database.write_bytes(b"garbage" * 1000)
        changing.page("second", text="A word more.")
        status, printed = changing.build()
        assert status == 0, printed
        assert "cache of executed pages cannot be read" in printed
        assert changing.executed() == ["second"]  # the other page was not read again
        changing.page("first", text="A word more.")
        assert built(changing) == ["first"]

    def test_a_page_whose_results_are_half_written_is_executed_again(self, changing):
        cached = (changing.root / "_build/.jupyter_cache/executed").iterdir()
        for notebook in (folder / "base.ipynb" for folder in cached):
            if "first" in notebook.read_text():
                notebook.write_text(notebook.read_text()[:100])
        state = changing.root / "_build/freshness.json"
        state.write_text(state.read_text().replace("true", "false"))
        (changing.root / "_build/finished.json").unlink()
        assert built(changing) == ["first"]

    def test_a_chapter_that_is_gone_leaves_no_page_behind(self, changing):
        (changing.root / "book/second.md").unlink()
        toc = (changing.root / "_toc.yml").read_text()
        changing.write("_toc.yml", toc.replace("  - file: book/second\n", ""))
        assert built(changing) == []
        assert not (changing.root / "_build/html/book/second.html").exists()


WAITS = """
```{code-cell}
import pathlib, time

while pathlib.Path(mini.WAIT).exists():
    time.sleep(0.1)
```
"""


def waiting(mini):
    """Start a build whose second page waits, once the first is in the cache."""
    mini.wait.touch()
    mini.page("second")
    page = mini.root / "book/second.md"
    page.write_text(page.read_text() + WAITS)
    process = mini.start()
    cache = mini.root / "_build/.jupyter_cache/executed"
    for _ in range(1200):
        reached = mini.runs.exists() and "second" in mini.runs.read_text()
        if reached and cache.exists() and list(cache.glob("*/base.ipynb")):
            return process
        time.sleep(0.1)
    raise AssertionError("the build never came to its second page")


def of_build(mini):
    """Return the processes that run in a book's folder, kernels included."""
    found = []
    for process in psutil.process_iter():
        try:
            inside = Path(process.cwd()).is_relative_to(mini.root)
        except (psutil.Error, OSError):
            continue
        if inside and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def refuse_a_second(mini, process):
    """Ask for another build of the folder of one that is at work, which goes on."""
    status, printed = mini.build()
    assert status == 1
    assert "another build is at work" in printed
    assert "Traceback" not in printed
    assert process.poll() is None


def kill(mini, process):
    """End a build as when the power fails."""
    for each in of_build(mini):
        each.kill()
    process.communicate()
    assert sorted(mini.executed()) == ["first", "script", "second"]
    assert not (mini.root / "_build/html/book/second.html").exists()


def stop(mini, process, how):
    """Stop a build, which must end all that it has started."""
    assert len(of_build(mini)) >= 3  # the command, Jupyter Book, a kernel
    process.send_signal(how)
    printed, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Stopped." in printed
    for _ in range(100):
        if not of_build(mini):
            break
        time.sleep(0.1)
    assert of_build(mini) == []
    mini.executed()


@pytest.mark.parametrize(
    "how", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.weekly)]
)
def test_a_build_is_alone_and_loses_no_finished_page_killed_or_stopped(mini, how):
    kill(mini, waiting(mini))
    stop(mini, waiting(mini), how)
    last = waiting(mini)
    refuse_a_second(mini, last)
    mini.wait.unlink()
    last.communicate(timeout=120)
    assert last.returncode == 0
    assert mini.executed() == ["second"]
    assert "constant 1" in mini.html("first")


def test_a_folder_that_cannot_be_written_is_told(mini):
    (mini.root / "_build").write_text("in the way")
    status, printed = mini.build()
    assert status == 1
    assert "_build" in printed
    assert "free space or change the permissions" in printed
    assert "Traceback" not in printed


# Cells of a page, and what is said of each; with the first, a page ends.
FAILS = {"import json\njson.lods('4')": "the cell fails: AttributeError"}
RUN = {
    "# a comment alone": "the cell runs nothing",
    "import warnings\nwarnings.warn('beware')": "writes a warning",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);": (
        "a figure needs an alternative text"
    ),
}
FAULTS = {"fails": FAILS, "runs": RUN}


def cells(codes):
    """Return cells as a page holds them, one after another."""
    return "\n\n".join(f"```{{code-cell}}\n{code}\n```" for code in codes)


def plant_every_fault(mini):
    """Write a page or a script for each fault that a build must name."""
    mini.template = minibook.PAGE
    for name, codes in FAULTS.items():
        mini.page(name, text=f"Text.\n\n{cells(codes)}")
    # The page's own cell comes after those at fault, of which the first is in line 17.
    mini.write(
        "book/words.md",
        "(twice)=\n# Words\n\n{ref}`nowhere`\n\n{cite}`unknown`\n\n(twice)=\n\n## More"
        "\n\n$$\n\\frac{1}{\n$$ (eq-broken)\n\n{py:func}`no.such.function`\n\n"
        "{doc}`no-such-page`\n\n{eq}`eq-none`\n\n"
        "```{shapes}\nmodel = keras.layers.Dens(3)\n```\n\n"
        "{fact}`lines/plot_square width`\n\n```{explorer} everything\n```\n\n"
        "{wheel}`the wheel`\n",
    )
    mini.write("book/forgotten.md", "# Forgotten\n\nIn no table of contents.\n")
    script = mini.root / "gallery/lines/plot_square.py"
    mini.write(
        "gallery/lines/plot_blank.py", '"""\nBlank\n=====\n\nNo figure.\n"""\n\n1\n'
    )
    mini.write(
        "gallery/lines/plot_fails.py",
        script.read_text().replace("plt.show()", "plt.sow()"),
    )
    mini.write(
        "gallery/lines/plot_broken.py",
        script.read_text().replace("plt.show()", "plt.show("),
    )
    mini.write(
        "gallery/lines/plot_bare.py",
        script.read_text().replace("# Figure: A", "# A"),
    )
    facts = 'facts = {"constant": mini.CONSTANT}'
    assert facts in script.read_text()
    for name, instead in [
        ("nan", 'facts = {"lost": float("nan")}'),
        ("loud", facts + '; print("loss", 1e999)'),
        ("empty", "facts = {}"),
        ("mute", ""),
    ]:
        text = script.read_text().replace(facts, instead)
        mini.write(f"gallery/lines/plot_{name}.py", text)
    pages = "".join(f"  - file: book/{name}\n" for name in [*FAULTS, "words"])
    mini.write("_toc.yml", TOC + pages)


# Where a fault stands, and a part of what is said of it.
NAMED = [
    ("book/words.md:4: ", "nowhere"),
    ("book/words.md:6: ", "unknown"),
    ("book/words.md:8: ", "uplicate"),
    ("book/words.md:12: ", "cannot be drawn"),
    ("book/words.md:16: ", "no.such.function"),
    ("book/words.md:18: ", "no-such-page"),
    ("book/words.md:20: ", "eq-none"),
    ("book/words.md:22: ", "the network cannot be built: AttributeError"),
    ("book/words.md:26: ", "no fact 'width'"),
    ("book/words.md:28: ", "explorer takes one of"),
    ("book/words.md:31: ", "no wheel to offer"),
    ("book/forgotten.md: ", "isn't included in any toctree"),
    ("gallery/lines/plot_fails.py:17: ", "sow"),
    ("gallery/lines/plot_broken.py:", "SyntaxError"),
    ("gallery/lines/plot_blank.py: ", "draws nothing"),
    ("gallery/lines/plot_bare.py", "a figure has no caption"),
    ("gallery/lines/plot_nan.py: ", "the fact 'lost' is nan"),
    ("gallery/lines/plot_loud.py: ", "no number: 'loss inf'"),
    ("gallery/lines/plot_empty.py: ", "no dict `facts`"),
    ("gallery/lines/plot_mute.py: ", "no dict `facts`"),
]
for name, codes in FAULTS.items():
    line = 17
    for code, fragment in codes.items():
        NAMED.append((f"book/{name}.md:{line}: ", fragment))
        line += len(code.splitlines()) + 3  # its fences, and an empty line


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Return what is printed by the first, or by a second build of a book of faults."""
    folder = tmp_path_factory.mktemp("faulty") / "mini"
    mini = minibook.make(folder, template=minibook.PROSE)
    plant_every_fault(mini)
    builds = {"cold": mini.build()}

    def build(attempt):
        if attempt not in builds:
            builds[attempt] = mini.build()
        return builds[attempt]

    return build


@pytest.mark.parametrize(
    "attempt", ["cold", pytest.param("warm", marks=pytest.mark.weekly)]
)
class TestEveryFault:
    def test_is_named_with_its_file_and_line_and_stays_a_fault(self, faulty, attempt):
        status, printed = faulty(attempt)
        assert status == 1, printed
        found = listed(printed)
        for start, fragment in NAMED:
            named = [line for line in found if line.startswith(start)]
            assert any(fragment in line for line in named), (start, found)

    def test_ends_without_a_traceback(self, faulty, attempt):
        _, printed = faulty(attempt)
        assert "Traceback" not in printed.partition("The book is not built")[2]


# What a build begins with is read before Sphinx is started.
UNREADABLE = {
    "toc syntax": ("_toc.yml", "format: jb-book\nroot: [\n"),
    "config": ("_config.yml", "title: [\n"),
    "bibliography": ("book/references.bib", "@misc{known, author = {A. Known}"),
}


@pytest.mark.parametrize(("name", "text"), UNREADABLE.values(), ids=UNREADABLE)
def test_broken_settings_are_told_by_name(tmp_path, name, text):
    mini = minibook.make(tmp_path / "mini")
    mini.write(name, text)
    [told] = building.settings_faults(mini.root)
    assert told.startswith(f"{name}:")


@pytest.mark.parametrize(
    ("name", "text", "fragment"),
    [
        ("book/first.md", "---\nmyst: {html_meta: [\n---\n\n# A\n", "book/first.md"),
        ("_toc.yml", TOC + "  - file: book/none\n", "book/none"),
        (*UNREADABLE["config"], "_config.yml"),
    ],
    ids=["front matter", "toc entry", "config"],
)
def test_broken_settings_end_in_one_line_that_names_the_file(
    prose, name, text, fragment
):
    prose.write(name, text)
    status, printed = prose.build()
    assert status == 1, printed
    found = listed(printed)
    assert any(fragment in line for line in found), printed
    assert "Traceback" not in "\n".join(found)


LACKING = {
    "an exercise without title": (
        """
```{exercise}
:label: ex-one
:class: routine

Count.
```

```{solution} ex-one
:class: dropdown

One.
```
""",
        "ex-one has no title",
    ),
    "an exercise without solution": (
        """
```{exercise} Counting
:label: ex-one
:class: routine

Count.
```
""",
        "ex-one has no folded solution",
    ),
    "a display without its kind": (
        """
$$
a = b
$$ (eq-new)
""",
        "eq-new is not in book/equations/first.yml",
    ),
}


@pytest.mark.parametrize(("text", "said"), LACKING.values(), ids=LACKING)
def test_a_page_that_lacks_a_part_is_refused_before_anything_runs(tmp_path, text, said):
    mini = minibook.make(tmp_path / "mini")
    mini.page("first", text)
    [fault] = building.structure_faults(mini.root)
    assert str(fault).startswith("book/first.md:")
    assert said in fault.what


def test_a_build_ends_with_what_a_page_lacks(prose):
    prose.page("first", LACKING["an exercise without title"][0])
    status, printed = prose.build()
    assert status == 1
    [fault] = listed(printed)
    assert fault.startswith("book/first.md:")
    assert "ex-one has no title" in fault


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml", "book/references.bib"])
@pytest.mark.parametrize("content", [b"title: na\xefve\n", b"title: \x07\n"])
def test_settings_in_another_encoding_are_told_by_name(tmp_path, name, content):
    mini = minibook.make(tmp_path / "mini")
    (mini.root / name).write_bytes(content)
    told = list(building.settings_faults(mini.root))
    if name.endswith(".bib") and b"\x07" in content:
        assert told == []  # BibTeX does not mind
    else:
        assert len(told) == 1
        assert told[0].startswith(name)


def test_the_lock_is_let_go_with_its_holder(tmp_path):
    path = tmp_path / "lock"
    code = (
        "import pathlib, sys, time; from bookbuild import locking\n"
        "with locking.only_one(pathlib.Path(sys.argv[1]), 'build'):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(CommandError, match="another build is at work"),
            locking.only_one(path, "build"),
        ):
            pass
        holder.kill()
        holder.wait()
    with locking.only_one(path, "build"):
        pass


def test_a_finished_book_is_known_by_its_inputs_and_by_its_files(tmp_path):
    html = tmp_path / "html"
    html.mkdir()
    (html / "a.html").write_text("a")
    record = tmp_path / "finished.json"
    assert not building.is_finished(record, html, "inputs")
    state = {"inputs": "inputs", "outputs": inputs.state_of(html)}
    record.write_text(json.dumps(state))
    assert building.is_finished(record, html, "inputs")
    assert not building.is_finished(record, html, "other inputs")
    os.utime(html / "a.html", ns=(1, 1))
    assert not building.is_finished(record, html, "inputs")
    record.write_text(record.read_text()[:20])
    assert not building.is_finished(record, html, "inputs")
