"""What a report says, line by line, whatever a check has found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.gradients.report import (
    Comparison,
    GradientError,
    GradientReport,
    Kink,
    TensorReport,
    Unchecked,
    Verdict,
    percent,
    place,
    shape_words,
    worst_of,
)

PASS, FAIL = Verdict.PASS, Verdict.FAIL


def tensor(name="w", verdict=PASS, resolution=0.01, **kw):
    kw = {"shape": (3, 4), "worst": None} | kw
    return TensorReport(name, verdict=verdict, resolution=resolution, **kw)


def comparison(analytic=1.0, numerical=1.0, bound=1e-9, index=(2, 1), **kw):
    kw = {"tensor": "w", "size": 1} | kw
    return Comparison(
        analytic=analytic, numerical=numerical, bound=bound, index=index, **kw
    )


def lines(report):
    return str(report).splitlines()


def test_a_small_report_is_told_line_by_line_in_order():
    report = GradientReport(
        FAIL,
        tensors=(
            tensor("w", resolution=0.0041),
            tensor("bias", FAIL, shape=(4,), examined="together"),
        ),
        worst=comparison(2.0, 1.0, 2.5e-11, tensor="bias", index=(3,)),
        kinks=(
            Kink("w", (0, 1), left=-1.0, right=0.5, analytic=0.0),
            Kink("w", (2, 2), left=-3.0, right=0.0, analytic=0.0),
        ),
        diagnosis="bias: 2 times what it should be",
        evaluations=57,
        notes=("fn was called in float32",),
        constants=(Unchecked("labels", (7,), "whole numbers"),),
        skipped=(Unchecked("state", None, "no array"),),
    )
    assert lines(report) == [
        "gradients: fail (57 evaluations)",
        "  bias: 2 times what it should be",
        "  at: bias[3]: analytic 2, numerical 1 +- 2.5e-11",
        "  kinks: 2, the first at w[0, 1] with slopes -1 and 0.5",
        "  bias    fail  4, together",
        "  state   skipped  no array",
        "  w       pass  3x4, every element; "
        "an error above 0.41 % of the whole would show",
        "  labels  constant  7, whole numbers",
        "  note: fn was called in float32",
    ]


def test_a_report_of_nothing_is_one_line():
    assert str(GradientReport(PASS)) == "gradients: pass (0 evaluations)"


def test_the_worst_of_right_gradients_is_called_so():
    worst = comparison(index=None, size=12)
    report = GradientReport(PASS, worst=worst)
    assert lines(report)[1] == (
        "  worst: w, 12 together: analytic 1, numerical 1 +- 1.0e-09"
    )
    report = GradientReport(Verdict.INCOMPLETE, worst=worst)
    assert lines(report)[1].startswith("  at: ")


def test_numbers_are_told_in_six_digits_and_bounds_in_two():
    one = comparison(np.pi, -1e-20 / 3, 0.0123, index=())
    assert str(one) == "w: analytic 3.14159, numerical -3.33333e-21 +- 1.2e-02"


def test_the_difference_has_no_sign():
    assert comparison(1.0, 3.5).difference == 2.5
    assert comparison(3.5, 1.0).difference == 2.5
    assert comparison(-1.0, 1.0).difference == 2.0


@pytest.mark.parametrize(
    ("index", "words"), [((2, 1), "w[2, 1]"), ((0,), "w[0]"), ((), "w"), (None, "w")]
)
def test_an_element_is_named_by_its_index(index, words):
    assert place("w", index) == words


@pytest.mark.parametrize(
    ("shape", "words"), [((), "one number"), ((5,), "5"), ((4, 3, 0), "4x3x0")]
)
def test_shapes_are_words(shape, words):
    assert shape_words(shape) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0041, "0.41 %"), (1.0, "1e+02 %"), (0.1234, "12 %"), (1.3e-10, "1.3e-08 %")],
)
def test_shares_are_told_in_per_cent(share, words):
    assert percent(share) == words


def test_what_would_show_is_said_of_arrays_that_pass_and_hold_something():
    assert str(tensor(resolution=1e-8)) == (
        "w  pass  3x4, every element; an error above 1e-06 % of the whole would show"
    )
    assert str(tensor(resolution=None)) == (
        "w  pass  3x4, every element; zero; more than 0.0e+00 would show"
    )
    assert str(tensor(shape=())) == (
        "w  pass  one number, every element; an error above 1 % of the whole would show"
    )
    assert str(tensor(shape=(0, 4))) == "w  pass  0x4, every element"
    assert str(tensor(verdict=FAIL)) == "w  fail  3x4, every element"


def test_only_a_pass_is_true():
    for verdict in Verdict:
        report = GradientReport(verdict)
        assert report.ok is bool(report) is (verdict == "pass")
        assert str(report).startswith(f"gradients: {verdict.value} (")


def test_the_resolution_is_that_of_the_least_resolved_tensor():
    known = [tensor(resolution=r) for r in (1e-9, 1e-3, None, 1e-6)]
    assert GradientReport(PASS, tensors=tuple(known)).resolution == 1e-3
    assert GradientReport(PASS, tensors=(known[2],)).resolution is None
    assert GradientReport(PASS).resolution is None


def test_troublesome_arrays_come_first_whatever_their_order():
    report = GradientReport(
        FAIL,
        tensors=(tensor("a"), tensor("b", FAIL), tensor("c"), tensor("d", FAIL)),
        constants=(Unchecked("k", (1,), "of no account"),),
        skipped=(Unchecked("s", (1,), "left out"),),
    )
    assert [line.split()[0] for line in lines(report)[1:]] == list("bdsack")


def test_eight_arrays_are_shown_and_the_others_are_counted():
    report = GradientReport(
        PASS,
        tensors=tuple(tensor(f"w{k}") for k in range(10)),
        constants=(Unchecked("k", (1,), "whole"), Unchecked("l", (1,), "whole")),
        skipped=(Unchecked("s", (), "left out"),),
    )
    told = lines(report)
    assert told[1:4] == [
        "  s   skipped  one number, left out",
        "  w0  pass  3x4, every element; an error above 1 % of the whole would show",
        "  w1  pass  3x4, every element; an error above 1 % of the whole would show",
    ]
    assert told[8].startswith("  w6  pass")
    assert told[9:] == ["  and 5 more: 3 pass, 2 constant"]


def test_eight_arrays_need_no_counting():
    report = GradientReport(PASS, tensors=tuple(tensor(f"w{k}") for k in range(8)))
    assert len(lines(report)) == 9
    assert lines(report)[-1].startswith("  w7  pass")


def test_arrays_are_counted_where_notes_leave_no_room_for_eight(monkeypatch):
    monkeypatch.setattr("byhand.gradients.report.LINES", 13)
    report = GradientReport(
        FAIL,
        tensors=tuple(tensor(f"w{k}", FAIL) for k in range(9)),
        worst=comparison(),
        diagnosis="one\ntwo\nthree\nfour",
        notes=("n1", "n2"),
    )
    told = lines(report)
    assert len(told) == 13
    assert told[6].startswith("  w0")
    assert told[9].startswith("  w3")
    assert told[10:] == ["  and 5 more: 5 fail", "  note: n1", "  note: n2"]


def test_four_lines_of_a_diagnosis_and_three_notes_are_told():
    report = GradientReport(
        FAIL,
        diagnosis="\n".join(f"line {k}" for k in range(6)),
        notes=tuple(f"n{k}" for k in range(5)),
    )
    assert lines(report)[1:] == [
        *(f"  line {k}" for k in range(4)),
        *(f"  note: n{k}" for k in range(3)),
    ]


words = st.text(alphabet="a<&é ", min_size=1, max_size=260)
unchecked = st.builds(
    Unchecked, words, st.none() | st.just((2, 3)), st.text("xyz", max_size=300)
)


@pytest.mark.slow
@given(
    verdict=st.sampled_from(list(Verdict)),
    tensors=st.lists(
        st.builds(
            tensor,
            words,
            st.sampled_from(list(Verdict)),
            st.none() | st.floats(1e-12, 1.0),
        ),
        max_size=12,
    ),
    skipped=st.lists(unchecked, max_size=12),
    constants=st.lists(unchecked, max_size=12),
    diagnosis=st.text("ab\n", max_size=20),
    notes=st.lists(words, max_size=6),
    kink=st.booleans(),
    worst=st.booleans(),
)
def test_a_report_has_20_lines_of_200_characters_at_most_and_counts_every_array(
    verdict, tensors, skipped, constants, diagnosis, notes, kink, worst
):
    report = GradientReport(
        verdict,
        tensors=tuple(tensors),
        worst=comparison(tensor="w" * 300) if worst else None,
        kinks=(Kink("w" * 300, (0,), 0.0, 1.0, 0.0),) if kink else (),
        diagnosis=diagnosis,
        notes=tuple(notes),
        skipped=tuple(skipped),
        constants=tuple(constants),
    )
    told = str(report).split("\n")
    assert len(told) <= 20
    assert all(len(line) <= 200 for line in told)
    total = len(tensors) + len(skipped) + len(constants)
    more = [line for line in told if line.startswith("  and ") and " more: " in line]
    counted = sum(int(line.split()[1]) for line in more)
    assert counted == max(0, total - 8)


def test_a_line_of_200_characters_is_whole_and_a_longer_one_is_cut():
    whole = "x" * 198
    report = GradientReport(FAIL, diagnosis=f"{whole}\n{whole}y")
    assert lines(report)[1:] == [f"  {whole}"] * 2


def test_a_table_of_html_holds_every_array_and_escapes_what_it_is_given():
    report = GradientReport(
        FAIL,
        tensors=(tensor("w<0>", worst=comparison(tensor="w<0>")),),
        diagnosis="w<0> & more",
        skipped=(Unchecked("<s>", None, "a < b"),),
        constants=(Unchecked("k", (2, 5), "whole"),),
    )
    html = report._repr_html_()
    assert "<caption>Gradients: fail. w&lt;0&gt; &amp; more</caption>" in html
    assert (
        '<tr><th scope="row">w&lt;0&gt;</th><td>3x4</td><td>pass</td>'
        "<td>3x4, every element; an error above 1 % of the whole would show</td>"
        "<td>w&lt;0&gt;[2, 1]: analytic 1, numerical 1 +- 1.0e-09</td></tr>"
        '<tr><th scope="row">&lt;s&gt;</th><td></td><td>skipped</td>'
        "<td>a &lt; b</td><td></td></tr>"
        '<tr><th scope="row">k</th><td>2x5</td><td>constant</td>'
        "<td>whole</td><td></td></tr></tbody>"
    ) in html
    assert html.count('<th scope="col">') == 5


def test_a_table_of_html_has_an_end():
    many = tuple(tensor(f"w{k}") for k in range(60))
    assert GradientReport(PASS, tensors=many)._repr_html_().count("<tr>") == 1 + 50


def test_the_worst_is_measured_in_its_own_bound():
    small = comparison(1.0, 1.0 + 1e-6, bound=1e-9)
    large = comparison(1.0, 2.0, bound=1.0)
    assert worst_of([large, small]) is small
    assert worst_of([small, large]) is small


def test_a_difference_beyond_a_bound_of_zero_is_worse_than_any_other():
    exact = comparison(1.0, 1.0, bound=0.0)
    off = comparison(1.0, 1.0 + 1e-15, bound=0.0)
    far = comparison(0.0, 1e200, bound=1e-9)
    assert worst_of([exact, far, off]) is off
    assert worst_of([exact, far]) is far
    assert worst_of([exact]) is exact
    assert worst_of([]) is None


def test_the_error_is_an_assertion_that_says_what_the_report_says():
    report = GradientReport(FAIL, diagnosis="twice")
    error = GradientError(report)
    assert isinstance(error, AssertionError)
    assert error.report is report
    assert str(error) == str(report)
    assert error.args == (str(report),)


def test_a_report_is_written_without_its_many_comparisons():
    report = GradientReport(PASS, comparisons=(comparison(),) * 3)
    assert "comparisons" not in repr(report)
    assert repr(report).startswith("GradientReport(verdict=<Verdict.PASS: 'pass'>")


@pytest.fixture
def axes():
    from matplotlib import pyplot as plt

    _, ax = plt.subplots()
    yield ax
    plt.close("all")


def test_each_comparison_is_drawn_by_its_kind_and_the_wrong_one_named(axes):
    wrong = comparison(-0.02, 0.005, bound=1e-4, tensor="b", index=(3,))
    together = [
        comparison(30.0, -30.0, bound=1.0, index=None),
        comparison(0.0, 5.0, index=None),  # has no place on a logarithmic axis
    ]
    report = GradientReport(FAIL, worst=wrong, comparisons=(*together, wrong))
    assert report.plot(ax=axes) is axes
    drawn = {
        bars.get_label(): [bars.lines[0].get_xdata(), bars.lines[0].get_ydata()]
        for bars in axes.containers
    }
    assert drawn.keys() == {"elements together", "one element"}
    assert np.array_equal(drawn["elements together"], [[30.0], [30.0]])
    assert np.array_equal(drawn["one element"], [[0.005], [0.02]])
    assert [text.get_text() for text in axes.texts] == ["b[3]"]
    assert axes.texts[0].xy == (0.005, 0.02)
    # Whole powers of ten that hold everything, on both axes.
    assert axes.get_xlim() == axes.get_ylim() == (1e-3, 1e2)
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_right_gradients_are_drawn_without_a_name(axes):
    worst = comparison(2.0, 2.0)
    GradientReport(PASS, worst=worst, comparisons=(worst,)).plot(ax=axes)
    assert len(axes.texts) == 0
    assert len(axes.containers) == 1


def test_a_report_of_no_comparisons_is_drawn_as_empty_axes(axes):
    GradientReport(PASS).plot(ax=axes)
    assert len(axes.lines) == 0
    assert axes.get_xlabel() == "numerical derivative, absolute"
