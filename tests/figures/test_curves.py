import numpy as np
import pytest

from byhand.figures import draw_history

RUN = {
    "loss": [2.0, 1.0, 0.5],
    "val_loss": [2.1, 1.3, 1.4],
    "accuracy": [0.3, 0.6, 0.9],
    "val_accuracy": [0.2, 0.7, 0.6],
}


def test_the_curves_are_the_numbers():
    figure = draw_history(RUN, metrics=["loss", "accuracy"])
    for axes, name in zip(figure.axes, ["loss", "accuracy"], strict=True):
        training, validation = axes.get_lines()
        assert np.array_equal(training.get_xdata(), [1, 2, 3])
        assert np.array_equal(training.get_ydata(), RUN[name])
        assert np.array_equal(validation.get_ydata(), RUN[f"val_{name}"])


def test_the_label_says_where_validation_is_best():
    label = draw_history(RUN, metrics=["loss", "accuracy"]).get_label()
    assert "at best 1.3 in epoch 2" in label
    assert "at best 0.7 in epoch 2" in label


def test_a_run_without_validation_and_a_mark():
    figure = draw_history({"loss": [1.0, 0.5]}, mark=2)
    assert len(figure.axes[0].get_lines()) == 2
    assert "a line marks epoch 2" in figure.get_label()
    assert "validation" not in figure.get_label()


def test_what_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"'acc'.*it has 'loss'"):
        draw_history(RUN, metrics=["acc"])
    with pytest.raises(ValueError, match="from 1 to 3, got 4"):
        draw_history(RUN, mark=4)
