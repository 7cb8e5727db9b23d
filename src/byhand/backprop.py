"""Layers in NumPy with forward and backward pass, written to be read.

Inputs are rows of a batch, z = xW + b, channels last. `forward` keeps what `backward`
needs; `backward` takes dL/dz, leaves dL/dparameter in `gradients` and returns dL/dx.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Layer(ABC):
    """A step of a network.

    After `backward`, `gradients` holds dL/dparameter for each of `parameters`.
    """

    def __init__(self) -> None:
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}

    @abstractmethod
    def forward(self, x: Array, *, training: bool = True) -> Array:
        """Return the output for a batch, and keep what `backward` needs."""

    @abstractmethod
    def backward(self, dout: Array) -> Array:
        """Return dL/dx from dL/doutput."""


class Dense(Layer):
    """z = xW + b for c inputs and f outputs."""

    def __init__(self, c: int, f: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        limit = np.sqrt(6 / (c + f))  # Glorot and Bengio 2010
        self.parameters["kernel"] = rng.uniform(-limit, limit, (c, f))
        self.parameters["bias"] = np.zeros(f)

    def forward(self, x: Array, *, training: bool = True) -> Array:
        """Take x of (N, c) to z of (N, f)."""
        self._x = x
        return x @ self.parameters["kernel"] + self.parameters["bias"]

    def backward(self, dout: Array) -> Array:
        """Return dx = dz W^T; keep dW = x^T dz and db = sum of dz over the batch."""
        self.gradients = {"kernel": self._x.T @ dout, "bias": dout.sum(axis=0)}
        return dout @ self.parameters["kernel"].T


class Conv2D(Layer):
    """f kernels of k x k over maps of c channels, without padding."""

    def __init__(self, c: int, f: int, k: int, *, rng: Any, strides: int = 1) -> None:
        super().__init__()
        limit = np.sqrt(6 / (k * k * (c + f)))
        self.strides = strides
        self.parameters["kernel"] = rng.uniform(-limit, limit, (k, k, c, f))
        self.parameters["bias"] = np.zeros(f)

    def _taps(self, x: Array, rows: int, columns: int) -> Any:
        """Yield each place of the kernel with the part of x that it meets."""
        s, k = self.strides, len(self.parameters["kernel"])
        for a in range(k):
            for b in range(k):
                part = x[:, a : a + s * rows : s, b : b + s * columns : s]
                yield (a, b), part[:, :rows, :columns]

    def forward(self, x: Array, *, training: bool = True) -> Array:
        """Take x of (N, H, W, c) to z of (N, rows, columns, f)."""
        self._x, kernel = x, self.parameters["kernel"]
        rows, columns = ((n - len(kernel)) // self.strides + 1 for n in x.shape[1:3])
        if rows < 1 or columns < 1:
            raise ValueError(f"{len(kernel)} taps have no room in {x.shape[1:3]} maps")
        z = np.zeros((len(x), rows, columns, kernel.shape[-1]), dtype=x.dtype)
        for tap, part in self._taps(x, rows, columns):
            z += part @ kernel[tap]
        return z + self.parameters["bias"]

    def backward(self, dout: Array) -> Array:
        """Each tap sees what its kernel entry met: dW = x^T dz, dx += dz W^T."""
        kernel = self.parameters["kernel"]
        dkernel, dx = np.zeros_like(kernel), np.zeros_like(self._x)
        met, into = (self._taps(x, *dout.shape[1:3]) for x in (self._x, dx))
        for (tap, part), (_, target) in zip(met, into, strict=True):
            dkernel[tap] = np.einsum("nhwc,nhwf->cf", part, dout)
            target += dout @ kernel[tap].T
        self.gradients = {"kernel": dkernel, "bias": dout.sum(axis=(0, 1, 2))}
        return dx


class MaxPooling2D(Layer):
    """The largest of each k x k window; what does not fill a window is left out."""

    def __init__(self, k: int = 2) -> None:
        super().__init__()
        self.k = k

    def forward(self, x: Array, *, training: bool = True) -> Array:
        """Take x of (N, H, W, c) to (N, H // k, W // k, c)."""
        self._shape = n, h, w, c = x.shape
        k, rows, columns = self.k, h // self.k, w // self.k
        windows = x[:, : rows * k, : columns * k].reshape(n, rows, k, columns, k, c)
        windows = windows.transpose(0, 1, 3, 5, 2, 4).reshape(n, rows, columns, c, -1)
        self._at = windows.argmax(axis=-1)
        return np.asarray(windows.max(axis=-1))

    def backward(self, dout: Array) -> Array:
        """Send the gradient to where the largest came from, the first of equals."""
        n, rows, columns, c = dout.shape
        k = self.k
        windows = np.zeros((*dout.shape, k * k), dtype=dout.dtype)
        np.put_along_axis(windows, self._at[..., None], dout[..., None], axis=-1)
        windows = windows.reshape(n, rows, columns, c, k, k).transpose(0, 1, 4, 2, 5, 3)
        dx = np.zeros(self._shape, dtype=dout.dtype)
        dx[:, : rows * k, : columns * k] = windows.reshape(n, rows * k, columns * k, c)
        return dx


class Flatten(Layer):
    """Each example as one row."""

    def forward(self, x: Array, *, training: bool = True) -> Array:
        """(N, ...) to (N, product of the rest)."""
        self._shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dout: Array) -> Array:
        """Put the same numbers into their old places."""
        return dout.reshape(self._shape)


