"""Gradient checks side by side: byhand, torch, JAX and TensorFlow, in one run.

The contestants take turns, so that a busy machine slows them alike; only ratios are
worth comparing. Those that are not installed (torch and JAX are not among the
project's packages) are left out and named. Each checks the same gradients, with its
default settings, in float64.

    python benchmarks/gradients.py [--with-tensorflow]
"""

import importlib.util
import os
import statistics
import sys
import time
import tracemalloc
from itertools import pairwise

import numpy as np

from byhand import check_gradients

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
ROUNDS = 5
ONCE = {"tf.test.compute_gradient"}  # takes minutes
SIZES = (64, 128, 128, 10)
rng = np.random.default_rng(0)


def have(name):
    return importlib.util.find_spec(name) is not None


# --- the network of 26,122 parameters: tanh, ReLU, softmax with cross-entropy


def mlp_inputs():
    p = []
    for c, f in pairwise(SIZES):
        p += [rng.normal(size=(c, f)) / np.sqrt(c), 0.1 * rng.normal(size=f)]
    return p, rng.normal(size=(8, 64)), rng.integers(0, 10, 8)


P, X, Y = mlp_inputs()
EYE = np.eye(10)[Y]


def forward(w1, b1, w2, b2, w3, b3):
    a = np.tanh(X @ w1 + b1)
    z = a @ w2 + b2
    h = np.maximum(z, 0)
    out = h @ w3 + b3
    e = np.exp(out - out.max(1, keepdims=True))
    return a, z, h, e / e.sum(1, keepdims=True)


def loss(*p):
    return -np.mean(np.log(forward(*p)[-1][np.arange(8), Y]))


def grad(w1, b1, w2, b2, w3, b3):
    a, z, h, d = forward(w1, b1, w2, b2, w3, b3)
    d = (d - EYE) / 8
    dw3, db3 = h.T @ d, d.sum(0)
    d = (d @ w3.T) * (z > 0)
    dw2, db2 = a.T @ d, d.sum(0)
    d = (d @ w2.T) * (1 - a**2)
    return X.T @ d, d.sum(0), dw2, db2, dw3, db3


def framework_loss(tanh, relu, log_softmax, mean, x, eye):
    def made(w1, b1, w2, b2, w3, b3):
        h = relu(tanh(x @ w1 + b1) @ w2 + b2)
        return -mean((log_softmax(h @ w3 + b3) * eye).sum(1))

    return made


# --- the convolutional network: 8@3x3, ReLU, pooling, 16@3x3, dense 10, on 12x12x1

MAPS = rng.normal(size=(4, 12, 12, 1))
K1, C1 = rng.normal(size=(9, 8)) / 3, 0.1 * rng.normal(size=8)
K2, C2 = rng.normal(size=(72, 16)) / 8, 0.1 * rng.normal(size=16)
W, B = rng.normal(size=(144, 10)) / 12, 0.1 * rng.normal(size=10)
CONV = [K1, C1, K2, C2, W, B]
DOUT = rng.normal(size=(4, 10))


def patches(x, k=3):
    """Return every k x k window of maps as a row, behind any leading axes."""
    views = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(-3, -2))
    rows, columns = views.shape[-5], views.shape[-4]
    ordered = np.moveaxis(views, -3, -1)
    return ordered.reshape(*x.shape[:-3], rows * columns, -1), rows, columns


COLUMNS, _, _ = patches(MAPS)


def conv_forward(k1, c1, k2, c2, w, b):
    """Return all steps; every input may have a leading axis of points."""
    z1 = COLUMNS @ k1[..., None, :, :] + c1[..., None, None, :]
    lead = z1.shape[:-2]
    a1 = np.maximum(z1, 0).reshape(*lead, 5, 2, 5, 2, 8)
    pooled = a1.max(axis=(-4, -2))
    cols, rows, columns = patches(pooled)
    z2 = cols @ k2[..., None, :, :] + c2[..., None, None, :]
    flat = z2.reshape(*z2.shape[:-2], rows * columns * 16)
    return a1, pooled, cols, flat, flat @ w + b[..., None, :]


def conv_fn(*p):
    return np.sum(conv_forward(*p)[-1] * DOUT, axis=(-1, -2))


def conv_grad(k1, c1, k2, c2, w, b):
    a1, pooled, cols, flat, _ = conv_forward(k1, c1, k2, c2, w, b)
    dz2 = (DOUT @ w.T).reshape(4, 9, 16)
    dcols = (dz2 @ k2.T).reshape(4, 3, 3, 3, 3, 8)
    dpooled = np.zeros_like(pooled)
    for i, j in np.ndindex(3, 3):
        dpooled[:, i : i + 3, j : j + 3] += dcols[:, :, :, i, j]
    first = a1 == pooled[:, :, None, :, None]
    da1 = first * dpooled[:, :, None, :, None] * (a1 > 0)
    dz1 = da1.reshape(4, 100, 8)
    dk1 = np.einsum("npc,npf->cf", COLUMNS, dz1)
    dk2 = np.einsum("npc,npf->cf", cols, dz2)
    return dk1, dz1.sum((0, 1)), dk2, dz2.sum((0, 1)), flat.T @ DOUT, DOUT.sum(0)


