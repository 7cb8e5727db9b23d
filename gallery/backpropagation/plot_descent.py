"""
Three ways down a valley
========================

Which optimiser reaches the bottom of a narrow valley in the fewest steps?
Gradient descent has to take small steps, since a valley is steep across, and
therefore moves slowly along it. Momentum adds up the part of the gradients
that stays the same from step to step. Adam (Kingma and Ba 2014,
arXiv:1412.6980) scales the step of each parameter by the size of its recent
gradients. We write the three update rules in NumPy, tune the learning rate of
each, and run them from many starting points. Then we turn the valley, which
makes a difference to only one of them.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.experiments import spread, tune
from byhand.figures import Animation
from byhand.figures.colours import GRADIENT, MUTED, PARAMETER, VALUE
from keras import ops

CURVATURES = np.array([0.02, 2.0])  # second derivatives along and across
BOTTOM = 0.01  # a loss below this counts as the bottom
STEPS = 200  # of each run
RATES = [0.06, 0.12, 0.24, 0.48, 0.96, 1.92]
BETA = 0.9  # how much of the velocity momentum keeps, and Adam of its mean
BETA_2 = 0.999  # how much Adam keeps of its mean square
EPSILON = 1e-7  # of Adam, as in Keras
STARTS = 30  # starting points, as many for tuning as for the comparison
TURN = np.radians(30)  # by which the second valley is turned

keras.utils.set_random_seed(0)


# %%
# The valley
# ----------
#
# With two parameters θ and a symmetric matrix H of second derivatives the loss
# is θᵀHθ / 2, and its gradient is Hθ. The curvatures differ by a factor of a
# hundred, the condition number. Each row of ``theta`` below is a pair of
# parameters, so that the runs from all starting points are computed together.
def loss(theta, hessian):
    return np.sum(theta @ hessian * theta, axis=-1) / 2


def gradient(theta, hessian):
    return theta @ hessian


def starting_points(rng):
    """Return points on one side of the valley, (STARTS, 2)."""
    along = rng.uniform(-9, -6, size=STARTS)
    across = rng.uniform(-2, 2, size=STARTS)
    return np.stack([along, across], axis=1)


rng = np.random.default_rng(0)
tuning_starts = starting_points(rng)
starts = starting_points(rng)
valley = np.diag(CURVATURES)


# %%
# Three update rules
# ------------------
#
# Each function runs one optimiser and returns where it has been after each
# step. Gradient descent diverges if the learning rate is above two over the
# largest curvature, which is 1 here. With momentum, a velocity that adds up
# the gradients takes their place.
def gradient_descent(theta, hessian, rate):
    """Return the path of gradient descent, (STEPS + 1, points, 2)."""
    path = [theta]
    for _ in range(STEPS):
        theta = theta - rate * gradient(theta, hessian)
        path.append(theta)
    return np.array(path)


def momentum(theta, hessian, rate):
    """Return the path of gradient descent with momentum."""
    path = [theta]
    velocity = np.zeros_like(theta)
    for _ in range(STEPS):
        velocity = BETA * velocity - rate * gradient(theta, hessian)
        theta = theta + velocity
        path.append(theta)
    return np.array(path)


# %%
# Adam
# ----
#
# Adam divides a running mean of the gradient by the root of a running mean of
# its square. Both start from zero and are therefore too small in the first
# steps, which is corrected. The division is made for each parameter by itself.
def adam(theta, hessian, rate):
    """Return the path of Adam."""
    path = [theta]
    mean = np.zeros_like(theta)
    square = np.zeros_like(theta)
    for step in range(1, STEPS + 1):
        slope = gradient(theta, hessian)
        mean = BETA * mean + (1 - BETA) * slope
        square = BETA_2 * square + (1 - BETA_2) * slope**2
        corrected_mean = mean / (1 - BETA**step)
        corrected_square = square / (1 - BETA_2**step)
        size = np.sqrt(corrected_square) + EPSILON
        theta = theta - rate * corrected_mean / size
        path.append(theta)
    return np.array(path)


OPTIMISERS = {
    "gradient descent": gradient_descent,
    "momentum": momentum,
    "Adam": adam,
}


# %%
# A learning rate for each
# ------------------------
#
# We count the steps after which the loss is below ``BOTTOM`` and stays there.
# A run that only passes through the bottom at high speed has not arrived.
#
# A comparison at one learning rate would favour the optimiser that it suits.
# So each gets the best of six, found from starting points of their own.
def steps_to_bottom(path, hessian):
    """Return the steps of each run; STEPS + 1 if it has not arrived."""
    above = loss(path, hessian) >= BOTTOM
    steps_at_bottom = np.argmax(above[::-1], axis=0)
    return STEPS + 1 - steps_at_bottom


def tuned(optimiser, hessian, points):
    """Return what each learning rate needs on average, with the best one."""

    def mean_steps(rate, seed):
        path = optimiser(points, hessian, rate)
        return np.mean(steps_to_bottom(path, hessian))

    return tune(mean_steps, RATES, best=min)


rates = {}
for name, optimiser in OPTIMISERS.items():
    found = tuned(optimiser, valley, tuning_starts)
    rates[name] = found.best
    print(name)
    print(found)

# %%
# From many starting points
# -------------------------
#
# All optimisers start from the same points, which none of them was tuned on,
# and the differences are taken point by point. Intervals are at 95 %. Momentum
# needs about half as many steps as gradient descent, and Adam a few less.
paths = {}
steps = {}
for name, optimiser in OPTIMISERS.items():
    paths[name] = optimiser(starts, valley, rates[name])
    steps[name] = steps_to_bottom(paths[name], valley)

facts = {"condition number": CURVATURES[1] / CURVATURES[0]}
for name in OPTIMISERS:
    facts[f"{name}, learning rate"] = rates[name]
    facts[f"{name}, steps"] = steps[name].mean()

saved_by_momentum = spread(steps["gradient descent"] - steps["momentum"])
saved_by_adam = spread(steps["momentum"] - steps["Adam"])
facts["saved by momentum"] = saved_by_momentum.mean
facts["saved by momentum, half-width"] = saved_by_momentum.half_width
facts["saved by Adam"] = saved_by_adam.mean
facts["saved by Adam, half-width"] = saved_by_adam.half_width
for name, value in facts.items():
    print(f"{name}: {value:.3g}")
ratio = facts["momentum, steps"] / facts["gradient descent, steps"]
assert 0.4 < ratio < 0.6
assert saved_by_momentum.low > 0
assert saved_by_adam.low > 0

# %%
# Three paths
# -----------
#
# Gradient descent jumps across the valley at every step and moves little along
# it. The velocity of momentum takes several steps to change, so it swings from
# side to side more slowly and gathers speed along the valley. The first steps
# of Adam are equally long in both parameters, and lead down diagonally.
fig, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
x, y = np.meshgrid(np.linspace(-9.5, 5, 146), np.linspace(-2.2, 2.2, 89))
levels = BOTTOM * 4.0 ** np.arange(6)
heights = loss(np.stack([x, y], axis=-1), valley)
ax.contour(x, y, heights, levels, colors="0.75")
STYLES = {"gradient descent": "C0o-", "momentum": "C1s--", "Adam": "C2^:"}
for name, style in STYLES.items():
    arrived = steps[name][0]
    path = paths[name][: arrived + 1, 0]
    label = f"{name}, {arrived} steps"
    ax.plot(path[:, 0], path[:, 1], style, ms=4, label=label)
ax.set(xlabel="parameter along the valley", ylabel="parameter across")
ax.legend(loc="lower right")
counts = ", ".join(f"{name} in {steps[name][0]}" for name in OPTIMISERS)
fig.set_label(f"Paths down a narrow valley. Steps to the bottom: {counts}.")
plt.show()

# %%
# Figure: Contours of the loss, and the paths from one starting point until
# they stay within the innermost contour, the bottom.


# %%
# Step by step
# ------------
#
# The same paths as an animation: G is gradient descent, M momentum and A Adam.
# A frame is a drawing in SVG, and here it consists of a letter for each
# optimiser and of a line for its last eight steps.
SHOWN = 80  # steps
TAIL = 8  # steps
WIDTH = 620
HEIGHT = 180
SCALE = 40  # units of the drawing for one unit of a parameter
ORIGIN = np.array([WIDTH - 210, HEIGHT // 2])  # where the bottom is drawn
COLOURS = {
    "gradient descent": VALUE,
    "momentum": GRADIENT,
    "Adam": PARAMETER,
}


def drawn(name, step):
    """Return the mark of an optimiser at a step, with its tail."""
    path = paths[name][max(0, step - TAIL) : step + 1, 0]
    places = np.rint(ORIGIN + SCALE * path * [1, -1]).astype(int)
    points = " ".join(f"{u},{v}" for u, v in places)
    u, v = places[-1]
    return (
        f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}"/>'
        f'<text x="{u}" y="{v}" font-size="20" text-anchor="middle" '
        f'fill="{COLOURS[name]}">{name[0].upper()}</text>'
    )


# %%
# All frames together
# -------------------
#
# The contours of the loss are ellipses and stay the same, so they are the
# background. Each frame has a caption with the three losses.
def ring(level):
    """Return the contour of a level of the loss, an ellipse."""
    radii = SCALE * np.sqrt(2 * level / CURVATURES)
    return (
        f'<ellipse cx="{ORIGIN[0]}" cy="{ORIGIN[1]}" rx="{radii[0]:.1f}" '
        f'ry="{radii[1]:.1f}" fill="none" stroke="{MUTED}"/>'
    )


frames = []
captions = []
for step in range(SHOWN + 1):
    frames.append("".join(drawn(name, step) for name in OPTIMISERS))
    losses = ", ".join(
        f"{loss(paths[name][step, 0], valley):.3f} ({name})"
        for name in OPTIMISERS
    )
    captions.append(f"Loss at step {step}: {losses}.")
Animation(
    frames=tuple(frames),
    captions=tuple(captions),
    width=WIDTH,
    height=HEIGHT,
    label=f"G, M and A move down the valley. To the bottom: {counts} steps.",
    background="".join(ring(level) for level in levels),
    still=12,
    pause=300,
)

# %%
# The valley turned
# -----------------
#
# Adam scales each parameter by itself. So far the valley lay along the first
# parameter, and Adam could scale along and across it separately. Now the
# valley and the starting points are turned by 30 degrees, so that each
# parameter moves both along and across, and all learning rates are tuned anew.
rotation = np.array(
    [[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]]
)
turned_valley = rotation.T @ valley @ rotation
turned_steps = {}
for name, optimiser in OPTIMISERS.items():
    found = tuned(optimiser, turned_valley, tuning_starts @ rotation)
    path = optimiser(starts @ rotation, turned_valley, found.best)
    turned_steps[name] = steps_to_bottom(path, turned_valley)
    facts[f"{name}, turned, learning rate"] = found.best
    facts[f"{name}, turned, steps"] = turned_steps[name].mean()
    print(f"{name}: {turned_steps[name].mean():.1f} steps at {found.best}")

lost_by_adam = spread(turned_steps["Adam"] - steps["Adam"])
behind = spread(turned_steps["Adam"] - turned_steps["momentum"])
facts["lost by Adam"] = lost_by_adam.mean
facts["lost by Adam, half-width"] = lost_by_adam.half_width
print(f"lost by Adam: {lost_by_adam.mean:.1f} ± {lost_by_adam.half_width:.1f}")
print(f"Adam behind momentum: {behind.mean:.1f} ± {behind.half_width:.1f}")
assert lost_by_adam.low > 0
assert behind.low > 0
for name in ("gradient descent", "momentum"):
    assert np.array_equal(turned_steps[name], steps[name])

# %%
# The direction of the valley matters
# -----------------------------------
#
# The update rules of gradient descent and momentum have no preferred
# directions, and their paths are those from before, turned. Adam needs more
# steps than before and has lost its lead over momentum. Which of the two is
# faster therefore depends on the problem, and a loss with two parameters and
# exact gradients does not say which one suits a network.
fig, axes = plt.subplots(
    1, 2, figsize=(6.4, 3.2), sharey=True, layout="constrained"
)
for ax, title, counted in [
    (axes[0], "valley along a parameter", steps),
    (axes[1], "valley turned", turned_steps),
]:
    for place, (name, style) in enumerate(STYLES.items()):
        spots = place + np.linspace(-0.2, 0.2, STARTS)
        ax.plot(spots, counted[name], style[:3], ms=4, alpha=0.5)
        ax.plot(place, counted[name].mean(), "k_", ms=24, mew=2)
    ax.set_xticks(range(3), ["gradient\ndescent", "momentum", "Adam"])
    ax.set_title(title)
axes[0].set(ylabel="steps to the bottom", ylim=(0, None))
fig.set_label(
    f"Steps to the bottom from {STARTS} points, and their means: "
    + ", ".join(
        f"{facts[f'{name}, steps']:.0f} and, in the turned valley, "
        f"{facts[f'{name}, turned, steps']:.0f} ({name})"
        for name in OPTIMISERS
    )
    + "."
)
plt.show()

# %%
# Figure: Steps to the bottom from each starting point, with their means as
# bars. Left, the valley lies along a parameter. Right, it is turned, and only
# Adam is affected.

# %%
# The same with Keras
# -------------------
#
# Optimisers of Keras work without a model, too: ``apply`` takes gradients and
# the variables that they belong to. They take the paths of our update rules.
keras_optimisers = {
    "gradient descent": keras.optimizers.SGD(rates["gradient descent"]),
    "momentum": keras.optimizers.SGD(rates["momentum"], momentum=BETA),
    "Adam": keras.optimizers.Adam(rates["Adam"]),
}
COMPARED = 20  # steps
hessian = ops.convert_to_tensor(valley, dtype="float32")
for name, optimiser in keras_optimisers.items():
    theta = keras.Variable(starts, dtype="float32")
    for _ in range(COMPARED):
        optimiser.apply([ops.matmul(theta, hessian)], [theta])
    difference = ops.convert_to_numpy(theta) - paths[name][COMPARED]
    print(f"{name}: at most {np.abs(difference).max():.0e} apart")
    assert np.abs(difference).max() < 1e-3

# %%
# What to try next
# ----------------
#
# - Give momentum and Adam other values of ``BETA``. Which one suits a valley
#   with this condition number, and which one a narrower valley?
# - Turn the valley by 45 degrees, or make it round with equal curvatures.
# - Add noise to the gradient, as mini-batches do. Which optimiser reaches the
#   bottom in spite of it, with a constant learning rate?