class Activation(Layer):
    """A function of each element; subclasses say which, and its slope."""

    _value: Any
    _slope: Any

    def forward(self, x: Array, *, training: bool = True) -> Array:
        """Element by element."""
        self._x, self._y = x, np.asarray(self._value(x))
        return self._y

    def backward(self, dout: Array) -> Array:
        """Element by element: dL/dy dy/dx."""
        return np.asarray(dout * self._slope(self._x, self._y))


class Sigmoid(Activation):
    """1 / (1 + e^-x), computed so that no exponential overflows; ds/dx = s (1 - s)."""

    def _value(self, x: Array) -> Any:
        e = np.exp(-np.abs(x))
        return np.where(x >= 0, 1, e) / (1 + e)

    def _slope(self, x: Array, s: Array) -> Any:
        return s * (1 - s)


class Tanh(Activation):
    """The hyperbolic tangent; dt/dx = 1 - t^2."""

    def _value(self, x: Array) -> Any:
        return np.tanh(x)

    def _slope(self, x: Array, t: Array) -> Any:
        return 1 - t**2


class ReLU(Activation):
    """max(x, 0); the slope is 1 above 0, else 0, at 0 as in Keras."""

    def _value(self, x: Array) -> Any:
        return np.maximum(x, 0)

    def _slope(self, x: Array, y: Array) -> Any:
        return x > 0


class BatchNormalization(Layer):
    """Each channel with mean 0 and variance 1 over the batch, scaled and shifted."""

    def __init__(
        self, c: int, *, momentum: float = 0.99, epsilon: float = 1e-3
    ) -> None:
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        self.parameters = {"gamma": np.ones(c), "beta": np.zeros(c)}
        self.moving_mean, self.moving_variance = np.zeros(c), np.ones(c)

    def forward(self, x: Array, *, training: bool = True) -> Array:
        """With the batch's own statistics in training, else with the moving ones."""
        self._axes = tuple(range(x.ndim - 1))
        self._training = training
        mean, variance = self.moving_mean, self.moving_variance
        if training:
            mean, variance = x.mean(axis=self._axes), x.var(axis=self._axes)
            m = self.momentum
            self.moving_mean = m * self.moving_mean + (1 - m) * mean
            self.moving_variance = m * self.moving_variance + (1 - m) * variance
        self._scale = 1 / np.sqrt(variance + self.epsilon)
        self._normal = (x - mean) * self._scale
        return self.parameters["gamma"] * self._normal + self.parameters["beta"]

    def backward(self, dout: Array) -> Array:
        """Mean and variance move with x: their shares are taken away."""
        dgamma, dbeta = (dout * self._normal).sum(self._axes), dout.sum(self._axes)
        self.gradients = {"gamma": dgamma, "beta": dbeta}
        d = dout * self.parameters["gamma"]
        if self._training:
            along = self._normal * (d * self._normal).mean(axis=self._axes)
            d = d - d.mean(axis=self._axes) - along
        return d * self._scale


class Dropout(Layer):
    """In training each element is 0 with probability `rate`, else 1 / (1 - rate) x."""

    def __init__(self, rate: float, *, rng: np.random.Generator) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"rate must be at least 0 and below 1, got {rate!r}")
        self.rate, self.rng = rate, rng

    def forward(self, x: Array, *, training: bool = True) -> Array:
        """With a new mask each time, and none outside training."""
        self._mask = np.ones_like(x)
        if training:
            self._mask = (self.rng.random(x.shape) >= self.rate) / (1 - self.rate)
        return x * self._mask

    def backward(self, dout: Array) -> Array:
        """Through the same mask."""
        return dout * self._mask


class Sequential(Layer):
    """Layers one behind another, their parameters under "0.kernel" and so on."""

    def __init__(self, layers: list[Layer]) -> None:
        super().__init__()
        self.layers = layers
        self.parameters = self._named("parameters")

    def _named(self, kind: str) -> dict[str, Array]:
        """Return all parameters, or all gradients, of the layers."""
        return {
            f"{k}.{name}": value
            for k, layer in enumerate(self.layers)
            for name, value in getattr(layer, kind).items()
        }

    def forward(self, x: Array, *, training: bool = True) -> Array:
        """From the first layer to the last."""
        for layer in self.layers:
            x = layer.forward(x, training=training)
        return x

    def backward(self, dout: Array) -> Array:
        """From the last layer to the first: the chain rule."""
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        self.gradients = self._named("gradients")
        return dout


def softmax_crossentropy(z: Array, y: Array) -> tuple[float, Array]:
    """Return the mean of -log softmax(z)[y] over the batch, and (p - y)/ N.

    The logits z are (N, classes), y holds the number of each row's class.
    """
    rows = np.arange(len(z))
    shifted = z - z.max(axis=1, keepdims=True)  # the same p, and no overflow
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dz = np.exp(log_p)
    dz[rows, y] -= 1
    return float(-log_p[rows, y].mean()), dz / len(z)


def mean_squared_error(z: Array, y: Array) -> tuple[float, Array]:
    """Return the mean of (z - y)^2 over all elements, and its gradient."""
    return float(np.mean((z - y) ** 2)), 2 * (z - y) / z.size


class SGD:
    """w <- w - learning_rate dL/dw."""

    def __init__(self, learning_rate: float = 0.01) -> None:
        self.learning_rate = learning_rate

    def step(self, layer: Layer) -> None:
        """Change the parameters of a layer, or of all in a Sequential, in place."""
        for name, parameter in layer.parameters.items():
            parameter -= self.learning_rate * layer.gradients[name]
