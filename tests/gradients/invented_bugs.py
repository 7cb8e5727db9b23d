"""Layers and losses as they are written by hand, each with one mistake.

Every layer here takes the name of a mistake and returns the arguments of
`check_gradients`, as keywords; without a mistake it is right. `INVENTED` lists the
mistakes: whether the diagnosis "names" it or only says where it is, "located", and
words that it must hold.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


def normals(seed, *shapes):
    """Arrays of normal numbers, the same for the same seed."""
    rng = np.random.default_rng(seed)
    return tuple(rng.normal(size=shape) for shape in shapes)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


# Normalisation


def batch_norm(mistake=None, eps=1e-3):
    """Batch normalisation in training, its backward pass in one formula."""
    x, gamma, beta = normals(30, (8, 3), 3, 3)
    x = x * np.array([0.6, 1.0, 1.7])

    def forward(x, gamma, beta):
        ddof = 1 if mistake == "N - 1 forward, N backward" else 0
        xhat = (x - x.mean(0)) / np.sqrt(x.var(0, ddof=ddof) + eps)
        return gamma * xhat + beta

    def vjp(dout, x, gamma, beta):
        count = len(x)
        inverse = 1 / np.sqrt(x.var(0) + eps)
        if mistake == "eps outside the root":
            inverse = 1 / (np.sqrt(x.var(0)) + eps)
        xhat = (x - x.mean(0)) * inverse
        dxhat = dout if mistake == "gamma forgotten" else dout * gamma
        dvar = np.sum(dxhat * xhat, axis=0) / count
        dmean = dxhat.mean(0)
        if mistake == "eps left out of dvar":
            dvar = dvar * (x.var(0) + eps) / x.var(0)
        if mistake == "variance by N - 1":
            dvar = dvar * count / (count - 1)
        if mistake == "mean by N - 1":
            dmean = dmean * count / (count - 1)
        if mistake == "mean held":
            dmean = 0
        if mistake == "variance held":
            dvar = 0
        if mistake == "mean and variance held":
            dmean = dvar = 0
        dx = inverse * (dxhat - dmean - xhat * dvar)
        return dx, (dout * xhat).sum(0), dout.sum(0)

    return {"fn": forward, "inputs": (x, gamma, beta), "vjp": vjp}


def standardised(mistake=None):
    """Columns divided by their standard deviation, which is taken as given."""
    x, scale = normals(31, (8, 3), 3)

    def forward(scale):
        return x / x.std(0, ddof=0) * scale

    def vjp(dout, scale):
        ddof = 1 if mistake == "N - 1 in the gradient" else 0
        return (dout * x / x.std(0, ddof=ddof)).sum(0)

    return {"fn": forward, "inputs": scale, "vjp": vjp}


def sample_variance(mistake=None):
    """The variance of a sample of 64."""
    (x,) = normals(32, 64)
    correct = 0 if mistake == "N for N - 1" else 1
    return {
        "fn": lambda x: x.var(ddof=1),
        "inputs": x,
        "grad": lambda x: 2 * (x - x.mean()) / (x.size - correct),
    }


def layer_norm(mistake=None, eps=1e-5):
    """Layer normalisation of a batch as long as it is wide."""
    x, gamma, beta = normals(33, (5, 5), 5, 5)

    def forward(x, gamma, beta):
        xhat = x - x.mean(1, keepdims=True)
        return gamma * xhat / np.sqrt(x.var(1, keepdims=True) + eps) + beta

    def vjp(dout, x, gamma, beta):
        inverse = 1 / np.sqrt(x.var(1, keepdims=True) + eps)
        xhat = (x - x.mean(1, keepdims=True)) * inverse
        d = dout * gamma
        over = 0 if mistake == "over the batch axis" else 1
        dmean = d.mean(over, keepdims=True)
        dvar = (d * xhat).mean(over, keepdims=True)
        if mistake == "mean held":
            dmean = 0
        dgamma = (dout * xhat).sum(1 if mistake == "dgamma over features" else 0)
        return inverse * (d - dmean - xhat * dvar), dgamma, dout.sum(0)

    return {"fn": forward, "inputs": (x, gamma, beta), "vjp": vjp}


def group_norm(mistake=None, groups=2, eps=1e-5):
    """Group normalisation of maps."""
    (x,) = normals(34, (2, 6, 2, 3))

    def grouped(x, groups):
        return x.reshape(len(x), groups, -1)

    def forward(x):
        g = grouped(x, groups)
        g = (g - g.mean(2, keepdims=True)) / np.sqrt(g.var(2, keepdims=True) + eps)
        return g.reshape(x.shape)

    def vjp(dout, x):
        over = 1 if mistake == "mean over all channels" else groups
        g, d = grouped(x, groups), grouped(dout, groups)
        inverse = 1 / np.sqrt(g.var(2, keepdims=True) + eps)
        ghat = (g - g.mean(2, keepdims=True)) * inverse
        mean = grouped(dout * 1.0, over).mean(2, keepdims=True)
        if over != groups:
            mean = np.repeat(mean, groups, axis=1)
        if mistake == "mean held":
            mean = 0
        dg = inverse * (d - mean - ghat * (d * ghat).mean(2, keepdims=True))
        return dg.reshape(x.shape)

    return {"fn": forward, "inputs": x, "vjp": vjp}


def rms_norm(mistake=None):
    """Rows divided by their root mean square."""
    (x,) = normals(35, (4, 6))

    def forward(x):
        return x / np.sqrt(np.mean(x**2, axis=1, keepdims=True))

    def vjp(dout, x):
        r = np.sqrt(np.mean(x**2, axis=1, keepdims=True))
        along = np.mean(dout * x, axis=1, keepdims=True) * x / r**3
        return dout / r - (0 if mistake == "norm held" else along)

    return {"fn": forward, "inputs": x, "vjp": vjp}


# Convolution and pooling


def conv(mistake=None, pad=1):
    """A convolution of 3 x 3 over two maps, with padding."""
    x, w, b = normals(36, (2, 2, 5, 5), (3, 2, 3, 3), 3)

    def padded(x):
        return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))

    def forward(x, w, b):
        windows = np.lib.stride_tricks.sliding_window_view(padded(x), (3, 3), (2, 3))
        return np.einsum("ncijkl,fckl->nfij", windows, w) + b[:, None, None]

    def vjp(dout, x, w, b):
        xp = padded(x)
        dxp, dw = np.zeros_like(xp), np.zeros_like(w)
        kernel = w[:, :, ::-1, ::-1] if mistake == "kernel not flipped" else w
        maps = range(len(w))
        if mistake == "by the last map alone":
            maps = maps[-1:]
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                d = dout[:, :, i, j]
                window = xp[:, :, i : i + 3, j : j + 3]
                dw += np.einsum("nf,nckl->fckl", d, window)
                for f in maps:
                    part = d[:, f, None, None, None] * kernel[f]
                    dxp[:, :, i : i + 3, j : j + 3] += part
        lo = pad + 1 if mistake == "crop off by one" else pad
        dx = np.pad(dxp, ((0, 0), (0, 0), (0, 1), (0, 1)))
        dx = dx[:, :, lo : lo + 5, lo : lo + 5].copy()
        if mistake == "zeros at the border":
            dx[:, :, [0, -1]] = 0
            dx[:, :, :, [0, -1]] = 0
        if mistake == "last channel copied":
            dx[:, 1] = dx[:, 0]
        if mistake == "dw flipped":
            dw = dw[:, :, ::-1, ::-1]
        if mistake == "dw transposed":
            dw = dw.swapaxes(2, 3)
        return dx, dw, dout.sum((0, 2, 3))

    return {"fn": forward, "inputs": (x, w, b), "vjp": vjp}


def max_pool(mistake=None):
    """Overlapping maxima of 3 x 3, stride 1."""
    (x,) = normals(37, (8, 8))

    def windows(x):
        return [((i, j), x[i : i + 3, j : j + 3]) for i in range(6) for j in range(6)]

    def forward(x):
        return np.array([window.max() for _, window in windows(x)]).reshape(6, 6)

    def vjp(dout, x):
        dx = np.zeros_like(x)
        for (i, j), window in windows(x):
            a, b = np.unravel_index(window.argmax(), window.shape)
            if mistake == "= for +=":
                dx[i + a, j + b] = dout[i, j]
            else:
                dx[i + a, j + b] += dout[i, j]
        return dx

    return {"fn": forward, "inputs": x, "vjp": vjp}


def average_pool(mistake=None):
    """Means of 2 x 2."""
    (x,) = normals(38, (2, 4, 6))
    share = 1 if mistake == "not divided" else 4

    def vjp(dout, x):
        return dout.repeat(2, axis=1).repeat(2, axis=2) / share

    return {
        "fn": lambda x: x.reshape(2, 2, 2, 3, 2).mean(axis=(2, 4)),
        "inputs": x,
        "vjp": vjp,
    }


# Dropout, softmax, losses


def dropout(mistake=None, rate=0.4):
    """Dropout with a seeded mask, scaled in training."""
    (x,) = normals(39, (6, 5))
    mask, other = (
        np.random.default_rng(seed).random((6, 5)) >= rate for seed in (4, 5)
    )

    def vjp(dout, x):
        scale = {"scaled twice": (1 - rate) ** 2, "not scaled": 1.0}
        used = {"mask ignored": np.ones_like(mask), "another mask": other}
        return dout * used.get(mistake, mask) / scale.get(mistake, 1 - rate)

    return {"fn": lambda x: x * mask / (1 - rate), "inputs": x, "vjp": vjp}


def softmax_layer(mistake=None):
    """A softmax of each row, of a batch as long as it is wide."""
    (z,) = normals(40, (5, 5))

    def vjp(dout, z):
        y = softmax(z)
        if mistake == "diagonal alone":
            return y * (1 - y) * dout
        axis = 0 if mistake == "the wrong axis" else 1
        return y * (dout - np.sum(y * dout, axis=axis, keepdims=True))

    return {"fn": softmax, "inputs": z, "vjp": vjp}


def log_softmax(mistake=None):
    (z,) = normals(41, (4, 3))

    def vjp(dout, z):
        dz = dout - softmax(z) * dout.sum(1, keepdims=True)
        return dz + dout if mistake == "dout added" else dz

    return {"fn": lambda z: np.log(softmax(z)), "inputs": z, "vjp": vjp}


def cross_entropy(mistake=None):
    """Softmax and cross-entropy, the mean over a batch of 7."""
    (z,) = normals(42, (7, 4))
    y = np.random.default_rng(42).integers(0, 4, 7)
    rows = np.arange(7)

    def grad(z, y):
        p = softmax(z)
        if mistake != "p for p - y":
            p[rows, y] -= 1
        if mistake == "not divided by N":
            return p, None
        return p / 7, None

    return {
        "fn": lambda z, y: -np.mean(np.log(softmax(z)[rows, y])),
        "inputs": (z, y),
        "grad": grad,
    }


def hinge(mistake=None):
    """The multiclass hinge loss of scores, the mean over a batch of 8."""
    (s,) = normals(43, (8, 5))
    y = np.random.default_rng(43).integers(0, 5, 8)
    rows = np.arange(8)

    def margins(s):
        m = np.maximum(0, s - s[rows, y][:, None] + 1)
        m[rows, y] = 0
        return m

    def grad(s, y):
        ds = (margins(s) > 0) * 1.0
        if mistake == "-1 for -count":
            ds[rows, y] = -1
        elif mistake != "correct class missing":
            ds[rows, y] = -ds.sum(1)
        return ds / 8, None

    return {"fn": lambda s, y: margins(s).sum() / 8, "inputs": (s, y), "grad": grad}


def ridge(mistake=None, weight=0.3):
    """Least squares with an L2 penalty on the weights, not on the bias."""
    x, y, w, b = normals(44, (10, 4), (10, 3), (4, 3), 3)

    def loss(w, b):
        return np.sum((x @ w + b - y) ** 2) / 10 + weight * np.sum(w**2)

    def grad(w, b):
        d = 2 * (x @ w + b - y)
        data = x.T @ d / (1 if mistake == "data not divided by N" else 10)
        factor = {"penalty forgotten": 0, "penalty without its 2": 1, "twice": 4}
        db = d.sum(0) / 10
        if mistake == "bias penalised":
            db = db + 2 * weight * b
        return data + factor.get(mistake, 2) * weight * w, db

    return {"fn": loss, "inputs": (w, b), "grad": grad}


def lasso(mistake=None):
    """Least squares with an L1 penalty."""
    x, y, w = normals(45, (10, 5), 10, 5)
    weight = 0 if mistake == "penalty forgotten" else 0.2
    return {
        "fn": lambda w: np.sum((x @ w - y) ** 2) / 2 + 0.2 * np.abs(w).sum(),
        "inputs": w,
        "grad": lambda w: x.T @ (x @ w - y) + weight * np.sign(w),
    }


def huber(mistake=None, delta=1.0):
    """Huber's loss of residuals."""
    (r,) = normals(46, (4, 6))

    def grad(r):
        limit = np.inf if mistake == "not clipped" else delta
        return np.clip(r, -limit, limit)

    def loss(r):
        size = np.abs(r)
        return np.sum(np.where(size < delta, r**2 / 2, delta * (size - delta / 2)))

    return {"fn": loss, "inputs": r, "grad": grad}


