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

import time

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
# The product of two large matrices keeps the arithmetic units busy and gives
# the peak rate. The fastest of several calls comes closest to what the machine
# can do.
#
# A graphics card returns from a call before it has computed anything. Each
# measurement therefore ends with a number that is brought to NumPy, which has
# to wait for it. With several operations in a row this waiting is a small part
# of the time.
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
# the memory. On a processor the array has the size of what a large layer puts
# out. With a far larger one we would measure how fast the operating system
# provides new memory.
#
# A graphics card, which is known here by its peak rate, is so fast that it
# needs larger arrays and, below, larger mini-batches. Small ones would only
# show the time to start an operation.
FAST = 3e12  # operations per second, more than most processors reach
LENGTH = 2**22 if peak < FAST else 2**26  # numbers in the array
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
# We build dense and convolutional networks of any width and depth. They are to
# be trained with plain SGD, on mini-batches of the same size.
BATCH = 64 if peak < FAST else 2048  # examples in a mini-batch


def dense_net(width, depth):
    """Return a network with dense layers of one width."""
    net = keras.Sequential([keras.Input((width,))])
    for _ in range(depth):
        net.add(layers.Dense(width, activation="relu"))
    net.add(layers.Dense(CLASSES))
    return net


def conv_net(width, depth):
    """Return a network with convolutions, for images of 16 x 16 pixels."""
    net = keras.Sequential([keras.Input((16, 16, width))])
    for _ in range(depth):
        net.add(layers.Conv2D(width, 3, padding="same", activation="relu"))
    net.add(layers.GlobalAveragePooling2D())
    net.add(layers.Dense(CLASSES))
    return net


# %%
# From small to large
# -------------------
#
# The steps should differ by far more than the rates of a machine do from one
# moment to the next. The largest network therefore needs tens of thousands of
# times as many operations as the smallest.
BUILDERS = {"dense": dense_net, "convolutional": conv_net}
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
networks = [BUILDERS[kind](width, depth) for kind, width, depth in FAMILY]


