"""What people type for numbers, shapes and lists, and how it is read."""

import contextlib
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.practice import numbers
from bookbuild.practice.errors import AnswerError

wholes = st.integers(-(10**9), 10**9)
positive = st.integers(0, 10**9)
lengths = st.lists(st.integers(1, 4096), min_size=1, max_size=5)
separators = st.sampled_from([",", " ", "'", "_", "\u202f", "\u00a0", "\u2009"])


@given(positive, separators)
def test_thousands_may_be_set_apart_in_any_way(value, separator):
    assert numbers.read_number(f"{value:,}".replace(",", separator)) == value


@given(wholes)
def test_signs_and_names_may_stand_before_a_number(value):
    text = f"{value}"
    assert numbers.read_number(text) == value
    assert numbers.read_number(f"  {text.replace('-', '−')}  ") == value
    assert numbers.read_number(f"p = {text}") == value
    assert numbers.read_number(f"≈ {text}") == value
    assert numbers.read_number(f"about {text}") == value


@given(wholes, st.integers(1, 10**6))
def test_fractions_are_exact(above, below):
    assert numbers.read_number(f"{above}/{below}") == Fraction(above, below)
    latex = rf"$\frac{{{above}}}{{{below}}}$"
    assert numbers.read_number(latex) == Fraction(above, below)


@given(st.integers(1, 9999), st.integers(-20, 20))
def test_powers_of_ten_are_exact(digits, power):
    value = digits * Fraction(10) ** power
    assert numbers.read_number(f"{digits}e{power}") == value
    assert numbers.read_number(f"{digits} × 10^{power}") == value
    assert numbers.read_number(f"{digits} x 10^({power})") == value
    assert numbers.read_number(rf"{digits} \cdot 10^{{{power}}}") == value
    raised = str(power).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    assert numbers.read_number(f"{digits} · 10{raised}") == value


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 400))
def test_a_sum_need_not_be_worked_out(a, b, c):
    assert numbers.read_number(f"{a}*{b}+{c}") == a * b + c
    assert numbers.read_number(f"({a} + {c}) · {b}") == (a + c) * b
    assert numbers.read_number(f"{a}/{b} - {c}") == Fraction(a, b) - c


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("896", 896),
        ("896 parameters", 896),
        ("1e3", 1000),
        (".5", Fraction(1, 2)),
        ("5.", 5),
        ("½", Fraction(1, 2)),
        ("-1/9", Fraction(-1, 9)),
        ("50%", Fraction(1, 2)),
        ("50 per cent", Fraction(1, 2)),
        ("85 million", 85_000_000),
        ("2^10", 1024),
        ("2**10", 1024),
        ("0.99^2", Fraction("0.9801")),
        ("12.5°", Fraction("12.5")),
        ("3 x 4", 12),
    ],
)
def test_ways_to_write_a_number(typed, value):
    assert numbers.read_number(typed) == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("sqrt(2)", math.sqrt(2)),
        ("√2", math.sqrt(2)),
        (r"\sqrt{31}", math.sqrt(31)),
        ("ln 10", math.log(10)),
        ("-log(0.01)", -math.log(0.01)),
        ("2 sqrt(2)", 2 * math.sqrt(2)),
        ("exp(-1)", math.exp(-1)),
        ("log2(8)", 3),
        ("pi/4", math.pi / 4),
        ("e^2", math.e**2),
    ],
)
def test_roots_and_logarithms(typed, value):
    assert math.isclose(numbers.read_number(typed), value)


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("73", "per cent", 73),
        ("73 %", "per cent", 73),
        ("40 MB", "bytes", 40_000_000),
        ("40,000,000 bytes", "bytes", 40_000_000),
        ("1 KiB", "bytes", 1024),
        ("200 MB", "gigabytes", Fraction(1, 5)),
        ("85 million", "million", 85),
        ("85", "million", 85),
        ("0.56 trillion", "billion parameters", 560),
        ("5.6 months", "months", Fraction("5.6")),
        ("3.7 million petaflop/s-days", "million petaflop/s-days", Fraction("3.7")),
    ],
)
def test_units(typed, unit, value):
    assert numbers.read_number(typed, unit) == value


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Nothing is written"),
        ("0,5", "after a point, as in 0.5"),
        ("1,23", "after a point"),
        ("twelve", "cannot be read; write a number such as 896"),
        ("1.2.3", "cannot be read"),
        ("3 1/2", "cannot be read"),
        ("1/0", "divides by zero"),
        ("9^9^9^9", "larger than any number|has no value"),
        ("1e999999", "larger than any number"),
        ("log(-1)", "has no value"),
        ("(" * 50 + "1" + ")" * 50, "more than 20 brackets"),
        ("1" * 500, "500 characters long"),
        ("<script>", "cannot be read"),
        ("__import__('os')", "cannot be read"),
        ("(-8)^0.5", "cannot be read"),
        ("2 +", "cannot be read"),
    ],
)
def test_what_is_no_number_is_met_with_a_remedy(typed, message):
    with pytest.raises(AnswerError, match=message):
        numbers.read_number(typed)


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fail(text):
    for read in (numbers.read_number, numbers.read_shape, numbers.read_numbers):
        with contextlib.suppress(AnswerError):
            read(text)


