"""
Calibrated probabilities by temperature scaling
===============================================

Can the probabilities that a network predicts be believed?
A network that was trained too long on few examples is often wrong even where
its probabilities are high. Temperature scaling (Guo et al. 2017,
arXiv:1706.04599) divides all logits by one number, the temperature, which is
fitted on a validation set. We measure on a test set how far the probabilities
are from the frequencies before and after, and how well this is known.
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
from byhand.experiments import compare
from byhand.restarts import fresh_start
from keras import layers, ops

TRAINING = 600  # spectra, which are few for ten kinds
VALIDATION = 1000
TEST = 2000
BATCH = 100
EPOCHS = 30  # many, so that the network fits most of the training spectra
BINS = 10  # of confidence
FEWEST = 10  # spectra of a bin that is drawn
SEEDS = 5
RESAMPLES = 1000  # of the bootstrap

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else TRAINING // BATCH

keras.utils.set_random_seed(0)

# %%
# A network that is trained too long
# ----------------------------------
#
# Three convolutions classify simulated spectra into ten kinds of line. The
# last layer has no softmax and returns logits, which are what a temperature
# divides.
net = keras.Sequential(
    [
        keras.Input((40, 1)),
        layers.Conv1D(32, 5, strides=2, padding="same", activation="relu"),
        layers.Conv1D(32, 5, strides=2, padding="same", activation="relu"),
        layers.Conv1D(32, 5, strides=2, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10),
    ]
)
net.compile(
    optimizer=keras.optimizers.Adam(0.005),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    steps_per_execution=AT_ONCE,
)

# %%
# Five trainings
# --------------
#
# Each seed has its own spectra and initial weights. They are simulated in
# random order, so the first of them can be the training set. Compiling takes
# as long as a training, and ``fresh_start`` lets all seeds share one compiled
# network. We keep the logits of all three parts.
PARTS = {
    "training": slice(0, TRAINING),
    "validation": slice(TRAINING, TRAINING + VALIDATION),
    "test": slice(TRAINING + VALIDATION, None),
}
labels = {part: [] for part in PARTS}
logits = {part: [] for part in PARTS}
for seed in range(SEEDS):
    x, y = spectra(TRAINING + VALIDATION + TEST, seed=seed)
    fresh_start(net, seed=seed)
    net.fit(
        x[:TRAINING],
        y[:TRAINING],
        batch_size=BATCH,
        epochs=EPOCHS,
        verbose=0,
    )
    found = ops.convert_to_numpy(net(x))
    for part, rows in PARTS.items():
        labels[part].append(y[rows])
        logits[part].append(found[rows])

# %%
# Confidence and accuracy
# -----------------------
#
# The confidence of a prediction is the largest of its probabilities, that of
# the predicted kind. For calibrated probabilities, the mean confidence is
# equal to the accuracy.


def judged(some_logits, some_labels):
    """Return each confidence, and whether the prediction is correct."""
    probabilities = ops.convert_to_numpy(ops.softmax(some_logits))
    correct = probabilities.argmax(axis=1) == some_labels
    return probabilities.max(axis=1), correct.astype("float32")


facts = {}
for part in ("training", "test"):
    confidences = []
    accuracies = []
    for seed in range(SEEDS):
        confidence, correct = judged(logits[part][seed], labels[part][seed])
        confidences.append(confidence.mean())
        accuracies.append(correct.mean())
    facts[f"confidence, {part}"] = np.mean(confidences)
    facts[f"accuracy, {part}"] = np.mean(accuracies)

for name, value in facts.items():
    print(f"{name}: {value:.3f}")

assert facts["confidence, training"] < facts["accuracy, training"]
assert facts["confidence, test"] > facts["accuracy, test"] + 0.1

# %%
# On the training spectra, the confidence is no higher than the accuracy. On
# spectra that it has not seen, the network is *overconfident*. Nobody notices
# this who looks at the training set alone.

# %%
# A temperature for each network
# ------------------------------
#
# A temperature above one makes the probabilities more equal. The order of the
# kinds stays the same, and so does every prediction. We try many temperatures
# and take the one with the lowest cross-entropy on the validation set. The
# training set would not do, because nothing is to be corrected there, and the
# test set is kept for the judgement.
TEMPERATURES = np.geomspace(0.5, 10, 50).astype("float32")


def cross_entropy(some_logits, some_labels):
    """Return the mean cross-entropy of softmax probabilities."""
    each = keras.losses.sparse_categorical_crossentropy(
        some_labels, some_logits, from_logits=True
    )
    return float(ops.mean(each))


curves = []
temperatures = []
for seed in range(SEEDS):
    curve = [
        cross_entropy(
            logits["validation"][seed] / temperature,
            labels["validation"][seed],
        )
        for temperature in TEMPERATURES
    ]
    curves.append(curve)
    temperatures.append(TEMPERATURES[np.argmin(curve)])
facts["lowest temperature"] = min(temperatures)
facts["highest temperature"] = max(temperatures)

assert min(temperatures) > 1.3
assert max(temperatures) < TEMPERATURES[-1]

# %%
# The loss and the temperature
# ----------------------------
#
# The minimum is broad, so that the temperature need not be known precisely.
fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for curve, temperature in zip(curves, temperatures):
    ax.semilogx(TEMPERATURES, curve, "C0-", linewidth=1)
    ax.plot(temperature, min(curve), "C1o")
ax.axvline(1, color="C7", linestyle=":")
ax.set(xlabel="temperature", ylabel="validation cross-entropy")
ax.set_xticks([0.5, 1, 2, 5, 10], [0.5, 1, 2, 5, 10])
ax.minorticks_off()
fig.set_label(
    f"Validation cross-entropy of {SEEDS} networks against the temperature. "
    f"The minima lie between {min(temperatures):.1f} and "
    f"{max(temperatures):.1f}."
)
plt.show()

# %%
# Figure: The cross-entropy on the validation set against the temperature, one
# curve for each seed, with a dot at its minimum. The dotted line is the
# temperature of one, which leaves the logits as they are.

# %%
# The expected calibration error
# ------------------------------
#
# Test spectra are sorted into bins by their confidence. The expected
# calibration error (ECE, Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602) is
# the mean distance between confidence and accuracy in a bin, and each bin
# counts as much as it has spectra.


def bin_of(confidence):
    """Return the number of each confidence's bin, counted from 0."""
    return np.minimum((BINS * confidence).astype(int), BINS - 1)


