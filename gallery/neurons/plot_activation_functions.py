"""
Activation functions and their derivatives
==========================================

How much of a gradient does an activation function let through?
On the way back through a network, backpropagation multiplies the gradient by
the derivative of each activation function that the signal passed on its way
forward. We compute this derivative for the sigmoid, for tanh and for ReLU,
check it, and estimate what is left of a gradient after many layers, in the
manner of Glorot and Bengio (2010, AISTATS 9, 249).
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# fig.set_label(...) describes a figure for readers who cannot see it.

import matplotlib.pyplot as plt
import numpy as np
from keras import activations, ops

LIMIT = 4.0  # the largest pre-activation that is drawn
STEP = 5e-3  # of the finite differences
SAMPLES = 100_000  # pre-activations for the averages
LAYERS = 20

# %%
# Three functions and their derivatives
# -------------------------------------
#
# An activation function turns the pre-activation z of a neuron into its
# output. The sigmoid is 1 / (1 + exp(-z)), tanh is the hyperbolic tangent, and
# ReLU is max(0, z). The derivatives of the sigmoid and of tanh need nothing
# but the value of the function, which the network has already computed on the
# way forward. ReLU has no derivative at zero, where we take 0.


def sigmoid_derivative(z):
    """Return the derivative of the sigmoid with respect to z."""
    activation = activations.sigmoid(z)
    return activation * (1 - activation)


def tanh_derivative(z):
    """Return the derivative of tanh with respect to z."""
    return 1 - activations.tanh(z) ** 2


def relu_derivative(z):
    """Return the derivative of ReLU with respect to z."""
    return ops.cast(z > 0, "float32")


FUNCTIONS = {
    "sigmoid": activations.sigmoid,
    "tanh": activations.tanh,
    "ReLU": activations.relu,
}
DERIVATIVES = {
    "sigmoid": sigmoid_derivative,
    "tanh": tanh_derivative,
    "ReLU": relu_derivative,
}

# %%
# Are the derivatives right?
# --------------------------
#
# A formula for a derivative should be compared with the function itself before
# anybody relies on it. A central difference, the slope of the line through two
# points close to z on either side, hardly differs from the derivative. The
# grid has an even number of points, so that none of them lies at the corner of
# ReLU.
z = ops.linspace(-LIMIT, LIMIT, 400)

values = {}
slopes = {}
errors = {}
for name, function in FUNCTIONS.items():
    values[name] = ops.convert_to_numpy(function(z))
    slopes[name] = ops.convert_to_numpy(DERIVATIVES[name](z))
    difference = (function(z + STEP) - function(z - STEP)) / (2 * STEP)
    error = np.abs(ops.convert_to_numpy(difference) - slopes[name])
    errors[name] = error.max()
    print(
        f"{name}: derivative at most {slopes[name].max():.2f}, "
        f"{slopes[name][-1]:.4f} at z = {LIMIT:g}, "
        f"wrong by no more than {errors[name]:.0e}"
    )

# %%
# The derivatives beside one another
# ----------------------------------
#
# The derivative is largest where the function is steepest. Far from zero,
# the sigmoid and tanh are almost flat. They are said to saturate there.
STYLES = {
    "sigmoid": {"color": "C0", "linestyle": "-"},
    "tanh": {"color": "C1", "linestyle": "--"},
    "ReLU": {"color": "C2", "linestyle": "-."},
}
points = ops.convert_to_numpy(z)

fig, (left, right) = plt.subplots(
    1, 2, figsize=(6.4, 3.2), layout="constrained"
)
for name, style in STYLES.items():
    left.plot(points, values[name], label=name, **style)
    right.plot(points, slopes[name], label=name, **style)
left.set(xlabel="pre-activation z", ylabel="activation", ylim=(-1.2, 2.2))
right.set(xlabel="pre-activation z", ylabel="derivative", ylim=(-0.05, 1.1))
left.legend(loc="upper left")
largest = [f"{slopes[name].max():.2f} ({name})" for name in FUNCTIONS]
fig.set_label(
    f"Left, three activation functions from {-LIMIT:g} to {LIMIT:g}. Right, "
    f"their derivatives, which are at most {', '.join(largest)}."
)
plt.show()

# %%
# Figure: On the left, the three functions. On the right, their derivatives.
# The derivative of the sigmoid never exceeds a quarter, that of tanh is one at
# zero and small far from it, and that of ReLU is either zero or one.

# %%
# What a layer lets through on average
# ------------------------------------
#
# A layer meets many pre-activations, some near zero and some far from it. With
# suitable initial weights they are roughly distributed like a standard normal
# distribution. The root mean square (RMS) of the derivative then tells by
# which factor the gradient changes in a layer.
#
# The weights contribute a factor of their own. If they are random and
# independent of the derivatives, the gradient keeps its size when the variance
# of the weights, times the number of neurons in the layer, is one divided by
# the mean square of the derivative.
rng = np.random.default_rng(0)
pre_activations = ops.convert_to_tensor(
    rng.normal(size=SAMPLES), dtype="float32"
)

mean_square = {}
factor = {}
for name, derivative in DERIVATIVES.items():
    sample = ops.convert_to_numpy(derivative(pre_activations))
    mean_square[name] = np.mean(sample**2)
    factor[name] = np.sqrt(mean_square[name])
    print(
        f"{name}: a factor of {factor[name]:.2f} in each layer, made up for "
        f"by weights with a variance of {1 / mean_square[name]:.1f} / neurons"
    )

# %%
# Weights that make up for it
# ---------------------------
#
# For ReLU the variance is two divided by the number of neurons, because the
# derivative is one for half of the pre-activations and zero for the others.
# These are the initial weights of He et al. (2015, arXiv:1502.01852), in Keras
# ``"he_normal"``. The sigmoid would need a variance about ten times as large.
# But such weights also spread the pre-activations of the next layer far beyond
# a standard normal distribution, to where the derivative is smaller still.
sigmoids = ops.convert_to_numpy(activations.sigmoid(pre_activations))
weight_variance = 1 / mean_square["sigmoid"]  # times the number of neurons
spread = np.sqrt(weight_variance * np.mean(sigmoids**2))
print(f"pre-activations behind such a sigmoid: ± {spread:.1f}")

# %%
# What is left after many layers
# ------------------------------
#
# Factors multiply from layer to layer, so what is left falls exponentially
# with the depth. On a logarithmic axis this is a straight line. Here the
# weights are those that would keep the gradient if all derivatives were one,
# with a variance of one divided by the number of neurons.
depth = np.arange(LAYERS + 1)
fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for name, style in STYLES.items():
    ax.semilogy(depth, factor[name] ** depth, label=name, **style)
ax.set(xlabel="layers on the way back", ylabel="fraction of the gradient left")
ax.set_xticks(depth[::5])
ax.legend()
described = [f"{factor[name] ** LAYERS:.0e} ({name})" for name in FUNCTIONS]
print(f"left after {LAYERS} layers: {', '.join(described)}")
fig.set_label(
    f"What is left of a gradient after up to {LAYERS} layers, with a "
    f"logarithmic axis. In the end it is {', '.join(described)}."
)
plt.show()

# %%
# Figure: The fraction of a gradient that the derivatives let through, if the
# pre-activations have a standard normal distribution in each layer. With the
# sigmoid it vanishes much faster than with tanh or ReLU. The example on
# vanishing gradients measures this in real networks, where pre-activations
# are neither exactly normal nor independent of each other.

# %%
# What to try next
# ----------------
#
# - Add ``keras.activations.leaky_relu`` with its derivative and a style. How
#   much of a gradient does it let through where ReLU lets nothing pass?
# - Add ``keras.activations.gelu``, whose derivative contains ``ops.erf``. Is
#   it ever larger than one?
# - Draw the pre-activations from a normal distribution three times as wide.
#   For which of the three functions does the factor stay the same?

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {"sigmoid: spread in the next layer": spread}
for name in FUNCTIONS:
    facts[f"{name}: largest derivative"] = slopes[name].max()
    facts[f"{name}: derivative at {LIMIT:g}"] = slopes[name][-1]
    facts[f"{name}: error of the check"] = errors[name]
    facts[f"{name}: RMS of the derivative"] = factor[name]
    facts[f"{name}: variance of the weights"] = 1 / mean_square[name]
    facts[f"{name}: left after {LAYERS} layers"] = factor[name] ** LAYERS

assert max(errors.values()) < 1e-3
assert slopes["sigmoid"].max() <= 0.25
assert slopes["tanh"][-1] < 0.01
assert set(slopes["ReLU"]) == {0, 1}
assert abs(1 / mean_square["ReLU"] - 2) < 0.05
assert 8 < mean_square["ReLU"] / mean_square["sigmoid"] < 14
assert spread > 2
