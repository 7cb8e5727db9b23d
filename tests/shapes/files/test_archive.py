"""Configurations in .keras files, and archives that nobody should open."""

import json
import zipfile

import pytest

from byhand.shapes import ReadError, load
from byhand.shapes.files import archive
from tests.shapes.files.specs import layer, stack

CONFIG = json.dumps(stack(layer(units=4)))


def keras_file(path, text=CONFIG, name="config.json", method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("metadata.json", "{}")
        file.writestr(name, text)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_only_the_configuration_is_unpacked(method, tmp_path):
    path = keras_file(tmp_path / "model.keras", method=method)
    assert load(path).count_params() == 16
    assert load(path.read_bytes()).count_params() == 16
    with path.open("rb") as file:
        assert load(file).count_params() == 16


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_expand_before_they_count_are_refused(method, tmp_path):
    path = keras_file(tmp_path / "model.keras", method=method)
    with pytest.raises(ReadError, match="in a way that Keras does not; save it anew"):
        load(path)


@pytest.mark.slow
def test_an_archive_that_unpacks_without_end_is_refused(tmp_path):
    path = keras_file(tmp_path / "bomb.keras", " " * (65 * 2**20))
    assert path.stat().st_size < 100_000
    with pytest.raises(ReadError, match="claims 68,157,440 bytes"):
        load(path)


def test_an_archive_with_a_directory_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LONGEST_READ", 70_000)
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(2000):
            file.writestr(f"{number:0100d}", "")
    with pytest.raises(ReadError, match=r"bytes read at once; no \.keras file does"):
        load(path)


def test_a_damaged_archive_is_refused_with_words(tmp_path):
    path = keras_file(tmp_path / "model.keras", CONFIG * 50)
    raw = path.read_bytes()
    for cut in (raw[:30], raw[: len(raw) // 2], raw[:-30]):
        path.write_bytes(cut)
        with pytest.raises(ReadError, match=r"is no readable archive: \w"):
            load(path)
    path.write_bytes(raw[:100] + bytes(10) + raw[110:])
    with pytest.raises(ReadError, match=r"(damaged|archive): ."):
        load(path)


def test_a_configuration_that_is_no_text_is_refused(tmp_path):
    path = keras_file(tmp_path / "model.keras", b"\xff\xff\xfe")
    with pytest.raises(ReadError, match="that is no text of a network"):
        load(path)
    keras_file(path, b"[]")
    with pytest.raises(ReadError, match=r"^config.json in .* is a list"):
        load(path)


def test_a_name_that_leads_elsewhere_is_not_followed(tmp_path):
    path = keras_file(tmp_path / "model.keras", name="../config.json")
    with pytest.raises(ReadError, match=r"archive|no config\.json"):
        load(path)
