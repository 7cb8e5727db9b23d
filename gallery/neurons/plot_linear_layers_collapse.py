"""
Many linear layers collapse into one
====================================

Can a stack of linear layers separate what one linear layer cannot?
A linear layer multiplies by a matrix and adds a bias. Several of them in a row
do nothing else, because a product of matrices is a matrix. We train such
stacks on two tasks that no straight line solves, compute the single layer that
each of them is equal to, and then put a ReLU between the layers.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.restarts import fresh_start
from keras import layers, ops
from sklearn.datasets import make_moons

TRAINING = 2000  # points
TEST = 1000  # points
NEURONS = 16  # in each hidden layer
BATCH = 50
EPOCHS = 6
SEEDS = 3

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else TRAINING // BATCH

keras.utils.set_random_seed(0)

# %%
# Two tasks that no straight line solves
# --------------------------------------
#
# The first task is to tell two interleaved half circles apart, the moons. The
# second is a scattered version of XOR. Points lie around the four corners of a
# square, and opposite corners belong to the same class. At best, a straight
# line has three of the four corners on the right side.


def moons(count, seed):
    """Return points around two half circles, and their classes."""
    x, y = make_moons(count, noise=0.15, random_state=seed)
    return x.astype("float32"), y


def corners(count, seed):
    """Return points around the corners of a square, and their classes."""
    rng = np.random.default_rng(seed)
    corner = rng.choice([-1.0, 1.0], size=(count, 2))
    x = corner + rng.normal(scale=0.3, size=(count, 2))
    y = corner.prod(axis=1) > 0
    return x.astype("float32"), y.astype(int)


TASKS = {"moons": moons, "corners": corners}

# %%
# Three networks
# --------------
#
# One linear layer, three linear layers, and three layers with ReLU between
# them. The second and the third network differ in nothing but the activation.
# The last layer returns a pre-activation, and a point is assigned to the
# second class where it is positive.


def network(hidden, activation):
    """Return a compiled network with some hidden layers."""
    net = keras.Sequential([keras.Input((2,))])
    for _ in range(hidden):
        net.add(layers.Dense(NEURONS, activation=activation))
    net.add(layers.Dense(1))
    net.compile(
        optimizer=keras.optimizers.Adam(0.03),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        steps_per_execution=AT_ONCE,
    )
    return net


NETWORKS = {
    "one linear": network(hidden=0, activation=None),
    "three linear": network(hidden=2, activation=None),
    "with ReLU": network(hidden=2, activation="relu"),
}

# %%
# The layer that a stack is equal to
# ----------------------------------
#
# The kernel of the stack is the product of all kernels. A bias is multiplied
# by the kernels of the layers that follow, and then their biases are added.
# If the stack and this single layer return the same numbers for all inputs,
# the stack can represent nothing that one layer cannot.


def collapsed(net):
    """Return the kernel and the bias of the one layer equal to a stack."""
    kernel = np.eye(2)
    bias = np.zeros(2)
    for layer in net.layers:
        next_kernel, next_bias = layer.get_weights()
        kernel = kernel @ next_kernel
        bias = bias @ next_kernel + next_bias
    return kernel, bias


def outputs(net, x):
    """Return what a network computes, as a NumPy array."""
    return ops.convert_to_numpy(net(x))


# %%
# Training and test
# -----------------
#
# Each network learns each task from several seeds, and its accuracy is that on
# a test set. The learning rate is not tuned, because the argument does not
# need it. The loss of one linear layer is convex, so there is one minimum to
# find, and a stack has the same straight lines to choose from. For the network
# with ReLU it is enough to see that it can do better.


def test_accuracy(net, draw, seed):
    """Train a network from new initial weights, and return its accuracy."""
    x, y = draw(TRAINING + TEST, seed=seed)
    fresh_start(net, seed=seed)
    net.fit(
        x[:TRAINING],
        y[:TRAINING],
        batch_size=BATCH,
        epochs=EPOCHS,
        verbose=0,
    )
    predicted = outputs(net, x[TRAINING:])[:, 0] > 0
    return np.mean(predicted == y[TRAINING:])


# %%
# All networks on both tasks
# --------------------------
#
# After the last seed, the outputs on a fine grid are kept. They will show the
# boundary between the classes, and they are compared with those of the single
# layer that the stack is equal to.
edge = np.linspace(-2.4, 2.6, 80)
grid = np.stack(np.meshgrid(edge, edge), axis=-1)
grid = grid.reshape(-1, 2).astype("float32")

accuracies = {}
boundaries = {}
gaps = []
for task, draw in TASKS.items():
    for name, net in NETWORKS.items():
        accuracies[task, name] = [
            test_accuracy(net, draw, seed) for seed in range(SEEDS)
        ]
        boundaries[task, name] = outputs(net, grid).reshape(80, 80)
    stack = NETWORKS["three linear"]
    kernel, bias = collapsed(stack)
    gap = outputs(stack, grid) - (grid @ kernel + bias)
    gaps.append(np.abs(gap).max())

# %%
# What was found
# --------------
#
# The largest gap between a stack and its single layer is a rounding error, as
# the numbers have about seven digits. On the moons the two linear networks
# have the same accuracy to within a few per cent. On the corners their
# accuracy is a matter of chance. The loss is smallest there for a kernel of
# zero, which prefers no direction, so the noise decides where the line lies.
# With ReLU both tasks are solved.
facts = {"largest gap": max(gaps)}
for (task, name), values in accuracies.items():
    facts[f"{task}: accuracy, {name}"] = np.mean(values)
for name, value in facts.items():
    print(f"{name}: {value:.3g}")

assert max(gaps) < 1e-3
one = facts["moons: accuracy, one linear"]
three = facts["moons: accuracy, three linear"]
assert abs(one - three) < 0.03
for task in TASKS:
    best_line = max(
        accuracies[task, "one linear"] + accuracies[task, "three linear"]
    )
    assert min(accuracies[task, "with ReLU"]) > max(best_line, 0.95)
assert best_line < 0.8  # on the corners

# %%
# The boundaries
# --------------
#
# The boundary is where the pre-activation of the last layer is zero.
SHADING = {"levels": [0, 1e9], "colors": "C1", "alpha": 0.2}
fig, axes = plt.subplots(
    2, 3, figsize=(6.4, 4.6), sharex=True, sharey=True, layout="constrained"
)
for row, (task, draw) in zip(axes, TASKS.items()):
    x, y = draw(TRAINING + TEST, seed=SEEDS - 1)
    shown_x = x[TRAINING : TRAINING + 200]
    shown_y = y[TRAINING : TRAINING + 200]
    for ax, name in zip(row, NETWORKS):
        ax.contourf(edge, edge, boundaries[task, name], **SHADING)
        for kind, marker in enumerate(["C0o", "C1x"]):
            chosen = shown_x[shown_y == kind]
            ax.plot(chosen[:, 0], chosen[:, 1], marker, markersize=3)
        ax.set_title(f"{name}\n{accuracies[task, name][-1]:.0%} right")
        ax.set(xticks=[], yticks=[], aspect="equal")
    row[0].set_ylabel(task)
described = [
    f"{facts[f'{task}: accuracy, {name}']:.0%} of the {task} ({name})"
    for task, name in accuracies
]
fig.set_label(
    "The boundaries of three networks on two tasks, straight for the linear "
    f"ones and bent with ReLU. They classify correctly {', '.join(described)}."
)
plt.show()

# %%
# Figure: Points of the test set, moons above and corners below, with a dot or
# a cross for the class. The network assigns points in the shaded region to the
# class of the crosses. One linear layer and three have a straight boundary,
# which on the corners may lie outside the panel. A ReLU between the layers
# lets it bend. The accuracies are those of the
# last seed, which is drawn.

# %%
# What to try next
# ----------------
#
# - Stack ten linear layers. Does the largest gap grow?
# - Give the network with ReLU two neurons in one hidden layer. How often does
#   it solve the corners, starting from other seeds?
# - Replace ReLU by ``"tanh"``. Any activation that is not linear bends the
#   boundary, but does it have corners?
