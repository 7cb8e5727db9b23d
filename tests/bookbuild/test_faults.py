"""What the build says of its faults, from output such as tools print."""

from pathlib import Path

from bookbuild import building, faults

ROOT = Path("/somewhere/book")


def told(text):
    return faults.faults_in(text.splitlines(), ROOT)


def test_a_warning_keeps_its_place_and_loses_colours_and_markers():
    text = "\x1b[91m/somewhere/book/book/a.md:7: WARNING: undefined label: 'x' "
    text += "[ref.ref]\x1b[0m"
    assert told(text) == ["book/a.md:7: undefined label: 'x'"]


def test_a_warning_behind_a_step_on_the_same_line_is_found():
    text = "checking consistency... /somewhere/book/book/b.md: WARNING: "
    text += "document isn't included in any toctree"
    assert told(text) == ["book/b.md: document isn't included in any toctree"]


def test_a_warning_in_a_docstring_names_the_file_and_the_function():
    text = "/somewhere/book/src/a.py:docstring of byhand.a.f:17: WARNING: no such class"
    assert told(text) == ["src/a.py:docstring of byhand.a.f:17: no such class"]
    text = "/somewhere/book/src/a.py:docstring of byhand.a.f:: WARNING: no such class"
    assert told(text) == ["src/a.py:docstring of byhand.a.f:: no such class"]


def test_the_same_fault_is_told_once():
    line = "/somewhere/book/book/a.md:7: WARNING: twice\n"
    assert told(line * 3) == ["book/a.md:7: twice"]


def test_noise_of_kernels_is_no_fault():
    text = (
        "WARNING: All log messages before absl::InitializeLog() is called\n"
        "[IPKernelApp] WARNING | Kernel is running over TCP\n"
        "/somewhere/book/book/a.md:1: WARNING: real\n"
    )
    assert told(text) == ["book/a.md:1: real"]


def test_a_failing_example_is_named_with_the_line_of_the_script():
    text = """
    gallery/lines/plot_a.py failed leaving traceback:

    Traceback (most recent call last):
      File "/somewhere/book/gallery/lines/plot_a.py", line 12, in <module>
        f()
      File "/elsewhere/library.py", line 99, in f
        raise ValueError("no")
    ValueError: no
    """
    assert told(text) == ["gallery/lines/plot_a.py:12: ValueError: no"]


def test_an_exception_without_a_place_ends_in_its_own_words_and_the_log():
    text = "Traceback (most recent call last):\n  File x\n"
    text += "KeyError: 'lost'\nRuntimeError: \n"
    assert told(text) == ["KeyError: 'lost'; see _build/build.log"]
    assert told("nothing at all") == ["the build stopped; see _build/build.log"]


def test_each_fault_that_has_a_remedy_gets_it():
    assert "book/references.bib" in faults.remedy('could not find bibtex key "x"')
    assert "_toc.yml" in faults.remedy("document isn't included in any toctree")
    assert "PARTS" in faults.remedy("Unknown interpreted text role 'shout'")
    assert "PARTS" in faults.remedy("Unknown directive type: 'shout' [myst.directive]")
    assert faults.remedy("something new") == ""


def test_settings_that_cannot_be_read_are_named_with_their_line(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "_config.yml").write_text("title: a\nauthor: [\n")
    (tmp_path / "book" / "references.bib").write_text("@misc{a, title = {open}")
    found = list(building.settings_faults(tmp_path))
    assert found[0].startswith("_config.yml:3: not YAML")
    assert found[1].startswith("_toc.yml: No such file")
    assert found[2].startswith("book/references.bib:1: not BibTeX")