def calibration_error(confidence, correct):
    """Return the expected calibration error."""
    # The sum of the gaps in a bin is their mean times the number of spectra.
    gap = np.bincount(bin_of(confidence), weights=correct - confidence)
    return np.abs(gap).sum() / len(confidence)


# %%
# An interval by bootstrap
# ------------------------
#
# How well is the error known? The bootstrap draws as many spectra as there are
# from the test set, again and again and with replacement, and shows how much
# the error varies. Each of these draws adds scatter, which makes the error
# larger. The interval is therefore mirrored at the estimate, as in the *basic*
# bootstrap, and this removes most of the bias. Without it, not even the
# interval of a calibrated network would come near zero. As no error is
# negative, the interval is cut off there.


def bootstrap(confidence, correct):
    """Return a 95 % interval of the expected calibration error."""
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(RESAMPLES):
        rows = rng.integers(len(correct), size=len(correct))
        errors.append(calibration_error(confidence[rows], correct[rows]))
    low, high = np.quantile(errors, [0.025, 0.975])
    estimate = calibration_error(confidence, correct)
    return max(2 * estimate - high, 0.0), 2 * estimate - low


# %%
# One network before and after
# ----------------------------
#
# The network of the first seed is judged as trained and with its temperature.
scaled = [logits["test"][seed] / temperatures[seed] for seed in range(SEEDS)]
arms = {"as trained": logits["test"], "scaled": scaled}
for name, by_seed in arms.items():
    confidence, correct = judged(by_seed[0], labels["test"][0])
    error = calibration_error(confidence, correct)
    low, high = bootstrap(confidence, correct)
    facts[f"ECE {name}, first seed"] = error
    facts[f"ECE {name}, lower end"] = low
    facts[f"ECE {name}, upper end"] = high
    print(f"{name}: ECE {error:.3f}, interval {low:.3f} to {high:.3f}")

assert facts["ECE scaled, upper end"] < facts["ECE as trained, lower end"]
assert facts["ECE as trained, lower end"] > 0.1
assert facts["ECE scaled, lower end"] < 0.03

# %%
# The interval after scaling lies far below the one before, and begins at or
# near zero. What lack of calibration is left can hardly be seen with these
# test spectra. More of them would show it better, because the interval is
# then shorter.

# %%
# A reliability diagram
# ---------------------
#
# The accuracy in each bin is drawn against the mean confidence. For calibrated
# probabilities the points lie on the diagonal, and for an overconfident
# network below it. Bins with few spectra would say little and are left out.


def reliability(confidence, correct):
    """Return the mean confidence and the accuracy of each bin."""
    place = bin_of(confidence)
    counts = np.bincount(place, minlength=BINS)
    bins = np.flatnonzero(counts >= FEWEST)
    mean_confidence = [confidence[place == one].mean() for one in bins]
    accuracy = [correct[place == one].mean() for one in bins]
    return mean_confidence, accuracy


