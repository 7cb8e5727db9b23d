"""
Three ways down a valley
========================

Which optimiser reaches the bottom of a narrow valley in the fewest steps?
Across a narrow valley the loss is steep. Gradient descent therefore has to
take small steps, and moves slowly along the valley. Momentum (Polyak 1964,
doi:10.1016/0041-5553(64)90137-5) adds up the part of the gradients that stays
the same from step to step. Adam (Kingma and Ba 2014, arXiv:1412.6980) divides
the step of each parameter by the size of its recent gradients. We write the
update rules in NumPy, tune all of them, and run them from many starting
points. Then we turn the valley, which makes a difference to only one of them.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# byhand is the book's package; the page of its gallery says how to install it.
# fig.set_label(...) describes a figure for readers who cannot see it.

from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.experiments import tune
from keras import ops, optimizers

CURVATURES = np.array([0.02, 2.0])  # second derivatives along and across
ANGLES = [0, 15, 30, 45]  # between the valley and the first parameter, degrees
BOTTOM = 0.01  # a loss below this counts as the bottom
ARRIVED = 0.9  # the fraction of runs that we wait for
STEPS = 200  # of each run
STARTS = 200  # starting points, as many for tuning as for the comparison
TUNING_SEED = 40  # of the starting points for tuning
SEED = 41  # of those for the comparison
RATES = np.geomspace(0.2, 3.2, 17)  # learning rates, neighbours differ by 19 %
FACTORS = np.geomspace(0.84, 1.19, 11)  # then tried around the best of them
BETAS = [0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9]  # 0.9 is Keras's for Adam
BETA_2 = 0.999  # how much Adam keeps of its mean square, as in Keras
EPSILON = 1e-7  # of Adam, as in Keras


# %%
# The valley
# ----------
#
# With two parameters θ and a symmetric matrix H of second derivatives, the
# Hessian, the loss is θᵀHθ / 2 and its gradient is Hθ. The two curvatures
# differ by a factor of a hundred, the condition number. Each row of ``theta``
# below is a pair of parameters, so that the runs from all starting points are
# computed together.
def loss(theta, hessian):
    """Return the loss of each pair of parameters."""
    return 0.5 * np.sum(theta * (theta @ hessian), axis=-1)


def gradient(theta, hessian):
    """Return the gradient of the loss with respect to each pair."""
    return theta @ hessian


# %%
# Gradient descent and momentum
# -----------------------------
#
# With momentum, a step is the *velocity*. It keeps a fraction β of the last
# step and adds the negative gradient times the learning rate. With β = 0
# nothing is kept, and the rule is that of gradient descent. Gradient descent
# diverges at learning rates above two over the largest curvature, which is a
# limit of 1 in this valley.
class Momentum:
    """Gradient descent with momentum."""

    def __init__(self, rate, beta):
        self.rate = rate
        self.beta = beta
        self.velocity = 0.0

    def step(self, gradient):
        """Return the change of the parameters."""
        self.velocity = self.beta * self.velocity - self.rate * gradient
        return self.velocity


# %%
# Adam
# ----
#
# Adam divides a running mean of the gradient by the root of a running mean of
# its square. Both start from zero and are therefore too small in the first
# steps, which the *bias correction* undoes. Each parameter is divided by a
# root of its own. Keras adds ε to this root before the correction, and so do
# we, which is why ε is corrected, too.
class Adam:
    """Adam, with a step size for each parameter."""

    def __init__(self, rate, beta):
        self.rate = rate
        self.beta = beta
        self.mean = 0.0
        self.mean_square = 0.0
        self.count = 0  # of steps made

    def step(self, gradient):
        """Return the change of the parameters."""
        self.count += 1
        self.mean = self.beta * self.mean + (1 - self.beta) * gradient
        self.mean_square *= BETA_2
        self.mean_square += (1 - BETA_2) * gradient**2
        corrected_mean = self.mean / (1 - self.beta**self.count)
        corrected_square = self.mean_square / (1 - BETA_2**self.count)
        corrected_epsilon = EPSILON / np.sqrt(1 - BETA_2**self.count)
        size = np.sqrt(corrected_square) + corrected_epsilon
        return -self.rate * corrected_mean / size


# %%
# Three optimisers
# ----------------
#
# Each has a colour, a marker and a line style for the figures.
OPTIMISERS = {
    "gradient descent": Momentum,
    "momentum": Momentum,
    "Adam": Adam,
}
STYLES = {
    "gradient descent": {"color": "C0", "marker": "o", "linestyle": "-"},
    "momentum": {"color": "C1", "marker": "s", "linestyle": "--"},
    "Adam": {"color": "C2", "marker": "^", "linestyle": ":"},
}


# %%
# A valley in any direction
# -------------------------
#
# Adam scales each parameter by itself. This should help if one parameter leads
# along the valley and the other across. If the valley is turned, each
# parameter moves both along and across.
#
# The rows of the rotation matrix R are the directions along and across the
# valley. A point with the coordinates c along and across has the parameters
# cR. In these coordinates the Hessian is the diagonal matrix D of the
# curvatures, so that for the parameters it is RᵀDR.
def rotation_matrix(angle):
    """Return the directions along and across a valley, as rows."""
    cosine = np.cos(np.radians(angle))
    sine = np.sin(np.radians(angle))
    return np.array([[cosine, sine], [-sine, cosine]])


def hessian_of_valley(angle):
    """Return the Hessian of a valley turned by this angle, in degrees."""
    rotation = rotation_matrix(angle)
    return rotation.T @ np.diag(CURVATURES) @ rotation


# %%
# Many starting points
# --------------------
#
# The starting points fill a box at one end of the valley and turn with it.
# All runs take the same number of steps.
def starting_points(angle, seed):
    """Return the parameters at the start, an array (STARTS, 2)."""
    rng = np.random.default_rng(seed)
    along = rng.uniform(-9, -6, size=STARTS)
    across = rng.uniform(-2, 2, size=STARTS)
    return np.stack([along, across], axis=1) @ rotation_matrix(angle)


def descend(optimiser, angle, seed):
    """Return the paths, (STEPS + 1, STARTS, 2), and the losses on them."""
    hessian = hessian_of_valley(angle)
    theta = starting_points(angle, seed)
    path = [theta]
    for _ in range(STEPS):
        theta = theta + optimiser.step(gradient(theta, hessian))
        path.append(theta)
    path = np.array(path)
    return path, loss(path, hessian)


# %%
# Steps to the bottom
# -------------------
#
# We count the steps after which the loss is below ``BOTTOM`` and stays there.
# A run that only passes through the bottom at high speed has not arrived, and
# neither has one that diverged, whose loss may be infinite or NaN. If a run
# has not arrived at its end, we do not know how many steps it needs, and count
# infinitely many. The mean over the starting points would then be infinite as
# well. We therefore compare the steps after which nine runs in ten have
# arrived.
def steps_to_bottom(losses):
    """Return the number of steps of each run, or infinity."""
    outside = ~(losses < BOTTOM)  # true for NaN, too
    steps_inside = np.argmax(outside[::-1], axis=0)  # at the end of each run
    steps = len(losses) - steps_inside
    return np.where(outside[-1], np.inf, steps)


def steps_of_most(steps):
    """Return the steps after which a fraction ARRIVED of the runs arrived."""
    return np.quantile(steps, ARRIVED, method="higher")


# %%
# A learning rate and a β for each
# --------------------------------
#
# A comparison at one learning rate would favour the optimiser that it suits,
# and so would a comparison at one β. We therefore try all pairs from two
# lists, and then learning rates close to the best one. In each valley Adam is
# tuned anew. Gradient descent and momentum need this only once. Their rules
# have no preferred directions, so in a turned valley they take the same paths,
# turned with it.
def score(pair, seed, optimiser, angle):
    """Return the steps of most runs with a learning rate and a beta."""
    rate, beta = pair
    _, losses = descend(optimiser(rate, beta), angle, seed)
    return steps_of_most(steps_to_bottom(losses))


def tuned(optimiser, betas, angle):
    """Return the pair of learning rate and beta with the fewest steps."""
    steps_with = partial(score, optimiser=optimiser, angle=angle)
    pairs = [(rate, beta) for rate in RATES for beta in betas]
    rate, beta = tune(steps_with, pairs, seed=TUNING_SEED, best=min).best
    closer = [(rate * factor, beta) for factor in FACTORS]
    return tune(steps_with, closer, seed=TUNING_SEED, best=min).best


straight = ANGLES[0]
without_momentum = tuned(Momentum, betas=[0.0], angle=straight)
with_momentum = tuned(Momentum, betas=BETAS, angle=straight)
pairs = {}  # of learning rate and beta, for each optimiser and angle
for angle in ANGLES:
    pairs["gradient descent", angle] = without_momentum
    pairs["momentum", angle] = with_momentum
    pairs["Adam", angle] = tuned(Adam, betas=BETAS, angle=angle)

# %%
# From other starting points
# --------------------------
#
# The optimisers are compared from starting points that the tuning has not
# seen, the same for all of them. Momentum needs about a fifth of the steps of
# gradient descent. In the valley along the first parameter Adam needs slightly
# fewer. The more the valley is turned, the more steps Adam needs, and in the
# last two valleys it needs far more than momentum. We wait for nine runs in
# ten, so a few runs that do not arrive in time do not count. The numbers hold
# for this box and these valleys. They are no sample of other problems, so
# there is no confidence interval.
paths = {}
losses = {}
steps = {}
most = {}  # the steps after which nine runs in ten have arrived
for key, (rate, beta) in pairs.items():
    name, angle = key
    optimiser = OPTIMISERS[name](rate, beta)
    paths[key], losses[key] = descend(optimiser, angle, SEED)
    steps[key] = steps_to_bottom(losses[key])
    most[key] = steps_of_most(steps[key])
    print(
        f"{name}, {angle} degrees: {most[key]:.0f} steps with a learning "
        f"rate of {rate:.2f} and β = {beta:g}; runs that do not arrive: "
        f"{np.isinf(steps[key]).sum()} of {STARTS}"
    )

adam_first = np.mean(steps["Adam", straight] < steps["momentum", straight])
print(f"Adam is first from {adam_first:.0%} of the starting points")

# %%
# Is momentum tuned well?
# -----------------------
#
# For this loss the best learning rate and β of momentum after many steps are
# known (Polyak 1964). They follow from the smallest and the largest curvature
# μ and L: the rate is 4 / (√L + √μ)², and β is the square of
# (√L - √μ) / (√L + √μ). Our β is close to it. The bottom is reached after few
# steps, for which another pair may be better, and the tuned one is.
low, high = np.sqrt(CURVATURES)
polyak_rate = 4 / (high + low) ** 2
polyak_beta = ((high - low) / (high + low)) ** 2
_, polyak_losses = descend(Momentum(polyak_rate, polyak_beta), straight, SEED)
polyak_steps = steps_of_most(steps_to_bottom(polyak_losses))
print(
    f"Polyak: {polyak_steps:.0f} steps with a learning rate of "
    f"{polyak_rate:.2f} and β = {polyak_beta:.2f}"
)

# %%
# The valley from above
# ---------------------
#
# For a figure we need the loss on a grid of points. Each of its contours is at
# four times the loss of the one inside it. The innermost encloses the bottom.
along = np.linspace(-9.5, 5, 146)
across = np.linspace(-6, 6, 121)
grid = np.stack(np.meshgrid(along, across), axis=-1)
loss_on_grid = loss(grid, np.diag(CURVATURES))
levels = BOTTOM * 4.0 ** np.arange(6)

# %%
# Three paths
# -----------
#
# Gradient descent jumps across the valley at every step and moves little along
# it. Momentum swings from side to side, too, at first even farther, but its
# velocity grows along the valley, where the gradient keeps its sign. The first
# step of Adam is equally long in both parameters, and leads down diagonally.
SHOWN = 0  # the starting point whose paths are drawn

fig, (map_axes, loss_axes) = plt.subplots(
    2, 1, figsize=(6.4, 6), layout="constrained"
)
map_axes.contour(along, across, loss_on_grid, levels, colors="0.75")
counts = []
for name, style in STYLES.items():
    count = int(steps[name, straight][SHOWN])
    counts.append(f"{count} ({name})")
    path = paths[name, straight][: count + 1, SHOWN]
    label = f"{name}, {count} steps"
    map_axes.plot(path[:, 0], path[:, 1], markersize=4, label=label, **style)
    curve = losses[name, straight][:, SHOWN]
    loss_axes.semilogy(curve, markersize=3, **style)
loss_axes.axhline(BOTTOM, color="C7")
map_axes.set(xlabel="parameter along the valley", ylabel="parameter across")
loss_axes.set(xlabel="step", ylabel="loss", xlim=(0, 120), ylim=(1e-6, 100))
map_axes.legend(loc="lower right")
fig.set_label(
    f"Paths down a valley, and the loss. Steps needed: {', '.join(counts)}."
)
plt.show()

# %%
# Figure: Above, contours of the loss, and the paths from one starting point
# until they stay within the innermost contour, the bottom. Below, the loss at
# each step of the same runs, with the same marks. The grey line is the loss
# that counts as the bottom.

# %%
# The direction of the valley matters
# -----------------------------------
#
# Adam becomes slower when the valley is turned. A probable reason is that a
# swing across the valley then makes the gradients of both parameters large.
# Their mean squares grow, and Adam takes smaller steps along the valley, too.
# Whether it is faster than momentum therefore depends on the problem, and a
# loss with two parameters and exact gradients does not say which one suits a
# network.
fig, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for name, style in STYLES.items():
    curve = [most[name, angle] for angle in ANGLES]
    fastest = [
        np.quantile(steps[name, angle], 1 - ARRIVED, method="lower")
        for angle in ANGLES
    ]
    ax.fill_between(ANGLES, fastest, curve, color=style["color"], alpha=0.2)
    ax.plot(ANGLES, curve, label=name, **style)
ax.set_xticks(ANGLES)
ax.set(
    xlabel="angle of the valley with the first parameter / degrees",
    ylabel="steps to the bottom",
    ylim=(0, None),
)
ax.legend()
adam_counts = [f"{most['Adam', angle]:.0f}" for angle in ANGLES]
fig.set_label(
    "Steps to the bottom against the angle of the valley. Gradient descent "
    f"needs {most['gradient descent', straight]:.0f} and momentum "
    f"{most['momentum', straight]:.0f} at all angles. Adam needs "
    f"{', '.join(adam_counts)}."
)
plt.show()

# %%
# Figure: The steps after which nine runs in ten have arrived, against the
# direction of the valley. The bands begin below at the steps after which one
# run in ten has arrived. Only Adam depends on the direction.

# %%
# The same with Keras
# -------------------
#
# Optimisers of Keras work without a model, too: ``apply`` takes gradients and
# the variables that they belong to. They take the same paths as our own rules,
# here in one of the turned valleys and from all starting points. Rounding
# errors are left, because Keras computes in single precision. In a few of its
# runs Adam magnifies them.
turned = ANGLES[2]
hessian = ops.convert_to_tensor(hessian_of_valley(turned), dtype="float32")
gaps = {}
for name in OPTIMISERS:
    rate, beta = pairs[name, turned]
    if name == "Adam":
        optimiser = optimizers.Adam(learning_rate=rate, beta_1=beta)
    else:
        optimiser = optimizers.SGD(learning_rate=rate, momentum=beta)
    own_path = paths[name, turned]
    theta = keras.Variable(own_path[0], dtype="float32")
    keras_path = [own_path[0]]
    for _ in range(STEPS):
        optimiser.apply([ops.matmul(theta, hessian)], [theta])
        keras_path.append(ops.convert_to_numpy(theta))
    gaps[name] = np.abs(np.array(keras_path) - own_path).max(axis=(0, 2))
    print(
        f"{name}: nine paths in ten are at most "
        f"{np.quantile(gaps[name], 0.9):.0e} apart, and all of them at most "
        f"{gaps[name].max():.0e}"
    )

# %%
# What to try next
# ----------------
#
# - Make the curvature across the valley ten times as large. Begin the learning
#   rates at 0.02, and allow for 1500 steps and a β of 0.95. How many times
#   more steps does gradient descent need, and how many momentum?
# - Make the valley round, with a curvature of 2 in both directions. Which
#   optimiser is first, and why does momentum not help?
# - Add normal noise with a standard deviation of 0.03 to the gradient, as
#   mini-batches do, and leave out the comparison with Keras, which adds none.
#   Which optimiser is slowed down most, with a constant learning rate?

# %%
# Numbers and checks
# ------------------
#
# The book's tests compare these numbers between the backends of Keras, and its
# build fails unless the assertions hold. Both belong to the settings above:
# leave this cell out of what you copy.
facts = {
    "condition number": CURVATURES[1] / CURVATURES[0],
    "momentum by Polyak's formula, steps": polyak_steps,
    "starting points from which Adam is first": adam_first,
}
for (name, angle), (rate, beta) in pairs.items():
    if name == "Adam" or angle == straight:
        facts[f"{name}, {angle} degrees, learning rate"] = rate
        facts[f"{name}, {angle} degrees, beta"] = beta
        facts[f"{name}, {angle} degrees, steps"] = most[name, angle]
    assert RATES[0] < rate < RATES[-1]
    assert name == "gradient descent" or BETAS[0] < beta < BETAS[-1]
    if name != "Adam":
        turned_back = paths[name, angle] @ rotation_matrix(angle).T
        assert np.allclose(turned_back, paths[name, straight], atol=1e-9)
assert 2 / CURVATURES[1] == 1  # the largest learning rate without momentum
assert abs(with_momentum[1] - polyak_beta) < 0.05

descent_steps = most["gradient descent", straight]
momentum_steps = most["momentum", straight]
adam_steps = [most["Adam", angle] for angle in ANGLES]
assert 0.17 < momentum_steps / descent_steps < 0.23  # about a fifth
assert momentum_steps < polyak_steps
assert 0.8 < adam_steps[0] / momentum_steps < 1
assert np.all(np.diff(adam_steps) > 0)
assert min(adam_steps[2:]) > 1.5 * momentum_steps

across_path = np.abs(paths["momentum", straight][:, SHOWN, 1])
assert np.max(across_path) > 2 * across_path[0]  # at first even farther
first_step = np.diff(paths["Adam", straight][:2], axis=0)
assert np.allclose(np.abs(first_step), pairs["Adam", straight][0], rtol=1e-3)
assert max(gaps["gradient descent"].max(), gaps["momentum"].max()) < 1e-4
assert np.quantile(gaps["Adam"], 0.9) < 1e-3
assert gaps["Adam"].max() > 10 * np.median(gaps["Adam"])  # magnified in a few