def triplet(mistake=None):
    """The squared distance of pairs of points."""
    a, b = normals(47, (5, 4), (5, 4))

    def grad(a, b):
        da = 2 * (a - b)
        return (2 * a if mistake == "the other point missing" else da), -da

    return {"fn": lambda a, b: np.sum((a - b) ** 2), "inputs": (a, b), "grad": grad}


# Recurrent layers and attention


def rnn(mistake=None, steps=4):
    """h[t] = tanh(x[t] W + h[t - 1] U), all states returned."""
    x, w, u, h0 = normals(48, (steps, 3), (3, 3), (3, 3), 3)

    def states(x, w, u, h0):
        h = [h0]
        for t in range(steps):
            h.append(np.tanh(x[t] @ w + h[-1] @ u))
        return h

    def vjp(dout, x, w, u, h0):
        h = states(x, w, u, h0)
        dx, dw, du = np.zeros_like(x), np.zeros_like(w), np.zeros_like(u)
        dh = np.zeros(3)
        for t in reversed(range(steps)):
            dz = (dout[t] + dh) * (1 - h[t + 1] ** 2)
            dx[t] = dz @ w.T
            dw += np.outer(x[t], dz)
            before = h[-1] if mistake == "h[-1] for h0" and t == 0 else h[t]
            du += np.outer(before, dz)
            if mistake != "without t + 1":
                dh = dz @ u.T
            if mistake == "U for its transpose":
                dh = dz @ u
        if mistake == "the last step alone":
            dx[:-1] = 0
        return dx, dw, du, dh if mistake != "without t + 1" else dz @ u.T

    def forward(x, w, u, h0):
        return np.array(states(x, w, u, h0)[1:])

    return {"fn": forward, "inputs": (x, w, u, h0), "vjp": vjp}


