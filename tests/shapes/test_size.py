import os
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.shapes.size import Size, substitute

H, W = Size.symbol("H"), Size.symbol("W")
STEPS = {
    "+": lambda x, n: x + n,
    "-": lambda x, n: x - n,
    "from": lambda x, n: n - x,
    "*": lambda x, n: x * n,
    "//": lambda x, n: x // n,
    "ceil": lambda x, n: -(-x // n),
    "%": lambda x, n: x % n,
    "square": lambda x, _: x * x,
    "by": lambda x, n: (x + 100) // (x * x + n),
}
steps = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 5)), max_size=5
)


@pytest.mark.slow
@given(steps, st.integers(1, 60))
def test_putting_in_a_number_gives_what_the_number_gives(steps, number):
    symbol, plain = H, number
    for name, n in steps:
        symbol, plain = STEPS[name](symbol, n), STEPS[name](plain, n)
    assert substitute(symbol, {"H": number}) == plain
    assert eval(repr(symbol), {"H": number}) == plain  # noqa: S307  our own text


@given(steps)
def test_the_same_arithmetic_gives_equal_sizes_with_equal_hashes(steps):
    first = second = H
    for name, n in steps:
        first, second = STEPS[name](first, n), STEPS[name](second, n)
    assert first == second
    assert hash(first) == hash(second)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (H - 4, "H - 4"),
        ((H - 4) // 2, "(H - 4) // 2"),
        ((H - 6) // 2 + 1, "(H - 4) // 2"),
        (((H - 4) // 2 - 4) // 2, "(H - 12) // 4"),
        ((2 * H + 4) // 2, "H + 2"),
        (H * W, "H * W"),
        (-(-H // 2), "-(-H // 2)"),
        (10 - H, "-H + 10"),
        (H - H, "0"),
    ],
)
def test_sizes_are_shown_in_their_simplest_form(size, text):
    assert repr(size) == text


def test_letters_and_partial_substitution():
    size = (H + 1) * (W - 2) + H // 3
    assert size.letters() == {"H", "W"}
    assert repr(size.substitute({"W": 4})) == "2 * H + (H // 3) + 2"
    assert substitute(7, {"H": 1}) == 7


def test_a_size_is_no_number():
    assert H != 3
    with pytest.raises(TypeError):
        H + "a"


def test_a_length_is_itself_again_in_another_process():
    code = (
        "import pickle, sys; from byhand.shapes.size import Size; "
        "length = pickle.loads(sys.stdin.buffer.read()); "
        "assert length in {(Size.symbol('H') - 4) // 2 + Size.symbol('W')}"
    )
    for seed in ("1", "2"):  # letters have another hash in each
        subprocess.run(
            [sys.executable, "-c", code],
            input=pickle.dumps((H - 4) // 2 + W),
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
        )
