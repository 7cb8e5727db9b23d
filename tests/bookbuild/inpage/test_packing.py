"""Python packed for the page: whole, light, the same each time, made once."""

import gzip
import io
import json
import sys
import zipfile

import pytest

from bookbuild.errors import CommandError
from bookbuild.inpage import packing, samples
from bookbuild.inpage.answering import answer

BYTES = 5_000_000
# What a reader's browser never has.
ABSENT = {"h5py", "keras", "sphinx", "yaml"}


@pytest.fixture(scope="module")
def tried():
    return packing.tried(packing.PYODIDE, packing.sources())


@pytest.fixture(scope="module")
def folder(tmp_path_factory, tried):
    """What is packed from that one trial, which takes seconds."""
    made = tmp_path_factory.mktemp("packed") / "python"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(packing, "tried", lambda *_: tried)
        packing.pack(packing.PYODIDE, made)
    return made


def names_in(folder, name):
    content = gzip.decompress((folder / f"{name}.packed").read_bytes())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {one.removesuffix("c") for one in archive.namelist()}


@pytest.mark.slow
class TestWhatIsPacked:
    def test_it_is_light(self, folder):
        runtime = packing.pack(packing.PYODIDE, folder)
        assert runtime.bytes <= BYTES
        assert set(runtime.sizes) == set(runtime.digests)

    def test_all_that_our_modules_import_was_imported_there(self, folder, tried):
        assert set(tried["absent"]) == ABSENT
        library = names_in(folder, packing.LIBRARY)
        for name in ("ast", "inspect", "json/__init__", "zipfile/__init__"):
            assert f"{name}.py" in library

    def test_our_modules_are_inside_and_no_test(self, folder):
        book = names_in(folder, packing.BOOK)
        assert book == set(packing.sources())
        assert not [name for name in book if "test" in name]

    def test_most_of_the_standard_library_is_not(self, folder):
        library = names_in(folder, packing.LIBRARY)
        assert len(library) < 200
        assert not [
            name for name in library if name.startswith(("unittest", "sqlite3"))
        ]

    def test_the_interpreter_of_the_page_answers_as_this_one_does(
        self, tried, monkeypatch
    ):
        for name in ABSENT:
            monkeypatch.setitem(sys.modules, name, None)
        asked = samples.requests()
        for request, theirs in zip(asked, tried["answers"], strict=True):
            ours = json.loads(answer(request))
            if "error" in ours:  # Python words its own errors anew from time to time
                assert "error" in json.loads(theirs), request
            else:
                assert json.loads(theirs) == ours, request

    @pytest.mark.weekly
    def test_two_runs_pack_the_same_bytes(self, folder):
        tried = packing.tried(packing.PYODIDE, packing.sources())
        again = packing.zipped(
            (path, packing.base64.b64decode(code))
            for path, code in tried["book"].items()
        )
        kept = (folder / f"{packing.BOOK}.packed").read_bytes()
        assert packing.packed(again) == kept

    def test_what_is_there_is_not_made_again(self, folder, monkeypatch):
        monkeypatch.setattr(packing, "tried", lambda *_: pytest.fail("made again"))
        packing.pack(packing.PYODIDE, folder)

    def test_its_licence_lies_beside_it(self, folder):
        text = (folder / packing.LICENCE).read_text("utf-8")
        assert "Mozilla Public License 2.0" in text
        assert "Python Software Foundation" in text


def test_an_archive_is_the_same_at_any_time():
    members = [("a.py", b"one"), ("b/c.py", b"two")]
    assert packing.zipped(members) == packing.zipped(iter(members))
    assert packing.packed(b"text") == packing.packed(b"text")


def test_what_is_not_installed_is_said(tmp_path):
    with pytest.raises(CommandError, match="run make env"):
        packing.pack(tmp_path, tmp_path / "kept")


def test_only_what_differs_is_copied(tmp_path):
    source, target = tmp_path / "from", tmp_path / "to"
    source.mkdir()
    (source / "worker.mjs").write_text("one")
    (source / "made-of.json").write_text("{}")
    packing.put(source, target)
    assert [path.name for path in target.iterdir()] == ["worker.mjs"]
    first = (target / "worker.mjs").stat().st_ino
    packing.put(source, target)
    assert (target / "worker.mjs").stat().st_ino == first
    (source / "worker.mjs").write_text("other")
    packing.put(source, target)
    assert (target / "worker.mjs").read_text() == "other"
