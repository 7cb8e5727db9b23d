"""Time the first training step of a script apart from the steady ones.

The first step compiles; the others show what training costs. A callback added to
Keras's `Model.fit` from outside measures both, so that no script has to.
"""

import functools
import inspect
import statistics
import time
from typing import Any


class Steps:
    """The seconds of each step, one list for each call of `fit`."""

    def __init__(self) -> None:
        self.fits: list[list[float]] = []

    @property
    def first(self) -> float | None:
        """Seconds of the very first step; None where nothing was fitted."""
        return next((steps[0] for steps in self.fits if steps), None)

    @property
    def steady(self) -> float | None:
        """Median seconds of the steps that are not the first of their `fit`."""
        later = [seconds for steps in self.fits for seconds in steps[1:]]
        return statistics.median(later) if later else None


def watch(keras: Any) -> Steps:
    """Add the callback to every `fit` of a Keras that is imported; return its times."""
    steps = Steps()
    fit = keras.Model.fit
    signature = inspect.signature(fit)

    class Stopwatch(keras.callbacks.Callback):
        """Note how long each step takes.

        Keras turns the losses of a step into Python's numbers before it calls this,
        and so waits for a device that computes by itself.
        """

        def on_train_begin(self, logs: Any = None) -> None:
            steps.fits.append([])

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            self.start = time.perf_counter()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            steps.fits[-1].append(time.perf_counter() - self.start)

    @functools.wraps(fit)
    def timed(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        callbacks = given.arguments.get("callbacks")
        if isinstance(callbacks, keras.callbacks.CallbackList):
            callbacks.append(Stopwatch())
        else:
            if not isinstance(callbacks, list | tuple):
                callbacks = [] if callbacks is None else [callbacks]
            given.arguments["callbacks"] = [*callbacks, Stopwatch()]
        return fit(*given.args, **given.kwargs)

    keras.Model.fit = timed
    return steps
