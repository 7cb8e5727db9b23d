"""What is taken for agreement between backends, and what is not."""

import pytest

from bookbuild.gallery import agreement


def found(**values):
    """Return the facts of three backends from three values of each."""
    return {
        backend: {name: given[k] for name, given in values.items()}
        for k, backend in enumerate(["tensorflow", "jax", "torch"])
    }


def test_equal_facts_agree():
    facts = found(n=[3, 3, 3], name=["a"] * 3, yes=[True] * 3, x=[1.0, 1.009, 1.0])
    assert list(agreement.disagreements(facts, [])) == []


@pytest.mark.parametrize(
    ("values", "fragment"),
    [
        ([3, 3, 4], "not equal"),
        (["a", "b", "a"], "not equal"),
        ([True, True, False], "not equal"),
        ([0.90, 0.90, 0.92], "2.2% apart without a band"),
        ([{"y": 1.0}, {"y": 1.0}, {"y": 1.2}], "x / y: 1.0 on tensorflow"),
        ([[1, 2], [1, 2], [1]], "not on every backend"),
        ([None, None, 1.0], "not equal"),
    ],
)
def test_what_differs_is_told(values, fragment):
    told = list(agreement.disagreements(found(x=values), []))
    assert len(told) == 1
    assert fragment in told[0]


def bands(**values):
    """Return bands as the file gives them, in order."""
    return [
        agreement.band_of("a/plot_b", name, value) for name, value in values.items()
    ]


def test_a_band_is_the_largest_difference_and_may_cover_a_group():
    facts = found(accuracy=[0.90, 0.94, 0.92])
    assert list(agreement.disagreements(facts, bands(accuracy=0.05))) == []
    told = list(agreement.disagreements(facts, bands(accuracy=0.03)))
    assert "0.04 apart, the band is 0.03" in told[0]
    group = found(
        wrong=[{"a": 3, "b": [1, 2]}, {"a": 4, "b": [2, 2]}, {"a": 3, "b": [1, 1]}]
    )
    assert list(agreement.disagreements(group, bands(wrong=1))) == []
    alone = bands(**{"wrong / a": 1})
    assert len(list(agreement.disagreements(group, alone))) == 2


def test_a_band_may_be_a_ratio():
    facts = found(rate=[0.1, 0.3, 0.1])
    assert list(agreement.disagreements(facts, bands(rate={"times": 3.1}))) == []
    told = list(agreement.disagreements(facts, bands(rate={"times": 2.9})))
    assert "0.1 and 0.3, the band is a ratio of 2.9" in told[0]
    negative = found(rate=[-0.1, 0.1, 0.1])
    assert list(agreement.disagreements(negative, bands(rate={"times": 9})))


def test_the_first_pattern_that_fits_counts():
    facts = found(low=[1.0, 1.2, 1.0], high=[1.0, 1.2, 1.0], n=[3, 3, 4])
    given = bands(n=0, **{"h*": 0.1, "*": 0.3})
    told = list(agreement.disagreements(facts, given))
    assert [line.partition(":")[0] for line in told] == ["high", "n"]


def test_a_band_for_no_fact_is_a_fault():
    told = list(agreement.disagreements(found(x=[1, 1, 1]), bands(y=1)))
    assert told == ["bands.toml names 'y', which is no fact"]


def test_a_gallery_without_bands_has_none(tmp_path):
    assert agreement.read(tmp_path) == {}


def test_bands_are_read_in_order(tmp_path):
    text = '["a/plot_b"]\n"x y" = 1\n"*" = { times = 2 }\n'
    (tmp_path / "bands.toml").write_text(text)
    assert agreement.read(tmp_path) == {
        "a/plot_b": bands(**{"x y": 1, "*": {"times": 2}})
    }


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("x = ", "cannot be read"),
        ("x = 1", "'x' is no table"),
        ('["a/plot_b"]\nx = "much"', "the band 'x' of a/plot_b is 'much'"),
        ('["a/plot_b"]\nx = -1', "is -1"),
        ('["a/plot_b"]\nx = true', "is True"),
        ('["a/plot_b"]\nx = { times = 0.5 }', "'times': 0.5"),
        ('["a/plot_b"]\nx = { times = 2, more = 1 }', "'more': 1"),
    ],
)
def test_a_file_of_bands_that_cannot_be_is_refused(tmp_path, text, fragment):
    (tmp_path / "bands.toml").write_text(text)
    with pytest.raises(agreement.TableError, match=agreement.FILE) as caught:
        agreement.read(tmp_path)
    assert fragment in str(caught.value)
