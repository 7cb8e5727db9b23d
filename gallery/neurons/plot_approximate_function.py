"""
One hidden layer approximates any curve
=======================================

How many neurons does one hidden layer need to follow a curve?
A single hidden layer with enough neurons comes as close to any continuous
function on a bounded interval as we like (Leshno et al. 1993,
doi:10.1016/S0893-6080(05)80131-5). With ReLU we can see why. Each neuron adds
one kink to a straight line, and a line with many kinks can follow any curve.
The theorem does not say that training finds the right kinks. We train
networks of several widths and compare them with networks built by hand.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.restarts import fresh_start
from keras import initializers, layers, ops

WIDTHS = (2, 8, 32, 128)  # neurons in the hidden layer
SHOWN = (2, 8, 32)  # the widths of which fits are drawn
SEEDS = 3
POINTS = 10_000
BATCH = 40
EPOCHS = 2
RATE = 0.03  # learning rate at the start
TOLERANCE = 0.03  # an error that we would accept

STEPS = EPOCHS * POINTS // BATCH

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else POINTS // BATCH

keras.utils.set_random_seed(0)

# %%
# A curve
# -------
#
# The curve is known at many points without any noise. There is nothing to
# overfit, so the error shows how closely a network of that width follows.


def curve(x):
    """Return the height of the curve at x."""
    return np.sin(4 * x) + x**2


x = np.linspace(-1, 1, POINTS, dtype="float32")[:, np.newaxis]
y_t = curve(x)

# %%
# Where the kinks start
# ---------------------
#
# A ReLU neuron has its kink where its pre-activation is zero. We draw the
# initial weights and biases from ranges that put most kinks between -1 and 1,
# where the curve is. With the biases of zero that Keras takes by default, all
# kinks would start at x = 0.


def network(width):
    """Return a compiled network with one hidden layer."""
    net = keras.Sequential(
        [
            keras.Input((1,)),
            layers.Dense(
                width,
                activation="relu",
                kernel_initializer=initializers.RandomUniform(-2, 2),
                bias_initializer=initializers.RandomUniform(-1, 1),
            ),
            layers.Dense(1),
        ]
    )
    falling = keras.optimizers.schedules.CosineDecay(RATE, decay_steps=STEPS)
    net.compile(
        optimizer=keras.optimizers.Adam(falling),
        loss="mse",
        steps_per_execution=AT_ONCE,
    )
    return net


# %%
# Training from several seeds
# ---------------------------
#
# Each width is trained from several initialisations, to see how much depends
# on where the kinks happen to start. Compiling takes longer than a training,
# so ``fresh_start`` gives the compiled network new weights for each seed. The
# error is the root mean square (RMS) of the distance from the curve.


def fitted(net, seed):
    """Train a network from new initial weights, and return its curve."""
    fresh_start(net, seed=seed)
    net.fit(x, y_t, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return ops.convert_to_numpy(net(x))


def kinks_of(net):
    """Return where the hidden neurons have their kinks, in units of x."""
    kernel, bias = net.layers[0].get_weights()
    return -bias / kernel[0]


def rms(error):
    """Return the root mean square of an array."""
    return np.sqrt(np.mean(error**2))


fits = {}
kinks = {}
errors = {}
for width in WIDTHS:
    net = network(width)
    errors[width] = []
    for seed in range(SEEDS):
        fits[width, seed] = fitted(net, seed)
        kinks[width, seed] = kinks_of(net)
        errors[width].append(rms(fits[width, seed] - y_t))

# %%
# Networks built by hand
# ----------------------
#
# The weights can also be written down without training. A network with n ReLU
# neurons can join n + 1 points of the curve by straight lines. What it returns
# is then the linear interpolation between these points, which NumPy computes.
by_hand = {}
for width in WIDTHS:
    joined = np.linspace(-1, 1, width + 1)
    interpolated = np.interp(x, joined, curve(joined))
    by_hand[width] = rms(interpolated - y_t)
assert 14 < by_hand[32] / by_hand[128] < 18

mean_error = {width: np.mean(errors[width]) for width in WIDTHS}
facts = {"accepted error": TOLERANCE}
for width in WIDTHS:
    facts[f"error with {width} neurons"] = mean_error[width]
    facts[f"error with {width} neurons by hand"] = by_hand[width]
enough = [width for width in WIDTHS if mean_error[width] < TOLERANCE]
facts["neurons that are enough"] = min(enough)
for name, value in facts.items():
    print(f"{name}: {value:.3g}")

assert min(errors[2]) > 0.1
assert mean_error[2] < by_hand[2]
assert mean_error[8] > TOLERANCE
assert max(errors[32]) < TOLERANCE
assert max(errors[128]) < TOLERANCE
for width in (32, 128):
    assert by_hand[width] < min(errors[width])

# %%
# What a fit is made of
# ---------------------
#
# Each fit consists of straight pieces. A dot marks the kink between two of
# them, where one of the neurons changes between active and inactive. Other
# neurons have their kink outside the interval and bend nothing here.
fig, axes = plt.subplots(
    1, 3, figsize=(6.4, 2.8), sharey=True, layout="constrained"
)
for ax, width in zip(axes, SHOWN):
    best = np.argmin(errors[width])
    fit = fits[width, best][:, 0]
    inside = kinks[width, best][np.abs(kinks[width, best]) < 1]
    ax.plot(x, y_t, color="C7", linewidth=5, alpha=0.5, label="curve")
    ax.plot(x, fit, color="C0", label="network")
    ax.plot(inside, np.interp(inside, x[:, 0], fit), "C1o", markersize=5)
    ax.set(title=f"{width} neurons", xlabel="x")
    facts[f"kinks with {width} neurons"] = len(inside)
axes[0].set(ylabel="y", ylim=(-1.3, 3.2))
axes[0].legend(loc="upper right")
described = [
    f"{width} neurons, {facts[f'kinks with {width} neurons']} of them with a "
    f"kink in the interval, leave an error of {min(errors[width]):.3f}"
    for width in SHOWN
]
fig.set_label(f"A curve and three fits. {'; '.join(described)}.")
plt.show()

# %%
# Figure: The curve in grey. In blue, for three widths, the network with the
# smallest error among the seeds. Dots are the kinks of the hidden neurons.

# %%
# Error and width
# ---------------
#
# By hand, four times as many neurons make the straight pieces a quarter as
# long, and in the end the error a sixteenth as large. Training does not keep
# up with this. From 32 neurons on, the network built by hand is closer to the
# curve than any of the trained ones, because training leaves many kinks where
# they are of little use. With two neurons it is the other way round, since
# kinks at equal distances are not the best ones. How many neurons are enough
# thus depends on the error that we accept, and on how well the network is
# trained.
fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for width in WIDTHS:
    ax.plot(np.full(SEEDS, width), errors[width], "C0o", fillstyle="none")
ax.plot(WIDTHS, mean_error.values(), "C0-", label="trained, mean of the seeds")
ax.plot(WIDTHS, by_hand.values(), "C2s--", label="built by hand")
ax.axhline(TOLERANCE, color="C7", linestyle=":")
ax.annotate("accepted", (2, TOLERANCE), xytext=(2, 1.2 * TOLERANCE))
ax.set(xscale="log", yscale="log", xlabel="neurons", ylabel="RMS error")
ax.set_xticks(WIDTHS, WIDTHS)
ax.minorticks_off()
ax.legend()
fig.set_label(
    f"RMS error against the number of neurons. From {WIDTHS[0]} to "
    f"{WIDTHS[-1]} neurons the mean error of trained networks falls from "
    f"{mean_error[2]:.2f} to {mean_error[128]:.3f}, that of networks built "
    f"by hand from {by_hand[2]:.2f} to {by_hand[128]:.5f}."
)
plt.show()

# %%
# Figure: The RMS error against the number of neurons, with logarithmic axes.
# Circles are trained networks, one for each seed, and the solid line is their
# mean. Squares are networks whose kinks were placed at equal distances.

# %%
# What to try next
# ----------------
#
# - Give the curve a jump, which is not continuous. Where is the error then?
# - Train four times as long. How much closer does the solid line come to the
#   dashed one?
# - Replace ``"relu"`` by ``"tanh"``, which has no kinks. The fit is smooth.
