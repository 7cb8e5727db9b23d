"""Spoiled models, files, command lines and calls: shown whole, or refused in words.

`make test` tries some hundred, always the same; `make test-weekly` tries 20,000. A
fault is named by its kind and number, and `python -m tests.shapes.fuzzing json 17`
shows it.
"""

import json
import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from byhand.shapes import from_keras_json
from tests.shapes.fuzzing import models, mutation
from tests.shapes.fuzzing.judging import judged
from tests.shapes.fuzzing.views import obeys_nothing, well_formed

ROOT = Path(__file__).parents[2]
FEW, MANY = 400, 20_000
SHARES = {  # of the mutants, in hundredths
    "json": 30,
    "keras_2": 15,
    "text": 10,
    "objects": 10,
    "archive": 10,
    "command": 10,
    "lines": 15,
}
SPACE = 2**31  # bytes of addresses, so that a mutant cannot take the machine with it


def child(arguments, seconds):
    """Run the fuzzer in a process of its own; return what it prints, from JSON."""
    command = [sys.executable, "-m", "tests.shapes.fuzzing", *arguments]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=seconds,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE)),
        )
    except subprocess.TimeoutExpired as late:
        begun = late.stderr.decode().splitlines()
        pytest.fail(f"no end within {seconds} s of mutant {begun[-1] if begun else 0}")
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.seeds
@pytest.mark.parametrize("kind", SHARES)
def test_whatever_is_read_is_shown_or_refused_in_words(kind, examples):
    total = FEW if examples <= 200 else MANY
    count = total * SHARES[kind] // 100
    result = child([kind, "0", str(count)], seconds=120 + count)
    assert not result["faults"], "\n".join(result["faults"][:20])
    # A fuzzer whose every mutant is refused at once looks at nothing.
    assert result["ends"].get("done", 0) >= count / 50, result["ends"]


def test_the_shares_are_the_whole():
    assert sum(SHARES.values()) == 100


# --- the models that mutants are made of


@pytest.mark.parametrize("made", models.KERAS_2)
def test_a_model_is_the_same_in_the_words_of_keras_2(made):
    new = from_keras_json(json.dumps(made()))
    old = from_keras_json(json.dumps(models.as_keras_2(made())))
    assert old.count_params() == new.count_params() > 0
    assert old.output_shape == new.output_shape


@pytest.mark.slow
def test_keras_reads_the_models_as_well():
    keras = pytest.importorskip("keras")
    for made in models.MODELS:
        text = json.dumps(made())
        live, net = keras.models.model_from_json(text), from_keras_json(text)
        assert net.count_params() == live.count_params(), made.__name__
        shapes = net.output_shape
        shapes = shapes if isinstance(shapes, list) else [shapes]
        assert [len(shape) for shape in shapes] == [o.ndim for o in live.outputs]


# --- the judge, and the ways to spoil


def forever():
    while True:
        pass


def bare_words():
    return from_keras_json("{}") if int("x") else None


def silent():
    raise ValueError


def unclean():
    return {}["name"]


@pytest.mark.parametrize("action", [forever, bare_words, silent, unclean])
def test_the_judge_sees_a_fault(action):
    result, kind, words = judged(action, seconds=0.1)
    assert result is None
    assert kind == "fault", words


def test_the_judge_lets_clean_ends_pass():
    assert judged(lambda: 3) == (3, "done", "")
    result, kind, words = judged(lambda: from_keras_json("{}"))
    assert (result, kind) == (None, "ReadError")
    assert words


@pytest.mark.slow
def test_the_judge_sees_memory():
    code = (
        "from tests.shapes.fuzzing.judging import judged\n"
        "print(judged(lambda: len(bytearray(2**20) * 400)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    assert "MB" in done.stdout, done


@pytest.mark.parametrize("text", ["\x1b[2J", "a\rb", "\u202eabc", "\x00"])
def test_what_a_terminal_obeys_is_seen(text):
    with pytest.raises(AssertionError):
        obeys_nothing(text)


@pytest.mark.parametrize(
    ("text", "format"),
    [("a,b\nc\n", "csv"), ("=1,2\n", "csv"), ("<script>", "html"), ("{", "json")],
)
def test_a_table_that_is_none_is_seen(text, format):
    with pytest.raises((AssertionError, json.JSONDecodeError)):
        well_formed(text, format)


@pytest.mark.parametrize("change", dict.fromkeys(mutation.CHANGES))
def test_every_change_changes_something(change):
    model = models.recurrent()
    for number in range(50):
        spoiled = models.recurrent()
        rng = random.Random(number)  # noqa: S311 -- no secrets
        change(spoiled, mutation.places(spoiled), rng)
        if json.dumps(spoiled) != json.dumps(model):
            return
    pytest.fail(f"{change.__name__} changes nothing")