def lstm(mistake=None):
    """One step of an LSTM; its gates are blocks of columns: i, f, o, g."""
    x, h, c, w, u = normals(49, (4, 3), (4, 2), (4, 2), (3, 8), (2, 8))

    def gates(x, h, w, u):
        a = x @ w + h @ u
        i, f, o = (sigmoid(a[:, 2 * k : 2 * k + 2]) for k in range(3))
        return i, f, o, np.tanh(a[:, 6:])

    def forward(x, h, c, w, u):
        i, f, o, g = gates(x, h, w, u)
        return o * np.tanh(f * c + i * g)

    def vjp(dout, x, h, c, w, u):
        i, f, o, g = gates(x, h, w, u)
        new = f * c + i * g
        slope = 1 if mistake == "tanh of the cell forgotten" else 1 - np.tanh(new) ** 2
        dc = dout * o * slope
        dg = dc * i * (1 - g**2)
        if mistake == "g's slope forgotten":
            dg = dc * i
        df = dc * c * f * (1 - f)
        if mistake == "f's slope forgotten":
            df = dc * c
        di = dc * g * i * (1 - i)
        do = dout * np.tanh(new) * o * (1 - o)
        parts = [di, df, do, dg]
        if mistake == "gates in another order":
            parts = [df, di, do, dg]
        da = np.hstack(parts)
        return da @ w.T, da @ u.T, dc * f, x.T @ da, h.T @ da

    return {"fn": forward, "inputs": (x, h, c, w, u), "vjp": vjp}


