"""
Where one machine ends
======================

When does the training of a network need more than one machine?
It does when the network does not fit into the memory even with small
mini-batches, or when the training takes too long. The memory can be counted
before anything is trained, and the time can be predicted from a few steps that
are measured. Together they say when more machines are needed, and beyond how
many of them a further one hardly helps.
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

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand import shapes

GIB = 2**30  # bytes in a gibibyte
MEMORIES = {"laptop": 16, "large card": 80}  # GiB
WIDTHS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]  # factors
BATCHES = [32, 2048]  # examples in a mini-batch whose memory is counted
HOUR = 60 * 60  # seconds

keras.utils.set_random_seed(0)


# %%
# One network in many widths
# --------------------------
#
# Every layer of this convolutional network can be made wider by the same
# factor. The function builds it with Keras or with ``byhand.shapes``, which
# takes the same lines and counts parameters and activations without allocating
# any memory. So we can ask for networks that are too large for this machine.
def network(library, width):
    """Return the network, with all its layers wider by a factor."""
    layers = library.layers
    net = library.Sequential([library.Input((32, 32, 1))])
    for filters, kernel_size in [(10, 5), (25, 5), (100, 4)]:
        net.add(
            layers.Conv2D(filters=width * filters, kernel_size=kernel_size)
        )
        net.add(layers.MaxPooling2D(2))
        net.add(layers.ReLU())
    net.add(layers.Flatten())
    net.add(layers.Dense(10, activation="softmax"))
    return net


# %%
# What has to be in memory
# ------------------------
#
# During training, the memory holds for each parameter its value, its gradient
# and what the optimiser keeps, which in the case of Adam are two moving
# averages. It also holds the output of each layer for each example of the
# mini-batch, for the backward pass. Frameworks need some memory of their own
# besides, and other programs theirs, which we leave out.
def training_gib(width, batch):
    """Return the GiB that training with Adam takes, as far as counted."""
    counted = network(shapes, width).memory(batch=batch, training=True)
    moments = 2 * counted.weights.value
    return (counted.total.value + moments) / GIB


parameters = [network(shapes, width).count_params() for width in WIDTHS]
needed = {}  # GiB for each width, by mini-batch
widest = {}  # width that fits, by machine and mini-batch; 0 if none does
for batch in BATCHES:
    needed[batch] = [training_gib(width, batch) for width in WIDTHS]
    for machine, memory in MEMORIES.items():
        fitting = [
            width for width, gib in zip(WIDTHS, needed[batch]) if gib <= memory
        ]
        widest[machine, batch] = max(fitting, default=0)
        print(
            f"mini-batch of {batch}, {machine}: widest network that fits, "
            f"{widest[machine, batch] or 'none'}"
        )

# %%
# Which network fits?
# -------------------
#
# In wide networks the number of parameters grows with the square of the width,
# while the activations grow in proportion to it. So the parameters decide in
# the end, and the width that fits grows only with the square root of the
# memory. With a large mini-batch it is the activations that fill the memory of
# narrow networks. They can be divided. One machine can take a mini-batch in
# parts, one after the other, and add their gradients. In data-parallel
# training each machine holds the activations of its own examples.
fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
for batch, style in zip(BATCHES, ("o-", "s--")):
    label = f"mini-batch of {batch}"
    ax.loglog(parameters, needed[batch], style, markersize=4, label=label)
for machine, memory in MEMORIES.items():
    ax.axhline(memory, color="0.5", linestyle=":")
    ax.text(parameters[0], memory, f"{machine}, {memory} GiB", va="bottom")
ax.set(xlabel="parameters", ylabel="memory, GiB")
ax.legend(loc="lower right")
for_laptop = widest["laptop", BATCHES[0]]
fig.set_label(
    "Memory needed against the number of parameters, both logarithmic, for "
    f"mini-batches of {BATCHES[0]} and {BATCHES[1]}. The narrowest network, "
    f"of {parameters[0]} parameters, needs {needed[BATCHES[0]][0]:.3f} and "
    f"{needed[BATCHES[1]][0]:.2f} GiB. With mini-batches of {BATCHES[0]}, one "
    f"that is {for_laptop} times as wide is the widest of them on a laptop."
)
plt.show()

# %%
# Figure: The memory that training with Adam needs, counted and not measured,
# and without that of the framework. Each point is a network twice as wide as
# the one before, and the dotted lines are the memories of two machines.

# %%
# How long does a step take?
# --------------------------
#
# We measure one of the narrow networks with mini-batches of three sizes, and
# take the median of several steps, which a disturbance by another program
# hardly changes. ``train_on_batch`` returns the loss as a number, so that it
# has to wait until the step is done. The first steps, which compile, are not
# counted.
TIMED_WIDTH = 2
SIZES = [1, 64, 256]  # examples in a mini-batch that is timed
UNTIMED = 2  # steps
TIMED = 5  # steps

net = network(keras, TIMED_WIDTH)
net.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
rng = np.random.default_rng(0)


def step_seconds(batch):
    """Return the median time of a step with a mini-batch of this size."""
    x = rng.normal(size=(batch, 32, 32, 1)).astype("float32")
    y = rng.integers(10, size=batch)
    seconds = []
    for _ in range(UNTIMED + TIMED):
        start = time.perf_counter()
        net.train_on_batch(x, y)
        seconds.append(time.perf_counter() - start)
    return np.median(seconds[UNTIMED:])


measured = np.array([step_seconds(batch) for batch in SIZES])

# %%
# A fixed time and a time for each example
# ----------------------------------------
#
# A step takes some time however small the mini-batch is, for instance to start
# its operations and to update the weights. We take the time of the step with a
# single example for this fixed time. Each further example adds a time of its
# own, which follows from the largest mini-batch. The mini-batch between the
# two is a check, since its time was not used. On a fast card, 256 examples may
# take no longer than one, and then nothing can be predicted from them.
LEAST = 1e-9  # seconds, so that what follows can be divided by it
fixed_time = measured[0]
further = (measured[-1] - measured[0]) / (SIZES[-1] - SIZES[0])
example_time = max(further, LEAST)
if further < LEAST:
    print("The examples take no time that can be seen: enlarge SIZES.")


def predicted_seconds(examples):
    """Return the time of a step for any number of examples."""
    return fixed_time + (examples - 1) * example_time


share = fixed_time / predicted_seconds(BATCHES[0])
print(f"fixed time of a step: {1e3 * fixed_time:.3g} ms")
print(f"time of a further example: {1e3 * example_time:.3g} ms")
print(
    f"mini-batch of {SIZES[1]}: measured {1e3 * measured[1]:.3g} ms, "
    f"predicted {1e3 * predicted_seconds(SIZES[1]):.3g} ms"
)
print(f"fixed share of a step with {BATCHES[0]} examples: {share:.0%}")

# %%
# How many machines are of use?
# -----------------------------
#
# Goyal et al. (2017, arXiv:1706.02677) train for ninety epochs on ImageNet, in
# mini-batches of 8,192 images. We take as many steps of as many examples,
# though our network and its images are far smaller than theirs. This continues
# the straight line far beyond the largest mini-batch that was measured.
#
# If the examples of a mini-batch are divided among machines, only their part
# of the step becomes shorter. The fixed time remains, and it bounds the
# speed-up, as Amdahl noted in 1967 (doi:10.1145/1465482.1465560). Where both
# parts of a step are equal, the training takes about twice the least possible
# time. More machines than that are of little use, since each would spend most
# of its time on the fixed part. At least one machine is of use, and never more
# than there are examples in a mini-batch.
EPOCHS = 90
IMAGES = 1_280_000  # in the training set
LARGE_BATCH = 8192  # examples in a mini-batch that is divided
STEPS = EPOCHS * IMAGES / LARGE_BATCH
machines = 2 ** np.arange(14)  # up to one for each example
hours = STEPS * predicted_seconds(LARGE_BATCH / machines) / HOUR
both_equal = LARGE_BATCH * example_time / fixed_time
useful = np.clip(both_equal, 1, LARGE_BATCH)
print(f"{hours[0]:.3g} hours on one machine, {hours[-1]:.3g} at least")
print(f"machines of use: {useful:.0f}")

# %%
# From a step to a training run
# -----------------------------
#
# On the left, the point in the middle should lie near the line, since
# otherwise the two times would mean little. On the right, the two lines part
# where the fixed time begins to matter.
fig, (left, right) = plt.subplots(
    1, 2, figsize=(6.4, 3.2), layout="constrained"
)
left.plot(SIZES, 1e3 * measured, "o", label="measured")
line = predicted_seconds(np.array(SIZES))
left.plot(SIZES, 1e3 * line, "--", label="predicted")
left.set(xlabel="examples in the mini-batch", ylabel="time of a step, ms")
left.set_ylim(bottom=0)
left.legend()
right.loglog(machines, hours, "o-", markersize=4, label="with the fixed time")
right.loglog(
    machines, hours[0] / machines, "--", color="C7", label="in proportion"
)
right.axvline(useful, color="0.5", linestyle=":")
right.set(xlabel="machines", ylabel="time of the training, hours")
right.legend()
fig.set_label(
    "Left, the time of a step against the size of the mini-batch, and a "
    f"straight line that begins at {1e3 * fixed_time:.1f} ms. Right, the "
    f"hours of the training against the number of machines: {hours[0]:.2g} on "
    f"one, and never less than {hours[-1]:.2g}. With more than {useful:.0f} "
    "machines, the fixed time is more than half of a step."
)
plt.show()

# %%
# Figure: Left, the time of a step as it was measured, and the straight line
# through the first and the last point. Right, the time of a whole training
# against the number of machines, as the two parts of a step predict it, and
# the dashed line on which it would be if each doubling of the machines halved
# it. To the right of the dotted line, the fixed time is more than half of a
# step.

# %%
# What the prediction leaves out
# ------------------------------
#
# The machines also have to exchange their gradients, which takes time for
# every byte. So the right panel shows the best case. A network that does not
# fit into one memory has to be cut as well, between its layers or within them.
# The code of a Keras model stays as it is on several machines. On JAX,
# ``keras.distribution.initialize`` joins the processes, and
# ``keras.distribution.set_distribution`` divides the mini-batches among their
# devices. With PyTorch, its ``DistributedDataParallel`` wraps the model in a
# training loop that you write yourself. Here only one machine was used.

# %%
# What to try next
# ----------------
#
# - A network four times as wide: why are more machines of use to it?
# - Add the exchange of gradients, with four bytes for each parameter and 100
#   megabits per second. From how many machines on does it take longer than the
#   computation, and does it ever at 10 gigabits per second?
# - Mixed precision halves the activations and adds a copy of the weights in 16
#   bits. Which networks gain most, and does a wider one fit a laptop then?

# %%
# Numbers and checks
# ------------------
#
# The book shows these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy. Times differ from machine to machine and are not asserted.
facts = {"parameters": parameters[0]}
for (machine, batch), width in widest.items():
    facts[f"widest for a {machine}, mini-batch of {batch}"] = width
facts["fixed time of a step, ms"] = 1e3 * fixed_time
facts["time of an example, ms"] = 1e3 * example_time
facts["fixed share of a small step"] = share
facts["hours on one machine"] = hours[0]
facts["hours at least"] = hours[-1]
facts["machines of use"] = useful
# Adam keeps two numbers for each parameter, besides a count of steps and the
# learning rate.
kept = sum(np.prod(v.shape) for v in net.optimizer.variables)
assert kept == 2 * net.count_params() + 2
assert np.isclose(parameters[-1] / parameters[-2], 4, rtol=0.01)
assert needed[BATCHES[1]][0] > 10 * needed[BATCHES[0]][0]
