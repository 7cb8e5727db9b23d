"""
Vanishing gradients in a deep network
=====================================

How much of a gradient is left after twenty layers?
Backpropagation multiplies the gradient by the weights and by the derivative of
the activation function in every layer. If this makes it smaller each time,
little arrives at the first layers, and they hardly learn. Gradients vanish in
the same way in recurrent networks (Bengio et al. 1994, doi:10.1109/72.279181).
We measure the gradient layer by layer for three activation functions, and then
train the networks to see whether they learn.
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
from byhand.restarts import fresh_start
from keras import layers
from sklearn.datasets import load_digits
from sklearn.preprocessing import scale

DEPTH = 20  # hidden layers
NEURONS = 64  # in each of them
BATCH = 64
IMAGES = 1280
RATE = 0.05  # learning rate of the training
EPOCHS = 10
SEEDS = 3

keras.utils.set_random_seed(0)

# The usual initial weights for each activation function.
INITIAL = {
    "sigmoid": "glorot_normal",
    "tanh": "glorot_normal",
    "relu": "he_normal",
}

# %%
# A deep network for digits
# -------------------------
#
# The images of handwritten digits come with scikit-learn. Twenty dense layers
# are far more than they need, but they show what happens in a deep network.
#
# Initial weights of a suitable size keep the gradient from shrinking or
# growing. Glorot and Bengio (2010, AISTATS 9, 249) derived them for functions
# with a derivative near one, such as tanh close to zero, and He et al. (2015,
# arXiv:1502.01852) for ReLU. The derivative of the sigmoid is a quarter at
# most. Larger initial weights would make up for a part of that, and one of the
# exercises tries it. In Keras an initialiser is chosen by its name.
digits = load_digits()
x = scale(digits.data)[:IMAGES].astype("float32")
y = digits.target[:IMAGES]


def deep_network(activation):
    """Return a compiled network with many hidden layers."""
    net = keras.Sequential([keras.Input((64,))])
    for _ in range(DEPTH):
        net.add(
            layers.Dense(
                NEURONS,
                activation=activation,
                kernel_initializer=INITIAL[activation],
            )
        )
    net.add(layers.Dense(10, activation="softmax"))
    net.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
    return net


networks = {activation: deep_network(activation) for activation in INITIAL}


# %%
# Reading the gradient off one step
# ---------------------------------
#
# How to ask for a gradient depends on the backend, but one step of gradient
# descent shows it on all of them. With a learning rate of one, the step
# subtracts the gradient from each parameter. The biases start at zero, so
# after the step they are minus their gradient. For weights, which do not start
# at zero, rounding would swallow a very small gradient.
#
# The size of the gradient in a layer is the root mean square over its biases.
# Each network is compiled once, and ``fresh_start`` gives it new initial
# weights for each seed.


def gradient_sizes(net, seed):
    """Return the size of the gradient in each hidden layer."""
    fresh_start(net, seed=seed)
    net.optimizer.learning_rate = 1.0
    net.train_on_batch(x[:BATCH], y[:BATCH])
    sizes = []
    for layer in net.layers[:DEPTH]:
        bias = layer.get_weights()[1].astype("float64")
        sizes.append(np.sqrt(np.mean(bias**2)))
    return sizes


sizes = {}
for activation, net in networks.items():
    sizes[activation] = np.array(
        [gradient_sizes(net, seed) for seed in range(SEEDS)]
    )

# %%
# What is left in the first layer
# -------------------------------
#
# We divide the gradient in the first hidden layer by that in the last one. The
# result is a product of one factor for each layer on the way, and their
# geometric mean is the factor of a typical layer. The weights by themselves
# would keep the size of the gradient on average. For the sigmoid the factor
# can therefore hardly exceed a quarter, the largest value of the derivative.
left = {}
factor = {}
for activation, found in sizes.items():
    ratio = found[:, 0] / found[:, -1]
    left[activation] = 10 ** np.mean(np.log10(ratio))  # geometric mean
    factor[activation] = left[activation] ** (1 / (DEPTH - 1))
    print(
        f"{activation}: {left[activation]:.1e} of the gradient is left in the "
        f"first layer, a factor of {factor[activation]:.2f} for each layer"
    )

# %%
# The gradient layer by layer
# ---------------------------
#
# The sigmoid loses about three quarters of the gradient in a typical layer,
# and after twenty layers next to nothing is left. With tanh and with ReLU the
# gradients of the first and of the last layer are of the same order of
# magnitude.
STYLES = {
    "sigmoid": {"color": "C0", "marker": "o", "linestyle": "-"},
    "tanh": {"color": "C1", "marker": "s", "linestyle": "--"},
    "relu": {"color": "C2", "marker": "^", "linestyle": "-."},
}
number = np.arange(1, DEPTH + 1)

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for activation, style in STYLES.items():
    found = sizes[activation]
    middle = np.median(found, axis=0)
    ax.semilogy(number, middle, markersize=5, label=activation, **style)
    low = found.min(axis=0)
    high = found.max(axis=0)
    ax.fill_between(number, low, high, color=style["color"], alpha=0.3)
ax.set(xlabel="hidden layer", ylabel="RMS gradient of the biases")
ax.set_xticks([1, 5, 10, 15, 20])
ax.legend()
described = [f"{value:.1e} ({name})" for name, value in left.items()]
fig.set_label(
    f"The size of the gradient in {DEPTH} layers, with a logarithmic axis. "
    "The gradient of the first layer, divided by that of the last, is "
    f"{', '.join(described)}."
)
plt.show()

# %%
# Figure: The root mean square (RMS) of the gradient in each hidden layer
# before training, with a logarithmic axis. Backpropagation goes from right to
# left. Lines are medians of several initialisations, and bands reach from the
# smallest to the largest.

# %%
# Do the networks learn?
# ----------------------
#
# The networks are now trained by gradient descent. Whoever knows nothing about
# the images and gives all ten digits the same probability has a loss of ln 10,
# and a network that learns must fall below it. One run for each is enough to
# see whether it learns at all. Which of tanh and ReLU is better, a single run
# at one learning rate cannot tell.
losses = {}
for activation, net in networks.items():
    fresh_start(net, seed=0)
    net.optimizer.learning_rate = RATE
    history = net.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    losses[activation] = history.history["loss"]
    print(f"{activation}: loss of {losses[activation][-1]:.2f} at the end")

guessing = np.log(10)
print(f"guessing: loss of {guessing:.2f}")

# %%
# The loss epoch by epoch
# -----------------------
#
# The loss of the network with sigmoids stays near that of guessing. Even a
# slightly lower loss would not show that it has learned from the images: the
# biases of the last layer alone can learn how frequent each digit is.
epochs = np.arange(1, EPOCHS + 1)
fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for activation, style in STYLES.items():
    curve = losses[activation]
    ax.plot(epochs, curve, markersize=5, label=activation, **style)
ax.axhline(guessing, color="C7", linestyle=":", label="guessing")
ax.set(xlabel="epoch", ylabel="training loss", ylim=(0, 2.8))
ax.legend(loc="center right")
ends = [f"{curve[-1]:.2f} ({name})" for name, curve in losses.items()]
fig.set_label(
    f"The training loss over {EPOCHS} epochs. Guessing has {guessing:.2f}. "
    f"The networks end at {', '.join(ends)}."
)
plt.show()

# %%
# Figure: The training loss of the three networks, the mean over each epoch.
# The dotted line is the loss of guessing. With sigmoids the network does not
# learn.

# %%
# What to try next
# ----------------
#
# - Give the layers with ReLU the initial weights ``"glorot_normal"``. How much
#   of the gradient is left, and does the network still learn?
# - Multiply the initial weights of the layers with sigmoids by four. How much
#   of the gradient is left then, and does the network learn?
# - Compile the networks anew before they are trained, with
#   ``keras.optimizers.Adam``, which divides each step by the recent size of
#   the gradient. Leave its learning rate as it is, since ``RATE`` is too large
#   for it. Does the network with sigmoids learn now?
# - Train a copy of the network with a ``BatchNormalization`` before each
#   sigmoid.

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {"hidden layers": DEPTH, "loss of guessing": guessing}
for activation in INITIAL:
    facts[f"{activation}: log10 of what is left"] = np.log10(left[activation])
    facts[f"{activation}: factor of a layer"] = factor[activation]
    facts[f"{activation}: loss after training"] = losses[activation][-1]

assert left["sigmoid"] < 1e-10
assert 0.2 < factor["sigmoid"] < 0.3
for activation in ("tanh", "relu"):
    assert 0.1 < left[activation] < 10
    assert losses[activation][-1] < guessing - 0.5
assert abs(losses["sigmoid"][-1] - guessing) < 0.1
