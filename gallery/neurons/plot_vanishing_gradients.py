"""
Vanishing gradients in a deep network
=====================================

How much of a gradient is left after twenty layers?
Backpropagation multiplies the gradient by the weights and by the derivative of
the activation function in every layer. If this makes it smaller each time,
little arrives at the first layers, and they hardly learn. We measure the
gradient layer by layer for three activation functions, and then train the
networks to see what follows from it.
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
from keras import layers
from sklearn.datasets import load_digits
from sklearn.preprocessing import scale

DEPTH = 20  # hidden layers
NEURONS = 64  # in each of them
BATCH = 64
BATCHES = 20  # of training images
RATE = 0.05  # learning rate of the training
EPOCHS = 10
SEEDS = 3

# The initial weights that suit each activation function.
INITIAL = {
    "sigmoid": "glorot_normal",
    "tanh": "glorot_normal",
    "relu": "he_normal",
}

keras.utils.set_random_seed(0)

# %%
# A deep network for digits
# -------------------------
#
# The images of handwritten digits come with scikit-learn. Twenty dense layers
# are far more than they need, but they show what happens in a deep network.
#
# Initial weights of a suitable size keep the gradient from shrinking or
# growing. Glorot and Bengio (2010, AISTATS 9, 249) derived them for functions
# with a derivative near one, such as tanh, and He et al. (2015,
# arXiv:1502.01852) for ReLU. In Keras an initialiser is chosen by its name.
digits = load_digits()
count = BATCHES * BATCH
x = scale(digits.data)[:count].astype("float32")
y_t = digits.target[:count]


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
    net.compile(
        optimizer=keras.optimizers.SGD(RATE),
        loss="sparse_categorical_crossentropy",
    )
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


def gradient_sizes(net, seed):
    """Return the size of the gradient in each hidden layer."""
    fresh_start(net, seed=seed)
    net.optimizer.learning_rate = 1.0
    net.fit(x[:BATCH], y_t[:BATCH], batch_size=BATCH, epochs=1, verbose=0)
    sizes = []
    for layer in net.layers[:DEPTH]:
        bias = layer.get_weights()[1].astype("float64")
        sizes.append(np.sqrt(np.mean(bias**2)))
    return np.array(sizes)


sizes = {
    activation: np.array([gradient_sizes(net, seed) for seed in range(SEEDS)])
    for activation, net in networks.items()
}

# %%
# What is left in the first layer
# -------------------------------
#
# We divide the gradient in the first hidden layer by that in the last one. The
# result is a product of one factor for each layer on the way, and their
# geometric mean is the factor of a typical layer. For the sigmoid it cannot be
# much larger than a quarter, the largest value of the derivative.
facts = {"hidden layers": DEPTH}
for activation, found in sizes.items():
    left = found[:, 0] / found[:, -1]
    facts[f"{activation}: log10 of what is left"] = np.log10(left).mean()
    facts[f"{activation}: factor of a layer"] = np.mean(
        left ** (1 / (DEPTH - 1))
    )
    print(f"{activation}: {left} is left in the first layer")

assert facts["sigmoid: log10 of what is left"] < -10
assert facts["sigmoid: factor of a layer"] < 0.3
for activation in ("tanh", "relu"):
    assert abs(facts[f"{activation}: log10 of what is left"]) < 1

# %%
# The gradient layer by layer
# ---------------------------
#
# The sigmoid loses about three quarters of the gradient in every layer, and
# after twenty layers next to nothing is left. With tanh and with ReLU the
# gradients of the first and of the last layer are of the same order of
# magnitude.
STYLES = {"sigmoid": "C0o-", "tanh": "C1s--", "relu": "C2^-."}
number = np.arange(1, DEPTH + 1)
fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for activation, found in sizes.items():
    middle = np.median(found, axis=0)
    style = STYLES[activation]
    ax.semilogy(number, middle, style, markersize=5, label=activation)
    ax.fill_between(
        number,
        found.min(axis=0),
        found.max(axis=0),
        color=style[:2],
        alpha=0.3,
    )
ax.set(xlabel="hidden layer", ylabel="size of the gradient")
ax.set_xticks([1, 5, 10, 15, 20])
ax.legend()
parts_left = [
    f"{10 ** facts[f'{name}: log10 of what is left']:.1e} ({name})"
    for name in INITIAL
]
fig.set_label(
    f"The size of the gradient in {DEPTH} layers, with a logarithmic axis. Of "
    f"the last layer's, the first has this part: {', '.join(parts_left)}."
)
plt.show()

# %%
# Figure: The size of the gradient in each hidden layer before training, with a
# logarithmic axis. Backpropagation goes from right to left. Lines are medians
# of several initialisations, and bands reach from the smallest to the largest.

# %%
# What follows for training
# -------------------------
#
# The same networks are now trained by gradient descent. Whoever knows nothing
# about the images and gives all ten digits the same probability has a loss of
# ln 10, and a network that learns must fall below it. One run for each is
# enough to see whether it learns at all. Which of tanh and ReLU is better,
# a single run at one learning rate cannot tell.
losses = {}
for activation, net in networks.items():
    fresh_start(net, seed=0)
    net.optimizer.learning_rate = RATE
    history = net.fit(x, y_t, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    losses[activation] = history.history["loss"]
    facts[f"{activation}: loss after training"] = losses[activation][-1]

guessing = np.log(10)
facts["loss of guessing"] = guessing
for name, value in facts.items():
    print(f"{name}: {value:.3g}")

assert abs(losses["sigmoid"][-1] - guessing) < 0.1
assert losses["tanh"][-1] < guessing - 0.5
assert losses["relu"][-1] < guessing - 0.5

# %%
# Does the loss fall?
# -------------------
#
# The network with sigmoids learns no more than how frequent each digit is,
# which the biases of the last layer can do alone.
epochs = np.arange(1, EPOCHS + 1)
fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for activation, curve in losses.items():
    style = STYLES[activation]
    ax.plot(epochs, curve, style, markersize=5, label=activation)
ax.axhline(guessing, color="C7", linestyle=":")
ax.annotate("guessing", (EPOCHS, guessing - 0.08), ha="right", va="top")
ax.set(xlabel="epoch", ylabel="training loss", ylim=(0, 2.8))
ax.legend(loc="center right")
ends = [f"{curve[-1]:.2f} ({name})" for name, curve in losses.items()]
fig.set_label(
    f"The training loss over {EPOCHS} epochs. Guessing has {guessing:.2f}. "
    f"The networks end at {', '.join(ends)}."
)
plt.show()

# %%
# Figure: The training loss of the three networks. The dotted line is the loss
# of guessing. With sigmoids the network does not learn.

# %%
# What to try next
# ----------------
#
# - Give the layers with ReLU the initial weights ``"glorot_normal"``. How much
#   of the gradient is left, and does the network still learn?
# - Train with ``keras.optimizers.Adam``, which divides each step by the recent
#   size of the gradient. Does the network with sigmoids learn now?
# - Add a ``BatchNormalization`` before each sigmoid.