def attention(mistake=None, wide=6):
    """Scaled dot-product attention."""
    q, k, v = normals(50, (4, wide), (4, wide), (4, 3))

    def weights(q, k):
        return softmax(q @ k.T / np.sqrt(wide))

    def vjp(dout, q, k, v):
        a = weights(q, k)
        da = dout @ v.T
        ds = a * (da - np.sum(a * da, axis=1, keepdims=True))
        dv = (a if mistake == "weights not transposed" else a.T) @ dout
        scale = 1 if mistake == "scale forgotten" else np.sqrt(wide)
        if mistake == "softmax held":
            ds = a * da
        dk = (ds if mistake == "dk by scores not transposed" else ds.T) @ q
        return ds @ k / scale, dk / scale, dv

    return {
        "fn": lambda q, k, v: weights(q, k) @ v,
        "inputs": (q, k, v),
        "vjp": vjp,
    }


def embedding(mistake=None):
    """Rows of a table, one of them looked up three times."""
    (table,) = normals(51, (6, 3))
    index = np.array([2, 4, 2, 0, 2])

    def vjp(dout, table):
        d = np.zeros_like(table)
        if mistake == "repeated index overwritten":
            d[index] = dout
        else:
            np.add.at(d, index, dout)
        return d

    return {"fn": lambda table: table[index], "inputs": table, "vjp": vjp}


def embedding_loss(mistake=None):
    """The same with a loss: no dout tells the contributions apart."""
    (table,) = normals(52, (6, 3))
    index = np.array([2, 4, 2, 0, 2])

    def grad(table):
        d, rows = np.zeros_like(table), 3 * table[index] ** 2
        rows = rows * np.arange(1.0, 6.0)[:, None]
        if mistake == "repeated index overwritten":
            d[index] = rows
        else:
            np.add.at(d, index, rows)
        return d

    def loss(table):
        return np.sum(table[index] ** 3 * np.arange(1.0, 6.0)[:, None])

    return {"fn": loss, "inputs": table, "grad": grad}


# Dense layers, activations, broadcasting


def dense_tanh(mistake=None):
    """tanh(x W + b), of a batch as long as the layer is wide."""
    x, w, b = normals(53, (5, 4), (4, 5), 5)

    def vjp(dout, x, w, b):
        dz = dout * (1 - np.tanh(x @ w + b) ** 2)
        db = dz.sum(1 if mistake == "bias over the wrong axis" else 0)
        if mistake == "bias from before tanh'":
            db = dout.sum(0)
        rows = np.arange(5) != (2 if mistake == "row 2 of the batch missing" else -1)
        return dz @ w.T, x[rows].T @ dz[rows], db

    return {
        "fn": lambda x, w, b: np.tanh(x @ w + b),
        "inputs": (x, w, b),
        "vjp": vjp,
    }


