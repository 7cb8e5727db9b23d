"""Public code that builds models, with the import changed and nothing else.

Every cell of tests/shapes/corpus runs with `import byhand.shapes as keras`, and gives
what it gives with Keras itself.
"""

import contextlib
import inspect
import io

import pytest

import byhand.shapes
from tests.amounts import in_turn
from tests.shapes.corpus import CELLS, FAMILIES, cells_of
from tests.shapes.corpus.facts import facts_of, models_of

# Keras makes some weights of these in the first run alone, and counts none before it.
LATE = {"layer_normalized_rnn", "temporal_convolutions"}
DIFFERENT: dict[str, str] = {}  # cells that differ from Keras, and why


def built_with(keras, cell):
    """Return the models of a cell; what it prints is not shown."""
    with contextlib.redirect_stdout(io.StringIO()):
        return models_of(cell(keras))


def run_once(models):
    """Run each model of Keras on one example of zeros, 8 long where it may be any."""
    import numpy as np

    for model in models:
        _, *lengths = model.input_shape
        model(np.zeros([1, *(length or 8 for length in lengths)], "float32"))


def needs_keras(cell):
    """Return whether a cell takes a network of keras.applications, built by Keras."""
    return "keras.applications." in inspect.getsource(cell)


def names(cells):
    return [f"{cell.__module__.rpartition('.')[2]}.{cell.__name__}" for cell in cells]


ALONE = [cell for cell in CELLS if not needs_keras(cell)]


@pytest.mark.slow
@pytest.mark.parametrize("cell", ALONE, ids=names(ALONE))
def test_a_cell_runs_and_everything_is_known(cell):
    for model in built_with(byhand.shapes, cell):
        facts = facts_of(model)
        assert facts["parameters"] is not None
        assert facts["outputs"]
        assert "?" not in facts["outputs"]
        assert model.table()


@pytest.mark.slow
# Keras warns of habits that it no longer recommends, and people keep them.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "cell", in_turn([(cell,) for cell in CELLS], names(CELLS), every=20)
)
def test_a_cell_gives_what_keras_gives(cell):
    keras = pytest.importorskip("keras")
    keras.backend.clear_session()
    live = built_with(keras, cell)
    if cell.__name__ in LATE:
        run_once(live)
    theirs = [facts_of(model) for model in live]
    ours = [facts_of(model) for model in built_with(byhand.shapes, cell)]
    if cell.__name__ in DIFFERENT:
        assert ours != theirs, "they agree now; take it off the list"
    else:
        assert ours == theirs


def test_nearly_all_cells_agree():
    assert len(DIFFERENT) <= 0.05 * len(CELLS)
    assert LATE | set(DIFFERENT) <= {cell.__name__ for cell in CELLS}


def test_few_cells_need_keras():
    assert 0.9 * len(CELLS) <= len(ALONE) < len(CELLS)


def test_there_are_cells_of_every_family():
    assert len(CELLS) >= 60
    assert min(len(cells_of(family)) for family in FAMILIES) >= 8
    named = [cell.__name__ for cell in CELLS]
    assert len(set(names(CELLS))) == len(named)
