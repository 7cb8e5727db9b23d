"""One licence for the code and one for the text: settings, wheel, citation and pages.

Documents, pages and scripts are held to the same by bookbuild/checks/licences.py.
"""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import yaml

from bookbuild.checks import audit
from bookbuild.checks.licences import (
    ADDRESS,
    AUTHOR,
    BOTH,
    CODE,
    LECTURE,
    TEXT,
    credits_are_given,
)
from bookbuild.checks.sources import Source
from bookbuild.extensions import pages

ROOT = Path(__file__).parent.parent


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


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


def test_the_metadata_of_each_page_names_licences_lecture_and_author():
    metadata = Source("the head of a page", "".join(pages.LICENCE_TAGS))
    assert list(credits_are_given(metadata)) == []


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


def test_the_works_of_others_in_the_pages_are_named_with_their_licences():
    from bookbuild.inpage import packing

    assert "Mozilla Public License 2.0" in read("README.md")
    assert "Mozilla Public License 2.0" in packing.LICENCE_TEXT
    assert '"license": "MPL-2.0"' in read("bookbuild/npm/package-lock.json")