# --- the contestants


def ours():
    assert check_gradients(loss, P, grad)


def ours_full():
    report = check_gradients(conv_fn, CONV, conv_grad, mode="full", batched=True)
    assert report, report


def torch_contestants():
    import torch
    from torch.autograd import gradcheck

    tensors = [torch.tensor(p, requires_grad=True) for p in P]
    made = framework_loss(
        torch.tanh,
        torch.relu,
        lambda z: torch.log_softmax(z, 1),
        torch.mean,
        torch.tensor(X),
        torch.tensor(EYE),
    )
    shapes = [(3, 3, 1, 8), None, (3, 3, 8, 16), None, None, None]
    conv = []
    for p, shape in zip(CONV, shapes, strict=True):
        p = p.reshape(shape).transpose(3, 2, 0, 1) if shape else p
        conv.append(torch.tensor(np.ascontiguousarray(p), requires_grad=True))
    maps, dout = torch.tensor(MAPS.transpose(0, 3, 1, 2)), torch.tensor(DOUT)

    def convolved(k1, c1, k2, c2, w, b):
        functional = torch.nn.functional
        h = functional.max_pool2d(torch.relu(functional.conv2d(maps, k1, c1)), 2)
        h = functional.conv2d(h, k2, c2).permute(0, 2, 3, 1).reshape(4, -1)
        return ((h @ w + b) * dout).sum()

    return {
        "mlp": {
            "torch gradcheck": lambda: gradcheck(made, tensors),
            "torch gradcheck, fast": lambda: gradcheck(made, tensors, fast_mode=True),
        },
        "conv": {
            "torch gradcheck": lambda: gradcheck(convolved, conv),
            "torch gradcheck, fast": lambda: gradcheck(convolved, conv, fast_mode=True),
        },
    }


def jax_contestants():
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)
    made = framework_loss(
        jax.numpy.tanh,
        jax.nn.relu,
        jax.nn.log_softmax,
        jax.numpy.mean,
        jax.numpy.asarray(X),
        jax.numpy.asarray(EYE),
    )
    arrays = tuple(map(jax.numpy.asarray, P))
    name = "jax check_grads, reverse"
    return {
        "mlp": {name: lambda: check_grads(made, arrays, 1, modes=["rev"])},
        "conv": {},
    }


def tensorflow_contestants():
    import tensorflow as tf

    def check():
        def summed(*p):
            h = tf.nn.relu(tf.tanh(X @ p[0] + p[1]) @ p[2] + p[3])
            scores = tf.nn.log_softmax(h @ p[4] + p[5])
            return -tf.reduce_mean(tf.reduce_sum(scores * EYE, 1))

        found = tf.test.compute_gradient(summed, [tf.constant(p) for p in P])
        for theory, measured in zip(*found, strict=True):
            assert np.allclose(theory, measured, rtol=1e-4, atol=1e-4)

    return {"mlp": {"tf.test.compute_gradient": check}, "conv": {}}


def accepts(run):
    """Run a check of right gradients; say whether it takes them for right."""
    try:
        run()
    except Exception as error:  # each tool has its own
        return f"rejects them: {type(error).__name__}"
    return "accepts them"


def raced(title, contestants, rounds):
    """Let contestants take turns; print medians, ratios and peak memory."""
    times = {name: [] for name in contestants}
    says, peaks = {}, {}
    for name, run in contestants.items():
        if name not in ONCE:
            says[name] = accepts(run)  # and compiles
    for turn in range(rounds):
        for name, run in contestants.items():
            if turn and name in ONCE:
                continue
            print(f"  {title}: round {turn + 1} of {rounds}, {name}", flush=True)
            began = time.perf_counter()
            says[name] = accepts(run)
            times[name].append(time.perf_counter() - began)
    for name, run in contestants.items():
        if name in ONCE:
            continue
        tracemalloc.start()
        accepts(run)
        peaks[name] = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
    first = statistics.median(next(iter(times.values())))
    print(f"\n{title}")
    for name, taken in times.items():
        middle = statistics.median(taken)
        peak = (
            f"{peaks[name]:7.1f} MiB of Python and NumPy" if name in peaks else "once"
        )
        print(
            f"  {name:26} {middle:9.4f} s {middle / first:9.1f}x {peak}  {says[name]}"
        )
    print()


def main():
    mlp, conv = {"byhand": ours}, {"byhand, full and batched": ours_full}
    makers = {"torch": torch_contestants, "jax": jax_contestants}
    if "--with-tensorflow" in sys.argv:
        makers["tensorflow"] = tensorflow_contestants
    for name, make in makers.items():
        if not have(name):
            print(f"  {name} is not installed, and does not take part")
            continue
        found = make()
        mlp |= found["mlp"]
        conv |= found["conv"]
    raced("26,122 parameters, dense", mlp, ROUNDS)
    raced("2,698 parameters, convolutional", conv, ROUNDS)


if __name__ == "__main__":
    main()
