"""Functions and layers as people write them, rebuilt from their formulae.

Each comes from public code, from a report of an error, or from a question that was
asked of another checker; the comments name it. A function here returns keywords of
`check_gradients`, and its arguments say what is wrong with the gradient, if anything.
Classes are layers, for `check_layer`.
"""

import math
import random
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

# --- units: wavelengths, SI, orbits


def wave(unit, *, factor=1.0):
    """Sines of numbers in a unit such as 1e-7, a wavelength in metres."""
    return {
        "fn": lambda x: np.sin(x / unit).sum(),
        "inputs": np.array([1.0, 0.5, 2.0]) * unit,
        "grad": lambda x: factor * np.cos(x / unit) / unit,
    }


def logistic(change=None):
    """A logistic regression of 100 features, one of them a million times larger."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(50, 100))
    features[:, 3] *= 1e6
    labels = 2 * rng.integers(0, 2, 50) - 1
    weights = 0.1 * rng.normal(size=100)
    weights[3] /= 1e6

    def loss(w):
        return np.logaddexp(0, -labels * (features @ w)).mean()

    def grad(w):
        share = labels / (1 + np.exp(labels * (features @ w)))
        gradient = -share @ features / 50
        return gradient if change is None else change(gradient)

    return {"fn": loss, "inputs": weights, "grad": grad}


def only_the_largest_feature(gradient):
    return np.where(np.arange(100) == 3, gradient, 0)


def spectral_line(*, amplitude=1.2e-44, power=3):
    """A Gaussian line of a tiny amplitude; d/dsigma divides by sigma to a power."""
    positions = np.linspace(1, 2, 30)

    def line(p):
        return p[0] * np.exp(-0.5 * (positions - p[1]) ** 2 / p[2] ** 2)

    def vjp(dout, p):
        distance = positions - p[1]
        shape = np.exp(-0.5 * distance**2 / p[2] ** 2)
        return np.array(
            [
                dout @ shape,
                dout @ (p[0] * shape * distance / p[2] ** 2),
                dout @ (p[0] * shape * distance**2 / p[2] ** power),
            ]
        )

    return {"fn": line, "inputs": np.array([amplitude, 1.4, 0.11]), "vjp": vjp}


def diffusion_tensor(*, si=False, change=None):
    """Least squares for a diffusion tensor, in s/mm^2 or in SI units.

    The six parameters are Dxx, Dyy, Dzz, Dxy, Dxz, Dyz; the last three count twice.
    """
    metre = 1e-6 if si else 1.0  # mm^2 in m^2
    b_value = 1000 / metre
    directions = np.random.default_rng(2).normal(size=(20, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    x, y, z = directions.T
    design = b_value * np.stack(
        [x * x, y * y, z * z, 2 * x * y, 2 * x * z, 2 * y * z], axis=1
    )
    true = metre * 1e-3 * np.array([1.7, 0.4, 0.3, 0.1, -0.05, 0.02])
    measured = np.exp(-design @ true)
    start = metre * 1e-3 * np.array([1.2, 0.6, 0.5, 0.05, 0.03, -0.04])

    def cost(tensor):
        return ((np.exp(-design @ tensor) - measured) ** 2).sum()

    def grad(tensor):
        signal = np.exp(-design @ tensor)
        gradient = -2 * ((signal - measured) * signal) @ design
        return gradient if change is None else change(gradient)

    return {"fn": cost, "inputs": start, "grad": grad}


def off_diagonal_once(gradient):
    return gradient * np.array([1, 1, 1, 0.5, 0.5, 0.5])


def orbit(wrong=None, factor=1.01):
    """Chi-square of angles on the sky; the parameters span seven decades.

    Position (au), velocity (au a day) and a slight acceleration (au a day^2).
    """
    days = np.linspace(-30, 30, 25)
    precision = 5e-7  # radians, 0.1 seconds of arc
    true = np.array([1.1, 2.3, 9e-3, -4e-3, 3e-7, -2e-7])
    offset = np.array([2e-6, -3e-6, 1e-7, 2e-7, 1e-8, 2e-8])
    powers = np.stack([np.ones_like(days), days, days**2 / 2])

    def position(p):
        return p[0::2] @ powers, p[1::2] @ powers

    def angle(p):
        x, y = position(p)
        return np.arctan2(y, x)

    observed = angle(true)

    def chi_square(p):
        return (((angle(p) - observed) / precision) ** 2).sum()

    def grad(p):
        x, y = position(p)
        pull = 2 * (angle(p) - observed) / precision**2 / (x**2 + y**2)
        gradient = np.empty(6)
        gradient[0::2] = powers @ (-y * pull)
        gradient[1::2] = powers @ (x * pull)
        if wrong is not None:
            gradient[wrong] *= factor
        return gradient

    return {"fn": chi_square, "inputs": true + offset, "grad": grad}


# --- values that are missing: domains, overflow, exceptions


def decay(slope):
    """exp(-1e9 t) at a nanosecond: it overflows a microsecond earlier."""
    return {
        "fn": lambda t: np.exp(-1e9 * t[0]),
        "inputs": np.array([1e-9]),
        "grad": lambda t: np.array([slope]),
    }


def bounded_likelihood(slope):
    """A likelihood that is infinite outside its domain, at the bound."""
    return {
        "fn": lambda s: np.inf if s[0] < 0 else 3 * s[0],
        "inputs": np.array([0.0]),
        "grad": lambda s: np.array([slope]),
    }


def scalar_log(factor=1.0):
    """math.log, which raises below zero."""
    return {
        "fn": lambda x: math.log(x[0]),
        "inputs": np.array([1e-3]),
        "grad": lambda x: factor / x,
    }


def checked_domain(factor=1.0):
    """A function that raises outside its domain."""

    def fn(x):
        if (x <= 0).any():
            raise ValueError("outside the domain")
        return np.log(x).sum()

    return {
        "fn": fn,
        "inputs": np.array([0.01, 1.0, 2.0]),
        "grad": lambda x: factor / x,
    }


def log_beside_its_edge(factor=1.0):
    """scipy/scipy#18811: log(x - 0.0999) at 0.1."""
    return {
        "fn": lambda x: np.log(x - 0.0999).sum(),
        "inputs": np.array([0.1]),
        "grad": lambda x: factor / (x - 0.0999),
    }