# %%
# Diagrams before and after
# -------------------------
#
# A histogram below each diagram shows how many spectra are in each bin. After
# scaling, few of them have a confidence near one.
fig, axes = plt.subplots(
    2,
    2,
    figsize=(6.4, 4.4),
    sharex=True,
    sharey="row",
    height_ratios=[3, 1],
    layout="constrained",
)
for column, (name, by_seed) in zip(axes.T, arms.items()):
    confidence, correct = judged(by_seed[0], labels["test"][0])
    mean_confidence, accuracy = reliability(confidence, correct)
    column[0].vlines(mean_confidence, mean_confidence, accuracy, color="C7")
    column[0].plot(mean_confidence, accuracy, "C0o")
    column[0].plot([0, 1], [0, 1], "C7:")
    column[0].set_title(name)
    column[1].hist(confidence, bins=BINS, range=(0, 1), color="C0", alpha=0.6)
    column[1].set_xlabel("confidence")
axes[0, 0].set_ylabel("accuracy")
axes[1, 0].set_ylabel("spectra")
fig.set_label(
    "Accuracy against confidence in bins. As trained, the points lie far "
    "below the diagonal, with an expected calibration error of "
    f"{facts['ECE as trained, first seed']:.2f}. After scaling they lie close "
    f"to it, with {facts['ECE scaled, first seed']:.3f}."
)
plt.show()

# %%
# Figure: Reliability diagrams of one network on the test set, as trained and
# with the temperature from the validation set. Points are bins with at least
# ten spectra, and vertical lines show their distance from the diagonal. Below
# are histograms of the confidence.

# %%
# Five seeds
# ----------
#
# One network could be a lucky case, so the comparison is made for every seed.
# Both arms have the same network and the same test spectra for a seed, and
# their differences are taken seed by seed. The intervals are at 95 %.


def error_of_logits(some_logits, some_labels):
    """Return the expected calibration error of softmax probabilities."""
    confidence, correct = judged(some_logits, some_labels)
    return calibration_error(confidence, correct)


def arm(score, name):
    """Return a function of the seed that returns a score on the test set."""
    return lambda seed: score(arms[name][seed], labels["test"][seed])


SCORES = {"loss": cross_entropy, "ECE": error_of_logits}
comparisons = {
    title: compare({name: arm(score, name) for name in arms}, seeds=SEEDS)
    for title, score in SCORES.items()
}
for score, comparison in comparisons.items():
    print(f"{score}\n{comparison}\n")
    change = comparison.difference("scaled")
    facts[f"{score} as trained"] = comparison.spread("as trained").mean
    facts[f"{score} scaled"] = comparison.spread("scaled").mean
    facts[f"{score} difference"] = change.mean
    facts[f"{score} difference, half-width"] = change.half_width
    assert change.high < 0

for before, after in zip(logits["test"], scaled):
    assert np.array_equal(before.argmax(axis=1), after.argmax(axis=1))

# %%
# The scores of each seed
# -----------------------
#
# Temperature scaling lowers the cross-entropy and the calibration error, both
# intervals are far from zero, and not a single prediction has changed.
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3.2), layout="constrained")
for ax, comparison in zip(axes, comparisons.values()):
    pairs = np.array([comparison.scores[name] for name in arms])
    ax.plot([0, 1], pairs, "o-", color="C7", alpha=0.7)
    ax.plot([0, 1], pairs.mean(axis=1), "D-", color="C2", label="mean")
    ax.set_xticks([0, 1], list(arms))
    ax.set(xlim=(-0.4, 1.4), ylim=(0, None))
axes[0].set(ylabel="test cross-entropy")
axes[1].set(ylabel="expected calibration error")
axes[0].legend(loc="lower left")
fig.set_label(
    f"Both scores of {SEEDS} networks before and after scaling. On average "
    f"the cross-entropy falls from {facts['loss as trained']:.2f} to "
    f"{facts['loss scaled']:.2f}, and the calibration error from "
    f"{facts['ECE as trained']:.2f} to {facts['ECE scaled']:.3f}."
)
plt.show()

# %%
# Figure: The cross-entropy and the expected calibration error on the test set
# before and after temperature scaling. A grey line joins the two scores of a
# seed, and the diamonds are means.

# %%
# Where this stops being true
# ---------------------------
#
# All this holds for new spectra of the same kind as those of the validation
# set. For spectra from another instrument, or with more noise, the temperature
# is no longer the right one and has to be fitted anew.

# %%
# What to try next
# ----------------
#
# - Train for five epochs. Is the network still overconfident?
# - Fit the temperature on the training set. Why does it correct so little?
# - Use 100 bins. The error after scaling grows, because the accuracy in a bin
#   with few spectra varies by chance. What does the interval say?
