"""Lines as guides and books write them: the same network with only imports changed."""

import pytest

import byhand.shapes
from byhand.shapes.size import Size
from tests.shapes.pasted_cells import CELLS


def changed(lines):
    """Return the lines with byhand.shapes in place of Keras."""
    lines = lines.replace("import keras\n", "import byhand.shapes as keras\n")
    return lines.replace("from keras", "from byhand.shapes")


def left_by(lines):
    """Return the `model` that lines leave."""
    held = {"__name__": "pasted"}
    exec(compile(lines, "cell", "exec"), held)  # noqa: S102  our own lines
    return held["model"]


def flat(shapes):
    """Return shapes as a list, with None for what is open."""
    several = isinstance(shapes, list) or any(isinstance(s, tuple) for s in shapes)
    every = list(shapes) if several else [shapes]
    return [
        tuple(None if isinstance(length, Size) else length for length in shape)
        for shape in every
    ]


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_runs_and_everything_in_it_is_known(name, capsys):
    model = left_by(changed(CELLS[name]))
    assert model.count_params() > 0
    assert not [row.note for row in model.all_rows(nested=True) if row.note]
    assert "?" not in model.table()
    assert isinstance(model, byhand.shapes.Model | byhand.shapes.Sequential)


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_a_cell_gives_the_network_of_keras(name, capsys):
    theirs, ours = left_by(CELLS[name]), left_by(changed(CELLS[name]))
    assert ours.count_params() == theirs.count_params()
    assert ours.trainable_params == sum(map(size, theirs.trainable_weights))
    if hasattr(theirs, "output_shape") and theirs.inputs:
        assert flat(ours.output_shape) == flat(theirs.output_shape)
    assert kinds(ours) == kinds(theirs)


def kinds(model):
    """Return the classes of the layers, in order."""
    names = [type(layer).__name__ for layer in model.layers]
    return ["Functional" if name == "Model" else name for name in names]


def size(weight):
    total = 1
    for length in weight.shape:
        total *= length
    return total


def test_there_are_enough_cells():
    assert len(CELLS) >= 40