def gaussian_process(*, noise=0.01, by_log_noise=False):
    """Marginal likelihood by Cholesky, which raises where the noise is negative.

    The parameters are length scale, variance and noise variance.
    """
    x = np.linspace(0, 5, 12)
    y = np.sin(x)
    squares = (x[:, None] - x) ** 2

    def covariance(p):
        return p[1] * np.exp(-0.5 * squares / p[0] ** 2) + p[2] * np.eye(12)

    def negative_log_likelihood(p):
        factor = np.linalg.cholesky(covariance(p))
        whitened = np.linalg.solve(factor, y)
        return 0.5 * whitened @ whitened + np.log(np.diag(factor)).sum()

    def grad(p):
        correlation = np.exp(-0.5 * squares / p[0] ** 2)
        inverse = np.linalg.inv(covariance(p))
        weights = inverse @ y
        middle = inverse - np.outer(weights, weights)
        parts = [p[1] * correlation * squares / p[0] ** 3, correlation, np.eye(12)]
        gradient = np.array([0.5 * np.trace(middle @ part) for part in parts])
        if by_log_noise:
            gradient[2] *= p[2]
        return gradient

    return {
        "fn": negative_log_likelihood,
        "inputs": np.array([1.7, 1.0, noise]),
        "grad": grad,
    }


def entropy(change=None, outside="raise"):
    """Entropy of probabilities; outside the simplex it raises or is not a number."""
    p = np.array([0.2, 0.3, 0.1, 0.4])

    def fn(p):
        if abs(p.sum() - 1) > 1e-9 or (p < 0).any():
            if outside == "raise":
                raise ValueError(f"probabilities add to 1, not to {p.sum()}")
            return np.nan
        return -(p * np.log(p)).sum()

    def grad(p):
        gradient = -np.log(p) - 1
        return gradient if change is None else change(gradient)

    return {"fn": fn, "inputs": p, "grad": grad}


# --- kinks, ties and jumps


def inverse_square_root_unit(*, with_upstream=True, alpha=0.7):
    """pytorch/pytorch#4355: ISRLU, whose backward pass forgot grad_out."""
    x = np.random.default_rng(3).normal(size=(4, 5))

    def fn(x):
        return np.where(x >= 0, x, x / np.sqrt(1 + alpha * x**2))

    def vjp(dout, x):
        slope = np.where(x >= 0, 1.0, (1 + alpha * x**2) ** -1.5)
        return dout * slope if with_upstream else slope

    return {"fn": fn, "inputs": x, "vjp": vjp}


def tied_maximum(gradient, x=(1.0, 1.0, 0.5)):
    """The largest of three numbers, two of which are equal."""
    return {
        "fn": lambda x: x.max(),
        "inputs": np.array(x),
        "grad": lambda x: np.array(gradient),
    }


def tied_pool(rule):
    """Maximum of rows with ties, as pooling of integer images has them.

    The rule is "each" (the whole gradient to every tied element, as the mask of a
    well-known fast pooling has it), "shared" or "first".
    """
    x = np.array([[2.0, 2.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 3.0, 3.0, 3.0]])

    def vjp(dout, x):
        mask = (x == x.max(axis=1, keepdims=True)).astype(float)
        if rule == "shared":
            mask /= mask.sum(axis=1, keepdims=True)
        if rule == "first":
            mask = np.eye(4)[x.argmax(axis=1)]
        return dout[:, None] * mask

    return {"fn": lambda x: x.max(axis=1), "inputs": x, "vjp": vjp}


def jump():
    """scipy/scipy#12487: a step at the very point."""
    return {
        "fn": lambda x: (x + (x >= 1)).sum(),
        "inputs": np.array([1.0, 0.3]),
        "grad": np.ones_like,
    }


def lasso(penalty_factor=1.0):
    """Least squares with an absolute penalty, at a sparse point."""
    rng = np.random.default_rng(4)
    features, target = rng.normal(size=(20, 8)), rng.normal(size=20)
    weights = np.array([0.0, 1.5, 0.0, 0.0, -0.7, 0.0, 0.2, 0.0])
    penalty = 0.3

    def cost(w):
        residual = features @ w - target
        return 0.5 * residual @ residual + penalty * np.abs(w).sum()

    def grad(w):
        residual = features @ w - target
        return features.T @ residual + penalty_factor * penalty * np.sign(w)

    return {"fn": cost, "inputs": weights, "grad": grad}


