"""Points with single elements moved, in blocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.gradients import moves
from byhand.gradients.moves import moved_points


def one_by_one(row, index, values):
    """The same points, written down one after the other."""
    points = []
    for at, value in zip(index, values, strict=True):
        point = list(row)
        point[at] = value
        points.append(point)
    return points


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(moves, "BLOCK", 12)


sizes = st.integers(1, 30)


@given(sizes, st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_blocks_hold_every_point_once_and_in_order(size, count, seed):
    rng = np.random.default_rng(seed)
    row = rng.normal(size=size)
    index = rng.integers(0, size, count)
    values = rng.normal(size=count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moves, "BLOCK", 12)
        blocks = list(moved_points(row, index, values))
    joined = [point for _, points in blocks for point in points.tolist()]
    assert joined == one_by_one(row, index, values)
    covered = [k for part, _ in blocks for k in range(part.start, part.stop)]
    assert covered == list(range(count))
    for part, points in blocks:
        assert points.shape == (part.stop - part.start, size)
        assert points.size <= 12 or len(points) == 1
    # As few blocks as the memory allows.
    fit = max(1, 12 // size)
    assert len(blocks) == -(-count // fit)


def test_a_block_is_a_million_numbers_and_never_all_points_at_once():
    size = 2**12
    row, index = np.zeros(size, dtype=np.float32), np.arange(600)
    blocks = [points.shape for _, points in moved_points(row, index, np.ones(600))]
    assert blocks == [(256, size), (256, size), (88, size)]


def test_a_row_longer_than_a_block_comes_point_by_point(small_blocks):
    row, index = np.arange(13.0), np.array([12, 0])
    blocks = [points.tolist() for _, points in moved_points(row, index, index + 0.5)]
    assert blocks == [[[*range(12), 12.5]], [[0.5, *range(1, 13)]]]


def test_an_empty_row_has_no_moved_points():
    empty = np.zeros(0)
    assert list(moved_points(empty, np.zeros(0, dtype=int), empty)) == []


def test_the_row_and_the_blocks_share_no_memory():
    row = np.zeros(3)
    for _, points in moved_points(row, np.arange(3), np.ones(3)):
        points += 1
    assert row.tolist() == [0, 0, 0]
