"""Bytes, texts, streams and paths: bounded, and told by what they hold."""

import io
import json
import os
import sys
import time

import pytest

from byhand.shapes import ReadError, from_keras_json, load
from byhand.shapes.files import opening
from tests.shapes.files.specs import layer, stack

TEXT = json.dumps(stack(layer(units=4)))
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_with_and_without_its_mark(encoding, tmp_path):
    path = tmp_path / "model.json"
    path.write_bytes(TEXT.encode(encoding))
    assert load(path).count_params() == 16
    assert load(path.read_bytes()).count_params() == 16


@pytest.mark.parametrize("name", ["model.json", "model.h5", "model.keras", "model"])
def test_names_are_not_looked_at(name, tmp_path):
    path = tmp_path / name
    path.write_text("\n  " + TEXT)
    assert load(path).count_params() == 16
    assert from_keras_json(str(path)).count_params() == 16
    assert load(os.fsencode(path).decode()).count_params() == 16


def test_texts_bytes_and_file_objects(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(TEXT)
    with path.open() as text, path.open("rb") as binary:
        for source in [
            *[
                TEXT,
                f"\ufeff{TEXT}",
                f" \n{TEXT}",
                TEXT.encode(),
                bytearray(TEXT, "utf-8"),
            ],
            *[memoryview(TEXT.encode()), io.StringIO(TEXT)],
            *[
                io.BytesIO(TEXT.encode()),
                text,
                binary,
                json.dumps(TEXT),
                json.loads(TEXT),
            ],
        ]:
            assert load(source).count_params() == 16


def test_a_network_comes_back_as_it_is():
    net = load(TEXT)
    assert load(net) is net


@pytest.mark.parametrize("data", [TEXT.encode(), TEXT.encode("utf-16")])
def test_a_dash_is_standard_input(data, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stream)
    assert load("-").count_params() == 16


@pytest.mark.parametrize("source", [7, None, object(), 3.5])
def test_anything_else_is_a_type_error_with_the_ways_in(source):
    with pytest.raises(TypeError, match="from_keras, for a dictionary from_config"):
        load(source)


@pytest.mark.parametrize(
    ("source", "fragment"),
    [
        ("none.json", r"^none\.json cannot be read: No such file"),
        ("a\0b", "is no path"),
        ("x" * 5000, "cannot be read: File name too long"),
        ("", "the text is empty"),
        ("   ", "the text is empty"),
        (b"", "the bytes given is empty"),
        ("[1,2]", "is a list where a dictionary is expected, with 2 entries"),
        ("[]", "an empty one"),
        ('"text"', "is a text, but neither JSON nor YAML"),
        ("{}", "a dictionary that describes no network"),
        ("one\ntwo", "is a text, but neither JSON nor YAML"),
    ],
)
def test_what_cannot_be_opened_is_told_once(source, fragment):
    with pytest.raises(ReadError, match=fragment) as caught:
        load(source)
    assert str(caught.value).count("is no path") <= 1


@pytest.mark.usefixtures("own_memory")
def test_a_file_that_is_too_long_is_refused_unread(tmp_path):
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(opening.LARGEST + 1)
    path_of_text = tmp_path / "text.json"
    path_of_text.write_text('{"a": "' + "x" * opening.LARGEST)
    with pytest.raises(ReadError) as caught:
        load(path_of_text)
    assert str(caught.value).startswith(f"{path_of_text} is longer than 8,388,608")
    assert "is no path" not in str(caught.value)
    began = time.process_time()
    with pytest.raises(ReadError, match="is longer"):
        load("{" + "[]," * 3_000_000)
    assert time.process_time() - began < 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name")
@pytest.mark.parametrize("name", ["x.json", "x.keras", "x.h5", "x"])
def test_a_pipe_is_refused_and_not_waited_for(name, tmp_path):
    path = tmp_path / name
    os.mkfifo(path)
    with pytest.raises(ReadError, match=r"no regular file but a pipe or a device.*: -"):
        load(path)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no devices")  # noqa: PTH110
def test_a_device_is_refused_also_behind_a_link(tmp_path):
    link = tmp_path / "model.keras"
    link.symlink_to("/dev/zero")
    for path in ("/dev/zero", link):
        with pytest.raises(ReadError, match="no regular file"):
            load(path)


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    path = tmp_path / "model.json"
    path.write_text(TEXT)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ReadError, match="cannot be read: Permission denied"):
        load(path)


def test_a_stream_of_an_archive_is_bounded(monkeypatch):
    monkeypatch.setattr(opening, "LARGEST_STREAM", 100)
    with pytest.raises(ReadError, match="gives more than 100 bytes; give the file"):
        load(io.BytesIO(b"PK\x03\x04" + bytes(200)))


def test_a_stream_that_breaks_says_so():
    class Broken(io.RawIOBase):
        name = "pipe"

        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(ReadError, match="pipe cannot be read: Input/output error"):
        load(Broken())


def test_a_name_that_would_clear_the_terminal_is_shown_as_text(tmp_path):
    path = tmp_path / "\x1b[2J.json"
    path.write_text("[]")
    with pytest.raises(ReadError) as caught:
        load(path)
    assert "\x1b" not in str(caught.value)
