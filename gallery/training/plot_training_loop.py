"""
The training loop by hand
=========================

What does model.fit do, step by step?
It repeats one step for each mini-batch: forward pass, loss, gradients, and an
update by the optimiser. We write this loop ourselves and train two copies of a
network, one with ``fit`` and one with our loop. Their weights agree to
rounding. Only the gradients need the backend of Keras, and we compute them
with TensorFlow, JAX or PyTorch, whichever is in use. At the end we change the
loop in a way that ``fit`` has no argument for.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import spectra, three_way
from keras import layers, ops

BATCH = 100  # spectra in a mini-batch
EPOCHS = 5
RATE = 0.05  # learning rate
MOMENTUM = 0.9

keras.utils.set_random_seed(0)
flux, kinds = spectra(3100, seed=0)
data = three_way(flux, kinds)
assert len(data.x) % BATCH != 0  # the last mini-batch is smaller

# %%
# Two copies of a network
# -----------------------
#
# A small convolutional network is to recognise the kind of line in a spectrum
# of 40 points. Its last layer returns logits, to which the loss applies the
# softmax. A copy with the same initial weights is kept for our own loop.
network = keras.Sequential(
    [
        keras.Input((40, 1)),
        layers.Conv1D(16, kernel_size=5, strides=2, activation="relu"),
        layers.Conv1D(32, kernel_size=5, strides=2, activation="relu"),
        layers.Flatten(),
        layers.Dense(10),
    ]
)
initial_weights = network.get_weights()
by_hand = keras.models.clone_model(network)
by_hand.set_weights(initial_weights)
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

# %%
# With fit
# --------
#
# With ``fit``, two statements train the first copy. By default ``fit``
# shuffles the examples before each epoch. We switch this off, so that both
# copies see the same mini-batches in the same order.
network.compile(
    optimizer=keras.optimizers.SGD(RATE, momentum=MOMENTUM),
    loss=cross_entropy,
    metrics=["accuracy"],
)
by_fit = network.fit(
    data.x,
    data.y_t,
    batch_size=BATCH,
    epochs=EPOCHS,
    shuffle=False,
    validation_data=(data.x_val, data.y_val),
    verbose=0,
).history


# %%
# Loss and gradients on each backend
# ----------------------------------
#
# Keras leaves automatic differentiation to its backend, and each backend asks
# for gradients in its own way. Each of the following three functions prepares
# what it needs and returns a function to be called with every mini-batch. You
# need only the one for your backend.


# %%
# With TensorFlow
# ---------------
#
# TensorFlow records the operations of the forward pass on a tape and then goes
# back along it. ``tf.function`` compiles them into a graph. Without it the
# results are the same, but take longer.
def with_tensorflow(model):
    """Return a function that computes logits, loss and gradients."""
    import tensorflow as tf

    @tf.function
    def differentiate(x, y):
        """Return logits, loss and gradients of a mini-batch."""
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss = cross_entropy(y, logits)
        return logits, loss, tape.gradient(loss, model.trainable_variables)

    return differentiate


# %%
# With JAX
# --------
#
# JAX differentiates a function without side effects with respect to its first
# argument. The weights are therefore arguments, and ``stateless_call``
# computes the forward pass with them. Some layers, such as batch
# normalisation, change other variables on the way. Their new values are
# returned, too, and we put them back into the model.
def with_jax(model):
    """Return a function that computes logits, loss and gradients."""
    import jax

    def forward(weights, others, x, y):
        """Return the loss, and what else the forward pass gives."""
        logits, others = model.stateless_call(
            weights, others, x, training=True
        )
        return cross_entropy(y, logits), (logits, others)

    compiled = jax.jit(jax.value_and_grad(forward, has_aux=True))

    def differentiate(x, y):
        """Return logits, loss and gradients of a mini-batch."""
        weights = [weight.value for weight in model.trainable_variables]
        others = [other.value for other in model.non_trainable_variables]
        (loss, (logits, others)), gradients = compiled(weights, others, x, y)
        for variable, value in zip(model.non_trainable_variables, others):
            variable.assign(value)
        return logits, loss, gradients

    return differentiate


# %%
# With PyTorch
# ------------
#
# PyTorch records operations without being asked. ``backward`` stores each
# gradient beside its weight, where it is added to what is there already. The
# gradients of the previous mini-batch must therefore be deleted first.
def with_torch(model):
    """Return a function that computes logits, loss and gradients."""

    def differentiate(x, y):
        """Return logits, loss and gradients of a mini-batch."""
        model.zero_grad()
        logits = model(x, training=True)
        loss = cross_entropy(y, logits)
        loss.backward()
        gradients = [weight.value.grad for weight in model.trainable_variables]
        return logits, loss, gradients

    return differentiate


WAYS = {"tensorflow": with_tensorflow, "jax": with_jax, "torch": with_torch}


# %%
# The loop
# --------
#
# All else is the same on every backend. For each mini-batch we compute the
# gradients, let the optimiser change the weights with them, and update the
# mean loss and the accuracy. The last mini-batch of an epoch is smaller than
# the others, so the mean is weighted by the number of examples. After each
# epoch the loss of the validation set is computed, and nothing is learned from
# it. The argument ``change`` is for later.
def train(model, x, change=None):
    """Train a model, and return its history as ``fit`` does."""
    loss_and_gradients = WAYS[keras.backend.backend()](model)
    optimiser = keras.optimizers.SGD(RATE, momentum=MOMENTUM)
    history = {"loss": [], "accuracy": [], "val_loss": []}
    for _ in range(EPOCHS):
        loss_mean = keras.metrics.Mean()
        accuracy = keras.metrics.SparseCategoricalAccuracy()
        for start in range(0, len(x), BATCH):
            x_batch = ops.convert_to_tensor(x[start : start + BATCH])
            y_batch = ops.convert_to_tensor(data.y_t[start : start + BATCH])
            logits, loss, gradients = loss_and_gradients(x_batch, y_batch)
            if change is not None:
                gradients = change(gradients)
            optimiser.apply(gradients, model.trainable_variables)
            loss_mean.update_state(loss, sample_weight=len(x_batch))
            accuracy.update_state(y_batch, logits)
        history["loss"].append(float(loss_mean.result()))
        history["accuracy"].append(float(accuracy.result()))
        val_logits = model(data.x_val, training=False)
        val_loss = cross_entropy(data.y_val, val_logits)
        history["val_loss"].append(float(ops.convert_to_numpy(val_loss)))
    return history


# %%
# The same weights
# ----------------
#
# Both trainings do the same arithmetic. Sums may be taken in another order, so
# the weights of the two copies need not agree exactly, but they agree to the
# rounding of single precision.
in_loop = train(by_hand, data.x)

weights_by_fit = network.get_weights()
weights_by_hand = by_hand.get_weights()
gaps = [
    np.abs(one - other).max()
    for one, other in zip(weights_by_fit, weights_by_hand)
]
moves = [
    np.abs(one - other).max()
    for one, other in zip(weights_by_fit, initial_weights)
]
loss_gaps = [
    np.abs(np.subtract(by_fit[key], in_loop[key])).max()
    for key in ("loss", "val_loss")
]
steps = EPOCHS * int(np.ceil(len(data.x) / BATCH))
facts = {
    "steps": steps,
    "largest gap of a weight": max(gaps),
    "largest change of a weight": max(moves),
    "largest gap of a loss": max(loss_gaps),
    "accuracy": in_loop["accuracy"][-1],
    "validation loss": in_loop["val_loss"][-1],
}
assert max(gaps) < 1e-4
assert max(loss_gaps) < 1e-4
assert np.allclose(by_fit["accuracy"], in_loop["accuracy"], atol=2e-3)
assert max(moves) > 0.1

# %%
# The same losses
# ---------------
#
# The agreement of the losses shows two more things. ``fit`` reports as
# training loss the mean over the mini-batches of an epoch, each computed with
# the weights of its moment. The validation loss is computed at the end of the
# epoch, so the two do not belong to the same weights. After so few steps the
# network is far from trained, which does not matter for a comparison of loops.
epochs = np.arange(1, EPOCHS + 1)
fig, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
ax.plot(epochs, by_fit["loss"], "C0-", label="training, fit")
ax.plot(epochs, in_loop["loss"], "C0o", label="training, by hand")
ax.plot(epochs, by_fit["val_loss"], "C1--", label="validation, fit")
ax.plot(epochs, in_loop["val_loss"], "C1s", label="validation, by hand")
ax.set_xticks(epochs)
ax.set(xlabel="epoch", ylabel="loss")
ax.legend()
fig.set_label(
    f"Training and validation loss over {EPOCHS} epochs. The validation loss "
    f"falls from {by_fit['val_loss'][0]:.2f} to {by_fit['val_loss'][-1]:.2f} "
    "with fit, and with the loop by hand it differs by at most "
    f"{max(loss_gaps):.0e}."
)
plt.show()

# %%
# Figure: Training and validation loss after each epoch, with ``fit`` (lines)
# and with the loop by hand (markers). The markers lie on the lines.

# %%
# What fit does not do
# --------------------
#
# In a loop of our own the gradients are at hand. We record their norm, which
# is the root of the sum of the squares of all their elements, and clip it:
# gradients that are longer than a threshold are shortened to it. An optimiser
# of Keras clips at a threshold that is fixed beforehand (``global_clipnorm``).
# Here the threshold follows from the training itself, as the 90th percentile
# of all norms so far, so that about one step in ten is clipped. The idea is
# that of AutoClip (Seetharaman et al. 2020, arXiv:2007.14469).
PERCENTILE = 90


def norm_of(gradients):
    """Return the norm of all gradients together."""
    squares = [ops.sum(ops.square(gradient)) for gradient in gradients]
    return float(ops.sqrt(sum(squares)))


norms = {"not clipped": [], "clipped": []}
thresholds = []


def record(gradients):
    """Return the gradients as they are, after recording their norm."""
    norms["not clipped"].append(norm_of(gradients))
    return gradients


def clip(gradients):
    """Return the gradients, shortened where they are unusually long."""
    norm = norm_of(gradients)
    norms["clipped"].append(norm)
    threshold = float(np.percentile(norms["clipped"], PERCENTILE))
    thresholds.append(threshold)
    factor = min(1.0, threshold / norm)
    return [factor * gradient for gradient in gradients]


# %%
# One faulty mini-batch
# ---------------------
#
# As a test we spoil the tenth mini-batch of each epoch: its spectra are
# multiplied by 30, as if they were given in another unit. This is a planted
# fault and a single training of each kind. It shows how clipping works, and
# not how much it gains where the data are clean.
FACTOR = 30
FAULTY = 9  # counted from zero, so it is the tenth
x_faulty = data.x.copy()
x_faulty[FAULTY * BATCH : (FAULTY + 1) * BATCH] *= FACTOR

histories = {}
for name, change in {"not clipped": record, "clipped": clip}.items():
    by_hand.set_weights(initial_weights)
    histories[name] = train(by_hand, x_faulty, change)

is_faulty = np.arange(steps) % (steps // EPOCHS) == FAULTY
clipped_norms = np.array(norms["clipped"])
ordinary = np.median(clipped_norms[~is_faulty])
facts["jump of the norm"] = clipped_norms[is_faulty].min() / ordinary
for name, history in histories.items():
    facts[f"validation loss, {name}"] = history["val_loss"][-1]
for name, value in facts.items():
    print(f"{name}: {value:.3g}")

assert facts["jump of the norm"] > 5
last = {name: history["val_loss"][-1] for name, history in histories.items()}
assert last["clipped"] < last["not clipped"]

# %%
# With and without clipping
# -------------------------
#
# The norm jumps at each faulty mini-batch. Without clipping, the optimiser
# takes a long step there and keeps its direction for a while, because its
# momentum does. With clipping, the step has an ordinary length.
fig, (left, right) = plt.subplots(
    1, 2, figsize=(6.4, 3.8), layout="constrained"
)
for name, style in {"not clipped": "C3--", "clipped": "C0-"}.items():
    left.semilogy(np.arange(1, steps + 1), norms[name], style, label=name)
    right.plot(epochs, histories[name]["val_loss"], style, marker="o")
right.plot(epochs, in_loop["val_loss"], "C7:", label="without the fault")
left.plot(np.arange(1, steps + 1), thresholds, "k-.", label="threshold")
left.set(xlabel="step", ylabel="norm of the gradient")
right.set(xlabel="epoch", ylabel="validation loss")
fig.legend(loc="outside lower center", ncols=2)
fig.set_label(
    f"Left, the norm of the gradient over {steps} steps, which a faulty "
    f"mini-batch makes {facts['jump of the norm']:.0f} times as long or "
    "longer. Right, the validation loss, which ends at "
    f"{last['not clipped']:.2f} without clipping, at {last['clipped']:.2f} "
    f"with it, and at {in_loop['val_loss'][-1]:.2f} without the fault."
)
plt.show()

# %%
# Figure: Left, the norm of the gradient at each step, before it is clipped,
# and the threshold to which it is clipped. Right, the validation loss after
# each epoch, of the same two trainings and of the training on data without a
# fault.

# %%
# When to write the loop yourself
# -------------------------------
#
# ``fit`` has callbacks and can use several devices, and on TensorFlow and JAX
# it compiles the whole step, optimiser included. A loop of your own pays where
# a step is another one: two networks that learn in turn, gradients summed over
# several mini-batches, or a record of what happens inside. Between the two
# lies a subclass of ``keras.Model`` with a method ``train_step``, which
# ``fit`` then calls.

# %%
# What to try next
# ----------------
#
# - Sum the gradients of four mini-batches before each step of the optimiser.
#   The network then sees mini-batches four times as large.
# - Replace SGD by ``keras.optimizers.Adam`` in both. Do the weights still
#   agree as well? Think of weights whose gradient is almost zero.
# - Shuffle the examples before each epoch.
