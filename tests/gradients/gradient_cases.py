"""Functions with wrong gradients, and right ones that checkers stumble over.

Each case is a function without arguments that returns the arguments of
`check_gradients`, as keywords. `BUGS` also says which words the diagnosis holds.
"""

import numpy as np


def layer(rows=6, c=5, f=4, seed=3):
    """Inputs of z = xW + b."""
    rng = np.random.default_rng(seed)
    return {
        "x": rng.normal(size=(rows, c)),
        "W": rng.normal(size=(c, f)),
        "b": rng.normal(size=f),
    }


def affine(x, W, b):
    return x @ W + b


def affine_vjp(dout, x, W, b):
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


def dense(change, *, square=False):
    """A dense layer whose backward pass is changed."""
    inputs = tuple(layer(f=5 if square else 4, rows=5 if square else 6).values())

    def vjp(dout, x, W, b):
        return change(dout, x, W, b, *affine_vjp(dout, x, W, b))

    return {"fn": affine, "inputs": inputs, "vjp": vjp}


def scaled(k, factor):
    """Return a change of the k-th gradient by a factor."""

    def change(dout, x, W, b, *grads):
        return tuple(g * factor if i == k else g for i, g in enumerate(grads))

    return change


def one_element(dout, x, W, b, dx, dW, db):
    dW = dW.copy()
    dW[2, 1] *= 1 + 1e-4
    return dx, dW, db


def a_block(dout, x, W, b, dx, dW, db):
    dW = dW.copy()
    dW[1:3] = 0
    return dx, dW, db


def elementwise(fn, slope, x):
    """An array-valued function of each element, and its backward pass."""
    return {"fn": fn, "inputs": x, "vjp": lambda dout, x: dout * slope(x)}


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(change):
    """Softmax with cross-entropy over a batch, a gradient of the logits changed."""
    rng = np.random.default_rng(5)
    z, y = rng.normal(size=(7, 4)), rng.integers(0, 4, 7)
    rows = np.arange(7)

    def fn(z):
        return -np.mean(np.log(softmax(z)[rows, y]))

    def grad(z):
        p = softmax(z)
        p[rows, y] -= 1
        return change(p, z, y)

    return {"fn": fn, "inputs": z, "grad": grad}