def mlp(mistake=None):
    """A loss behind two layers, every array an input."""
    x, y, w1, b1, w2, b2 = normals(54, (6, 4), (6, 2), (4, 3), 3, (3, 2), 2)

    def loss(w1, b1, w2, b2):
        return np.mean((np.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2)

    def grad(w1, b1, w2, b2):
        z = x @ w1 + b1
        a = np.tanh(z)
        d = 2 * (a @ w2 + b2 - y) / y.size
        slope = 1 - (z if mistake == "tanh' of z" else a) ** 2
        dz = (d @ w2.T) * slope
        dw1, db1 = x.T @ dz, dz.sum(0)
        if mistake == "dw1 twice and db1 four times":
            dw1, db1 = 2 * dw1, 4 * db1
        return dw1, db1, a.T @ d, d.sum(0)

    return {"fn": loss, "inputs": (w1, b1, w2, b2), "grad": grad}


def elementwise(fn, slope, x):
    """A function of each element and what is taken for its slope."""
    return {"fn": fn, "inputs": x, "vjp": lambda dout, x: dout * slope(x)}


(X,) = normals(55, (4, 6))


def tanh_of(mistake=None):
    slopes = {
        None: lambda x: 1 - np.tanh(x) ** 2,
        "of z": lambda x: 1 - x**2,
        "taken twice": lambda x: 1 - np.tanh(np.tanh(x)) ** 2,
    }
    return elementwise(np.tanh, slopes[mistake], X)


def sigmoid_of(mistake=None):
    def of(s):
        return s * (1 - s)

    slopes = {
        None: lambda x: of(sigmoid(x)),
        "of a": lambda x: of(sigmoid(sigmoid(x))),
        "s alone": sigmoid,
        "left out": np.ones_like,
    }
    return elementwise(sigmoid, slopes[mistake], X)


def elu(mistake=None):
    def fn(x):
        return np.where(x > 0, x, np.exp(x) - 1)

    slopes = {
        None: lambda x: np.where(x > 0, 1, np.exp(x)),
        "y for y + 1": lambda x: np.where(x > 0, 1, np.exp(x) - 1),
    }
    return elementwise(fn, slopes[mistake], X)


def leaky(mistake=None):
    steep = 0.1 if mistake == "0.1 for 0.01" else 0.01
    return elementwise(
        lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, 1, steep), X
    )


def softplus(mistake=None):
    """Softplus; some clip its slope, and not what it is the slope of."""

    def slope(x):
        return np.where(x > 1, 1, sigmoid(x)) if mistake == "clipped" else sigmoid(x)

    return elementwise(lambda x: np.logaddexp(0, x), slope, X)


def isrlu(mistake=None):
    """x / sqrt(1 + x^2) below zero."""

    def vjp(dout, x):
        slope = np.where(x < 0, (1 + x**2) ** -1.5, 1)
        return slope if mistake == "dout forgotten" else dout * slope

    def fn(x):
        return np.where(x < 0, x / np.sqrt(1 + x**2), x)

    return {"fn": fn, "inputs": X, "vjp": vjp}


def cube(mistake=None):
    power = 2 if mistake == "the slope of a square" else 3
    return elementwise(lambda x: x**3, lambda x: power * x ** (power - 1), X)


def gain(mistake=None):
    """x g, with g broadcast over the batch."""
    x, g = normals(56, (6, 4), 4)

    def vjp(dout, x, g):
        parts = dout * x
        dg = {
            "the last entry kept": parts[-1],
            "mean for sum": parts.mean(0),
            "one number": np.full(4, parts.sum()),
        }
        return dout * g, dg.get(mistake, parts.sum(0))

    return {"fn": lambda x, g: x * g, "inputs": (x, g), "vjp": vjp}


def residual(mistake=None):
    """x + tanh(x), as beside a skip connection."""

    def vjp(dout, x):
        skip = 0 if mistake == "skip forgotten" else dout
        return skip + dout * (1 - np.tanh(x) ** 2)

    return {"fn": lambda x: x + np.tanh(x), "inputs": X, "vjp": vjp}


def cumulative(mistake=None):
    """Running sums of each row."""

    def vjp(dout, x):
        if mistake == "from the wrong end":
            return np.cumsum(dout, axis=1)
        return np.cumsum(dout[:, ::-1], axis=1)[:, ::-1]

    return {"fn": lambda x: np.cumsum(x, axis=1), "inputs": X, "vjp": vjp}


# What is kept from call to call


def accumulating(mistake=None):
    """A dense layer whose dW adds to what the last call left."""
    x, w = normals(57, (4, 3), (3, 2))
    kept = np.zeros((3, 2))

    def vjp(dout, x, w):
        if mistake is None:
            kept[...] = 0
        kept[...] += x.T @ dout
        return dout @ w.T, kept.copy()

    return {"fn": lambda x, w: x @ w, "inputs": (x, w), "vjp": vjp}


def reused_buffer(mistake=None):
    """A dense layer that returns one buffer each time; a row of the batch is lost."""
    x, w = normals(58, (4, 3), (3, 2))
    buffer = np.zeros((3, 2))

    def vjp(dout, x, w):
        rows = np.arange(4) != (2 if mistake == "row 2 lost" else -1)
        buffer[...] = x.T @ (dout * rows[:, None])
        return dout @ w.T, buffer

    return {"fn": lambda x, w: x @ w, "inputs": (x, w), "vjp": vjp}


def cached(mistake=None):
    """A square whose backward pass finds x in a cache, filled by another batch."""
    x, earlier = normals(59, (4, 3), (4, 3))

    def vjp(dout, x):
        return 2 * dout * (earlier if mistake == "of an earlier batch" else x)

    return {"fn": lambda x: x**2, "inputs": x, "vjp": vjp}