@given(lengths, st.sampled_from([",", ", ", " x ", "x", "×", " × ", " ", "*", "; "]))
def test_shapes_are_read_with_any_sign_between(shape, sign):
    text = sign.join(map(str, shape))
    for written in (text, f"({text})", f"[{text}]", f" {text} ", f"({text},)"):
        assert numbers.read_shape(written) == tuple(shape)


@pytest.mark.slow
@given(lengths, st.sampled_from(["None", "none", "?", "N", "batch"]))
def test_an_unknown_length_is_written_in_many_ways(shape, unknown):
    text = ", ".join([unknown, *map(str, shape)])
    assert numbers.read_shape(f"({text})") == (None, *shape)
    assert numbers.read_shape(text.replace(", ", " x ")) == (None, *shape)


@pytest.mark.slow
@given(lengths)
def test_a_shape_that_is_written_is_read_again(shape):
    assert numbers.read_shape(numbers.write_shape([None, *shape])) == (None, *shape)
    assert numbers.read_shape(numbers.write_shape(shape)) == tuple(shape)


@pytest.mark.parametrize("typed", ["26.5 x 3", "a, b", "26, , 3", "12 + 3"])
def test_what_is_no_shape_is_met_with_a_remedy(typed):
    with pytest.raises(AnswerError, match="write a shape such as 26, 26, 32"):
        numbers.read_shape(typed)


@pytest.mark.slow
@given(st.lists(st.integers(-99, 99), min_size=1, max_size=9))
def test_lists_are_read_with_and_without_brackets(values):
    text = ", ".join(map(str, values))
    for written in (text, f"({text})", f"[{text}]", text.replace(",", ";")):
        assert numbers.read_numbers(written) == tuple(values)


@pytest.mark.slow
@given(
    st.lists(
        st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=4
    )
)
def test_tables_are_read_row_by_row(rows):
    flat = tuple(value for row in rows for value in row)
    lines = [", ".join(map(str, row)) for row in rows]
    assert numbers.read_numbers("; ".join(lines)) == flat
    assert numbers.read_numbers("\n".join(lines)) == flat
    assert numbers.read_numbers(f"[[{'], ['.join(lines)}]]") == flat
    assert numbers.read_numbers(", ".join(f"({line})" for line in lines)) == flat
    latex = r" \\ ".join(line.replace(", ", " & ") for line in lines)
    assert numbers.read_numbers(latex) == flat


def test_fractions_and_roots_stand_in_lists():
    found = numbers.read_numbers("(1/6, -1/9, sqrt(4), 2 * (1 + 2))")
    assert found == (Fraction(1, 6), Fraction(-1, 9), 2, 6)


@given(wholes)
def test_a_whole_number_that_is_written_is_read_again(value):
    assert numbers.read_number(numbers.write_whole(value)) == value
    assert numbers.read_number(numbers.write_value(value)) == value


@pytest.mark.slow
@given(st.fractions(-1000, 1000, max_denominator=60))
def test_a_fraction_that_is_written_is_read_again(value):
    assert abs(numbers.read_number(numbers.write_value(value)) - value) < 1e-6


@given(st.floats(-1e12, 1e12), st.integers(0, 6))
def test_a_rounded_number_is_read_within_its_decimals(value, decimals):
    read = numbers.read_number(numbers.write_decimal(value, decimals))
    near = 0.5 * 10.0**-decimals + abs(value) * 10.0 ** -max(1, decimals)
    assert abs(read - value) <= near * 1.01