# --- precision: bfloat16 inside, iterations, offsets


def rounded_to_bfloat16(x):
    """Round to the nearest number of 8 significant bits, by a mask."""
    bits = np.asarray(x, np.float32).view(np.uint32)
    return ((bits + np.uint32(0x8000)) & np.uint32(0xFFFF0000)).view(np.float32)


def bfloat16_squares(factor, x=(1.0, 2.0, 3.0)):
    """Squares of numbers that are rounded to bfloat16 first."""
    return {
        "fn": lambda x: float((rounded_to_bfloat16(x).astype(float) ** 2).sum()),
        "inputs": np.array(x),
        "grad": lambda x: factor * 2 * x,
    }


def kepler(*, tolerance, factor=1.0, newton=False):
    """Least squares of an eccentricity; Kepler's equation is solved in each call."""
    mean = np.linspace(0.1, 6, 9)
    observed = np.cos(mean)

    def bisected(eccentricity, tolerance):
        low, high = mean - 1.0, mean + 1.0
        while (high - low).max() > tolerance:
            middle = (low + high) / 2
            above = middle - eccentricity * np.sin(middle) - mean > 0
            high = np.where(above, middle, high)
            low = np.where(above, low, middle)
        return (low + high) / 2

    def by_newton(eccentricity, tolerance):
        anomaly = mean + eccentricity * np.sin(mean)
        while True:
            fault = anomaly - eccentricity * np.sin(anomaly) - mean
            if np.abs(fault).max() <= tolerance:
                return anomaly
            anomaly = anomaly - fault / (1 - eccentricity * np.cos(anomaly))

    solve = by_newton if newton else bisected

    def cost(e):
        return ((np.cos(solve(e[0], tolerance)) - observed) ** 2).sum()

    def grad(e):
        anomaly = by_newton(e[0], 1e-14)
        slope = np.sin(anomaly) / (1 - e[0] * np.cos(anomaly))
        terms = -2 * (np.cos(anomaly) - observed) * np.sin(anomaly) * slope
        return factor * np.array([terms.sum()])

    return {"fn": cost, "inputs": np.array([0.3]), "grad": grad}


def orbit_by_solver(*, tolerance, factor=1.0):
    """The end of a damped swing by an adaptive solver; exact sensitivities."""
    from scipy.integrate import solve_ivp

    def end(k):
        found = solve_ivp(
            lambda t, y: [y[1], -(k[0] ** 2) * y[0]],
            (0.0, 3.0),
            [1.0, 0.0],
            rtol=tolerance,
            atol=1e-3 * tolerance,
        )
        return found.y[0, -1]

    return {
        "fn": end,
        "inputs": np.array([1.3]),
        "grad": lambda k: factor * np.array([-3.0 * np.sin(3.0 * k[0])]),
    }


def stepped(how, x, factor=1.0):
    """x^2 of numbers that are cut to a grid first."""
    cut = {
        "floor to 0.001": lambda x: np.floor(x * 1000) / 1000,
        "round to 0.01": lambda x: np.round(x, 2),
    }[how]
    return {
        "fn": lambda x: (cut(x) ** 2).sum(),
        "inputs": np.array([x]),
        "grad": lambda x: factor * 2 * x,
    }


def negative_binomial(factor=1.0, dispersion=1e10):
    """stan-dev/math#1578: terms of 1e11 cancel in the logarithm of a density."""
    count = 10

    def fn(mu):
        total = math.lgamma(count + dispersion) - math.lgamma(dispersion)
        total += count * math.log(mu[0] / (mu[0] + dispersion))
        total += dispersion * math.log(dispersion / (mu[0] + dispersion))
        return total

    def grad(mu):
        return factor * (count / mu - (count + dispersion) / (mu + dispersion))

    return {"fn": fn, "inputs": np.array([4.0]), "grad": grad}


def log_sum_exp(factor=1.0):
    """stan-dev/math#1679: at 1e50 the derivative was 2."""

    def fn(x):
        return x.max() + np.log(np.exp(x - x.max()).sum())

    def grad(x):
        weights = np.exp(x - x.max())
        return factor * weights / weights.sum()

    return {"fn": fn, "inputs": np.array([1e50, 1.0]), "grad": grad}


def unordered_sum(factor=1.0):
    """Terms that are added in another order in each call, as threads do."""
    rng = np.random.default_rng(5)
    weights = rng.normal(size=(50, 7))

    def vjp(dout, x):
        total = np.zeros(7)
        for row in rng.permutation(50):
            total = total + weights[row] * dout[row]
        return factor * total

    return {"fn": lambda x: weights @ x, "inputs": np.ones(7), "vjp": vjp}


# --- networks, with mistakes that were made in them