def diffusion(mistake=None):
    """A signal of six numbers, a symmetric tensor; three of them stand in it twice."""
    (d,) = normals(68, 6)
    g = normals(69, (20, 3))[0]
    xx, yy, zz = (g[:, k] ** 2 for k in range(3))
    xy, xz, yz = g[:, 0] * g[:, 1], g[:, 0] * g[:, 2], g[:, 1] * g[:, 2]
    twice = 1 if mistake == "off-diagonal elements once" else 2
    design = np.column_stack([xx, 2 * xy, 2 * xz, yy, 2 * yz, zz])
    taken = np.column_stack([xx, twice * xy, twice * xz, yy, twice * yz, zz])
    return {
        "fn": lambda d: np.sum(np.tanh(design @ d)),
        "inputs": d,
        "grad": lambda d: taken.T @ (1 - np.tanh(design @ d) ** 2),
    }


# Complex numbers, flat vectors, units, matrices


def spectrum(mistake=None):
    """The sum of |z|^2 Re z."""
    re, im = normals(60, 6, 6)

    def grad(z):
        right = np.abs(z) ** 2 + 2 * z * z.real
        changes = {"conjugated": np.conj, "imaginary parts dropped": np.real}
        return changes.get(mistake, np.asarray)(right)

    return {
        "fn": lambda z: np.sum(np.abs(z) ** 2 * z.real),
        "inputs": re + 1j * im,
        "grad": grad,
    }


def flat(mistake=None):
    """A dense layer whose weights and bias are one vector."""
    x, y, theta = normals(61, (6, 3), (6, 2), 8)

    def loss(theta):
        return np.sum(np.tanh(x @ theta[:6].reshape(3, 2) + theta[6:] - y) ** 2)

    def grad(theta):
        t = np.tanh(x @ theta[:6].reshape(3, 2) + theta[6:] - y)
        dz = 2 * t * (1 - t**2)
        dw, db = x.T @ dz, dz.sum(0)
        if mistake == "b before W":
            return np.r_[db, dw.ravel()]
        return np.r_[dw.ravel("F" if mistake == "W by columns" else "C"), db]

    return {"fn": loss, "inputs": theta, "grad": grad}


def one_sign(mistake=None):
    """A flat vector of three parameters, one with the other sign."""
    (theta,) = normals(62, 5)
    sign = np.ones(5)
    sign[3] = -1 if mistake == "the sign of one" else 1
    return {
        "fn": lambda t: np.sum(np.sin(t) ** 2),
        "inputs": theta,
        "grad": lambda t: sign * np.sin(2 * t),
    }


def degrees(mistake=None):
    unit = 1 if mistake == "pi/180 forgotten" else np.pi / 180
    return {
        "fn": lambda a: np.sin(np.deg2rad(a)).sum(),
        "inputs": np.array([10.0, 50.0, -70.0]),
        "grad": lambda a: unit * np.cos(np.deg2rad(a)),
    }


def decibels(mistake=None):
    unit = 1 if mistake == "ln 10 forgotten" else np.log(10)
    return {
        "fn": lambda p: np.sum(10 * np.log10(p)),
        "inputs": np.array([0.5, 2.0, 7.0]),
        "grad": lambda p: 10 / (p * unit),
    }


def by_logarithm(mistake=None):
    """Three scales, their gradient that of their logarithms."""
    theta = np.array([0.7, 1.3, 2.6])
    xs = np.linspace(0.1, 2, 9)[:, None]

    def grad(t):
        right = np.sum(-xs * np.exp(-xs * t), axis=0)
        return right * t if mistake == "by log theta" else right

    return {"fn": lambda t: np.exp(-xs * t).sum(), "inputs": theta, "grad": grad}


def length_scale(mistake=None):
    """A kernel of distances and its one length scale, which is 2."""
    squares = np.array([[0, 8.0, 36.0], [8, 0, 10.0], [36, 10, 0]])

    def vjp(dout, scale):
        power = 2 if mistake == "by log l" else 3
        k = np.exp(-0.5 * squares / scale[0] ** 2)
        return np.array([(dout * k * squares / scale[0] ** power).sum()])

    return {
        "fn": lambda scale: np.exp(-0.5 * squares / scale[0] ** 2),
        "inputs": np.array([2.0]),
        "vjp": vjp,
    }


def border_column(mistake=None):
    """A map of 28 x 28 with one column at its border lost."""
    x, w = normals(63, (28, 28), (28, 28))

    def grad(x):
        g = w * np.cos(x)
        if mistake == "one column lost":
            g[:, 27] = 0
        return g

    return {"fn": lambda x: np.sum(w * np.sin(x)), "inputs": x, "grad": grad}


def wide_layer(mistake=None):
    """A layer of 784 x 32 with one column a little too large."""
    x, w = normals(64, (4, 784), (784, 32))

    def vjp(dout, w):
        g = x.T @ dout
        if mistake == "one column":
            g[:, 5] *= 1.001
        return g

    return {"fn": lambda w: x @ w, "inputs": w, "vjp": vjp}


