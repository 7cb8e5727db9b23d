"""The build, held to its promises on a miniature book."""

import os
import signal
import time

import pytest

from tests.minibook import TOC, listed

pytestmark = pytest.mark.slow


def test_a_change_in_the_package_reaches_the_pages_and_nothing_else_runs_twice(mini):
    status, printed = mini.build()
    assert status == 0, printed
    assert "Open _build/html/index.html" in printed
    assert sorted(mini.executed()) == ["first", "script", "second"]
    assert (mini.root / "_build/html/index.html").exists()

    # Nothing changed: nothing runs.
    status, printed = mini.build()
    assert status == 0, printed
    assert mini.executed() == []

    # One chapter changed: that chapter runs.
    mini.page("second", text="A sentence, and a cell more.\n\n```{code-cell}\n1\n```")
    status, printed = mini.build()
    assert status == 0, printed
    assert mini.executed() == ["second"]

    # Only its prose changed: the page is new, and nothing runs.
    mini.page("second", text="Another sentence.\n\n```{code-cell}\n1\n```")
    status, printed = mini.build()
    assert status == 0, printed
    assert mini.executed() == []
    assert "Another sentence" in mini.html("second")

    # The package changed: all that prints its constant is new.
    mini.constant(4711)
    status, printed = mini.build()
    assert status == 0, printed
    assert sorted(mini.executed()) == ["first", "script", "second"]
    for page in ("first", "second", "gallery/lines/plot_square"):
        assert "4711" in mini.html(page)

    # Another version of anything installed: likewise.
    other = mini.root / "src" / "another-1.0.dist-info"
    mini.write(f"src/{other.name}/METADATA", "Name: another\nVersion: 1.0\n")
    status, printed = mini.build()
    assert status == 0, printed
    assert sorted(mini.executed()) == ["first", "script", "second"]

    # A chapter that is gone leaves no page behind.
    (mini.root / "book/second.md").unlink()
    toc = (mini.root / "_toc.yml").read_text()
    mini.write("_toc.yml", toc.replace("  - file: book/second\n", ""))
    status, printed = mini.build()
    assert status == 0, printed
    assert not (mini.root / "_build/html/book/second.html").exists()


def test_a_killed_build_loses_no_finished_page_and_corrupts_none(mini):
    mini.wait.touch()
    page = mini.root / "book/second.md"
    page.write_text(
        page.read_text() + "\n```{code-cell}\nimport pathlib, time\n\n"
        "while pathlib.Path(mini.WAIT).exists():\n    time.sleep(0.1)\n```\n"
    )
    process = mini.start(start_new_session=True)
    for _ in range(1200):
        if mini.runs.exists() and "second" in mini.runs.read_text():
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert sorted(mini.executed()) == ["first", "script", "second"]
    assert not (mini.root / "_build/html/book/second.html").exists()

    # And as if it had been killed in the midst of writing the first page's results.
    cached = list((mini.root / "_build/.jupyter_cache/executed").iterdir())
    assert len(cached) == 1

    mini.wait.unlink()
    status, printed = mini.build()
    assert status == 0, printed
    assert mini.executed() == ["second"]
    assert "constant 1" in mini.html("first")

    notebook = cached[0] / "base.ipynb"
    notebook.write_text(notebook.read_text()[:100])
    state = mini.root / "_build/freshness.json"
    state.write_text(state.read_text().replace("true", "false"))
    status, printed = mini.build()
    assert status == 0, printed
    assert mini.executed() == ["first"]


FAULTS = {
    "cell": ("raise ValueError('of the cell')", "the cell fails: ValueError"),
    "layer": ("import keras\nkeras.layers.Dens(4)", "has no attribute 'Dens'"),
    "nothing": ("# a comment alone", "the cell runs nothing"),
    "loud": ("import warnings\nwarnings.warn('beware')", "writes a warning"),
    "blind": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "a figure needs an alternative text",
    ),
}


def test_every_fault_is_named_with_its_file_and_line_and_stays_a_fault(mini):
    for name, (code, _) in FAULTS.items():
        mini.page(name, text=f"Text.\n\n```{{code-cell}}\n{code}\n```")
    # The page's own cell comes after the one at fault, which stands in line 17.
    mini.write(
        "book/words.md",
        "(twice)=\n# Words\n\n{ref}`nowhere`\n\n{cite}`unknown`\n\n(twice)=\n\n## More"
        "\n\n$$\n\\frac{1}{\n$$ (eq-broken)\n\n{py:func}`no.such.function`\n\n"
        "{doc}`no-such-page`\n\n{eq}`eq-none`\n\n"
        "```{shapes}\nmodel = keras.layers.Dens(3)\n```\n",
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

    for attempt in ("cold", "warm"):
        status, printed = mini.build()
        assert status == 1, f"{attempt}: {printed}"
        found = listed(printed)
        for name, (_, fragment) in FAULTS.items():
            assert any(
                line.startswith(f"book/{name}.md:17: ") and fragment in line
                for line in found
            ), (attempt, name, found)
        for start, fragment in [
            ("book/words.md:4: ", "nowhere"),
            ("book/words.md:6: ", "unknown"),
            ("book/words.md:8: ", "uplicate"),
            ("book/words.md:12: ", "cannot be drawn"),
            ("book/words.md:16: ", "no.such.function"),
            ("book/words.md:18: ", "no-such-page"),
            ("book/words.md:20: ", "eq-none"),
            ("book/words.md:22: ", "the network cannot be built: AttributeError"),
            ("book/forgotten.md: ", "isn't included in any toctree"),
            ("gallery/lines/plot_fails.py:17: ", "sow"),
            ("gallery/lines/plot_broken.py:", "SyntaxError"),
            ("gallery/lines/plot_blank.py: ", "draws nothing"),
            ("gallery/lines/plot_nan.py: ", "the fact 'lost' is nan"),
            ("gallery/lines/plot_loud.py: ", "no number: 'loss inf'"),
            ("gallery/lines/plot_empty.py: ", "no dict `facts`"),
            ("gallery/lines/plot_mute.py: ", "no dict `facts`"),
        ]:
            assert any(line.startswith(start) and fragment in line for line in found), (
                attempt,
                start,
                found,
            )
        assert "Traceback" not in printed.partition("The book is not built")[2]


@pytest.mark.parametrize(
    ("name", "text", "fragments"),
    [
        ("book/first.md", "---\nmyst: {html_meta: [\n---\n\n# A\n", ["book/first.md"]),
        ("_toc.yml", "format: jb-book\nroot: [\n", ["_toc.yml"]),
        ("_toc.yml", TOC + "  - file: book/none\n", ["book/none"]),
        ("_config.yml", "title: [\n", ["_config.yml"]),
        ("book/references.bib", "@misc{known, author = {A. Known}", ["references.bib"]),
    ],
    ids=["front matter", "toc syntax", "toc entry", "config", "bibliography"],
)
def test_broken_settings_end_in_one_line_that_names_the_file(
    mini, name, text, fragments
):
    mini.write(name, text)
    status, printed = mini.build()
    assert status == 1, printed
    found = listed(printed)
    assert found
    for fragment in fragments:
        assert any(fragment in line for line in found), printed
    assert "Traceback" not in "\n".join(found)
