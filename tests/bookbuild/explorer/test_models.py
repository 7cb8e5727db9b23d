"""What the page is told of a model, against numbers by hand."""

import base64
import sys

import pytest

from bookbuild.explorer import models
from bookbuild.explorer.errors import AskedError
from bookbuild.inpage import samples

LINES = """import keras
encoder = keras.Sequential([keras.Input((9,)), keras.layers.Dense(4)])
model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(8, 3)])
"""


def test_a_row_has_its_numbers_and_their_formulas():
    found = models.answer({"lines": LINES})
    row = found["layers"][1]
    assert (row["output"], row["params"]) == ("(None, 26, 26, 8)", "80")
    assert row["macs"] == f"{26 * 26 * 8 * 9:,}"
    assert row["field"] == "3 \u00d7 3"
    assert ["parameters", "k_h * k_w * c * f + f = 3 * 3 * 1 * 8 + 8 = 80"] in row[
        "formulas"
    ]
    assert set(found["drawings"]) == {"volumes", "graph"}
    assert ["Total params", "80"] in found["totals"]


def test_the_model_that_is_asked_for_is_shown():
    assert models.answer({"lines": LINES})["model"] == "model"
    found = models.answer({"lines": LINES, "model": "encoder"})
    assert (found["model"], found["models"]) == ("encoder", ["encoder", "model"])
    assert ["Total params", "40"] in found["totals"]


@pytest.mark.parametrize(
    "content", [samples.configuration().encode(), samples.archive()]
)
def test_files_are_read(content):
    packed = base64.b64encode(content).decode()
    found = models.answer({"bytes": packed, "file": "x.keras"})
    assert ["Total params", "40"] in found["totals"]
    wider = models.answer({"bytes": packed, "file": "x", "input": "10 x 10 x 3"})
    assert ["Total params", str(3 * 3 * 3 * 4 + 4)] in wider["totals"]


@pytest.mark.parametrize(
    "content", [b"\x89HDF\r\n\x1a\n" + bytes(600), b"class_name: Model\nconfig: {}\n"]
)
def test_what_takes_another_package_is_a_sentence(content, monkeypatch):
    for name in ("h5py", "yaml"):
        monkeypatch.setitem(sys.modules, name, None)
    packed = base64.b64encode(content).decode()
    with pytest.raises(AskedError, match="JSON") as error:
        models.answer({"bytes": packed, "file": "x"})
    assert "pip" not in str(error.value)


def test_a_model_without_an_input_is_listed_and_can_be_given_one():
    lines = "import keras\nmodel = keras.Sequential([keras.layers.Dense(4)])"
    found = models.answer({"lines": lines})
    assert found["layers"][0]["params"] == "?"
    assert found["drawings"] == {}
    found = models.answer({"lines": lines, "input": "9"})
    assert ["Total params", "40"] in found["totals"]


@pytest.mark.slow
def test_a_long_model_is_cut_and_said():
    lines = (
        "import keras\nmodel = keras.Sequential([keras.Input((3,))])\n"
        "for _ in range(1000): model.add(keras.layers.Dense(3))"
    )
    found = models.answer({"lines": lines})
    assert len(found["layers"]) == models.MOST_ROWS
    assert any("of 1,001 rows" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("request_of", "words"),
    [
        ({}, "no lines yet"),
        ({"lines": 3}, "no lines yet"),
        ({"lines": "{"}, "JSON"),
        ({"lines": "{}" * 200_000}, "at most 200,000"),
        ({"bytes": "%%"}, "did not arrive whole"),
        ({"bytes": "", "file": "x"}, "."),
        ({"lines": LINES, "input": "wide"}, "lengths such as"),
    ],
)
def test_what_is_no_model_is_a_sentence(request_of, words):
    with pytest.raises(AskedError, match=words):
        models.answer(request_of)


def test_names_are_plain_on_one_line():
    lines = (
        "import keras\nname = 'a\\x1b[2J\\n<b>'\n"
        "model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name=name)])"
    )
    found = models.answer({"lines": lines})
    assert found["layers"][1]["name"] == "a\\x1b[2J\\n<b>"
