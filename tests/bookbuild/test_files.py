"""A file is there whole, or as it was."""

import json
import subprocess
import sys

import pytest

from bookbuild import files


def test_folders_are_made_and_names_of_the_moment_are_gone(tmp_path):
    path = tmp_path / "a" / "b.json"
    files.write_json(path, {"b": 1, "a": [2]})
    assert json.loads(path.read_text()) == {"b": 1, "a": [2]}
    assert list(path.parent.iterdir()) == [path]


def test_keys_keep_their_order_unless_told_otherwise(tmp_path):
    path = tmp_path / "a.json"
    files.write_json(path, {"b": 1, "a": 2})
    assert path.read_text().index('"b"') < path.read_text().index('"a"')
    files.write_json(path, {"b": 1, "a": 2}, sort_keys=True)
    assert path.read_text().index('"a"') < path.read_text().index('"b"')


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_a_writer_that_is_stopped_leaves_what_was_there(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("before")

    def write(new):
        new.write_text("half")
        raise error

    with pytest.raises(type(error)):
        files.write_with(path, write)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_data_that_json_cannot_hold_leave_what_was_there(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("before")
    with pytest.raises(TypeError):
        files.write_json(path, {"a": object()})
    assert path.read_text() == "before"


@pytest.mark.slow
def test_two_writers_do_not_spoil_each_other(tmp_path):
    path = tmp_path / "a.json"
    code = (
        "import pathlib, sys; from bookbuild import files\n"
        "for number in range(500):\n"
        "    files.write_json(pathlib.Path(sys.argv[1]), [sys.argv[2]] * 100)\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name])
        for name in ("one", "two")
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    (name,) = set(json.loads(path.read_text()))
    assert name in {"one", "two"}
    assert list(tmp_path.iterdir()) == [path]
