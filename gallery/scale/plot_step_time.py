"""
The time of a training step
===========================

Can the time of a training step be predicted before it is measured?
The roofline model (Williams, Waterman and Patterson 2009,
doi:10.1145/1498765.1498785) needs two rates of a machine, one for arithmetic
and one for moving data, and what a step demands of each. We measure the rates
without any training, count what steps of small networks demand, and compare
the times that follow with measured ones.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# byhand is the book's package; the page of its gallery says how to install it.
# fig.set_label(...) describes a figure for readers who cannot see it.

import time
from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.shapes import from_keras
from keras import layers, ops

BYTES = 4  # of a number in float32
TIMED = 5  # calls of a function
UNTIMED = 2  # calls before these, which compile and fill caches
CLASSES = 10

keras.utils.set_random_seed(0)


# %%
# How fast does this machine compute?
# -----------------------------------
#
# The product of two large matrices keeps the arithmetic units busy, and its
# rate stands for the peak rate. The fastest of several calls comes closest to
# what the machine can do.
#
# A graphics card returns from a call before it has computed anything. So each
# measurement ends with a number that is brought to NumPy, which has to wait
# for it. With several operations in a row this waiting is a small part of the
# time.
def call_seconds(run):
    """Return the times that several calls of a function take."""
    seconds = []
    for _ in range(UNTIMED + TIMED):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return np.array(seconds[UNTIMED:])


IN_A_ROW = 4  # operations in a call
SIDE = 1280  # rows and columns of the matrices
matrix = ops.full((SIDE, SIDE), 1 / SIDE, dtype="float32")


def multiply():
    """Multiply matrices, and wait for the last product."""
    product = matrix
    for _ in range(IN_A_ROW):
        product = ops.matmul(matrix, product)
    ops.convert_to_numpy(product[0, 0])


peak = IN_A_ROW * 2 * SIDE**3 / call_seconds(multiply).min()
print(f"peak rate {peak / 1e9:.0f} gigaflop/s")

# %%
# How fast does it move data?
# ---------------------------
#
# Changing the sign of every number of a large array needs hardly any
# arithmetic. Reading the array and writing another one gives the bandwidth of
# the memory. On a processor we take an array like the output of a large layer,
# because with a far larger one we would measure how fast the operating system
# provides new memory. A graphics card needs a larger array and, below, larger
# mini-batches. Small ones would only show the time to start an operation.
IS_FAST = peak > 3e12  # operations per second, more than most processors reach
LENGTH = 2**26 if IS_FAST else 2**22  # numbers in the array
array = ops.ones((LENGTH,), dtype="float32")


def move():
    """Read an array and write another one, and wait for the last."""
    result = array
    for _ in range(IN_A_ROW):
        result = ops.negative(result)
    ops.convert_to_numpy(result[0])


bandwidth = IN_A_ROW * 2 * LENGTH * BYTES / call_seconds(move).min()
ridge = peak / bandwidth
print(f"bandwidth {bandwidth / 1e9:.1f} GB/s")
print(f"ridge point {ridge:.1f} operations for each byte")


# %%
# A family of networks
# --------------------
#
# We build dense and convolutional networks, from very small to large, because
# their steps should differ by far more than the rates of a machine do from one
# moment to the next. All are to be trained with plain SGD, on mini-batches of
# the same size.
BATCH = 2048 if IS_FAST else 64  # examples in a mini-batch


def network(kind, width, depth):
    """Return a network with several hidden layers of one width."""
    if kind == "dense":
        net = keras.Sequential([keras.Input((width,))])
        for _ in range(depth):
            net.add(layers.Dense(width, activation="relu"))
    else:
        net = keras.Sequential([keras.Input((16, 16, width))])
        options = {"padding": "same", "activation": "relu"}
        for _ in range(depth):
            net.add(layers.Conv2D(width, kernel_size=3, **options))
        net.add(layers.GlobalAveragePooling2D())
    net.add(layers.Dense(CLASSES))
    return net


# %%
# Eight networks
# --------------
FAMILY = [  # kind, width and depth
    ("dense", 16, 2),
    ("dense", 256, 2),
    ("dense", 256, 8),
    ("dense", 1024, 2),
    ("dense", 2048, 3),
    ("convolutional", 4, 2),
    ("convolutional", 16, 6),
    ("convolutional", 64, 3),
]
networks = [network(*settings) for settings in FAMILY]


# %%
# The overhead of a step
# ----------------------
#
# Even a step with almost nothing to compute takes time, for Python, the
# framework and the start of each operation. We measure this overhead with a
# network of a single hidden unit and a mini-batch of one example. The
# mini-batch is drawn on the device, so that it takes no time to get there, and
# ``train_on_batch`` returns the loss as a number, for which it has to wait.
def step_seconds(net, batch):
    """Return the median time of a training step."""
    net.compile(
        optimizer=keras.optimizers.SGD(learning_rate=1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    x = keras.random.normal((batch, *net.input_shape[1:]))
    y = keras.random.randint((batch,), minval=0, maxval=CLASSES)
    return np.median(call_seconds(partial(net.train_on_batch, x, y)))


overhead = step_seconds(network("dense", width=1, depth=1), batch=1)
print(f"overhead {1e3 * overhead:.1f} ms")


# %%
# Operations and bytes of a step
# ------------------------------
#
# ``byhand.shapes`` counts the operations of the forward pass for one example,
# two for each multiplication with its addition. The backward pass needs twice
# as many, for the gradients with respect to the weights and to the inputs of
# each layer.
#
# Of the activations, the forward pass writes each number once and reads it
# once. The backward pass reads it again, and writes and reads its gradient. A
# parameter is read in both passes and read and written by the optimiser, and
# its gradient is written and read.
PASSES = 3  # the forward pass, and the backward pass, which counts twice
MOVED_ACTIVATIONS = 5  # times that each is read or written, with its gradient
MOVED_PARAMETERS = 6


def counts(net):
    """Return the operations of a step, and the bytes that it moves."""
    counted = from_keras(net)
    memory = counted.memory(batch=BATCH, training=True)
    operations = PASSES * BATCH * counted.flops()
    moved = MOVED_ACTIVATIONS * memory.activations.value
    moved += MOVED_PARAMETERS * memory.weights.value
    return operations, moved


operations, moved = np.array([counts(net) for net in networks]).T

# %%
# First predict, then measure
# ---------------------------
#
# If a machine computes while it moves data, the slower of the two decides.
# This is the roofline model. We add the overhead to its time. Only now are the
# networks trained, and their steps measured.
predicted = np.maximum(operations / peak, moved / bandwidth) + overhead
measured = np.array([step_seconds(net, BATCH) for net in networks])
for k, (kind, width, depth) in enumerate(FAMILY):
    print(
        f"{depth} {kind} layers of width {width}: predicted "
        f"{1e3 * predicted[k]:.2f} ms, measured {1e3 * measured[k]:.2f} ms"
    )


# %%
# How far is the prediction off?
# ------------------------------
#
# We state the error as a factor, since the times span a wide range. The rank
# correlation says whether the networks are at least put into the right order.
# It is 1 if they are.
def ranks(values):
    """Return the rank of each value, from 0 for the smallest."""
    return np.argsort(np.argsort(values))


factors = np.exp(np.abs(np.log(measured / predicted)))
correlation = np.corrcoef(ranks(predicted), ranks(measured))[0, 1]
print(f"off by a factor of {np.median(factors):.2f} in the median")
print(f"and of {factors.max():.2f} at most")
print(f"rank correlation {correlation:.2f}")
share = overhead / measured.min()
print(f"overhead, as a fraction of the shortest step: {share:.2f}")

# %%
# The roofline of this machine
# ----------------------------
#
# The number of operations for each byte that is moved is the arithmetic
# intensity. Up to the ridge point the memory limits the rate of computation,
# which grows with the intensity. Beyond it the arithmetic is the limit. This
# line is the roofline.
kinds = np.array([kind for kind, _, _ in FAMILY])
intensity = operations / moved
attained = operations / measured  # operations per second
lowest = min(intensity.min(), ridge) / 2
highest = max(intensity.max(), ridge) * 2
intensities = np.array([lowest, ridge, highest])
roof = np.minimum(peak, bandwidth * intensities)

# %%
# Predicted and measured times
# ----------------------------
#
# The figure shows the times on the left, and the roofline on the right.
times = 1e3 * np.concatenate([predicted, measured])
ends = np.array([times.min(), times.max()])
fig, (left, right) = plt.subplots(
    1, 2, figsize=(6.4, 3.6), layout="constrained"
)
left.loglog(ends, ends, "--", color="0.5", label="equal")
right.loglog(intensities, roof / 1e9, "-", color="0.5", label="roofline")
for kind, marker in [("dense", "o"), ("convolutional", "s")]:
    of_kind = kinds == kind
    left.loglog(
        1e3 * predicted[of_kind], 1e3 * measured[of_kind], marker, label=kind
    )
    right.loglog(intensity[of_kind], attained[of_kind] / 1e9, marker)
left.set(xlabel="predicted time of a step, ms", ylabel="measured time, ms")
right.set(xlabel="arithmetic intensity, operations per byte")
right.set(ylabel="rate, gigaflop/s")
left.legend()
right.legend()
fig.set_label(
    f"Left, measured against predicted times of {len(FAMILY)} networks, from "
    f"{ends[0]:.1f} to {ends[1]:.0f} ms. They differ by a factor of "
    f"{np.median(factors):.1f} in the median and {factors.max():.1f} at most. "
    "Right, rates against the arithmetic intensity. The roofline rises to "
    f"{peak / 1e9:.0f} gigaflop/s at {ridge:.1f} operations per byte, and the "
    f"networks reach {attained.min() / 1e9:.2g} to {attained.max() / 1e9:.0f}."
)
plt.show()

# %%
# Figure: Each point is a network. Left, the further a point lies above the
# dashed line, the slower the step is than predicted. Right, the line is the
# highest rate that the model allows, and each point is what a network reached
# in a step, overhead included.

# %%
# Why the prediction is off
# -------------------------
#
# The model leaves out several things. Deeper networks have more operations to
# start than the one that gave the overhead. An operation, such as a
# convolution of few channels, may be programmed less well than the matrix
# product that gave the peak rate. Its numbers may be in a cache, so that a
# point can lie above the roofline. Operations without multiplications, such as
# pooling, are counted as free, and so is the preparation of data.
#
# For the question whether a training run takes an hour or a week, a factor of
# two hardly matters. To choose between two networks of nearly the same cost,
# measure both.

# %%
# What to try next
# ----------------
#
# - Take the larger of both times layer by layer, since each layer has its own
#   limit, and sum them. Does the prediction change, and what does that say of
#   the layers?
# - Measure the overhead of a network with many tiny layers as well, and add a
#   time for each layer.
# - Replace SGD by Adam, which keeps two more numbers for each parameter. How
#   often is a parameter moved then, and which networks become slower? Does the
#   prediction say so, too?

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertion
# holds. Both belong to the settings above: leave this cell out of what you
# copy. Times differ from run to run and from machine to machine. What holds
# anywhere is roughly the order of networks that are so different in size.
facts = {
    "peak rate, gigaflop/s": peak / 1e9,
    "bandwidth, GB/s": bandwidth / 1e9,
    "overhead, ms": 1e3 * overhead,
    "overhead, share of the shortest step": share,
    "shortest step, ms": 1e3 * measured.min(),
    "longest step, ms": 1e3 * measured.max(),
    "median factor": np.median(factors),
    "largest factor": factors.max(),
    "rank correlation": correlation,
}
assert correlation > 0.5
