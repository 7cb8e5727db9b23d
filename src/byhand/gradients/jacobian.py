"""The Jacobian of an array-valued function, from its values alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from byhand.gradients.differences import Array, numerical_gradient


def numerical_jacobian(
    fn: Callable[..., Any],
    x: ArrayLike,
    *,
    method: str = "richardson",
    step: float | None = None,
    return_error: bool = False,
) -> Any:
    """Return the derivative of each output of a function by each input.

    Parameters
    ----------
    fn : callable
        Takes an array of the shape of `x` and returns an array of real numbers,
        always of one shape. It must not change its argument.
    x : array_like
        Where to differentiate, of any shape.
    method, step
        As in `numerical_gradient`.
    return_error : bool
        Whether to return an estimate of the absolute error beside the Jacobian.

    Returns
    -------
    jacobian : ndarray of float64
        dz/dx, of the shape of the output followed by the shape of `x`.
    error : ndarray of float64
        Only with `return_error`, of the same shape.

    Raises
    ------
    TypeError, ValueError
        As in `numerical_gradient`, or if the shape of the output changes.

    Notes
    -----
    Output by output, so that each gets steps and an error of its own; values are
    computed once for each point and shared by all of them.

    Examples
    --------
    >>> import numpy as np
    >>> numerical_jacobian(lambda x: np.array([x[0] * x[1], x[1]]), [2.0, 3.0])
    array([[3., 2.],
           [0., 1.]])
    """
    outputs = _Outputs(fn)
    point = np.asarray(x)
    shape = outputs(np.array(point)).shape
    size = int(np.prod(shape))
    parts = [
        numerical_gradient(
            lambda x, k=k: outputs(x).reshape(-1)[k],
            point,
            method=method,
            step=step,
            return_error=True,
        )
        for k in range(size)
    ]
    whole = (*shape, *point.shape)
    jacobian = np.array([value for value, _ in parts]).reshape(whole)
    error = np.array([error for _, error in parts]).reshape(whole)
    return (jacobian, error) if return_error else jacobian


class _Outputs:
    """A function whose values are kept: its outputs are differentiated in turn."""

    def __init__(self, fn: Callable[..., Any]) -> None:
        self._fn = fn
        self._kept: dict[bytes, Array] = {}
        self._shape: tuple[int, ...] | None = None

    def __call__(self, x: Array) -> Array:
        key = x.tobytes()
        if key not in self._kept:
            values = np.asarray(self._fn(x))
            if values.dtype.kind not in "fciub":
                raise TypeError(
                    f"fn must return an array of numbers, got {values.dtype}"
                )
            if self._shape is not None and values.shape != self._shape:
                raise ValueError(
                    f"fn returned shape {self._shape} at first and {values.shape} "
                    "later; the shape must not depend on the values"
                )
            self._shape = values.shape
            self._kept[key] = np.array(values)
        return self._kept[key]