def normalised(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta


def batch_norm(change=None, x=None, eps=1e-5):
    """Batch normalisation in training, its backward pass changed."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=(8, 3)) if x is None else x
    gamma, beta = rng.normal(size=x.shape[1]), rng.normal(size=x.shape[1])

    def vjp(dout, x, gamma, beta):
        scale = 1 / np.sqrt(x.var(0) + eps)
        xhat = (x - x.mean(0)) * scale
        d = dout * gamma
        middle, along = d.mean(0), xhat * (d * xhat).mean(0)
        if change == "mean":
            middle = 0
        if change == "variance":
            along = 0
        if change == "eps":
            scale = 1 / np.sqrt(x.var(0) + 2e-2)
        return (d - middle - along) * scale, (dout * xhat).sum(0), dout.sum(0)

    return {
        "fn": lambda x, gamma, beta: normalised(x, gamma, beta, eps),
        "inputs": (x, gamma, beta),
        "vjp": vjp,
    }


def pooled(x):
    """2 x 2 max pooling of a batch of maps."""
    n, h, w = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2).max(axis=(2, 4))


def pooling(change=None, x=None):
    rng = np.random.default_rng(9)
    x = rng.normal(size=(2, 4, 6)) if x is None else x

    def vjp(dout, x):
        n, h, w = x.shape
        windows = x.reshape(n, h // 2, 2, w // 2, 2).transpose(0, 1, 3, 2, 4)
        flat = windows.reshape(-1, 4)
        at = flat.argmin(1) if change == "argmin" else flat.argmax(1)
        grads = np.zeros_like(flat)
        grads[np.arange(len(flat)), at] = dout.reshape(-1)
        if change == "mean":
            grads[:] = dout.reshape(-1, 1) / 4
        grads = grads.reshape(windows.shape).transpose(0, 1, 3, 2, 4)
        return grads.reshape(x.shape)

    return {"fn": pooled, "inputs": x, "vjp": vjp}


def convolved(x, w):
    return sum(w[k] * x[k : len(x) - len(w) + 1 + k] for k in range(len(w)))


def convolution(change=None):
    rng = np.random.default_rng(10)
    x, w = rng.normal(size=12), rng.normal(size=3)

    def vjp(dout, x, w):
        turned = w if change == "not flipped" else w[::-1]
        dx = np.convolve(dout, turned[::-1])
        dw = np.array([dout @ x[k : k + len(dout)] for k in range(len(w))])
        if change == "shifted":
            dx = np.roll(dx, 1)
        return dx, dw

    return {"fn": convolved, "inputs": (x, w), "vjp": vjp}


def relu(x):
    return np.maximum(x, 0)


def dropout(rate, factor):
    mask = np.random.default_rng(11).random((6, 5)) >= rate
    x = np.random.default_rng(12).normal(size=(6, 5))
    return {
        "fn": lambda x: x * mask / (1 - rate),
        "inputs": x,
        "vjp": lambda dout, x: dout * mask * factor,
    }


def leaving_state():
    """A function that adds to its argument in place."""

    def fn(x):
        x += 1
        return np.sum(x**2)

    return {"fn": fn, "inputs": np.ones(3), "grad": lambda x: 2 * (x + 1)}


def spoiling_vjp():
    def vjp(dout, x):
        dout[x < 0] = 0
        return dout

    x = np.array([1.0, -2.0, 3.0])
    return {"fn": relu, "inputs": x, "vjp": vjp}


def recurrent(steps):
    """h = tanh(h u + x), its gradient cut off after some steps."""
    rng = np.random.default_rng(13)
    x, u = rng.normal(size=5), np.array(0.8)

    def states(x, u):
        found = [0.0]
        for value in x:
            found.append(np.tanh(found[-1] * u + value))
        return found

    def grad(x, u):
        h = states(x, u)
        dx, du, d = np.zeros(5), 0.0, 1.0
        for t in reversed(range(5)):
            d = d * (1 - h[t + 1] ** 2)
            dx[t], du = d, du + d * h[t]
            d = d * u
            if 5 - t >= steps:
                break
        return dx, np.array(du)

    return {"fn": lambda x, u: states(x, u)[-1], "inputs": (x, u), "grad": grad}


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def gelu_slope(x, *, inner=True):
    c = np.sqrt(2 / np.pi)
    t = np.tanh(c * (x + 0.044715 * x**3))
    slope = 0.5 * (1 + t)
    return slope + 0.5 * x * (1 - t**2) * c * (
        1 + (3 if inner else 1) * 0.044715 * x**2
    )


X = np.random.default_rng(1).normal(size=(4, 6))

# name: (case, words of the diagnosis)
BUGS = {
    "one element of many": (
        lambda: dense(one_element),
        "[2, 1]: 1.0001 times what it should be",
    ),
    "twice too large": (lambda: dense(scaled(1, 2.0)), "2 times"),
    "the other sign": (lambda: dense(scaled(2, -1.0)), "the sign is wrong"),
    "half": (lambda: dense(scaled(0, 0.5)), "a factor 2 is missing"),
    "one per cent": (lambda: dense(scaled(1, 1.01)), "1.01 times"),
    "batch size missing": (
        lambda: cross_entropy(lambda p, z, y: p),
        "division by the batch size 7 is missing",
    ),
    "batch size twice": (
        lambda: cross_entropy(lambda p, z, y: p / 49),
        "division by the batch size 7 too much",
    ),
    "p instead of p - y": (
        lambda: cross_entropy(lambda p, z, y: (p + np.eye(4)[y]) / 7),
        "elements",
    ),
    "transposed": (
        lambda: dense(lambda dout, x, W, b, dx, dW, db: (dx, dW.T, db), square=True),
        "transposed",
    ),
    "x W instead of x W^T": (
        lambda: dense(
            lambda dout, x, W, b, dx, dW, db: (dout @ W, dW, db), square=True
        ),
        "x",
    ),
    "summed over the wrong axis": (
        lambda: dense(
            lambda dout, x, W, b, dx, dW, db: (dx, dW, dout.sum(1)), square=True
        ),
        "wrong axis",
    ),
    "only the first row, bias": (
        lambda: dense(lambda dout, x, W, b, dx, dW, db: (dx, dW, dout[0])),
        "only the first row",
    ),
    "only the first row, kernel": (
        lambda: dense(
            lambda dout, x, W, b, dx, dW, db: (dx, np.outer(x[0], dout[0]), db)
        ),
        "only the first row",
    ),
    "cotangent missing": (
        lambda: (
            elementwise(np.tanh, np.cosh, X)
            | {"vjp": lambda dout, x: 1 - np.tanh(x) ** 2}
        ),
        "does not depend on dout",
    ),
    "cotangent twice": (
        lambda: (
            elementwise(np.tanh, np.cosh, X)
            | {"vjp": lambda dout, x: dout**2 * (1 - np.tanh(x) ** 2)}
        ),
        "not proportional to dout",
    ),
    "a block of zeros": (lambda: dense(a_block), "block of zeros"),
    "zero everywhere": (lambda: dense(scaled(1, 0.0)), "zero everywhere"),
    "not a number": (lambda: dense(scaled(1, np.nan)), "not finite"),
    "order of the gradients": (
        lambda: dense(lambda dout, x, W, b, dx, dW, db: (dW, dx, db)),
        "another order",
    ),
    "a gradient of the transposed shape": (
        lambda: dense(lambda dout, x, W, b, dx, dW, db: (dx, dW.T, db)),
        "it is transposed",
    ),
    "two gradients exchanged": (
        lambda: dense(lambda dout, x, W, b, dx, dW, db: (dW, dx, db), square=True),
        "another order",
    ),
    "batch axis kept": (
        lambda: dense(lambda dout, x, W, b, dx, dW, db: (dx, dW, dout)),
        "not summed over",
    ),
    "one gradient missing": (
        lambda: dense(lambda dout, x, W, b, dx, dW, db: (dx, dW)),
        "2 gradients were returned for 3 inputs",
    ),
    "sigmoid without 1 - s": (
        lambda: elementwise(
            lambda x: 1 / (1 + np.exp(-x)), lambda x: 1 / (1 + np.exp(-x)), X
        ),
        "elements",
    ),
    "relu that lets negatives through": (
        lambda: elementwise(relu, lambda x: np.where(x > -0.5, 1.0, 0.0), X),
        "x",
    ),
    "wrong beside a kink": (
        lambda: elementwise(
            relu, lambda x: np.where(x == 0, 7.0, (x > 0) * 1.0), np.r_[0.0, 1.0, -1.0]
        ),
        "kink",
    ),
    "gelu without its inner factor": (
        lambda: elementwise(gelu, lambda x: gelu_slope(x, inner=False), X),
        "elements",
    ),
    "batch normalisation, the mean held": (lambda: batch_norm("mean"), "x"),
    "batch normalisation, the variance held": (lambda: batch_norm("variance"), "x"),
    "batch normalisation, another epsilon": (lambda: batch_norm("eps"), "x"),
    "pooling to the least": (lambda: pooling("argmin"), "x"),
    "pooling to all": (lambda: pooling("mean"), "x"),
    "a kernel not flipped": (lambda: convolution("not flipped"), "x"),
    "a map shifted": (lambda: convolution("shifted"), "x"),
    "dropout unscaled": (lambda: dropout(0.2, 1.0), "keep rate"),
    "dropout scaled twice": (lambda: dropout(0.2, 1 / 0.64), "keep rate"),
    "recurrence cut off": (lambda: recurrent(3), "x"),
    "an argument changed in place": (leaving_state, "in place"),
    "dout changed in place": (spoiling_vjp, "dout in place"),
}


def deep(dtype=np.float64):
    """A network of two layers with ReLU, in one dtype throughout."""
    rng = np.random.default_rng(20)
    x = rng.normal(size=(5, 6)).astype(dtype)
    p = {
        "W1": rng.normal(size=(6, 20)).astype(dtype),
        "b1": np.zeros(20, dtype),
        "W2": rng.normal(size=(20, 3)).astype(dtype),
    }

    def fn(p):
        return np.mean((relu(x @ p["W1"] + p["b1"]) @ p["W2"]) ** 2)

    def grad(p):
        h = relu(x @ p["W1"] + p["b1"])
        out = h @ p["W2"]
        d = 2 * out / out.size
        back = (d @ p["W2"].T) * (h > 0)
        return {"W1": x.T @ back, "b1": back.sum(0), "W2": h.T @ d}

    return {"fn": fn, "inputs": p, "grad": grad}


def summed(fn, slope, x):
    """A scalar function: the sum over elements."""
    return {"fn": lambda x: np.sum(fn(x)), "inputs": np.asarray(x), "grad": slope}


def cast_inside():
    """A function that computes in float32 whatever it is given."""
    x = np.random.default_rng(21).normal(size=6).astype(np.float32)
    return {
        "fn": lambda x: np.sum(np.tanh(np.asarray(x, np.float32))),
        "inputs": x,
        "grad": lambda x: 1 - np.tanh(np.asarray(x, np.float32)) ** 2,
    }


def seeded_dropout():
    def masked(x):
        return np.random.default_rng(3).random(x.shape) > 0.5

    return {
        "fn": lambda x: 2 * x * masked(x),
        "inputs": X,
        "vjp": lambda dout, x: 2 * dout * masked(x),
    }


def far_softmax():
    """Logits of some hundreds, with the right gradient."""

    def right(p, z, y):
        return p / 7

    case = cross_entropy(right)
    return case | {"inputs": case["inputs"] + 500}


near_constant = np.random.default_rng(22).normal(size=(8, 3))
near_constant[:, 1] = 2.0 + 1e-7 * near_constant[:, 1]

ties = np.random.default_rng(23).integers(0, 3, (2, 4, 6)).astype(float)

TRICKY = {
    "relu at 0": lambda: elementwise(
        relu, lambda x: (x > 0) * 1.0, np.r_[0.0, -0.0, 1.0, -1.0]
    ),
    "relu at 0, the other convention": lambda: elementwise(
        relu, lambda x: (x >= 0) * 1.0, np.r_[0.0, 1.0, -1.0]
    ),
    "relu beside 0": lambda: elementwise(
        relu, lambda x: (x > 0) * 1.0, np.r_[1e-9, -1e-9, 1e-13, 1e-5, -1e-3, 2.0]
    ),
    "abs at 0": lambda: summed(np.abs, np.sign, [0.0, 1.0, -2.0]),
    "leaky relu at 0": lambda: elementwise(
        lambda x: np.where(x > 0, x, 0.1 * x),
        lambda x: np.where(x > 0, 1.0, 0.1),
        np.r_[0.0, 1.0, -1.0],
    ),
    "max-pool ties": lambda: pooling(x=ties),
    "max-pool of zeros": lambda: pooling(x=np.zeros((1, 4, 4))),
    "sqrt near 0": lambda: summed(
        np.sqrt, lambda x: 0.5 / np.sqrt(x), [1e-10, 1e-6, 1e-3, 1.0]
    ),
    "log near 0": lambda: summed(np.log, lambda x: 1 / x, [1e-12, 1e-6, 1e-2, 3.0]),
    "1/x near 0": lambda: summed(lambda x: 1 / x, lambda x: -1 / x**2, [1e-6, 1.0]),
    "an offset of 1e8": lambda: summed(
        lambda x: 1e8 + np.sin(x), np.cos, [0.3, 1.0, 2.0]
    ),
    "saturated sigmoid": lambda: elementwise(
        lambda x: 1 / (1 + np.exp(-x)),
        lambda x: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))) ** 2,
        np.r_[-40.0, -20.0, 0.0, 15.0, 40.0],
    ),
    "saturated sigmoid, all of it": lambda: elementwise(
        lambda x: 1 / (1 + np.exp(-x)),
        lambda x: (s := 1 / (1 + np.exp(-x))) * (1 - s),
        np.r_[40.0, 50.0, 60.0],
    ),
    "dead relu": lambda: elementwise(relu, lambda x: (x > 0) * 1.0, -np.abs(X) - 1),
    "inputs near 1e10": lambda: summed(
        lambda x: x**2 / 1e10, lambda x: 2 * x / 1e10, [1e10, -3e10, 2e10]
    ),
    "high frequency": lambda: summed(
        lambda x: np.sin(1e4 * x), lambda x: 1e4 * np.cos(1e4 * x), [0.1, 0.7, 2.0]
    ),
    "high frequency, many": lambda: summed(
        lambda x: np.sin(1e3 * x), lambda x: 1e3 * np.cos(1e3 * x), X.repeat(10)
    ),
    "float32 network": lambda: deep(np.float32),
    "float16 network": lambda: deep(np.float16),
    "float32 inside": cast_inside,
    "batch normalisation in training": batch_norm,
    "batch normalisation, a near-constant column": lambda: batch_norm(x=near_constant),
    "batch normalisation, a constant column": lambda: batch_norm(
        x=np.c_[X, np.full(4, 2.0)]
    ),
    "ones for a cotangent of batch normalisation": lambda: {
        "fn": lambda x: np.sum(normalised(x, 1.0, 0.0)),
        "inputs": X,
        "grad": np.zeros_like,
    },
    "seeded dropout": seeded_dropout,
    "softmax far out": far_softmax,
    "a maximum with ties": lambda: {
        "fn": np.max,
        "inputs": np.r_[1.0, 1.0, 0.5],
        "grad": lambda x: np.r_[1.0, 0.0, 0.0],
    },
    "a power with a corner at the edge": lambda: summed(
        lambda x: x**1.5, lambda x: 1.5 * np.sqrt(x), [0.0, 0.25, 4.0]
    ),
    "tiny values": lambda: summed(
        lambda x: 1e-12 * np.tanh(x), lambda x: 1e-12 * (1 - np.tanh(x) ** 2), X
    ),
    "huge values": lambda: summed(
        lambda x: 1e30 * np.tanh(x), lambda x: 1e30 * (1 - np.tanh(x) ** 2), X
    ),
    "a gradient of cancelling parts": lambda: summed(
        lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1), [1.0, 1.0 + 1e-9, 2.0]
    ),
    "steps far from kinks": lambda: summed(
        lambda x: np.floor(x) * x, np.floor, [0.5, 1.25, -3.7]
    ),
    "a network with zero biases": deep,
    "a fast wave of tiny numbers": lambda: summed(
        lambda x: np.sin(1e10 * x), lambda x: 1e10 * np.cos(1e10 * x), 1e-10 * X
    ),
    "a wave that steps of halves repeat": lambda: summed(
        lambda x: np.sin(2048 * np.pi * x),
        lambda x: 2048 * np.pi * np.cos(2048 * np.pi * x),
        [0.0, 0.5],
    ),
    "sine of 1e10": lambda: summed(np.sin, np.cos, [1e10, 2e10]),
    "exponentials that overflow": lambda: summed(np.exp, np.exp, [700.0, 1.0, -700.0]),
    "hinge at its margin": lambda: summed(
        lambda x: np.maximum(0, 1 - x), lambda x: -1.0 * (x < 1), [1.0, 1.0, 0.0, 2.0]
    ),
    "a norm at 0": lambda: {
        "fn": np.linalg.norm,
        "inputs": np.zeros(4),
        "grad": np.zeros_like,
    },
    "a determinant": lambda: {
        "fn": np.linalg.det,
        "inputs": X[:, :4] + 3 * np.eye(4),
        "grad": lambda a: np.linalg.det(a) * np.linalg.inv(a).T,
    },
    "a sum of sorted ties": lambda: {
        "fn": lambda x: np.sort(x) @ np.arange(6.0),
        "inputs": np.r_[1.0, 1.0, 2.0, 2.0, 2.0, 0.0],
        "grad": lambda x: np.argsort(np.argsort(x, kind="stable")).astype(float),
    },
    "a hundred zeros of abs": lambda: summed(np.abs, np.sign, np.zeros(100)),
    "float16 inside": lambda: summed(
        lambda x: np.tanh(x.astype(np.float16)),
        lambda x: 1 - np.tanh(x.astype(np.float16)) ** 2,
        X.astype(np.float16),
    ),
}