# %%
# What a step costs besides
# -------------------------
#
# Even a step with almost nothing to compute takes time, for Python, the
# framework and the start of each operation. A network with a single unit and a
# mini-batch of one example measures this overhead. The mini-batch is drawn on
# the device, so that it takes no time to get there, and ``train_on_batch``
# returns the loss as a number, for which it has to wait.
def step_seconds(net, batch):
    """Return the median time of a training step."""
    net.compile(
        optimizer=keras.optimizers.SGD(learning_rate=1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    x = keras.random.normal((batch, *net.input_shape[1:]))
    labels = keras.random.randint((batch,), minval=0, maxval=CLASSES)
    return np.median(call_seconds(lambda: net.train_on_batch(x, labels)))


overhead = step_seconds(dense_net(width=1, depth=1), batch=1)
print(f"overhead {1e3 * overhead:.1f} ms")


# %%
# What a step demands
# -------------------
#
# ``byhand.shapes`` counts the multiply-accumulates of the forward pass for
# one example. Each is two operations, and the backward pass needs twice as
# many as the forward pass, for the gradients with respect to the weights and
# to the inputs of each layer.
#
# Of the activations, the forward pass writes each number once and reads it
# once. The backward pass reads it again, and writes and reads its gradient. A
# parameter is read in both passes and read and written by the optimiser, and
# its gradient is written and read.
PASSES = 3  # the forward pass, and the backward pass, which counts twice
MOVED_ACTIVATIONS = 5  # times that each is read or written, with its gradient
MOVED_PARAMETERS = 6


def demands(net):
    """Return the operations of a step, and the bytes that it moves."""
    counted = from_keras(net)
    memory = counted.memory(batch=BATCH, training=True)
    operations = PASSES * BATCH * counted.flops()
    moved = MOVED_ACTIVATIONS * memory.activations.value
    moved += MOVED_PARAMETERS * memory.weights.value
    return operations, moved


operations, moved = np.array([demands(net) for net in networks]).T

# %%
# First predict, then measure
# ---------------------------
#
# If a machine computes while it moves data, the slower of the two decides.
# This is the roofline model. We add the overhead, and only now train.
predicted = np.maximum(operations / peak, moved / bandwidth) + overhead
measured = np.array([step_seconds(net, BATCH) for net in networks])
for member, before, after in zip(FAMILY, predicted, measured):
    kind, width, depth = member
    print(
        f"{depth} {kind} layers of width {width}: predicted "
        f"{1e3 * before:.2f} ms, measured {1e3 * after:.2f} ms"
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
facts = {
    "peak rate, gigaflop/s": peak / 1e9,
    "bandwidth, GB/s": bandwidth / 1e9,
    "overhead, ms": 1e3 * overhead,
    "overhead, share of the shortest step": overhead / measured.min(),
    "shortest step, ms": 1e3 * measured.min(),
    "longest step, ms": 1e3 * measured.max(),
    "median factor": np.median(factors),
    "largest factor": factors.max(),
    "rank correlation": correlation,
}
for name, value in facts.items():
    print(f"{name}: {value:.3g}")

# Times differ from run to run and from machine to machine. What holds anywhere
# is roughly the order of networks that are so different in size.
assert correlation > 0.5

# %%
# Predicted and measured times
# ----------------------------
#
# A shift of all points to one side of the line comes from the rates, and the
# scatter of the points about a common line from the networks.
STYLES = {"dense": "o", "convolutional": "s"}
kinds = np.array([kind for kind, _, _ in FAMILY])
fig, ax = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
for kind, marker in STYLES.items():
    chosen = kinds == kind
    ax.loglog(
        1e3 * predicted[chosen], 1e3 * measured[chosen], marker, label=kind
    )
for (_, width, depth), before, after in zip(FAMILY, predicted, measured):
    ax.annotate(f" {depth} of {width}", (1e3 * before, 1e3 * after), va="top")
both = np.concatenate([predicted, measured])
ends = 1e3 * np.array([both.min(), both.max()])
ax.loglog(ends, ends, "--", color="0.5", label="equal")
ax.set(xlabel="predicted time of a step, ms", ylabel="measured time, ms")
ax.margins(x=0.14)
ax.legend()
fig.set_label(
    f"Measured against predicted time of a step for {len(FAMILY)} networks, "
    f"from {ends[0]:.1f} to {ends[1]:.0f} ms, both axes logarithmic, with the "
    "line on which both are equal. The measured time differs by a factor of "
    f"{facts['median factor']:.1f} in the median and of "
    f"{facts['largest factor']:.1f} at most."
)
plt.show()

# %%
# Figure: Each point is a network, and beside it stands the number of its
# layers and their width. On the dashed line a prediction would be exact, and
# the further a point lies above it, the slower the step is than predicted.


# %%
# The roofline of this machine
# ----------------------------
#
# What limits a network? The number of operations that it does for each byte
# that it moves is its arithmetic intensity. Up to the ridge point the rate of
# computation is limited by the memory and grows with the intensity, and
# beyond it the arithmetic is the limit. This line is the roofline.
intensity = operations / moved
attained = operations / measured
left = min(intensity.min(), ridge) / 2
right = max(intensity.max(), ridge) * 2
across = np.array([left, ridge, right])
roof = np.minimum(peak, bandwidth * across)

fig, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
ax.loglog(across, roof / 1e9, "-", color="0.5", label="roofline")
for kind, marker in STYLES.items():
    chosen = kinds == kind
    ax.loglog(intensity[chosen], attained[chosen] / 1e9, marker, label=kind)
ax.set(
    xlabel="arithmetic intensity, operations per byte",
    ylabel="rate, gigaflop/s",
)
ax.legend()
fig.set_label(
    "Rate of computation against arithmetic intensity, both logarithmic. The "
    f"roofline rises to {peak / 1e9:.0f} gigaflop/s at {ridge:.1f} operations "
    f"per byte and is flat beyond. The {len(FAMILY)} networks reach between "
    f"{attained.min() / 1e9:.2g} and {attained.max() / 1e9:.0f} gigaflop/s."
)
plt.show()

# %%
# Figure: The line is the highest rate that the model allows, and each point is
# what a network reached in a step, overhead included.

# %%
# Why the prediction is off
# -------------------------
#
# How far below the roofline a point lies tells what the model leaves out.
#
# - A small network lies far below the line, because its step is mostly
#   overhead. Its time is predicted as well as its overhead is. We measured
#   that of a single layer, and deeper networks have more operations to start.
# - A large network comes close to the line if its operations are programmed
#   as well as the matrix product that gave the peak rate. For convolutions of
#   few channels this is often not so, and it differs between the backends.
# - A point above the line found its numbers in a cache, or another program was
#   busy while the rates were measured.
# - Operations without multiplications, such as pooling, are counted as free,
#   and so is the preparation of data, which can take longer than the step.
#
# For the question whether a training takes an hour or a week, a factor of two
# does not matter, and the prediction is good enough. To choose between two
# networks of nearly the same cost, measure both.

# %%
# What to try next
# ----------------
#
# - Take the larger of both times layer by layer, since each layer has its own
#   limit, and sum them. Does the prediction improve?
# - Measure the overhead of a network with many tiny layers as well, and add a
#   time for each layer.
# - Replace SGD by Adam, which keeps two more numbers for each parameter. How
#   often is a parameter moved then, and which networks become slower?