def softmax(z):
    exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def log_softmax(*, adds_upstream=False):
    """mlpack/mlpack#2360: the backward pass added dy."""
    z = np.random.default_rng(6).normal(size=(5, 4))

    def fn(z):
        return np.log(softmax(z))

    def vjp(dout, z):
        dz = dout - softmax(z) * dout.sum(axis=1, keepdims=True)
        return dz + dout if adds_upstream else dz

    return {"fn": fn, "inputs": z, "vjp": vjp}


def correlation(*, last_map_only=False):
    """NervanaSystems/neon#111: dx went wrong over the output maps."""
    rng = np.random.default_rng(7)
    x, kernels = rng.normal(size=(9,)), rng.normal(size=(3, 4))

    def windows(x):
        return np.lib.stride_tricks.sliding_window_view(x, 4)

    def vjp(dout, x, kernels):
        dx = np.zeros(9)
        for k, kernel in enumerate(kernels):
            part = np.convolve(dout[:, k], kernel)
            dx = part if last_map_only else dx + part
        return dx, dout.T @ windows(x)

    return {
        "fn": lambda x, kernels: windows(x) @ kernels.T,
        "inputs": (x, kernels),
        "vjp": vjp,
    }


def overlapping_pool(*, overwrites=False):
    """0809zheng/CS231n-assignment2019#19: = for += where windows overlap."""
    x = np.random.default_rng(0).normal(size=(8, 8))
    corners = list(np.ndindex(6, 6))

    def fn(x):
        tops = [x[i : i + 3, j : j + 3].max() for i, j in corners]
        return np.array(tops).reshape(6, 6)

    def vjp(dout, x):
        dx = np.zeros_like(x)
        for i, j in corners:
            window = x[i : i + 3, j : j + 3]
            row, column = np.unravel_index(window.argmax(), window.shape)
            if overwrites:
                dx[i + row, j + column] = dout[i, j]
            else:
                dx[i + row, j + column] += dout[i, j]
        return dx

    return {"fn": fn, "inputs": x, "vjp": vjp}


def two_layers(mistake=None):
    """Sigmoids and a squared error, as in a first tutorial.

    Bot-Academy/NeuralNetworkFromScratch#3 left out sigmoid' at the output.
    """
    rng = np.random.default_rng(8)
    x, target = rng.normal(size=(6, 4)), rng.random((6, 2))
    p = {"W1": rng.normal(size=(4, 5)), "b1": rng.normal(size=5)}
    p |= {"W2": rng.normal(size=(5, 2)), "b2": rng.normal(size=2)}

    def forward(p):
        hidden = sigmoid(x @ p["W1"] + p["b1"])
        return hidden, sigmoid(hidden @ p["W2"] + p["b2"])

    def loss(p):
        return ((forward(p)[1] - target) ** 2).sum() / 12

    def grad(p):
        hidden, out = forward(p)
        delta = 2 * (out - target) / 12
        if mistake != "sigmoid' missing at the output":
            delta = delta * out * (1 - out)
        back = (delta @ p["W2"].T) * hidden * (1 - hidden)
        gradients = {"dW1": x.T @ back, "db1": back.sum(0)}
        gradients |= {"dW2": hidden.T @ delta, "db2": delta.sum(0)}
        if mistake == "dW1 twice, db1 four times":
            gradients["dW1"] *= 2
            gradients["db1"] *= 4
        return gradients

    return {"fn": loss, "inputs": p, "grad": grad}


