"""One licence for the code and one for the text, said alike wherever it is said."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from bookbuild.checks import audit
from bookbuild.extensions import pages

ROOT = Path(__file__).parent.parent
LECTURE = "Hands-on deep learning with Keras examples"
AUTHOR = "Alexandre Boucaud"
ADDRESS = "https://github.com/aboucaud/slides"
CODE, TEXT = "BSD-3-Clause", "CC-BY-SA-4.0"
BOTH = f"SPDX-License-Identifier: {CODE} AND {TEXT}"
# Creative Commons licences other than that of the text, and codes under another one.
OTHER = re.compile(
    r"CC[- ]BY(?!-SA[- ]4\.0\b)|\bCC0\b|Attribution \d"
    r"|licenses/(?!by-sa/4\.0)[a-z-]+/\d|\bGPL|\bMIT licen|Apache licen"
)
PHOTOGRAPH = re.compile(r"licenses/by/2\.0/|CC BY 2\.0|Attribution 2\.0")
SCRIPTS = sorted((ROOT / "gallery").rglob("plot_*.py"))
CHAPTERS = sorted((ROOT / "book").glob("*.md"))


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def words(text):
    """Return a text without its line breaks."""
    return " ".join(text.split())


HEADER = f"""# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# {BOTH}
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by {AUTHOR}, under CC BY-SA 4.0:
# {ADDRESS}
"""
CREDITS = {
    "LICENSE-TEXT": read("LICENSE-TEXT"),
    "README.md": read("README.md"),
    "book/index.md": read("book/index.md"),
    "the foot of each page": read("bookbuild/templates/licence.html"),
    "the metadata of each page": "".join(pages.LICENCE_TAGS),
}


@pytest.mark.parametrize("place", CREDITS)
def test_each_place_names_the_licence_the_lecture_and_its_author(place):
    text = words(CREDITS[place])
    assert re.search("CC[- ]BY-SA[- ]4.0", text)
    assert LECTURE in text
    assert AUTHOR in text
    assert re.search("BSD[- ]3-Clause", text)
    if place != "book/index.md":  # which cites the lecture with its address
        assert ADDRESS in text


def tracked():
    """Yield the text files of the repository that may speak of a licence."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    endings = {".md", ".cff", ".html", ".py", ".toml", ".yml", ".rst", ".css", ""}
    planting = {Path(__file__), ROOT / "tests" / "book" / "test_audit.py"}
    for path in map(ROOT.joinpath, done.stdout.splitlines()):
        if path.is_file() and path.suffix in endings and path not in planting:
            yield path


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs git's list of files")
def test_nothing_names_another_licence():
    found = list(tracked())
    assert {ROOT / "LICENSE", ROOT / "CITATION.cff"} <= set(found)
    assert [fault for path in found for fault in other_licences(path)] == []


def other_licences(path):
    """Yield what a file says of other licences, but for those of the photographs."""
    text = path.read_text("utf-8", "replace")
    if "scikit-learn" in text and re.search("photograph", text, re.IGNORECASE):
        text = PHOTOGRAPH.sub("", text)
    for found in OTHER.finditer(text):
        yield f"{path.relative_to(ROOT)}: {found[0]}"


# Written with a gap, so that a search of the repository for these names finds none.
PLANTED = ["CC BY %s", "CC-BY-%s", "CC-BY-NC-SA %s", "CC BY-ND %s", "(CC0)"]
PLANTED += ["Attribution %s International", "licenses/by/%s/", "GPL 3 licence"]


@pytest.mark.parametrize("text", PLANTED)
def test_another_licence_would_be_seen(text):
    assert OTHER.search(text.replace("%s", "4.0"))


@pytest.mark.parametrize("text", ["CC BY-SA 4.0", TEXT, "licenses/by-sa/4.0/"])
def test_the_licence_of_the_text_is_no_other(text):
    assert not OTHER.search(text)


def test_the_code_has_a_licence_of_its_own():
    assert read("LICENSE").startswith("BSD 3-Clause License\n")
    assert "Creative Commons" not in read("LICENSE")
    assert f"SPDX-License-Identifier: {TEXT}" in read("LICENSE-TEXT")
    assert BOTH in read("LICENSE-TEXT")
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert project["license"] == CODE
    assert project["license-files"] == ["LICENSE"]


def test_the_wheel_is_under_the_licence_of_the_code_alone(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
    subprocess.run([*command, tmp_path], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith("/METADATA")]
        head, _, _ = archive.read(metadata).decode().partition("\n\n")
    licences = [name for name in names if "/licenses/" in name]
    assert [Path(name).name for name in licences] == ["LICENSE"]
    assert re.findall("^License-Expression: (.*)$", head, re.M) == [CODE]
    assert re.findall("^License-File: (.*)$", head, re.M) == ["LICENSE"]
    assert not [name for name in names if name.endswith(".md")]


def test_the_citation_names_both_licences_and_the_lecture():
    citation = yaml.safe_load(read("CITATION.cff"))
    assert (citation["type"], citation["license"]) == ("software", CODE)
    book = citation["preferred-citation"]
    assert (book["type"], book["license"]) == ("book", TEXT)
    config = yaml.safe_load(read("_config.yml"))
    assert book["title"] == config["title"]
    assert config["copyright"].startswith(f"{book['year']}, ")
    (lecture,) = citation["references"]
    assert (lecture["title"], lecture["license"]) == (LECTURE, TEXT)
    (author,) = lecture["authors"]
    assert f"{author['given-names']} {author['family-names']}" == AUTHOR
    assert lecture["url"] == ADDRESS
    assert lecture["year"] == 2019
    assert book["version"] == citation["version"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_each_script_names_both_licences_behind_its_docstring(path):
    text = path.read_text(encoding="utf-8")
    docstring = ast.parse(text).body[0]
    behind = text.splitlines()[docstring.end_lineno + 1 :]
    assert "\n".join(behind).startswith(HEADER)
    if "load_sample_image" in text:
        assert "CC BY 2.0" in ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_page_that_holds_code_names_both_licences(path):
    first = path.read_text(encoding="utf-8").splitlines()[:2]
    assert first == ["---", f"# {BOTH}"]


def test_a_page_is_audited_for_the_licence_that_it_is_given():
    assert audit.LICENCE == pages.LICENCE
    (link,) = [tag for tag in pages.LICENCE_TAGS if "license" in tag]
    assert f'href="{pages.LICENCE}"' in link
    assert pages.LICENCE in read("bookbuild/templates/licence.html")
    assert pages.LICENCE in read("LICENSE-TEXT")


def test_addresses_are_linked_where_they_are_set_and_nowhere_else():
    config = yaml.safe_load(read("_config.yml"))["sphinx"]["config"]
    readme, citation = read("README.md"), yaml.safe_load(read("CITATION.cff"))
    for address in (config["book_address"], config["book_tracker"]):
        assert not address or f"({address})" in readme
    linked = set(re.findall(r"\]\((https?://[^)]*)\)", readme))
    known = {config["book_address"], config["book_tracker"]}
    assert linked <= known | {ADDRESS}
    assert citation.get("url", "") == config["book_address"]