def log_det(mistake=None):
    """The logarithm of a determinant by Cholesky, which reads one triangle."""
    (a,) = normals(65, (4, 4))
    a = a @ a.T + 4 * np.eye(4)

    def grad(a):
        inverse = np.linalg.inv(np.tril(a) + np.tril(a, -1).T)
        if mistake == "both triangles":
            return inverse
        return np.tril(inverse) + np.tril(inverse, -1)

    return {
        "fn": lambda a: 2 * np.log(np.diag(np.linalg.cholesky(a))).sum(),
        "inputs": a,
        "grad": grad,
    }


def cosine(mistake=None):
    """The cosine of rows with a fixed vector."""
    x, v = normals(66, (3, 6), 6)
    v = v / np.linalg.norm(v)

    def forward(x):
        return x @ v / np.linalg.norm(x, axis=1)

    def vjp(dout, x):
        r = np.linalg.norm(x, axis=1)
        along = (x @ v / r**3)[:, None] * x
        if mistake == "norm held":
            along = 0
        return dout[:, None] * (v / r[:, None] - along)

    return {"fn": forward, "inputs": x, "vjp": vjp}


def log_sum_exp(mistake=None):
    (z,) = normals(67, 5)
    factor = 2 if mistake == "twice" else 1
    return {
        "fn": lambda z: np.log(np.exp(z).sum()),
        "inputs": z,
        "grad": lambda z: factor * softmax(z),
    }


class Bug(NamedTuple):
    """A mistake, and what is to be said of it."""

    layer: Callable
    mistake: str
    kind: str
    words: str


NAMES, LOCATED = "names", "located"