def tanh_layer(*, bias_before_slope=False):
    """arthurdouillard/deepcourse#9: the bias's gradient from before tanh'."""
    rng = np.random.default_rng(9)
    x, W, b = rng.normal(size=(6, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)

    def vjp(dout, W, b):
        slope = 1 - np.tanh(x @ W + b) ** 2
        db = dout if bias_before_slope else dout * slope
        return x.T @ (dout * slope), db.sum(0)

    return {"fn": lambda W, b: np.tanh(x @ W + b), "inputs": (W, b), "vjp": vjp}


def word_vectors(*, overwrites=False, seeded=True):
    """cs224n: negative sampling, a negative word drawn twice."""
    rng = np.random.default_rng(10)
    centre, outside = rng.normal(size=4), rng.normal(size=(6, 4))
    drawn = np.array([1, 3, 3, 5])

    def negatives():
        return drawn if seeded else np.random.randint(1, 6, size=4)

    def loss(centre, outside):
        words = negatives()
        right = np.log(sigmoid(outside[0] @ centre))
        return -right - np.log(sigmoid(-outside[words] @ centre)).sum()

    def grad(centre, outside):
        words = negatives()
        pull = sigmoid(outside[0] @ centre) - 1
        push = sigmoid(outside[words] @ centre)
        gradient = np.zeros_like(outside)
        gradient[0] = pull * centre
        if overwrites:
            gradient[words] = push[:, None] * centre
        else:
            np.add.at(gradient, words, push[:, None] * centre)
        return pull * outside[0] + push @ outside[words], gradient

    return {"fn": loss, "inputs": (centre, outside), "grad": grad}


def kernel_by_log_scale(*, by_log=True, scale=2.0):
    """scikit-learn/scikit-learn#11113: the gradient is by the log of the length."""
    squares = np.array([[0.0, 8.0, 36.0], [8.0, 0.0, 10.0], [36.0, 10.0, 0.0]])

    def fn(scale):
        return np.exp(-0.5 * squares / scale[0] ** 2)

    def vjp(dout, scale):
        by_log_scale = (dout * fn(scale) * squares).sum() / scale[0] ** 2
        return np.array([by_log_scale if by_log else by_log_scale / scale[0]])

    return {"fn": fn, "inputs": np.array([scale]), "vjp": vjp}


def log_determinant(*, symmetric=True):
    """HIPS/autograd#56: Cholesky reads one triangle; the gradient is symmetric."""
    square = np.random.default_rng(0).normal(size=(4, 4))
    matrix = square @ square.T + 4 * np.eye(4)

    def fn(matrix):
        return 2 * np.log(np.diag(np.linalg.cholesky(matrix))).sum()

    def grad(matrix):
        inverse = np.linalg.inv(matrix)
        if symmetric:
            return inverse
        # What lies below the diagonal stands for both.
        return np.tril(2 * inverse) - np.diag(np.diag(inverse))

    return {"fn": fn, "inputs": matrix, "grad": grad}


def nearly_normalised(eps=1e-5, eps_in_variance=True):
    """Batch norm; a public notebook left eps out of the variance's gradient alone."""
    rng = np.random.default_rng(11)
    x = rng.normal(size=(16, 3))

    def fn(x):
        return (x - x.mean(0)) / np.sqrt(x.var(0) + eps)

    def vjp(dout, x):
        centred = x - x.mean(0)
        variance = x.var(0)
        inside = variance + (eps if eps_in_variance else 0)
        dvariance = (dout * centred).sum(0) * -0.5 * inside**-1.5
        direct = dout / np.sqrt(variance + eps)
        return direct - direct.mean(0) + dvariance * 2 * centred / len(x)

    return {"fn": fn, "inputs": x, "vjp": vjp}


def wrong_column(shape=(784, 32), column=5, factor=1.001):
    """A column of a kernel's gradient a thousandth too large."""
    rng = np.random.default_rng(3)
    W, x = rng.normal(size=shape), rng.random((4, shape[0]))

    def vjp(dout, W):
        dW = x.T @ dout
        dW[:, column] *= factor
        return dW

    return {"fn": lambda W: x @ W, "inputs": W, "vjp": vjp}


def degrees(*, chain_rule=False):
    """Sines of angles in degrees."""

    def grad(angle):
        slope = np.cos(np.deg2rad(angle))
        return np.deg2rad(slope) if chain_rule else slope

    return {
        "fn": lambda angle: np.sin(np.deg2rad(angle)).sum(),
        "inputs": np.array([10.0, 50.0, -70.0]),
        "grad": grad,
    }


def accumulating():
    """A gradient that adds to what the last call left, as .grad does in PyTorch."""
    left = np.zeros((3, 2))

    def vjp(dout, x, W):
        nonlocal left
        left = left + x.T @ dout
        return dout @ W.T, left

    return {
        "fn": lambda x, W: x @ W,
        "inputs": (np.ones((4, 3)), np.ones((3, 2))),
        "vjp": vjp,
    }


def reused_buffer(*, row_left_out=None):
    """A gradient that every call writes into the same array."""
    rng = np.random.default_rng(3)
    buffer = np.zeros((3, 2))
    rows = (np.arange(4) != row_left_out)[:, None]

    def vjp(dout, x, W):
        buffer[...] = x.T @ (dout * rows)
        return dout @ W.T, buffer

    return {
        "fn": lambda x, W: x @ W,
        "inputs": (rng.normal(size=(4, 3)), rng.normal(size=(3, 2))),
        "vjp": vjp,
    }


def kept_dimensions():
    """The gradient of a gain with its batch axis kept as 1; its values are right."""
    rng = np.random.default_rng(12)
    return {
        "fn": lambda x, gain: x * gain,
        "inputs": (rng.normal(size=(6, 4)), rng.normal(size=4)),
        "vjp": lambda dout, x, gain: (
            dout * gain,
            (dout * x).sum(axis=0, keepdims=True),
        ),
    }


def ridge(*, penalty_in_gradient=True):
    """Mean squared error with a penalty of 0.3 W^2."""
    rng = np.random.default_rng(0)
    x, y, W = (rng.normal(size=shape) for shape in [(10, 4), (10, 3), (4, 3)])

    def loss(W):
        return ((x @ W - y) ** 2).mean() + 0.3 * (W**2).sum()

    def grad(W):
        data = 2 * x.T @ (x @ W - y) / y.size
        return data + 0.6 * W if penalty_in_gradient else data

    return {"fn": loss, "inputs": W, "grad": grad}


def angle(*, conjugated=False):
    """pytorch/pytorch#77246: the angle of a complex number."""
    rng = np.random.default_rng(13)
    z = rng.normal(size=5) + 1j * rng.normal(size=5)

    def grad(z):
        gradient = 1j * z / np.abs(z) ** 2
        return np.conj(gradient) if conjugated else gradient

    return {"fn": lambda z: np.angle(z).sum(), "inputs": z, "grad": grad}


def real_parts_only():
    """A complex gradient whose imaginary parts were dropped."""
    rng = np.random.default_rng(14)
    z = rng.normal(size=4) + 1j * rng.normal(size=4)
    return {
        "fn": lambda z: (np.abs(z) ** 2).sum(),
        "inputs": z,
        "grad": lambda z: (2 * z).real.astype(complex),
    }


def hidden_sign(wrong=None):
    """STOR-i/GaussianProcesses.jl#26: the sign of one parameter in a flat vector."""
    x = np.linspace(-1, 1, 15)
    signs = np.ones(4)
    if wrong is not None:
        signs[wrong] = -1

    def fn(p):
        return (np.exp(p[0]) * np.sin(p[1] * x + p[2]) + p[3] * x**2) @ (x + 2)

    def grad(p):
        weights, phase = x + 2, p[1] * x + p[2]
        size = np.exp(p[0])
        parts = [
            size * np.sin(phase) @ weights,
            size * (x * np.cos(phase)) @ weights,
            size * np.cos(phase) @ weights,
            x**2 @ weights,
        ]
        return signs * np.array(parts)

    return {"fn": fn, "inputs": np.array([0.3, 1.7, 0.4, -0.8]), "grad": grad}


# --- objects that carry their own derivative


class Number:
    """A number that remembers how it was made, as in micrograd."""

    def __init__(self, value, parents=(), slopes=()):
        self.value = value
        self.parents = parents
        self.slopes = slopes
        self.grad = 0.0

    def __add__(self, other):
        return Number(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        slopes = (other.value, self.value)
        return Number(self.value * other.value, (self, other), slopes)

    def tanh(self):
        value = math.tanh(self.value)
        return Number(value, (self,), (1 - value**2,))

    def relu(self):
        return Number(max(self.value, 0.0), (self,), (float(self.value > 0),))

    def backward(self):
        order = []

        def visit(node):
            if node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += slope * node.grad


def numbers_with_a_past(x=(0.5, -1.2, 2.0), *, used=True):
    """tanh(x0 x1 + x2) x0 + relu(x1), by objects that differentiate themselves."""

    def traced(x):
        a, b, c = inputs = [Number(value) for value in x]
        return inputs, (a * b + c).tanh() * a + b.relu()

    def grad(x):
        inputs, out = traced(x)
        out.backward()
        return [number.grad for number in inputs]

    def halved(x):
        return [0.5 * slope for slope in grad(x)]

    return {
        "fn": lambda x: traced(x)[1].value,
        "inputs": np.array(x),
        "grad": grad if used else halved,
    }


# --- layers


class ListsOfParameters:
    """oreilly-japan/deep-learning-from-scratch-2: lists params and grads."""

    def __init__(self, kernel_factor=1.0, bias_factor=1.0):
        rng = np.random.default_rng(0)
        W, b = rng.normal(size=(3, 2)), np.zeros(2)
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.factors = kernel_factor, bias_factor
        self.x = None

    def forward(self, x):
        W, b = self.params
        self.x = x
        return x @ W + b

    def backward(self, dout):
        W, _ = self.params
        self.grads[0][...] = self.factors[0] * self.x.T @ dout
        self.grads[1][...] = self.factors[1] * dout.sum(axis=0)
        return dout @ W.T


class SoftmaxWithLoss:
    """The same book's last layer: labels go in, backward has dout=1."""

    def __init__(self, divides=True):
        self.params, self.grads = [], []
        self.divides = divides
        self.y = self.t = None

    def forward(self, x, t):
        self.t = t
        self.y = softmax(x)
        return -np.log(self.y[np.arange(len(t)), t]).mean()

    def backward(self, dout=1):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        dx *= dout
        return dx / len(self.t) if self.divides else dx


class TimeRNN:
    """The same book's recurrent layer, unrolled over time."""

    def __init__(self, forgets_the_next_step=False):
        rng = np.random.default_rng(15)
        shapes = [(3, 4), (4, 4), (4,)]
        self.params = [0.5 * rng.normal(size=shape) for shape in shapes]
        self.grads = [np.zeros_like(param) for param in self.params]
        self.forgets_the_next_step = forgets_the_next_step
        self.steps = None

    def forward(self, xs):
        Wx, Wh, b = self.params
        h = np.zeros((len(xs), 4))
        self.steps, outputs = [], []
        for t in range(xs.shape[1]):
            before = h
            h = np.tanh(xs[:, t] @ Wx + before @ Wh + b)
            self.steps.append((xs[:, t], before, h))
            outputs.append(h)
        return np.stack(outputs, axis=1)

    def backward(self, dhs):
        Wx, Wh, _ = self.params
        dWx, dWh, db = (np.zeros_like(param) for param in self.params)
        dxs = []
        dh = 0
        for t in reversed(range(len(self.steps))):
            x, before, h = self.steps[t]
            dz = (dhs[:, t] + dh) * (1 - h**2)
            dWx += x.T @ dz
            dWh += before.T @ dz
            db += dz.sum(axis=0)
            dxs.append(dz @ Wx.T)
            dh = 0 if self.forgets_the_next_step else dz @ Wh.T
        for grad, found in zip(self.grads, (dWx, dWh, db), strict=True):
            grad[...] = found
        return np.stack(dxs[::-1], axis=1)


class Embedding:
    """The same book's table of rows; repeated indices must add up."""

    def __init__(self, overwrites=False):
        W = np.random.default_rng(16).normal(size=(6, 3))
        self.params, self.grads = [W], [np.zeros_like(W)]
        self.overwrites = overwrites
        self.index = None

    def forward(self, index):
        self.index = index
        return self.params[0][index]

    def backward(self, dout):
        (dW,) = self.grads
        dW[...] = 0
        if self.overwrites:
            dW[self.index] = dout
        else:
            np.add.at(dW, self.index, dout)


class GradBeforeTheName:
    """gradW beside W, as in Torch7."""

    def __init__(self, factor=1.0):
        self.W = np.ones((3, 2))
        self.factor = factor

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.gradW = self.factor * self.x.T @ dout
        return dout @ self.W.T


class PlainDense:
    """A dense layer without a bias; dW beside W."""

    def __init__(self, inputs, outputs, factor=1.0):
        self.W = np.random.default_rng(inputs).normal(size=(inputs, outputs))
        self.factor = factor

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW = self.factor * self.x.T @ dout
        return dout @ self.W.T


class Network:
    """A layer that holds layers."""

    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout


class ScalarBias:
    """A parameter that is one number of NumPy, and its gradient another."""

    def __init__(self, factor=1.0, b=2.0):
        self.b = np.float64(b)
        self.factor = factor

    def forward(self, x):
        self.x = x
        return x * self.b

    def backward(self, dout):
        self.db = np.sum(dout * self.x) * self.factor
        return dout * self.b


class ComplexGain:
    """A complex parameter, with df/dRe + i df/dIm for its gradient."""

    def __init__(self, factor=1.0):
        self.gain = np.array([1.0 + 0.5j, -0.3 + 2.0j])
        self.factor = factor

    def forward(self, x):
        self.x = x
        return x * self.gain

    def backward(self, dout):
        self.dgain = self.factor * (dout * np.conj(self.x)).sum(axis=0)
        return dout * np.conj(self.gain)


class UpdatesInside:
    """TheIndependentCode/Neural-Network: backward takes a rate, and updates."""

    def __init__(self, factor=1.0):
        rng = np.random.default_rng(17)
        self.weights, self.bias = rng.normal(size=(3, 2)), rng.normal(size=2)
        self.factor = factor

    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, dout, learning_rate):
        before = self.weights
        step = learning_rate * self.factor
        self.weights = self.weights - step * self.x.T @ dout
        self.bias = self.bias - step * dout.sum(axis=0)
        return dout @ before.T


class UpdatesByDefault(UpdatesInside):
    """The same with a default rate."""

    def backward(self, dout, learning_rate=0.1):
        return super().backward(dout, learning_rate)


class BuiltWhenUsed:
    """ddbourgin/numpy-ml: parameters are None until the first forward pass."""

    def __init__(self, units, kernel_factor=1.0):
        self.units = units
        self.kernel_factor = kernel_factor
        self.parameters = {"W": None, "b": None}
        self.gradients = {}
        self.X = []

    def forward(self, X):
        if self.parameters["W"] is None:
            rng = np.random.default_rng(18)
            self.parameters["W"] = rng.normal(size=(X.shape[1], self.units))
            self.parameters["b"] = np.zeros(self.units)
            self.gradients["W"] = np.zeros_like(self.parameters["W"])
            self.gradients["b"] = np.zeros_like(self.parameters["b"])
        self.X.append(X)
        return X @ self.parameters["W"] + self.parameters["b"]

    def backward(self, dout):
        self.gradients["W"] += self.kernel_factor * self.X[-1].T @ dout
        self.gradients["b"] += dout.sum(axis=0)
        return dout @ self.parameters["W"].T


class CountsItsCalls:
    """A layer whose class counts the calls of all its instances."""

    calls = 0

    def forward(self, x):
        type(self).calls += 1
        self.x = x
        return x**2

    def backward(self, dout):
        return 2 * dout * self.x


class Held(np.ndarray):
    """An array that counts how often it is copied."""

    copies = 0

    def __deepcopy__(self, memo):
        Held.copies += 1
        return super().__deepcopy__(memo).view(Held)


class HoldsData(PlainDense):
    """A layer that also holds a large array which nobody changes."""

    def __init__(self, inputs, outputs, held):
        super().__init__(inputs, outputs)
        self.held = np.zeros(held).view(Held)


# --- functions as courses and libraries write them


def affine_forward(x, w, b):
    """cs231n: the output and what backward needs."""
    return x @ w + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, _ = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def affine_backward_doubled(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, 2 * dw, db


def convolution_forward(x, w, b, *, stride=2, pad=1):
    """cs231n: a naive convolution of (N, C, H, W) by (F, C, HH, WW)."""
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    size = w.shape[2]
    rows = 1 + (padded.shape[2] - size) // stride
    columns = 1 + (padded.shape[3] - size) // stride
    out = np.empty((len(x), len(w), rows, columns))
    for i, j in np.ndindex(rows, columns):
        top, left = i * stride, j * stride
        window = padded[:, :, top : top + size, left : left + size]
        out[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (padded, w, stride, pad)


def convolution_backward(dout, cache):
    padded, w, stride, pad = cache
    size = w.shape[2]
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for i, j in np.ndindex(*dout.shape[2:]):
        top, left = i * stride, j * stride
        window = padded[:, :, top : top + size, left : left + size]
        here = dout[:, :, i, j]
        dw += np.tensordot(here, window, axes=(0, 0))
        dpadded[:, :, top : top + size, left : left + size] += np.tensordot(
            here, w, axes=(1, 0)
        )
    return dpadded[:, :, pad:-pad, pad:-pad], dw, dout.sum(axis=(0, 2, 3))


def group_norm_forward(x, gamma, beta, groups=2, eps=1e-5):
    """cs231n: each group of channels of each image is normalised."""
    grouped = x.reshape(len(x), groups, -1)
    centred = grouped - grouped.mean(axis=2, keepdims=True)
    scale = 1 / np.sqrt(grouped.var(axis=2, keepdims=True) + eps)
    normalised = (centred * scale).reshape(x.shape)
    return gamma * normalised + beta, (normalised, scale, gamma, groups)


def group_norm_backward(dout, cache):
    normalised, scale, gamma, groups = cache
    shape = (len(dout), groups, -1)
    inner = (dout * gamma).reshape(shape)
    along = normalised.reshape(shape)
    middle = inner.mean(axis=2, keepdims=True)
    share = (inner * along).mean(axis=2, keepdims=True)
    dx = (scale * (inner - middle - along * share)).reshape(dout.shape)
    summed = (0, 2, 3)
    return (
        dx,
        (dout * normalised).sum(axis=summed, keepdims=True),
        dout.sum(axis=summed, keepdims=True),
    )


def batch_norm_forward(x, gamma, beta, bn_param):
    """cs231n: the mode, eps and running means come in a dictionary."""
    eps = bn_param.get("eps", 1e-5)
    if bn_param["mode"] != "train":
        raise ValueError(f"mode is {bn_param['mode']!r}")
    scale = 1 / np.sqrt(x.var(axis=0) + eps)
    normalised = (x - x.mean(axis=0)) * scale
    return gamma * normalised + beta, (normalised, scale, gamma)


def batch_norm_backward(dout, cache):
    normalised, scale, gamma = cache
    inner = dout * gamma
    share = normalised * (inner * normalised).mean(axis=0)
    dx = scale * (inner - inner.mean(axis=0) - share)
    return dx, (dout * normalised).sum(axis=0), dout.sum(axis=0)


def dropout_forward(x, dropout_param):
    """cs231n: the seed, where there is one, comes in the dictionary."""
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    keep = dropout_param["p"]
    mask = (np.random.rand(*x.shape) < keep) / keep
    return x * mask, mask


def dropout_backward(dout, mask):
    return dout * mask


def svm_loss(x, y):
    """cs231n: the loss and its gradient by the scores x; y are labels."""
    rows = np.arange(len(x))
    margins = np.maximum(0, x - x[rows, y][:, None] + 1.0)
    margins[rows, y] = 0
    dx = (margins > 0).astype(x.dtype)
    dx[rows, y] -= dx.sum(axis=1)
    return margins.sum() / len(x), dx / len(x)


def softmax_loss(x, y):
    """cs231n: the same for cross-entropy."""
    rows = np.arange(len(x))
    probabilities = softmax(x)
    loss = -np.log(probabilities[rows, y]).mean()
    dx = probabilities.copy()
    dx[rows, y] -= 1
    return loss, dx / len(x)


def hinge_doubled(x, y):
    loss, dx = svm_loss(x, y)
    return loss, 2 * dx


def net_by_lists(factor=1.0):
    """mnielsen network2.py: lists of weights and biases, and columns for inputs."""
    rng = np.random.default_rng(19)
    sizes = (3, 4, 2)
    biases = [rng.normal(size=(n, 1)) for n in sizes[1:]]
    weights = [rng.normal(size=(4, 3)), rng.normal(size=(2, 4))]
    x, y = rng.normal(size=(3, 1)), rng.random((2, 1))

    def activations(biases, weights):
        found = [x]
        for b, w in zip(biases, weights, strict=True):
            found.append(sigmoid(w @ found[-1] + b))
        return found

    def cost(biases, weights):
        out = activations(biases, weights)[-1]
        return -(y * np.log(out) + (1 - y) * np.log(1 - out)).sum()

    def backprop(biases, weights):
        first, hidden, out = activations(biases, weights)
        delta = out - y
        nabla_b, nabla_w = [None, delta], [None, delta @ hidden.T]
        delta = (weights[1].T @ delta) * hidden * (1 - hidden)
        nabla_b[0], nabla_w[0] = delta, factor * delta @ first.T
        return nabla_b, nabla_w

    return {"fn": cost, "inputs": (biases, weights), "grad": backprop}


@dataclass
class Parameters:
    """Parameters as a dataclass."""

    W: np.ndarray
    b: np.ndarray


def linear_map():
    """Numbers for a linear map with a squared output: x, W, b."""
    rng = np.random.default_rng(20)
    return rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)


def shaken(x):
    """A number that random, of the standard library, changes in each call."""
    return (x * random.gauss(1, 0.1)).sum()


def namespace(**arrays):
    """Parameters as a namespace."""
    return SimpleNamespace(**arrays)
