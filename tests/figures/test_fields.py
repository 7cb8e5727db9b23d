import numpy as np
import pytest
from matplotlib.colors import to_rgb

from byhand.figures import draw_receptive_field
from byhand.figures.colours import UNIT

STACKS = [
    [(3, 1), (3, 2), (3, 1)],
    [(5, 1), (2, 2), (5, 1)],
    [(3, 2), (3, 2), (2, 1)],
    [(3, 2)],
    [(1, 3)],
]


def rows_of(figure):
    """Return, from the input up, whether each cell of each row is filled."""
    rows = {}
    for patch in figure.axes[0].patches:
        filled = patch.get_facecolor()[:3] == to_rgb(UNIT)
        rows.setdefault(round(patch.get_y()), []).append((patch.get_x(), filled))
    return [[filled for _, filled in sorted(rows[level])] for level in sorted(rows)]


def dependence(layers, length):
    """Return which inputs each output depends on, by changing one at a time."""
    outputs = np.eye(length)
    for kernel, stride in layers:
        ones = np.ones(kernel)
        outputs = np.array(
            [np.correlate(row, ones, "valid")[::stride] for row in outputs]
        )
    return outputs > 0


@pytest.mark.parametrize("layers", STACKS)
def test_the_filled_inputs_are_those_that_the_first_output_depends_on(layers):
    rows = rows_of(draw_receptive_field(layers))
    depends = dependence(layers, len(rows[0]))
    assert depends.shape[1] == 2
    assert rows[0] == depends[:, 0].tolist()
    assert rows[-1] == [True, False]
    assert len(rows) == len(layers) + 1


@pytest.mark.parametrize("layers", STACKS)
def test_the_label_tells_the_field_and_the_step(layers):
    figure = draw_receptive_field(layers)
    depends = dependence(layers, len(rows_of(figure)[0]))
    first, second = (np.flatnonzero(depends[:, column]) for column in (0, 1))
    assert f"sees {np.ptp(first) + 1} of the {len(depends)}" in figure.get_label()
    assert f"lies {second[0] - first[0]} further" in figure.get_label()
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts.count(f"$R = {np.ptp(first) + 1}$") == 2


@pytest.mark.parametrize(
    ("layers", "fragment"),
    [
        ([], "at least one kernel"),
        ([(3, 0)], r"at least 1, got \(3, 0\)"),
        ([(20, 1), (20, 1)], "40 elements"),
    ],
)
def test_what_cannot_be_drawn_is_refused(layers, fragment):
    with pytest.raises(ValueError, match=fragment):
        draw_receptive_field(layers)