INVENTED = [
    Bug(batch_norm, "eps left out of dvar", NAMES, "eps"),
    Bug(batch_norm, "variance by N - 1", NAMES, "variance"),
    Bug(batch_norm, "mean by N - 1", NAMES, "the mean over axis 0"),
    Bug(batch_norm, "mean held", NAMES, "the mean over axis 0"),
    Bug(batch_norm, "variance held", NAMES, "the variance over axis 0"),
    Bug(
        batch_norm,
        "mean and variance held",
        NAMES,
        "the mean and the variance over axis 0",
    ),
    Bug(batch_norm, "eps outside the root", NAMES, "eps outside the root"),
    Bug(batch_norm, "gamma forgotten", NAMES, "1/gamma"),
    Bug(batch_norm, "N - 1 forward, N backward", NAMES, "N - 1 for N"),
    Bug(standardised, "N - 1 in the gradient", NAMES, "sqrt((N - 1)/N)"),
    Bug(sample_variance, "N for N - 1", NAMES, "(N - 1)/N"),
    Bug(layer_norm, "over the batch axis", LOCATED, "must sum to zero over axis 1"),
    Bug(layer_norm, "dgamma over features", NAMES, "wrong axis"),
    Bug(layer_norm, "mean held", NAMES, "the mean over axis 1"),
    Bug(group_norm, "mean over all channels", NAMES, "the mean over 2 groups"),
    Bug(group_norm, "mean held", NAMES, "the mean over 2 groups"),
    Bug(rms_norm, "norm held", NAMES, "norm"),
    Bug(cosine, "norm held", NAMES, "norm"),
    Bug(conv, "crop off by one", NAMES, "shifted"),
    Bug(conv, "kernel not flipped", NAMES, "w flipped"),
    Bug(conv, "zeros at the border", NAMES, "border"),
    Bug(conv, "last channel copied", NAMES, "is that of 0"),
    Bug(conv, "dw flipped", NAMES, "flipped along axes 2 and 3"),
    Bug(conv, "dw transposed", NAMES, "transposed in axes 2 and 3"),
    Bug(
        conv, "by the last map alone", NAMES, "only entry 2 along axis 1 of the output"
    ),
    Bug(max_pool, "= for +=", NAMES, "windows overlap"),
    Bug(average_pool, "not divided", NAMES, "division by 4 is missing"),
    Bug(dropout, "not scaled", NAMES, "a division by a keep rate of 0.6 is missing"),
    Bug(dropout, "scaled twice", NAMES, "a keep rate of 0.6 too much"),
    Bug(dropout, "mask ignored", NAMES, "does not use fn's mask"),
    Bug(dropout, "another mask", NAMES, "another mask"),
    Bug(softmax_layer, "the wrong axis", NAMES, "the wrong axis"),
    Bug(softmax_layer, "diagonal alone", NAMES, "y (1 - y) dout"),
    Bug(log_softmax, "dout added", NAMES, "dout is too much"),
    Bug(cross_entropy, "not divided by N", NAMES, "the batch size 7 is missing"),
    Bug(cross_entropy, "p for p - y", NAMES, "y picks"),
    Bug(hinge, "correct class missing", NAMES, "y picks"),
    Bug(hinge, "-1 for -count", NAMES, "y picks"),
    Bug(ridge, "data not divided by N", NAMES, "a division by 10 is missing"),
    Bug(ridge, "penalty forgotten", NAMES, "0.6 times w is missing"),
    Bug(ridge, "penalty without its 2", NAMES, "0.3 times w is missing"),
    Bug(ridge, "twice", NAMES, "0.6 times w is too much"),
    Bug(ridge, "bias penalised", NAMES, "0.6 times b is too much"),
    Bug(lasso, "penalty forgotten", NAMES, "0.2 times the sign of w is missing"),
    Bug(huber, "not clipped", NAMES, "the size of r is above"),
    Bug(triplet, "the other point missing", NAMES, "2 times b is too much"),
    Bug(rnn, "without t + 1", NAMES, "later steps"),
    Bug(rnn, "h[-1] for h0", NAMES, "one time step"),
    Bug(rnn, "U for its transpose", LOCATED, "x is wrong in rows 0 to 2"),
    Bug(
        rnn,
        "the last step alone",
        LOCATED,
        "a block of zeros in the gradient of x, rows 0 to 2",
    ),
    Bug(lstm, "gates in another order", NAMES, "another order"),
    Bug(lstm, "f's slope forgotten", LOCATED, "columns 2 and 3"),
    Bug(lstm, "g's slope forgotten", LOCATED, "columns 6 and 7"),
    Bug(
        lstm,
        "tanh of the cell forgotten",
        LOCATED,
        "w is wrong in all columns but 4 and 5",
    ),
    Bug(attention, "scale forgotten", NAMES, "sqrt(6)"),
    Bug(attention, "weights not transposed", LOCATED, "only v is wrong"),
    Bug(attention, "softmax held", NAMES, "the sum of a softmax"),
    Bug(attention, "dk by scores not transposed", LOCATED, "only k is wrong"),
    Bug(embedding, "repeated index overwritten", NAMES, "an index repeats"),
    Bug(embedding_loss, "repeated index overwritten", LOCATED, "row 2 of table"),
    Bug(dense_tanh, "bias over the wrong axis", NAMES, "wrong axis"),
    Bug(dense_tanh, "bias from before tanh'", NAMES, "the sum of dout"),
    Bug(
        dense_tanh,
        "row 2 of the batch missing",
        NAMES,
        "row 2 of the batch does not reach w",
    ),
    Bug(mlp, "tanh' of z", LOCATED, "elements looked at in b1"),
    Bug(mlp, "dw1 twice and db1 four times", NAMES, "b1 is 4 times"),
    Bug(tanh_of, "of z", NAMES, "1 - x**2"),
    Bug(tanh_of, "taken twice", NAMES, "1 - tanh(tanh(x))**2"),
    Bug(sigmoid_of, "of a", NAMES, "s(s(x))"),
    Bug(sigmoid_of, "s alone", NAMES, "dout times s(x)"),
    Bug(sigmoid_of, "left out", NAMES, "(s(x) (1 - s(x))) is right"),
    Bug(elu, "y for y + 1", NAMES, "x is negative: there 1 times dout is missing"),
    Bug(leaky, "0.1 for 0.01", NAMES, "x is negative: there it is 10 times"),
    Bug(softplus, "clipped", NAMES, "only where x is above"),
    Bug(isrlu, "dout forgotten", NAMES, "does not depend on dout"),
    Bug(cube, "the slope of a square", NAMES, "dout times 2 x"),
    Bug(gain, "the last entry kept", NAMES, "only the last row of the batch"),
    Bug(gain, "mean for sum", NAMES, "the batch size 6 too much"),
    Bug(gain, "one number", NAMES, "summed over too much"),
    Bug(residual, "skip forgotten", NAMES, "dout is missing"),
    Bug(cumulative, "from the wrong end", NAMES, "wrong end"),
    Bug(reused_buffer, "row 2 lost", NAMES, "row 2 of the batch does not reach w"),
    Bug(cached, "of an earlier batch", NAMES, "stale cache"),
    Bug(spectrum, "conjugated", NAMES, "conjugated"),
    Bug(spectrum, "imaginary parts dropped", NAMES, "imaginary parts"),
    Bug(flat, "b before W", NAMES, "another order"),
    Bug(flat, "W by columns", NAMES, "column by column"),
    Bug(one_sign, "the sign of one", NAMES, "[3]: -1 times"),
    Bug(degrees, "pi/180 forgotten", NAMES, "pi/180"),
    Bug(decibels, "ln 10 forgotten", NAMES, "ln 10"),
    Bug(by_logarithm, "by log theta", NAMES, "by log t"),
    Bug(length_scale, "by log l", NAMES, "by log scale"),
    Bug(border_column, "one column lost", NAMES, "column 27"),
    Bug(wide_layer, "one column", NAMES, "column 5 of w is 1.001 times"),
    Bug(log_det, "both triangles", NAMES, "lower triangle"),
    Bug(log_sum_exp, "twice", NAMES, "a factor 2 too much"),
    Bug(accumulating, "from call to call", NAMES, "adds to what the last call left"),
    Bug(
        diffusion,
        "off-diagonal elements once",
        NAMES,
        "[1], [2] and [4], are 0.5 times",
    ),
]
