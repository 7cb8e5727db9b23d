"""
Mixed precision
===============

What does half the precision save, and what does it cost?
In mixed precision (Micikevicius et al. 2017, arXiv:1710.03740) a network
computes with numbers of 16 bits and keeps its weights in 32. The activations
then take half the memory. In return, small gradients may become zero in the
format ``float16``, unless the loss is scaled. The format ``bfloat16`` has
the range of 32 bits instead, but fewer digits. We look at the gradients of a
small network for handwritten digits, count its memory, and compare its
accuracy in the three formats.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import three_way
from byhand.experiments import compare, tune
from byhand.restarts import fresh_start
from byhand.shapes import from_keras
from keras import layers, ops
from sklearn.datasets import load_digits

POLICIES = {
    "float32": "float32",
    "float16": "mixed_float16",
    "bfloat16": "mixed_bfloat16",
}
GREYS = 16  # the largest value of a pixel
N = 1024  # digits to learn from, so that every mini-batch is full
BATCH = 64  # examples in a mini-batch
LOOKED_AT = 512  # examples whose gradients are looked at
EPOCHS = 5
RATES = [0.006, 0.018, 0.054]  # learning rates that are tried
SEEDS = 5
POWERS = [0, 4, 8, 12, 16, 20, 24]  # of two, factors of the loss
CHOSEN = 12  # one of them, for the trainings

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else N // BATCH

keras.utils.set_random_seed(0)


# %%
# A policy for each layer
# -----------------------
#
# A dtype policy says in which format a layer computes, and in which it keeps
# its weights. ``keras.config.set_dtype_policy`` sets one for all layers that
# are made afterwards, those of other networks included. It is safer to hand
# the policy to each layer. The last layer computes in 32 bits, and with it the
# softmax and the loss, because a sum of exponentials needs the digits.
def convolutions(policy):
    """Return two convolutions that compute as a policy says."""
    return [
        layers.Conv2D(filters, kernel_size=3, activation="relu", dtype=policy)
        for filters in (8, 16)
    ]


def network(hidden, **input_shape):
    """Return a network for digits with the hidden layers that are given."""
    net = keras.Sequential([keras.Input(**input_shape), *hidden])
    net.add(layers.Flatten())
    net.add(layers.Dense(10, dtype="float32"))
    return net


for policy in POLICIES.values():
    layer = convolutions(policy)[0]
    print(f"{policy}: computes in {layer.compute_dtype}, ", end="")
    print(f"keeps weights in {layer.variable_dtype}")


# %%
# A trained network
# -----------------
#
# Gradients are smallest late in a training, when most examples are classified
# correctly and with confidence. So we first train a network, in 32 bits.
def split(seed):
    """Return the training, validation and test digits of a seed."""
    images, labels = load_digits(return_X_y=True)
    x = images.reshape(-1, 8, 8, 1) / GREYS
    return three_way(
        x.astype("float32"),
        labels,
        validation=0.15,
        test=0.25,
        seed=seed,
    )


DATA = [split(seed) for seed in range(SEEDS)]
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

trained = network(convolutions("float32"), shape=(8, 8, 1))
trained.compile(
    optimizer=keras.optimizers.Adam(0.006),
    loss=loss,
    steps_per_execution=AT_ONCE,
)
trained.fit(
    DATA[0].x[:N],
    DATA[0].y_t[:N],
    batch_size=BATCH,
    epochs=2 * EPOCHS,
    verbose=0,
)


# %%
# The gradients of a mini-batch
# -----------------------------
#
# The backward pass computes the gradient with respect to each activation. To
# read it on every backend, we place a layer behind each convolution that adds
# weights to its output. They start at zero, and the gradient with respect to
# them is the one with respect to the activations.
class Offset(layers.Layer):
    """Add weights that start at zero, one for each activation of a batch."""

    def build(self, shape):
        self.offset = self.add_weight(shape=shape, initializer="zeros")

    def call(self, x):
        return x + self.offset


# %%
# One step of gradient descent
# ----------------------------
#
# A step with a learning rate of one subtracts the gradient from the weights,
# and so the gradient is the difference of the weights before and after. We
# take it for the activations and for the kernels of both convolutions, always
# from the same mini-batch and the same trained weights.
def gradients(policy, optimizer):
    """Return the gradients for all activations, and those for all kernels."""
    x = DATA[0].x[:LOOKED_AT]
    first, second = convolutions(policy)
    offsets = [Offset(dtype=policy), Offset(dtype=policy)]
    hidden = [first, offsets[0], second, offsets[1]]
    net = network(hidden, batch_shape=x.shape)
    first.set_weights(trained.layers[0].get_weights())
    second.set_weights(trained.layers[1].get_weights())
    net.layers[-1].set_weights(trained.layers[-1].get_weights())
    net.compile(optimizer=optimizer, loss=loss, run_eagerly=True)
    net.train_on_batch(x, DATA[0].y_t[:LOOKED_AT])

    for_activations = []
    for layer in offsets:
        for_activations.append(-layer.get_weights()[0].ravel())
    for_kernels = []
    for layer, before in zip((first, second), trained.layers):
        step = before.get_weights()[0] - layer.get_weights()[0]
        for_kernels.append(step.ravel())
    return np.concatenate(for_activations), np.concatenate(for_kernels)


# %%
# Zeros in float16
# ----------------
#
# The smallest positive number of ``float16`` is two to the power of minus 24,
# and half of it or less is rounded to zero. We count the gradients that are
# zero in 16 bits and not in 32. The gradient for a kernel adds up those of
# many activations. For the kernels we take the length of the error, relative
# to the length of the gradient itself.
def descent():
    """Return gradient descent with a learning rate of one."""
    return keras.optimizers.SGD(learning_rate=1.0)


def lost(found):
    """Return the fraction of gradients that are zero and should not be."""
    return np.mean(found[exact != 0] == 0)


def error(found):
    """Return the relative error of the gradients for the kernels."""
    return np.linalg.norm(found - exact_kernels) / np.linalg.norm(
        exact_kernels
    )


# %%
# Two formats
# -----------
#
# In this trained network, a large part of the gradients is too small for
# ``float16``. ``bfloat16`` has as many bits for the exponent as ``float32``,
# and loses none. It has fewer bits for the digits, so that the gradients for
# the kernels have a larger error.
exact, exact_kernels = gradients("float32", descent())
in_float16, kernels_float16 = gradients("mixed_float16", descent())
in_bfloat16, kernels_bfloat16 = gradients("mixed_bfloat16", descent())
facts = {
    "gradients for activations": exact.size,
    "lost, float16": lost(in_float16),
    "lost, bfloat16": lost(in_bfloat16),
    "error for kernels, float16": error(kernels_float16),
    "error for kernels, bfloat16": error(kernels_bfloat16),
}
for name, value in facts.items():
    print(f"{name}: {value:.4g}")
assert facts["lost, float16"] > 0.1
assert facts["lost, bfloat16"] < 1e-3
assert (
    facts["error for kernels, bfloat16"] > facts["error for kernels, float16"]
)

# %%
# Loss scaling
# ------------
#
# The backward pass is linear in the gradient that it starts from. If the loss
# is multiplied by a large factor, so are all gradients, and they leave the
# range where numbers become zero. Before the step, the optimiser divides the
# gradients by the same factor, in 32 bits. ``LossScaleOptimizer`` does both
# for the optimiser that it is given. If a gradient overflows, it skips the
# step and halves the factor. We try factors from one to far too large.
shares = []
errors = []
for power in POWERS:
    optimizer = keras.optimizers.LossScaleOptimizer(
        descent(), initial_scale=2.0**power
    )
    scaled, kernels_scaled = gradients("mixed_float16", optimizer)
    shares.append(lost(scaled))
    errors.append(error(kernels_scaled))
    print(f"2^{power:<2}  lost {shares[-1]:8.3%}  error {errors[-1]:.5f}")

chosen = POWERS.index(CHOSEN)
facts["lost with loss scaling"] = shares[chosen]
facts["error with loss scaling"] = errors[chosen]
assert shares[chosen] < 0.1 * facts["lost, float16"]
assert shares[-1] == 1
assert np.isclose(errors[chosen], errors[0], rtol=0.2)

# %%
# The largest factor makes a gradient overflow. The step is skipped, and every
# gradient counts as lost. Long before that, nearly all gradients are back. The
# error for the kernels, though, is hardly smaller than without the factor. It
# comes from rounding, and what was lost is tiny beside the sum of the others.
# So loss scaling changes little in this network. In one where nearly all
# gradients are as small as those lost here, nothing would be left of the sum
# either. Loss scaling costs one multiplication and one division, and avoids
# the risk.

# %%
# Out of the range that is lost
# -----------------------------
#
# The factor moves all gradients to the right on a logarithmic axis.
sizes = np.log2(np.abs(exact[exact != 0]))
bins = np.arange(-50, 10)
zero_below = int(np.log2(np.finfo("float16").smallest_subnormal)) - 1
assert zero_below == -25

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
ax.axvspan(bins[0], zero_below, color="0.5", alpha=0.25)
counts, *_ = ax.hist(
    sizes, bins=bins, color="C0", alpha=0.7, label="gradients"
)
ax.text(bins[1], counts.max() / 2, "zero in float16")
ax.hist(
    sizes + CHOSEN,
    bins=bins,
    histtype="step",
    color="C1",
    linestyle="--",
    linewidth=2,
    label="after loss scaling",
)
ax.set(xlabel="log2 of the size of a gradient", ylabel="number")
ax.legend(loc="upper left")
fig.set_label(
    f"Histogram of {exact.size} gradients over many powers of two. "
    f"{facts['lost, float16']:.0%} of them are zero in float16, and with the "
    f"loss multiplied, {facts['lost with loss scaling']:.1%}."
)
plt.show()

# %%
# Figure: The gradients of a mini-batch with respect to all activations,
# filled, and the same gradients after loss scaling, dashed. In the grey range
# a number becomes zero in ``float16``.

# %%
# Memory
# ------
#
# Adam keeps two numbers for each parameter, so that weights, gradients and
# Adam take 16 bytes a parameter. Mixed precision adds a copy of the weights in
# 16 bits. What it saves are the activations, which wait for the backward pass,
# one set for each example. ``byhand.shapes`` counts them.
counted = from_keras(network(convolutions("float32"), shape=(8, 8, 1)))
batch_sizes = 2 ** np.arange(0, 13)
shares_of_memory = []
for batch in batch_sizes:
    full = counted.memory(batch=int(batch), dtype="float32", training=True)
    half = counted.memory(batch=int(batch), dtype="float16", training=True)
    weights = full.weights.value
    fixed = 4 * weights  # with gradients and the two numbers of Adam
    in_32 = fixed + full.activations.value
    in_16 = fixed + half.weights.value + half.activations.value
    shares_of_memory.append(in_16 / in_32)
facts["parameters"] = trained.count_params()
facts["memory, mini-batch of 1"] = shares_of_memory[0]
facts["memory, largest mini-batch"] = shares_of_memory[-1]
assert weights == 4 * facts["parameters"]
assert shares_of_memory[0] > 1
assert 0.5 < shares_of_memory[-1] < 0.55

# %%
# Memory and mini-batch
# ---------------------
#
# A large network with small mini-batches gains little, and one with many
# activations for each weight, such as a convolutional network for large
# images, gains most.
fig, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
ax.plot(batch_sizes, shares_of_memory, "C0o-")
ax.axhline(0.5, color="0.5", linestyle=":")
ax.set_xscale("log", base=2)
ax.set(xlabel="examples in a mini-batch", ylabel="memory, share of float32")
fig.set_label(
    "Memory in mixed precision as a share of that in float32. It falls from "
    f"{shares_of_memory[0]:.2f} for one example to "
    f"{shares_of_memory[-1]:.2f} for {batch_sizes[-1]}."
)
plt.show()

# %%
# Figure: The memory for a training step in mixed precision, as a share of what
# it takes in 32 bits. With few examples the weights matter most and there is
# nothing to save. With many, the share comes near one half, the dotted line.


# %%
# Training in each format
# -----------------------
#
# Each format has a compiled network, which ``fresh_start`` gives new initial
# weights. The optimiser works on weights in 32 bits, because a step that is
# small beside its weight would be rounded away in 16 bits. The loss is scaled
# by the argument ``loss_scale_factor``, which every optimiser of Keras has.
# A fixed factor is enough, since the chosen one is far from both ends.
# ``LossScaleOptimizer`` adjusts it where gradients change a lot during the
# training. If the policy is set globally, ``compile`` adds that optimiser by
# itself. If it is handed to layers, it does not.
def compiled(name):
    """Return a network that computes in a format, ready to be trained."""
    net = network(convolutions(POLICIES[name]), shape=(8, 8, 1))
    scale = 2.0**CHOSEN if name == "float16" else None
    net.compile(
        optimizer=keras.optimizers.Adam(loss_scale_factor=scale),
        loss=loss,
        steps_per_execution=AT_ONCE,
    )
    return net


networks = {name: compiled(name) for name in POLICIES}
added = keras.optimizers.LossScaleOptimizer
assert not isinstance(networks["float16"].optimizer, added)


# %%
# One training
# ------------
#
# The learning rate is a variable of the optimiser, and can be changed after
# the network was compiled.
def train(name, rate, seed):
    """Return the network of a format, trained on the digits of a seed."""
    net = networks[name]
    fresh_start(net, seed=seed)
    net.optimizer.learning_rate = rate
    net.fit(
        DATA[seed].x[:N],
        DATA[seed].y_t[:N],
        batch_size=BATCH,
        epochs=EPOCHS,
        verbose=0,
    )
    return net


def accuracy(net, x, y):
    """Return the fraction of digits that are classified correctly."""
    return np.mean(ops.convert_to_numpy(net(x)).argmax(axis=1) == y)


# %%
# A learning rate for each format
# -------------------------------
#
# The learning rate of each format is tuned on the validation set, with one
# seed.
def tuned(name):
    """Return the best learning rate of a format, with the scores of all."""

    def validation_accuracy(rate, seed):
        net = train(name, rate, seed)
        return accuracy(net, DATA[seed].x_val, DATA[seed].y_val)

    return tune(validation_accuracy, RATES)


rates = {}
for name in POLICIES:
    tuning = tuned(name)
    rates[name] = tuning.best
    print(name)
    print(tuning)


# %%
# Five seeds
# ----------
#
# Each seed gives all formats the same digits and initial weights, and the
# differences from ``float32`` are taken seed by seed, on the test set.
def arm(name):
    """Return a function that takes a seed and returns the test accuracy."""

    def test_accuracy(seed):
        net = train(name, rates[name], seed)
        return accuracy(net, DATA[seed].x_test, DATA[seed].y_test)

    return test_accuracy


comparison = compare({name: arm(name) for name in POLICIES}, seeds=SEEDS)
print(comparison)
for name in POLICIES:
    facts[f"accuracy, {name}"] = comparison.spread(name).mean
    facts[f"learning rate, {name}"] = rates[name]
for name in ("float16", "bfloat16"):
    difference = comparison.difference(name)
    facts[f"difference, {name}"] = difference.mean
    facts[f"half-width, {name}"] = difference.half_width
    assert abs(difference.mean) < 0.02
    if keras.backend.backend() == "tensorflow":  # others draw other weights
        assert abs(difference.mean) < 1.5 * difference.half_width

# %%
# What the comparison says
# ------------------------
#
# Both intervals contain zero or end close to it, so that these runs show no
# clear difference between the formats. They do not show that there is none. A
# loss as large as the lower end of an interval remains possible, and a larger
# one would probably have been seen. Other networks may behave differently. We
# measured no time, because it depends on the hardware more than on the
# network.
told = []
for name in ("float16", "bfloat16"):
    mean = 100 * facts[f"difference, {name}"]
    half_width = 100 * facts[f"half-width, {name}"]
    told.append(f"{mean:.2f} ± {half_width:.2f} for {name}")
    print(f"{told[-1]}, in percentage points")

# %%
# Seed by seed
# ------------
#
# An empty mark stands for each seed, a filled one for their mean, and the bar
# for the interval.
fig, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
MARKERS = {"float16": "C1s", "bfloat16": "C2o"}
baseline = np.array(comparison.scores["float32"])
for row, (name, marker) in enumerate(MARKERS.items()):
    points = 100 * (np.array(comparison.scores[name]) - baseline)
    heights = row + np.linspace(0.15, 0.45, SEEDS)  # to tell seeds apart
    ax.plot(points, heights, marker, markerfacecolor="none")
    ax.errorbar(
        100 * facts[f"difference, {name}"],
        row,
        xerr=100 * facts[f"half-width, {name}"],
        fmt=marker,
        capsize=4,
    )
ax.axvline(0, color="0.5", linestyle=":")
ax.set_yticks([0, 1], list(MARKERS))
ax.set(ylim=(-0.5, 1.8))
ax.set_xlabel("accuracy minus that in float32 in percentage points")
fig.set_label(
    "Difference of the test accuracy from float32 in percentage points, "
    f"{' and '.join(told)}; {SEEDS} seeds."
)
plt.show()

# %%
# Figure: The test accuracy in 16 bits minus that in 32. Empty marks are seeds,
# filled marks their means with 95 % intervals.

# %%
# What to try next
# ----------------
#
# - No loss scale in the training. Does the accuracy suffer here?
# - Twice as many filters and images of twice the size. How much memory is
#   saved with mini-batches of 64?
# - Measure the seconds of ``fit`` for each format, on a processor and on a
#   graphics card.
