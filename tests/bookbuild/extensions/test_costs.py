"""The page of costs and the cards, from recorded data and from the scripts."""

import pytest

from bookbuild.extensions import cards, costs
from tests.bookbuild.extensions import shared_book


def test_numbers_are_shown_to_two_digits():
    shown = [costs.number(value) for value in (None, 0.00123, 1.26, 12.3, 604.0)]
    assert shown == [costs.NOTHING, "0.0012", "1.3", "12", "604"]


def test_the_origin_names_machine_day_and_versions():
    told = costs.origin(shared_book.COSTS)
    assert told.startswith(
        "Planted Card 80GB in Planted Processor, 2 cores, 2026-11-24"
    )
    assert "JAX 0.1, Keras 3.0, NumPy 2.0, Python 3.11" in told


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3, "runs in under 10 s"),
        (10, "runs in under 30 s"),
        (59, "runs in under 60 s"),
        (130, "runs in 2 min"),
    ],
)
def test_a_time_fits_a_card(seconds, said):
    assert cards.duration(seconds) == said


@pytest.mark.parametrize(
    ("files", "fragments"),
    [
        ({"a.json": "{"}, ["gallery/costs/a.json is no JSON", "measure again"]),
        ({"a.json": "{}"}, ["gallery/costs/a.json has no kind among cpu, gpu"]),
        ({"a.json": '{"kind": "tpu"}'}, ["gallery/costs/a.json has no kind"]),
        ({"a.json": "[1]"}, ["gallery/costs/a.json has no kind"]),
        (
            {"a.json": '{"kind": "backends"}', "b.json": '{"kind": "backends"}'},
            ["gallery/costs holds 2 files on backends; keep one"],
        ),
    ],
)
def test_a_record_that_is_none_is_named(tmp_path, files, fragments):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(costs.RecordError) as caught:
        costs.recorded(tmp_path)
    for fragment in fragments:
        assert fragment in str(caught.value)


def test_records_are_sorted_by_their_kind(tmp_path):
    for name, kind in (("a", "gpu"), ("b", "cpu"), ("c", "gpu")):
        (tmp_path / f"{name}.json").write_text(f'{{"kind": "{kind}", "of": "{name}"}}')
    found = costs.recorded(tmp_path)
    assert [content["of"] for content in found["gpu"]] == ["a", "c"]
    assert [content["of"] for content in found["cpu"]] == ["b"]
    assert found["backends"] == []
