"""What one reading may cost: every hostile input in a process with a limit."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from byhand.shapes import ReadError
from byhand.shapes.files.budget import Budget, check_size

pytestmark = pytest.mark.slow

INPUTS = Path(__file__).parent / "hostile_inputs.py"
MOST_SECONDS = 2
MOST_MEGABYTES = 300


def test_a_budget_ends():
    budget = Budget(calls=10, tensors=20)
    budget.spend(10, 20)
    for more in ((1, 0), (0, 1)):
        with pytest.raises(ReadError, match="describe a part of it"):
            Budget(calls=10, tensors=20).spend(10 + more[0], 20 + more[1])


def test_a_number_that_no_array_has_is_refused():
    check_size({"a": [2**63 - 1, -5, True, None, 1.5]})
    with pytest.raises(ReadError, match=r"2\*\*63 or more"):
        check_size({"a": [2**63]})


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Return, for each input, how it ended, after how long, and how much it took."""
    folder = tmp_path_factory.mktemp("hostile")
    done = subprocess.run(
        [sys.executable, INPUTS, folder], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}


REFUSED = {
    "bzip2 bomb": "in a way that Keras does not",
    "deflate bomb": "claims",
    "a lying size": "no readable archive",
    "zero": "no regular file",
    "a link to zero": "no regular file",
    "a pipe": "no regular file",
    "shapes that double": "calls of layers",
    "calls of a long network": "calls of layers",
    "calls of one layer": "calls of layers",
    "tensors": "calls of layers",
    "lists": "500,000 lists",
    "numbers": "describes no network",
    "layers": "at most 5,000 layers",
    "axes of an input": "axes",
    "axes of a first layer": "axes",
    "axes it was built for": "axes",
    "axes of an equation": "EinsumDense",
    "lengths that square": "no array is as long",
    "letters that square": "letters",
    "lengths that multiply": "no array is as long",
    "an output shape of lists": "MultiHeadAttention",
    "an output shape of text": "MultiHeadAttention",
    "deep JSON": "nested too deeply",
    "deep networks": "nested",
}
# What Python remembers costs nothing the second time.
READ = {"networks called twice": "(None, 4)", "a wrapped network": "(None, 3, 4)"}


@pytest.mark.parametrize("name", [*REFUSED, *READ])
def test_a_hostile_input_ends_cleanly_in_time_and_in_little_memory(name, outcomes):
    outcome = outcomes[name]
    if name in REFUSED:
        assert outcome["kind"] in ("ReadError", "ShapeError"), outcome
        assert REFUSED[name] in outcome["words"]
    else:
        assert (outcome["kind"], outcome["words"]) == ("read", READ[name])
    assert outcome["seconds"] < MOST_SECONDS
    assert outcome["megabytes"] < MOST_MEGABYTES
    assert len(outcome["words"]) < 2000


def test_every_input_is_judged(outcomes):
    assert set(outcomes) == {*REFUSED, *READ}
