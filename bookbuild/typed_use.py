"""Lines that use byhand, as someone does who has their own code checked by mypy.

`make package` runs them and checks them strictly against the installed wheel. Without
the mark py.typed mypy would refuse the imports. Where a type of the package were lost,
`assert_type` would fail, or the comment on a wrong argument would be unused; either is
an error.
"""

import contextlib
from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import byhand
import byhand.shapes as keras
from byhand import check_gradients, check_layer, numerical_gradient
from byhand.backprop import Dense
from byhand.figures import Animation, draw_convolution
from byhand.gradients import GradientReport, numerical_jacobian
from byhand.shapes import layers


def square(x: NDArray[np.float64]) -> float:
    """Return the sum of the squares."""
    return float(np.sum(x**2))


def twice(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gradient of `square`."""
    return 2 * x


def square_and_twice(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return `square` and its gradient together."""
    return square(x), twice(x)


point = np.array([1.0, 2.0, 3.0])
gradient: NDArray[np.float64] = numerical_gradient(square, point)
jacobian: NDArray[np.float64] = numerical_jacobian(twice, point)

assert_type(byhand.__version__, str)
assert_type(check_gradients(square, point, twice), GradientReport)
verdict: str = check_gradients(square, point, twice).verdict
seed = np.random.default_rng(0)
together = check_gradients(square_and_twice, point, value_and_grad=True, rng=seed)
assert_type(together.resolution, float | None)
names: list[str] = [tensor.name for tensor in together.tensors]

dense = Dense(3, 2, rng=np.random.default_rng(0))
assert_type(dense, Dense)
assert_type(check_layer(dense, np.ones((4, 3))), GradientReport)

net = keras.Sequential([keras.Input((32, 32, 1)), layers.Conv2D(10, 5)])
length: int = keras.conv_output(32, 5, strides=2)
assert_type(net, keras.Sequential)
assert_type(net.table(), str)
assert_type(net.receptive_field("conv2d"), keras.ReceptiveField | str)
assert_type(keras.solve(input=32, output=28), list[keras.Setting])

image = keras.Input((32, 32, 1))
assert_type(keras.Model(image, layers.Conv2D(10, 5)(image)), keras.Model)
assert_type(draw_convolution(5, 3), Animation)

with contextlib.suppress(TypeError):
    keras.conv_output("32", 5)  # type: ignore[arg-type]
with contextlib.suppress(TypeError):
    check_gradients(square, point, twice, rtol="small")  # type: ignore[arg-type]
