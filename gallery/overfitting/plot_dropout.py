"""
Dropout, weight decay and early stopping compared
=================================================

What do three remedies for overfitting gain when each is tuned?
A fully connected network fits 2,000 simulated spectra almost perfectly and
misclassifies more than a third of new ones. We add dropout (Srivastava et al.
2014, JMLR 15(56)), weight decay (Loshchilov and Hutter 2017, arXiv:1711.05101)
or early stopping. Each arm has its learning rate and its strength chosen on a
validation set. Five seeds then give the differences on a test set, in accuracy
and in loss.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import spectra
from byhand.experiments import spread, tune
from byhand.restarts import fresh_start
from keras import layers, ops

N = 2000  # spectra to learn from
VALIDATION = 1000  # spectra to choose on
TEST = 4000  # spectra to compare on: many, so that chance plays a small part
UNITS = 128  # in each of two hidden layers
KINDS = 10  # of spectral line
BATCH = 100  # examples in a mini-batch
EPOCHS = 30
SEEDS = range(10, 15)  # seeds 0 to 4 have led to the values that are tried
TUNING_SEED = 15  # nor does this one take part in the comparison

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else N // BATCH

keras.utils.set_random_seed(0)


# %%
# Data
# ----
#
# A seed draws the spectra of all three parts. The test set is larger than the
# training set, because the remedies may differ by little in accuracy, and a
# small test set would hide it.
def split(seed):
    """Return inputs and labels of the training, validation and test set."""
    x, labels = spectra(N + VALIDATION + TEST, seed=seed)
    x = x[..., 0]  # without the axis of channels
    end = N + VALIDATION
    return {
        "training": (x[:N], labels[:N]),
        "validation": (x[N:end], labels[N:end]),
        "test": (x[end:], labels[end:]),
    }


data = {seed: split(seed) for seed in [*SEEDS, TUNING_SEED]}


# %%
# One network for each setting
# ----------------------------
#
# Dropout sets a fraction of the outputs of a layer to zero in each step of the
# training. Weight decay multiplies the weights by a factor a little below one.
# Both are parts of the compiled network, and compiling takes as long as a
# training. So there is one network for each rate of dropout and strength of
# the decay, and it serves all learning rates and seeds.
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
networks = {}  # compiled, by dropout rate and strength of the decay


def compiled(dropout, decay):
    """Return a network with two hidden layers, to train with AdamW.

    AdamW decays the weights and not the biases. Without decay it is Adam.
    """
    if (dropout, decay) in networks:
        return networks[dropout, decay]
    network = keras.Sequential([keras.Input((40,))])
    for _ in range(2):
        network.add(layers.Dense(UNITS, activation="relu"))
        network.add(layers.Dropout(dropout))
    network.add(layers.Dense(KINDS))
    optimizer = keras.optimizers.AdamW(weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    network.compile(
        optimizer=optimizer,
        loss=cross_entropy,
        steps_per_execution=AT_ONCE,
    )
    networks[dropout, decay] = network
    return network


# %%
# Two scores
# ----------
#
# The accuracy counts how often the most probable kind is right. The
# cross-entropy also asks how probable the right kind is, so a confident error
# costs more than a hesitant one.
def accuracy_and_loss(network, x, labels):
    """Return the accuracy and the mean cross-entropy on some spectra."""
    logits = network(x)
    predicted = ops.convert_to_numpy(logits).argmax(axis=1)
    loss = ops.convert_to_numpy(cross_entropy(labels, logits))
    return np.mean(predicted == labels), float(loss)


# %%
# Looks at the validation set
# ---------------------------
#
# After every third epoch we measure the validation set and keep a copy of the
# weights. One training then serves three arms. We can take the weights of its
# end, or return to those of the best look, as early stopping would. Keras
# calls the method below at the end of each of its epochs, which we let go
# through the spectra three times. An epoch has so few steps that the work
# around it would take longer than the steps.
PASSES = 3  # epochs from one look to the next
LOOKS = EPOCHS // PASSES


class Looks(keras.callbacks.Callback):
    """Keep validation scores and weights of every look."""

    def __init__(self, x, labels):
        super().__init__()
        self.x = x
        self.labels = labels
        self.accuracies = []
        self.losses = []
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        """Measure the validation set, and copy the weights."""
        accuracy, loss = accuracy_and_loss(self.model, self.x, self.labels)
        self.accuracies.append(accuracy)
        self.losses.append(loss)
        weights = self.model.get_weights()
        self.weights.append([array.copy() for array in weights])


# %%
# One training
# ------------
#
# The learning rate falls from its peak along half a cosine, from look to
# look. Several arms share a training, for instance those without dropout and
# decay, so each is done once and its looks are kept.
trainings = {}  # the looks of each


def trained(seed, *, dropout, decay, peak):
    """Return the looks of a training."""
    key = (seed, dropout, decay, peak)
    if key in trainings:
        return trainings[key]
    network = compiled(dropout, decay)
    fresh_start(network, seed=seed)
    cosine = keras.callbacks.LearningRateScheduler(
        lambda look: peak * (1 + np.cos(np.pi * look / LOOKS)) / 2
    )
    looks = Looks(*data[seed]["validation"])
    x, labels = data[seed]["training"]
    network.fit(
        x.repeat(PASSES, axis=0),
        labels.repeat(PASSES),
        batch_size=BATCH,
        epochs=LOOKS,
        callbacks=[cosine, looks],
        verbose=0,
    )
    trainings[key] = looks
    return looks


# %%
# Which weights an arm keeps
# --------------------------
#
# Early stopping comes in two arms. One returns to the best validation
# accuracy, the other to the lowest validation loss. All other arms keep the
# last weights.
def kept(looks, version):
    """Return the place of the look that a version keeps, from 0."""
    if version == "best accuracy":
        return np.argmax(looks.accuracies)
    if version == "lowest loss":
        return np.argmin(looks.losses)
    return len(looks.losses) - 1


def validated(seed, version, setting):
    """Return the validation accuracy of an arm."""
    looks = trained(seed, **setting)
    return looks.accuracies[kept(looks, version)]


def examined(seed, part, version, setting):
    """Return the accuracy and the loss of an arm on a part of the data."""
    looks = trained(seed, **setting)
    network = compiled(setting["dropout"], setting["decay"])
    network.set_weights(looks.weights[kept(looks, version)])
    return accuracy_and_loss(network, *data[seed][part])


# %%
# Tuning each arm
# ---------------
#
# Every arm tries four peaks of the learning rate, dropout and weight decay at
# the larger of two strengths. Then these two try the smaller strength at the
# best peak. The score is the validation accuracy of one training, for every
# arm.
PEAKS = [0.005, 0.01, 0.02, 0.04]  # learning rates that are tried
DROPOUT = [0.1, 0.2]  # rates that are tried
DECAY = [0.1, 0.3]  # strengths that are tried


def best_of(name, values, version, setting):
    """Return a setting in which one value is replaced by the best one."""
    found = tune(
        lambda value, seed: validated(seed, version, setting | {name: value}),
        values,
        seed=TUNING_SEED,
    )
    print(name, found, sep="\n")
    return setting | {name: found.best}


plain = {"dropout": 0.0, "decay": 0.0}
with_dropout = {"dropout": max(DROPOUT), "decay": 0.0}
with_decay = {"dropout": 0.0, "decay": max(DECAY)}
none = best_of("peak", PEAKS, "last", plain)
dropped = best_of("peak", PEAKS, "last", with_dropout)
dropped = best_of("dropout", DROPOUT, "last", dropped)
decayed = best_of("peak", PEAKS, "last", with_decay)
decayed = best_of("decay", DECAY, "last", decayed)
by_accuracy = best_of("peak", PEAKS, "best accuracy", plain)
by_loss = best_of("peak", PEAKS, "lowest loss", plain)

# %%
# Five arms, five seeds
# ---------------------
#
# For a seed, all arms have the same spectra and the same initial weights. The
# scores are kept as an array for each arm, with a row for the accuracies and
# one for the losses.
ARMS = {
    "none": ("last", none),
    "dropout": ("last", dropped),
    "weight decay": ("last", decayed),
    "stopped by accuracy": ("best accuracy", by_accuracy),
    "stopped by loss": ("lowest loss", by_loss),
}
scores = {}
for name, (version, setting) in ARMS.items():
    runs = [examined(seed, "test", version, setting) for seed in SEEDS]
    scores[name] = np.transpose(runs)
    print(f"{name:20}", setting)

fitted = [examined(seed, "training", "last", none)[0] for seed in SEEDS]
facts = {
    "level": 0.95,
    "seeds": len(SEEDS),
    "training": N,
    "test": TEST,
    "epochs": EPOCHS,
    "fitted": np.mean(fitted),
    "dropout rate": dropped["dropout"],
    "decay strength": decayed["decay"],
}

# %%
# The differences
# ---------------
#
# The difference from the network without a remedy is taken seed by seed, and
# ± is its interval at 95 %.
differences = {}
for name, (version, setting) in ARMS.items():
    places = [kept(trained(seed, **setting), version) for seed in SEEDS]
    facts[f"{name} peak"] = setting["peak"]
    facts[f"{name} epoch"] = PASSES * (np.mean(places) + 1)
    for row, measure in enumerate(["accuracy", "loss"]):
        facts[f"{name} {measure}"] = scores[name][row].mean()
        if name != "none":
            gain = spread(scores[name][row] - scores["none"][row])
            differences[f"{name} {measure}"] = gain
            facts[f"{name} {measure} difference"] = gain.mean
            facts[f"{name} {measure} half-width"] = gain.half_width

for row, measure in enumerate(["accuracy", "loss"]):
    name = f"dropout over decay {measure}"
    gain = spread(scores["dropout"][row] - scores["weight decay"][row])
    differences[name] = gain
    facts[name] = gain.mean
    facts[f"{name} half-width"] = gain.half_width

for name, gain in differences.items():
    print(f"{name:30} {gain.mean:+.3f} ± {gain.half_width:.3f}")

# %%
# What can be told from zero
# --------------------------
#
# Dropout and weight decay clearly lower the loss. In accuracy weight decay
# gains a little, and what dropout gains cannot be told from zero with five
# seeds. A stop at the lowest loss costs accuracy. Ten differences are looked
# at here, so one of them may be told from zero by chance alone.
assert differences["dropout loss"].mean < 0
assert differences["weight decay loss"].mean < 0
assert differences["stopped by loss accuracy"].mean < 0
if keras.backend.backend() == "tensorflow":  # others draw other masks
    assert differences["dropout loss"].high < 0
    assert differences["weight decay loss"].high < 0
    assert differences["stopped by loss accuracy"].high < 0
    assert differences["stopped by loss loss"].high < 0
    assert differences["weight decay accuracy"].low > 0
    assert differences["dropout accuracy"].contains_zero
    assert differences["stopped by accuracy accuracy"].contains_zero
    assert differences["dropout over decay accuracy"].contains_zero
    assert differences["dropout over decay loss"].contains_zero
    assert facts["dropout rate"] == min(DROPOUT)
    assert facts["decay strength"] == max(DECAY)

# %%
# Accuracy and loss need not agree
# --------------------------------
#
# Compare the order of the arms in the two panels. The loss punishes confident
# errors, and the remedies make the network less confident. This hardly changes
# which kind is the most probable one.
fig, panels = plt.subplots(1, 2, figsize=(6.4, 3.2), layout="constrained")
for row, measure in enumerate(["accuracy", "loss"]):
    ax = panels[row]
    for place, name in enumerate(ARMS):
        values = scores[name][row]
        ax.plot(values, np.full(len(SEEDS), place), "C2o", mfc="none")
        ax.plot(values.mean(), place, "k|", ms=18, mew=2)
    ax.axvline(scores["none"][row].mean(), color="C7", ls="--")
    ax.set(xlabel=f"test {measure}", ylim=(len(ARMS) - 0.5, -0.5))
    ax.set_yticks(range(len(ARMS)), ARMS if row == 0 else [])
told = [
    f"{name} {facts[f'{name} accuracy']:.3f} and {facts[f'{name} loss']:.2f}"
    for name in ARMS
]
fig.set_label(
    "Test accuracy and loss of five arms, five seeds each. Means: "
    f"{'; '.join(told)}."
)
plt.show()

# %%
# Figure: Test accuracy and test loss of each arm. Open circles are seeds, bars
# their means, and the dashed line is the mean without a remedy.

# %%
# Where the two part company
# --------------------------
#
# Without a remedy the validation loss soon reaches its lowest value and rises
# again, while the validation accuracy still improves. A stop at the lowest
# loss comes too soon for the accuracy.
fig, panels = plt.subplots(1, 2, figsize=(6.4, 3), layout="constrained")
drawn = {"none": "C3--", "weight decay": "C2-.", "dropout": "C0-"}
epochs = np.arange(PASSES, EPOCHS + 1, PASSES)
for name, style in drawn.items():
    _, setting = ARMS[name]
    looks = trained(SEEDS[0], **setting)
    panels[0].plot(epochs, looks.accuracies, style, label=name)
    panels[1].plot(epochs, looks.losses, style, label=name)
panels[0].set(xlabel="epoch", ylabel="validation accuracy")
panels[1].set(xlabel="epoch", ylabel="validation loss")
panels[0].legend()
fig.set_label(
    f"Validation accuracy and loss over {EPOCHS} epochs of one seed. "
    "Without a remedy the loss is lowest near epoch "
    f"{facts['stopped by loss epoch']:.0f} and rises after that."
)
plt.show()

# %%
# Figure: Validation accuracy and validation loss of one seed, by epoch,
# without a remedy, with weight decay and with dropout.

# %%
# What to try next
# ----------------
#
# - Use dropout and weight decay together. Does the loss fall further?
# - Run twenty seeds. Is there a gain in accuracy that five could not show?
# - Learn from 8,000 spectra. Which remedy still pays?
