"""
One galaxy out of two
=====================

Can a network take away a galaxy whose light lies over another?
In deep images galaxies overlap, and what is measured of one contains light of
its neighbour. Networks can separate such blends (Boucaud et al. 2020,
arXiv:1905.01324). A small U-Net (Ronneberger, Fischer and Brox 2015,
arXiv:1505.04597) learns here from simulated pairs to return the galaxy in the
middle. It is compared with doing nothing and with a classical method, which
assumes that a galaxy is symmetric. A second network gets the same knowledge.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from astropy.modeling.models import Sersic2D
from byhand.experiments import compare, tune
from byhand.restarts import fresh_start
from keras import layers, ops

SIZE = 24  # pixels along each side of an image
NOISE = 0.1  # standard deviation in a pixel
NEAREST = 4  # pixels from one galaxy to the other, at least
FARTHEST = 8  # and at most
TRAINING = 512  # blends
VALIDATION = 200
TEST = 400
FILTERS = 8  # of the first convolution
BATCH = 16  # blends in a mini-batch
EPOCHS = 6
RATES = [2e-3, 4e-3, 8e-3]  # learning rates that are tried
SEEDS = 5

keras.utils.set_random_seed(0)

# %%
# Simulated galaxies
# ------------------
#
# In a real image nobody knows how much light belongs to which galaxy, and so
# we simulate. Each galaxy has an elliptical shape and a Sersic profile, which
# says how its light decreases from the centre outwards.
y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2


def galaxies(rng, distance):
    """Return one galaxy for each distance from the middle."""

    def draw(low, high):
        return rng.uniform(low, high, size=distance.shape)

    direction = draw(0, 2 * np.pi)
    profile = Sersic2D(
        amplitude=draw(0.5, 1.5),  # brightness at the effective radius
        r_eff=draw(1.5, 4),  # effective radius, which holds half of the light
        n=draw(0.7, 2.5),  # the larger, the more light in the centre
        x_0=distance * np.cos(direction),
        y_0=distance * np.sin(direction),
        ellip=draw(0, 0.6),
        theta=draw(0, np.pi),
    )
    return profile(x, y)


# %%
# Blends with a known truth
# -------------------------
#
# A blend is the sum of two galaxies and noise. One galaxy stands in the
# middle, and its neighbour a few pixels away in any direction. The target is
# the image of the middle galaxy alone, without noise.
def simulate(count, seed):
    """Return blends, targets, and how bright the neighbours are.

    That is the light of a neighbour as a multiple of that of the target.
    """
    rng = np.random.default_rng(seed)
    distance = rng.uniform(NEAREST, FARTHEST, size=(count, 1, 1))
    target = galaxies(rng, np.zeros((count, 1, 1)))
    neighbour = galaxies(rng, distance)
    ratio = neighbour.sum(axis=(1, 2)) / target.sum(axis=(1, 2))
    blend = target + neighbour + NOISE * rng.normal(size=target.shape)
    blend = blend[..., np.newaxis].astype("float32")
    target = target[..., np.newaxis].astype("float32")
    return blend, target, ratio


def split(seed):
    """Return the training, validation and test set of a seed."""
    return {
        "training": simulate(TRAINING, seed=[seed, 10]),
        "validation": simulate(VALIDATION, seed=[seed, 11]),
        "test": simulate(TEST, seed=[seed, 12]),
    }


data = [split(seed) for seed in range(SEEDS + 1)]  # the last one is to tune


def error(predicted, target):
    """Return the root mean square error of a pixel."""
    return np.sqrt(np.mean((predicted - target) ** 2))


# %%
# A method without a network
# --------------------------
#
# Most galaxies look nearly the same when they are turned by half a turn. If a
# pixel is brighter than the one on the opposite side of the centre, the excess
# is probably light of a neighbour. The minimum of the two is therefore an
# estimate of the galaxy, and deblenders of sky surveys start from it (Melchior
# et al. 2018, arXiv:1802.10157). Here the simulated galaxies are symmetric
# exactly and their centre is known, so that this method is at its best.
def turned(images):
    """Return images after half a turn."""
    return images[:, ::-1, ::-1]


def by_symmetry(blends):
    """Return the minimum of each pixel and the opposite one."""
    return np.minimum(blends, turned(blends))


# %%
# Two networks
# ------------
#
# The network predicts which share of the light of each pixel belongs to the
# middle galaxy, and multiplies it by the blend. Its maps are made smaller
# twice, so that it sees both galaxies as wholes, and are enlarged twice. Skip
# connections concatenate them with maps of the same size from the way down.
#
# One network gets the blend only. The other, called "both" below, gets the
# same image after half a turn as a second channel. A convolution combines
# pixels that lie close together, which opposite pixels do not. With the second
# channel they lie at the same place.
def convolution(filters):
    """Return a convolution that keeps the size of its maps."""
    return layers.Conv2D(
        filters=filters,
        kernel_size=3,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
    )


# %%
# The layers
# ----------
#
# ``ops.flip`` reverses rows and columns, which is half a turn. The centre of a
# galaxy can be a hundred times brighter than its outskirts. The arcsinh, which
# grows like a logarithm for large values, brings them closer together and
# makes the training stable. The output is a share between zero and one, from a
# sigmoid, times the blend as it was.
def network(with_turned):
    """Return a network from a blend to its middle galaxy."""
    blend = keras.Input((SIZE, SIZE, 1))
    image = ops.arcsinh(blend)
    if with_turned:
        half_turn = ops.flip(image, axis=(1, 2))
        image = layers.Concatenate()([image, half_turn])

    half_size = layers.MaxPooling2D(2)(convolution(FILTERS)(image))
    maps = layers.MaxPooling2D(2)(convolution(2 * FILTERS)(half_size))
    maps = layers.UpSampling2D(2)(convolution(2 * FILTERS)(maps))
    maps = convolution(FILTERS)(layers.Concatenate()([maps, half_size]))
    maps = layers.Concatenate()([layers.UpSampling2D(2)(maps), image])
    share = layers.Conv2D(
        filters=1,
        kernel_size=3,
        padding="same",
        activation="sigmoid",
    )(maps)
    return keras.Model(blend, layers.Multiply()([share, blend]))


networks = {
    "network": network(with_turned=False),
    "both": network(with_turned=True),
}
for net in networks.values():
    net.compile(optimizer="adam", loss="mse")


# %%
# One training
# ------------
#
# The learning rate falls linearly, epoch by epoch. Each network is compiled
# once and starts afresh for each seed.
def trained(name, peak, seed):
    """Return a network that was trained with a peak of the learning rate."""
    net = networks[name]
    fresh_start(net, seed=seed)
    decay = keras.callbacks.LearningRateScheduler(
        lambda epoch: peak * (1 - epoch / EPOCHS)
    )
    blends, targets, _ = data[seed]["training"]
    net.fit(
        blends,
        targets,
        batch_size=BATCH,
        epochs=EPOCHS,
        callbacks=[decay],
        verbose=0,
    )
    return net


# %%
# A learning rate for each
# ------------------------
#
# Three peaks are tried on the validation set, with data that no comparison
# uses later.
def tuned(name):
    """Return the learning rate that is best on the validation set."""

    def score(peak, seed):
        """Return the error on the validation set."""
        blends, targets, _ = data[seed]["validation"]
        net = trained(name, peak, seed)
        return error(ops.convert_to_numpy(net(blends)), targets)

    return tune(score, RATES, seed=SEEDS, best=min)


tunings = {name: tuned(name) for name in networks}
for name, tuning in tunings.items():
    print(name, tuning, sep="\n")

# %%
# Five seeds
# ----------
#
# A seed draws the galaxies, the initial weights and the mini-batches. All
# methods see the same test blends, and their errors are compared seed by seed
# with that of the symmetric method. The intervals are at 95 %.
LEVEL = 0.95  # of the intervals
methods = ["nothing", "symmetry", *networks]
outputs = {}  # test images, by method and seed


def arm(name):
    """Return a function from a seed to the error on the test set."""

    def score(seed):
        """Return the error on the test set, and keep the output."""
        blends, targets, _ = data[seed]["test"]
        if name == "nothing":
            predicted = blends
        elif name == "symmetry":
            predicted = by_symmetry(blends)
        else:
            net = trained(name, tunings[name].best, seed)
            predicted = ops.convert_to_numpy(net(blends))
        outputs[name, seed] = predicted
        return error(predicted, targets)

    return score


comparison = compare(
    {name: arm(name) for name in methods}, seeds=SEEDS, baseline="symmetry"
)
print(comparison)

# %%
# The baseline decides what the result means
# ------------------------------------------
#
# The network alone takes away most of the neighbour: its error is much smaller
# than if nothing is done. But the symmetric method, which has learned nothing,
# is better than this network after its short training. A comparison with
# nothing alone would have hidden that. The network that sees the turned image,
# too, is the best. It can use the symmetry, and it has learned what galaxies
# look like and how to remove noise.
facts = {"noise": NOISE}
for name in methods:
    facts[name] = comparison.spread(name).mean
for name in networks:
    difference = comparison.difference(name)
    facts[f"{name} minus symmetry"] = difference.mean
    facts[f"{name} half-width"] = difference.half_width
    facts[f"learning rate, {name}"] = tunings[name].best

assert facts["network"] < facts["nothing"] / 2
assert comparison.difference("network").low > 0
assert comparison.difference("both").high < 0

# %%
# Three blends
# ------------
#
# The test blends of the last seed are sorted by the error of the network that
# sees the half turn. We look at a good, a median and a poor one.
last = SEEDS - 1
blends, targets, _ = data[last]["test"]
squares = (outputs["both", last] - targets) ** 2
order = np.argsort(squares.mean(axis=(1, 2, 3)))
shown = order[[TEST // 20, TEST // 2, -TEST // 20]]  # good, median, poor
columns = {"blend": blends, "truth": targets}
for name in ["symmetry", "network", "both"]:
    columns[name] = outputs[name, last]

fig, axes = plt.subplots(3, 5, figsize=(6.4, 4), layout="constrained")
for row, number in zip(axes, shown):
    for ax, images in zip(row, columns.values()):
        light = np.arcsinh(images[number])  # makes faint light visible
        ax.imshow(light, cmap="gray", vmin=-0.3, vmax=1.5)
        ax.set(xticks=[], yticks=[])
for ax, title in zip(axes[0], columns):
    ax.set_title(title)
fig.set_label(
    "Three blends, the middle galaxy alone, and what three methods make of "
    "the blends. The root mean square error of a pixel is "
    + ", ".join(f"{facts[name]:.3f} ({name})" for name in methods)
    + "."
)
plt.show()

# %%
# Figure: Each row shows a test blend, its middle galaxy, and what the
# symmetric method and the two networks return. The upper blend is a good one
# for the second network, the lower one a poor one: where the neighbour covers
# the galaxy, both networks take away too much.

# %%
# How much light is left?
# -----------------------
#
# An astronomer may want the total light of the galaxy rather than its pixels.
# The error of the light is taken without its sign, as a fraction of the true
# light, and is averaged over the test blends of all seeds. By this measure,
# too, the network that sees the turned image is the best.
ratios = np.array([data[seed]["test"][2] for seed in range(SEEDS)])
light_errors = {}  # by method, for each seed and test blend
for name in methods:
    rows = []
    for seed in range(SEEDS):
        light = outputs[name, seed].sum(axis=(1, 2, 3))
        truth = data[seed]["test"][1].sum(axis=(1, 2, 3))
        rows.append(np.abs(light / truth - 1))
    light_errors[name] = np.array(rows)
    facts[f"light, {name}"] = light_errors[name].mean()
assert facts["light, both"] < facts["light, network"]
assert facts["light, both"] < facts["light, symmetry"]
for name, value in facts.items():
    print(f"{name}: {value:.3f}")

# %%
# Faint and bright neighbours
# ---------------------------
#
# The brighter the neighbour is in comparison with the galaxy, the more there
# is to take away. Each bin spans a factor of two in the ratio of their lights.
lows = 2.0 ** np.arange(-3, 3)
middles = np.sqrt(2) * lows
styles = ["d-.", "s:", "^--", "o-"]
fig, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for name, style in zip(methods, styles):
    in_bins = [
        light_errors[name][(ratios >= low) & (ratios < 2 * low)].mean()
        for low in lows
    ]
    ax.loglog(middles, in_bins, style, label=name)
ax.set_xticks(2 * lows, [f"{2 * low:g}" for low in lows])
ax.minorticks_off()
ax.set(
    xlabel="light of the neighbour / light of the galaxy",
    ylabel="error of the light / true light",
)
ax.legend()
fig.set_label(
    "Error of the light of the middle galaxy against the ratio of the lights "
    "of its neighbour and itself. Over all ratios the mean error is "
    + ", ".join(f"{facts[f'light, {name}']:.0%} ({name})" for name in methods)
    + "."
)
plt.show()

# %%
# Figure: The mean error of the total light, with faint neighbours on the left
# and bright ones on the right. If nothing is done, the error is the light of
# the neighbour, which gives a straight line. Both axes are logarithmic.

# %%
# What to try next
# ----------------
#
# - Train four times as long. Does the network that sees the blend only reach
#   the symmetric method?
# - Real galaxies are not symmetric. Add a bright spot to each simulated galaxy
#   at a random place. Which method suffers most?
# - Move the middle galaxy by one pixel in the test set only.
# - Twice the noise: how large is the lead of the network then?
