"""
Elliptical or spiral?
=====================

Does a network classify simulated galaxies better than one measured number?
Astronomers have long used the concentration, which compares the radii of two
circles around a galaxy (Conselice 2003, doi:10.1086/375001). The light of an
elliptical is more concentrated than that of a spiral, and a threshold on this
number is a classifier with a single parameter. A convolutional network has
thousands, and it can see the spiral arms (Dieleman, Willett and Dambre 2015,
doi:10.1093/mnras/stv632). Whoever proposes it should be able to say what it
gains over the simple method.
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
from byhand.datasets import galaxies, three_way
from byhand.experiments import spread, tune
from byhand.restarts import fresh_start
from keras import layers, ops

SIZE = 32  # pixels along each side of an image
NOISE = 0.1  # standard deviation, in units of the brightest pixel
COUNT = 1000  # galaxies for each seed
BATCH = 50  # images in a mini-batch
EPOCHS = 12
RATES = [0.005, 0.015, 0.045, 0.135]  # peaks of the learning rate
SEEDS = 5
CLASS_NAMES = ["elliptical", "spiral"]  # labels 0 and 1

keras.utils.set_random_seed(0)

# %%
# Simulated galaxies
# ------------------
#
# Half of the galaxies are ellipticals and half are spirals. Their sizes,
# orientations and shapes vary, and a bright bulge can make a spiral as
# concentrated as an elliptical. Each seed draws its own training, validation
# and test set.
data = []  # for each seed; the last one is used for tuning only
for seed in range(SEEDS + 1):
    images, labels = galaxies(COUNT, size=SIZE, noise=NOISE, seed=seed)
    parts = three_way(images, labels, validation=0.15, test=0.25, seed=seed)
    data.append(parts)

# %%
# One measured number
# -------------------
#
# The concentration is five times the logarithm of a ratio: the radius of the
# circle that holds 80 per cent of the light, over the radius of the one that
# holds 20 per cent. A galaxy need not lie in the middle of its image, so the
# circles are drawn around the mean position of its brightest pixels. We sort
# all pixels by their distance from this centre and add up their light. A
# stable sort leaves pixels at the same distance in their order, which would
# otherwise depend on the processor. The images come with a stretch that lifts
# what is faint, so the values are smaller than those in the literature.
INNER = 0.2  # fraction of the light
OUTER = 0.8
BRIGHT = 0.5  # a bright pixel has this fraction of the largest brightness

rows, columns = np.mgrid[:SIZE, :SIZE]


def concentration_of_one(image):
    """Return the concentration of an image with one channel."""
    is_bright = image[:, :, 0] > BRIGHT * image.max()
    row = rows[is_bright].mean()
    column = columns[is_bright].mean()
    radius = np.hypot(rows - row, columns - column).ravel()
    outwards = np.argsort(radius, kind="stable")
    light = np.cumsum(image.ravel()[outwards])
    light /= light[-1]
    inner = radius[outwards][np.argmax(light > INNER)]
    outer = radius[outwards][np.argmax(light > OUTER)]
    return 5 * np.log10(outer / inner)


def concentration(images):
    """Return the concentration of each image."""
    return np.array([concentration_of_one(image) for image in images])


# %%
# A look at the galaxies
# ----------------------
#
# The concentration of ellipticals is larger on average, but not for each of
# them. The arms of a spiral are visible in spite of the noise, where the disc
# is not seen too obliquely.
images = data[0].x
labels = data[0].y_t
measured = concentration(images)
fig, axes = plt.subplots(2, 5, figsize=(6.4, 3), layout="constrained")
for row, label in zip(axes, [0, 1]):
    for ax, number in zip(row, np.flatnonzero(labels == label)):
        ax.imshow(images[number, :, :, 0], cmap="gray", vmin=-NOISE, vmax=1)
        ax.set_title(f"{measured[number]:.2f}")
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(CLASS_NAMES[label])
means = [np.mean(measured[labels == label]) for label in [0, 1]]
fig.set_label(
    f"A row of {axes.shape[1]} ellipticals above a row of spirals, all noisy. "
    f"The concentration is {means[0]:.2f} for ellipticals and {means[1]:.2f} "
    "for spirals, on average over the training set."
)
plt.show()

# %%
# Figure: Ellipticals in the upper row and spirals in the lower one, with the
# concentration of each.


# %%
# The simple classifier
# ---------------------
#
# It calls a galaxy a spiral if its concentration lies below a threshold. Every
# value that occurs in the training set is tried as the threshold, and the one
# with the highest accuracy is taken. Nothing is left to choose on the
# validation set.
def best_threshold(values, labels):
    """Return the threshold that separates ellipticals and spirals best."""
    tried = np.unique(values)
    scores = [np.mean((values < threshold) == labels) for threshold in tried]
    return tried[np.argmax(scores)]


threshold = best_threshold(measured, labels)

# %%
# Where the threshold lies
# ------------------------
#
# The concentrations of the two classes overlap, so no threshold separates them
# without errors.
bins = np.linspace(measured.min(), measured.max(), 25)
fig, ax = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
for label, style in [(0, "-"), (1, "--")]:
    values = measured[labels == label]
    ax.hist(
        values,
        bins=bins,
        histtype="step",
        linestyle=style,
        linewidth=2,
        label=CLASS_NAMES[label],
    )
ax.axvline(threshold, color="C7", linestyle=":", label="threshold")
ax.set(xlabel="concentration", ylabel="training galaxies")
ax.legend()
fig.set_label(
    "Two histograms of the concentration, which overlap on both sides of the "
    f"threshold at {threshold:.2f}."
)
plt.show()

# %%
# Figure: The concentration in the training set of one seed. Ellipticals to the
# left of the dotted line and spirals to the right of it are misclassified. The
# dips probably come from the few radii that are possible with pixels.

# %%
# The network
# -----------
#
# Each of three convolutions has a stride of two, which halves the image, and a
# dense layer gives the probability of a spiral. The seed decides on the
# initial weights and on the order of the mini-batches. The learning rate rises
# to its peak during the first half of the steps and then falls to zero along a
# cosine, which is a form of the *one-cycle* policy (Smith and Topin 2017,
# arXiv:1708.07120). Such a warm-up is meant to avoid damage by large first
# steps, and it allows for peaks far above 0.001, the default of Adam in Keras.
STEPS = EPOCHS * len(data[0].x) // BATCH


def compiled_network(peak):
    """Return a compiled network with this peak of the learning rate."""
    network = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            layers.Conv2D(8, kernel_size=3, strides=2, activation="relu"),
            layers.Conv2D(16, kernel_size=3, strides=2, activation="relu"),
            layers.Conv2D(32, kernel_size=3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    rise_and_fall = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=peak,
        warmup_steps=STEPS // 2,
        decay_steps=STEPS - STEPS // 2,
    )
    optimizer = keras.optimizers.Adam(learning_rate=rise_and_fall)
    network.compile(optimizer=optimizer, loss="binary_crossentropy")
    return network


# %%
# One training run
# ----------------
#
# Compiling takes time, so there is one compiled network for each peak that is
# tried, and ``fresh_start`` gives it new initial weights for each run.
networks = {peak: compiled_network(peak) for peak in RATES}


def trained(peak, seed):
    """Return the network of a peak, trained from new initial weights."""
    network = networks[peak]
    fresh_start(network, seed=seed)
    x = data[seed].x
    y = data[seed].y_t
    network.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return network


# %%
# A peak for the learning rate
# ----------------------------
#
# The validation set decides, with a seed that is not used again. We take the
# peak with the lowest loss, which still differs where accuracies are nearly
# one. The test set is not used here. The peak that suits it best would make
# the network look better than it is.
def validation_loss(peak, seed):
    """Return the loss on the validation set after training."""
    network = trained(peak, seed)
    return network.evaluate(data[seed].x_val, data[seed].y_val, verbose=0)


tuning = tune(validation_loss, RATES, seed=SEEDS, best=min)
print("validation loss for each peak", tuning, sep="\n")

# %%
# Five seeds
# ----------
#
# A seed gives both classifiers the same galaxies, so we take the difference of
# their accuracies seed by seed, with a 95 % confidence interval. It lies above
# zero, so the network is more accurate on galaxies such as these.
threshold_correct = []  # for each seed and test galaxy
network_correct = []
for seed in range(SEEDS):
    threshold = best_threshold(concentration(data[seed].x), data[seed].y_t)
    is_spiral = concentration(data[seed].x_test) < threshold
    threshold_correct.append(is_spiral == data[seed].y_test)

    network = trained(tuning.best, seed)
    probability = ops.convert_to_numpy(network(data[seed].x_test))[:, 0]
    network_correct.append((probability > 0.5) == data[seed].y_test)

threshold_accuracy = np.mean(threshold_correct, axis=1)
network_accuracy = np.mean(network_correct, axis=1)
gain = spread(network_accuracy - threshold_accuracy)
print(f"accuracy with the threshold: {threshold_accuracy.mean():.3f}")
print(f"accuracy with the network: {network_accuracy.mean():.3f}")
print(f"gain: {gain.mean:.3f}, from {gain.low:.3f} to {gain.high:.3f}")

# %%
# The accuracies
# --------------
#
# Part of the scatter comes from the test set, which is not equally difficult
# for each seed, and part from the training. Each grey line compares the two
# classifiers on the same galaxies.
scores = np.array([threshold_accuracy, network_accuracy])
fig, ax = plt.subplots(figsize=(6.4, 2.2), layout="constrained")
ax.plot(scores, [1, 0], "o-", color="C7", alpha=0.6)
ax.plot(scores.mean(axis=1), [1, 0], "D", color="C2", label="mean")
ax.set_yticks([1, 0], ["threshold", "network"])
ax.set(ylim=(-0.4, 1.4), xlabel="accuracy on the test set")
ax.legend()
fig.set_label(
    f"The test accuracy of {SEEDS} pairs of classifiers. On average it is "
    f"{threshold_accuracy.mean():.3f} with the threshold and "
    f"{network_accuracy.mean():.3f} with the network."
)
plt.show()

# %%
# Figure: The accuracy of both classifiers. A grey line joins the two of a
# seed, and the diamonds are means.

# %%
# Galaxies that need a second look
# --------------------------------
#
# Most of the galaxies that the threshold misclassifies are classified
# correctly by the network, so it uses more than this measurement. Here are
# such galaxies of the last seed. The light of the spirals is as concentrated
# as that of ellipticals, but the arms of most of them can be seen. The
# ellipticals are as diffuse as a disc, and have no arms.
threshold_wrong = ~np.array(threshold_correct)
network_wrong = ~np.array(network_correct)
corrected = 1 - np.mean(network_wrong[threshold_wrong])
print(f"network correct where the threshold fails: {corrected:.0%}")

examples = np.flatnonzero(threshold_wrong[-1] & ~network_wrong[-1])
fig, axes = plt.subplots(2, 4, figsize=(6.4, 3.6), layout="constrained")
for ax, number in zip(axes.flat, examples):
    image = data[SEEDS - 1].x_test[number, :, :, 0]
    ax.imshow(image, cmap="gray", vmin=-NOISE, vmax=1)
    ax.set_title(CLASS_NAMES[data[SEEDS - 1].y_test[number]])
for ax in axes.flat:
    ax.axis("off")
fig.set_label(
    "Noisy galaxies with their classes, which the network classifies "
    f"correctly. Of {threshold_wrong.size} test galaxies of all seeds the "
    f"threshold misclassifies {np.sum(threshold_wrong)} and the network "
    f"{np.sum(network_wrong)}."
)
plt.show()

# %%
# Figure: Galaxies of the test set that only the threshold misclassifies, with
# their true class.

# %%
# What to try next
# ----------------
#
# - Give the simple method a second number, such as the asymmetry: the mean
#   difference between an image and the image after half a turn.
# - Test on discs that are seen nearly edge-on, ``galaxies(..., tilt=85)``,
#   without new training. Both classifiers know only what they were shown.
# - Train with 100 galaxies. Which of the two needs more of them?

# %%
# Numbers and checks
# ------------------
#
# The book's tests compare these numbers between the backends of Keras, and its
# build fails unless the assertions hold. Both belong to the settings above:
# leave this cell out of what you copy.
facts = {
    "threshold": threshold_accuracy.mean(),
    "network": network_accuracy.mean(),
    "gain": gain.mean,
    "gain half-width": gain.half_width,
    "peak of the learning rate": tuning.best,
    "parameters of the network": network.count_params(),
    "noise": NOISE,
    "network where the threshold fails": corrected,
}
assert np.isclose(float(keras.optimizers.Adam().learning_rate), 0.001)
assert means[0] > means[1]
assert network.count_params() > 1000
assert gain.low > 0
assert corrected > 0.5
