"""What the page asks and is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.practice.protocol import answer, answer_text

LABEL = "ex-channels-count"


def ask(**request):
    return answer(request)


def test_a_question_with_its_parts():
    reply = ask(do="variant", exercise=LABEL, seed=None)
    assert reply["question"][0].startswith("A layer has 64 filters of 5 × 5")
    assert [part["label"] for part in reply["parts"]] == ["parameters", "factor"]
    assert {part["kind"] for part in reply["parts"]} == {"whole number"}
    assert "such as 896" in reply["parts"][0]["hint"]
    assert "51,264" not in json.dumps(reply)


def test_a_seed_gives_new_numbers():
    replies = {
        json.dumps(ask(do="variant", exercise=LABEL, seed=seed)) for seed in range(20)
    }
    assert len(replies) > 15


def test_answers_are_judged():
    reply = ask(do="judge", exercise=LABEL, seed=None, typed=["51,264", "4"])
    assert reply["solved"] is True
    reply = ask(do="judge", exercise=LABEL, seed=None, typed=["51200", "four"])
    assert reply["solved"] is False
    first, second = reply["parts"]
    assert first["verdict"] == "misconception"
    assert first["name"] == "bias forgotten"
    assert first["say"].endswith("Each filter or unit has one of its own, so add it.")
    assert second["verdict"] == "unreadable"


def test_some_of_the_answers_are_judged():
    reply = ask(do="judge", exercise=LABEL, seed=None, typed=["", "4"])
    assert [part["verdict"] for part in reply["parts"]] == ["unanswered", "right"]
    assert reply["solved"] is False


def test_an_explanation_has_the_answers():
    reply = ask(do="explain", exercise=LABEL, seed=None)
    assert reply["answers"] == ["51,264", "4"]
    assert "51,264 parameters" in reply["explanation"][0]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (None, "a request is a dictionary, not NoneType"),
        ([], "a request is a dictionary, not list"),
        ({}, "nothing to do of the name None"),
        ({"do": "run"}, "'variant', 'judge' or 'explain'"),
        ({"do": "variant"}, "'exercise' is the label of an exercise, not None"),
        ({"do": "variant", "exercise": 3}, "not 3"),
        ({"do": "variant", "exercise": "x" * 10**6}, "label of an exercise"),
        ({"do": "variant", "exercise": "ex-chanels-count"}, "mean ex-channels-count?"),
        ({"do": "variant", "exercise": LABEL, "seed": "7"}, "not '7'"),
        ({"do": "variant", "exercise": LABEL, "seed": True}, "not True"),
        ({"do": "variant", "exercise": LABEL, "seed": 1.5}, "not 1.5"),
        ({"do": "variant", "exercise": LABEL, "seed": 10**30}, "a smaller one"),
        ({"do": "judge", "exercise": LABEL}, "'typed' holds a list of texts"),
        ({"do": "judge", "exercise": LABEL, "typed": [1, 2]}, "a list of texts"),
        ({"do": "judge", "exercise": LABEL, "typed": ["1"]}, "1 answers for 2 parts"),
    ],
)
def test_a_request_that_makes_no_sense(request_, message):
    reply = answer(request_)
    assert list(reply) == ["error"]
    assert message in reply["error"]
    assert reply["error"].endswith(".")


def test_requests_are_json():
    reply = json.loads(answer_text(json.dumps({"do": "explain", "exercise": LABEL})))
    assert reply["answers"][0] == "51,264"
    assert "no JSON" in json.loads(answer_text("{"))["error"]
    assert "no JSON" in json.loads(answer_text("[" * 100_000))["error"]


def test_a_chapter_may_be_named():
    right = ask(do="variant", exercise=LABEL, chapter="convolution")
    assert ask(do="variant", exercise=LABEL, chapter="data") == right
    assert ask(do="variant", exercise=LABEL, chapter=5) == right


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["do", "exercise", "seed", "typed"]), inner)
    ),
    max_leaves=8,
)


@pytest.mark.slow
@given(json_values)
def test_no_request_makes_it_fail(request_):
    reply = answer(request_)
    assert "error" in reply


@pytest.mark.slow
@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_that_is_typed_makes_it_fail(first, second):
    reply = ask(do="judge", exercise=LABEL, seed=3, typed=[first, second])
    assert len(reply["parts"]) == 2
    json.dumps(reply)
