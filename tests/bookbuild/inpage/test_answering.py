"""Requests as texts, wherever they belong."""

import json

import pytest

from bookbuild.inpage.answering import MOST, answer

AXIS = {
    "do": "axis",
    "input": 7,
    "kernel": 3,
    "strides": 1,
    "dilation": 1,
    "padding": "valid",
}


def asked(request):
    return json.loads(answer(json.dumps(request)))


def test_a_request_goes_where_it_belongs():
    assert asked(AXIS)["output"] == 5
    assert "error" in asked({"do": "variant", "exercise": "ex-nowhere", "seed": None})


def test_many_requests_are_answered_in_turn():
    found = asked({"do": "many", "requests": [AXIS, {"do": "guess"}, AXIS]})
    assert found["answers"][0] == found["answers"][2]
    assert "error" in found["answers"][1]


@pytest.mark.parametrize(
    "request_of_nothing",
    [None, 3, [], "text", {}, {"do": []}, {"do": "many"}],
)
def test_nonsense_is_a_sentence(request_of_nothing):
    assert asked(request_of_nothing)["error"].endswith(".")


def test_too_many_and_too_deep_are_sentences():
    too_many = {"do": "many", "requests": [{}] * (MOST + 1)}
    assert str(MOST) in asked(too_many)["error"]
    assert "error" in json.loads(answer("[" * 100_000))
