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
#
# byhand is the book's package; the page of its gallery says how to install it.
# fig.set_label(...) describes a figure for readers who cannot see it.

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
flux, labels = spectra(3100, seed=0)
data = three_way(flux, labels)
x = data.x  # spectra for training
y = data.y_t  # their labels

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
    optimizer=keras.optimizers.SGD(learning_rate=RATE, momentum=MOMENTUM),
    loss=cross_entropy,
    metrics=["accuracy"],
)
by_fit = network.fit(
    x,
    y,
    batch_size=BATCH,
    epochs=EPOCHS,
    shuffle=False,
    validation_data=(data.x_val, data.y_val),
    verbose=0,
).history


# %%
# Gradients with TensorFlow
# -------------------------
#
# Keras leaves automatic differentiation to its backend, and each backend asks
# for gradients in its own way. Of the following three functions you need only
# the one for your backend. TensorFlow records the operations of the forward
# pass on a tape and then goes back along it.
def with_tensorflow(model, x, y):
    """Return logits, loss and gradients of a mini-batch."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = cross_entropy(y, logits)
    return logits, loss, tape.gradient(loss, model.trainable_variables)


# %%
# Gradients with JAX
# ------------------
#
# JAX differentiates a function without side effects with respect to its first
# argument. The weights are therefore an argument, and ``stateless_call``
# computes the forward pass with them. Some layers, such as batch
# normalisation, change other variables on the way. Their new values are
# returned, too, and we put them back into the model.
def with_jax(model, x, y):
    """Return logits, loss and gradients of a mini-batch."""
    import jax

    def forward(weights, others):
        """Return the loss, and what else the forward pass gives."""
        logits, others = model.stateless_call(
            weights, others, x, training=True
        )
        return cross_entropy(y, logits), (logits, others)

    weights = [weight.value for weight in model.trainable_variables]
    others = [other.value for other in model.non_trainable_variables]
    value_and_gradients = jax.value_and_grad(forward, has_aux=True)
    (loss, (logits, others)), gradients = value_and_gradients(weights, others)
    for variable, value in zip(model.non_trainable_variables, others):
        variable.assign(value)
    return logits, loss, gradients


# %%
# Gradients with PyTorch
# ----------------------
#
# PyTorch records operations without being asked. ``backward`` stores each
# gradient beside its weight, where it is added to what is there already. The
# gradients of the previous mini-batch must therefore be deleted first.
def with_torch(model, x, y):
    """Return logits, loss and gradients of a mini-batch."""
    model.zero_grad()
    logits = model(x, training=True)
    loss = cross_entropy(y, logits)
    loss.backward()
    gradients = [weight.value.grad for weight in model.trainable_variables]
    return logits, loss, gradients


differentiate = {
    "tensorflow": with_tensorflow,
    "jax": with_jax,
    "torch": with_torch,
}[keras.backend.backend()]


# %%
# The loop
# --------
#
# All else is the same on every backend. For each mini-batch we compute the
# gradients, let the optimiser change the weights with them, and update the
# mean loss and the accuracy. The last mini-batch of an epoch is smaller than
# the others, so the mean is weighted by the number of examples. After each
# epoch the loss of the validation set is computed, and nothing is learned from
# it. On TensorFlow and JAX, ``fit`` also compiles the step, which is faster.
# We leave out this use of ``tf.function`` and ``jax.jit``.
def train(model, x, y):
    """Train a model, and return its history as ``fit`` does."""
    optimiser = keras.optimizers.SGD(learning_rate=RATE, momentum=MOMENTUM)
    history = {"loss": [], "accuracy": [], "val_loss": []}
    for _ in range(EPOCHS):
        mean_loss = keras.metrics.Mean()
        accuracy = keras.metrics.SparseCategoricalAccuracy()
        for start in range(0, len(x), BATCH):
            x_batch = ops.convert_to_tensor(x[start : start + BATCH])
            y_batch = ops.convert_to_tensor(y[start : start + BATCH])
            logits, loss, gradients = differentiate(model, x_batch, y_batch)
            optimiser.apply(gradients, model.trainable_variables)
            mean_loss.update_state(loss, sample_weight=len(x_batch))
            accuracy.update_state(y_batch, logits)
        history["loss"].append(float(mean_loss.result()))
        history["accuracy"].append(float(accuracy.result()))
        history["val_loss"].append(validation_loss(model))
    return history


# %%
# The validation loss
# -------------------
#
# It is computed without gradients, and in inference mode.
def validation_loss(model):
    """Return the loss of the validation set."""
    logits = model(data.x_val, training=False)
    return float(ops.convert_to_numpy(cross_entropy(data.y_val, logits)))


# %%
# The same weights
# ----------------
#
# Both copies go through the same arithmetic. Sums may be taken in another
# order, and each step passes on the rounding errors of those before it, often
# enlarged. So the weights need not agree exactly. Half of them differ by less
# than a hundredth of the largest change by training, and all of them by less
# than a fifth of it.
in_loop = train(by_hand, x, y)

gaps = np.concatenate(
    [
        np.abs(one - other).ravel()
        for one, other in zip(network.get_weights(), by_hand.get_weights())
    ]
)
gap = gaps.max()
change = max(
    np.abs(one - other).max()
    for one, other in zip(network.get_weights(), initial_weights)
)
loss_gap = max(
    np.abs(np.subtract(by_fit[key], in_loop[key])).max()
    for key in ["loss", "val_loss"]
)
print(f"largest change of a weight by training: {change:.2f}")
print(f"largest gap between the two copies: {gap:.0e}")
print(f"largest gap between their losses: {loss_gap:.0e}")
print(f"training accuracy at the end: {in_loop['accuracy'][-1]:.2f}")

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
for key, name, colour, line, marker in [
    ("loss", "training", "C0", "-", "o"),
    ("val_loss", "validation", "C1", "--", "s"),
]:
    ax.plot(epochs, by_fit[key], line, color=colour, label=f"{name}, fit")
    ax.plot(
        epochs, in_loop[key], marker, color=colour, label=f"{name}, by hand"
    )
ax.set_xticks(epochs)
ax.set(xlabel="epoch", ylabel="cross-entropy")
ax.legend()
fig.set_label(
    f"Training and validation loss over {EPOCHS} epochs. The validation loss "
    f"falls from {by_fit['val_loss'][0]:.2f} to {by_fit['val_loss'][-1]:.2f} "
    "with fit, and with the loop by hand it differs by at most "
    f"{loss_gap:.0e}."
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
# Here the threshold follows from the training itself. It is a percentile of
# all norms so far, an idea of AutoClip (Seetharaman et al. 2020,
# arXiv:2007.14469). The 100th percentile is the largest norm so far, so it
# clips nothing.
def train_with_clipping(model, x, y, percentile):
    """Train a model, and return norms, thresholds and validation losses."""
    optimiser = keras.optimizers.SGD(learning_rate=RATE, momentum=MOMENTUM)
    norms = []
    thresholds = []
    losses = []
    for _ in range(EPOCHS):
        for start in range(0, len(x), BATCH):
            x_batch = ops.convert_to_tensor(x[start : start + BATCH])
            y_batch = ops.convert_to_tensor(y[start : start + BATCH])
            _, _, gradients = differentiate(model, x_batch, y_batch)
            squares = [ops.sum(ops.square(array)) for array in gradients]
            norms.append(float(ops.sqrt(sum(squares))))
            thresholds.append(np.percentile(norms, percentile))
            factor = min(1.0, float(thresholds[-1] / norms[-1]))
            clipped = [factor * array for array in gradients]
            optimiser.apply(clipped, model.trainable_variables)
        losses.append(validation_loss(model))
    return np.array(norms), np.array(thresholds), losses


# %%
# One faulty mini-batch
# ---------------------
#
# As a test we spoil the tenth mini-batch of each epoch: its spectra are
# multiplied by 30, as if they were given in another unit. This is a planted
# fault and a single training run of each kind. It shows how clipping works,
# and not how much it gains where the data are clean.
FACTOR = 30
FAULTY = 9  # counted from zero, so it is the tenth
x_faulty = x.copy()
x_faulty[FAULTY * BATCH : (FAULTY + 1) * BATCH] *= FACTOR

runs = {}
for name, percentile in [("not clipped", 100), ("clipped", 90)]:
    by_hand.set_weights(initial_weights)
    runs[name] = train_with_clipping(by_hand, x_faulty, y, percentile)

norms, thresholds, _ = runs["clipped"]
steps = np.arange(1, len(norms) + 1)
is_faulty = (steps - 1) % (len(norms) // EPOCHS) == FAULTY
ordinary = np.median(norms[~is_faulty])
jump = norms[is_faulty].min() / ordinary
fraction_clipped = np.mean(norms > thresholds)
final = {name: losses[-1] for name, (_, _, losses) in runs.items()}
print(f"a faulty mini-batch makes the norm at least {jump:.0f} times as long")
print(f"fraction of the steps that are clipped: {fraction_clipped:.2f}")
print(f"validation loss without the fault: {in_loop['val_loss'][-1]:.2f}")
for name, loss in final.items():
    print(f"validation loss with the fault, {name}: {loss:.2f}")

# %%
# With and without clipping
# -------------------------
#
# The norm jumps at each faulty mini-batch. Without clipping, the optimiser
# takes a long step there and keeps its direction for a while, because its
# momentum does. With clipping, the gradient of such a step is shortened to a
# fraction of its length. The threshold itself rises a little when long norms
# are recorded, and since the norm also grows during the training, more than
# one step in ten is clipped.
fig, (left, right) = plt.subplots(
    1, 2, figsize=(6.4, 3.8), layout="constrained"
)
for name, colour, line in zip(runs, ["C3", "C0"], ["--", "-"]):
    norms_of_run, _, losses = runs[name]
    left.plot(steps, norms_of_run, line, color=colour, label=name)
    right.plot(epochs, losses, line, color=colour, marker="o")
left.plot(steps, thresholds, "-.", color="black", label="threshold")
right.plot(epochs, in_loop["val_loss"], "C7:", label="without the fault")
left.set(xlabel="step", ylabel="norm of the gradient", yscale="log")
right.set(xlabel="epoch", ylabel="validation loss")
right.set_xticks(epochs)
fig.legend(loc="outside lower center", ncols=2)
fig.set_label(
    f"Left, the norm of the gradient over {len(steps)} steps, which a faulty "
    f"mini-batch makes {jump:.0f} times as long or longer. Right, the "
    f"validation loss, which ends at {final['not clipped']:.2f} without "
    f"clipping, at {final['clipped']:.2f} with it, and at "
    f"{in_loop['val_loss'][-1]:.2f} without the fault."
)
plt.show()

# %%
# Figure: Left, the norm of the gradient at each step, before it is clipped,
# and the threshold to which it is clipped, on a logarithmic axis. Right, the
# validation loss after each epoch, of the same two training runs and of the
# run on data without a fault.

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
# - Take the mean of the gradients of four mini-batches before each step of the
#   optimiser, and give ``fit`` mini-batches four times as large. Do the
#   weights agree? What becomes of the last mini-batches of an epoch?
# - Replace SGD by ``keras.optimizers.Adam`` in both. Where rounding differs,
#   for instance on a graphics card, which weights would drift apart first?
#   Think of those whose gradient is almost zero.
# - Shuffle the examples before each epoch, in ``train`` and in ``fit``. Why do
#   the weights differ then, while the losses nearly agree?

# %%
# Numbers and checks
# ------------------
#
# The book's build compares these numbers between backends, and it fails unless
# the assertions hold. Both belong to the settings above: leave this cell out
# of what you copy.
facts = {
    "steps": len(steps),
    "largest gap of a weight": gap,
    "largest change of a weight": change,
    "largest gap of a loss": loss_gap,
    "accuracy": in_loop["accuracy"][-1],
    "validation loss": in_loop["val_loss"][-1],
    "jump of the norm": jump,
    "fraction clipped": fraction_clipped,
    "validation loss, not clipped": final["not clipped"],
    "validation loss, clipped": final["clipped"],
}
assert len(x) % BATCH != 0  # the last mini-batch is smaller
assert np.median(gaps) < change / 100
assert gap < change / 5
assert loss_gap < 1e-2
assert np.allclose(by_fit["accuracy"], in_loop["accuracy"], atol=2e-2)
assert change > 0.1
assert jump > 5
assert np.all(thresholds[is_faulty] < 0.5 * norms[is_faulty])
assert fraction_clipped > 0.1
assert np.median(norms[-10:]) > np.median(norms[:9])
assert not np.any(runs["not clipped"][0] > runs["not clipped"][1])
assert final["clipped"] < final["not clipped"]
