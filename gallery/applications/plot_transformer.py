"""
A transformer block on spectra
==============================

Does a transformer block recognise spectral lines as well as convolutions?
A transformer (Vaswani et al. 2017, arXiv:1706.03762) cuts its input into
tokens and computes for each a weighted mean over all of them. Here the tokens
are patches of a spectrum, as those of the vision transformer are patches of an
image (Dosovitskiy et al. 2020, arXiv:2010.11929). We compare one block with a
small convolutional network, and with the same block behind convolutions. Each
network has its learning rate tuned on a validation set and is trained with
several seeds for the same number of steps. Then we look at which patches
attend to which.
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
from byhand.datasets import LINES, spectra, three_way
from byhand.experiments import compare, spread, tune
from byhand.restarts import fresh_start
from keras import layers, ops

LENGTH = 40  # points of a spectrum
PATCH = 4  # points from one token to the next
TOKENS = LENGTH // PATCH
WIDTH = 32  # features of a token
HEADS = 4
BATCH = 80  # spectra in a mini-batch
STEPS = 30  # mini-batches in an epoch
EPOCHS = 5
HELD_BACK = 1000  # spectra for validation, and as many for the test
PEAKS = [0.004, 0.012, 0.036, 0.108]  # learning rates that are tried
SEEDS = range(20, 25)  # of the comparison
TUNING_SEED = 25  # learning rates are chosen with this one

keras.utils.set_random_seed(0)

# %%
# Spectra
# -------
#
# Each spectrum holds one of ten kinds of line, at a place that says nothing of
# its kind. Each seed simulates other spectra and splits them into a training,
# a validation and a test set.
COUNT = STEPS * BATCH + 2 * HELD_BACK
data = {}  # for each seed
for seed in [*SEEDS, TUNING_SEED]:
    flux, labels = spectra(COUNT, length=LENGTH, seed=seed)
    split = three_way(
        flux,
        labels,
        validation=HELD_BACK / COUNT,
        test=HELD_BACK / COUNT,
    )
    data[seed] = {
        "training": (split.x, split.y_t),
        "validation": (split.x_val, split.y_val),
        "test": (split.x_test, split.y_test),
    }


# %%
# From a spectrum to tokens
# -------------------------
#
# In the vision transformer a token is a linear function of its patch. One
# convolution with a stride, and without an activation function, makes ten such
# tokens of the 40 points here. Its kernel is twice as wide as the stride, so
# the patches overlap, and each token describes the eight points around it.
#
# Tokens can also come from several convolutions with ReLU (Xiao et al. 2021,
# arXiv:2106.14881). Of these three the last two have a stride of two, which
# makes ten tokens again.
def linear_tokens(flux):
    """Return a linear function of each patch of a spectrum."""
    patches = layers.Conv1D(
        WIDTH, kernel_size=2 * PATCH, strides=PATCH, padding="same"
    )
    return patches(flux)


def convolved_tokens(flux):
    """Return what three convolutions make of a spectrum."""
    tokens = flux
    for strides in (1, 2, 2):
        convolution = layers.Conv1D(
            WIDTH,
            kernel_size=5,
            strides=strides,
            padding="same",
            activation="relu",
        )
        tokens = convolution(tokens)
    return tokens


# %%
# The position of a token
# -----------------------
#
# Attention treats tokens as a set. It could not tell a spectrum from one whose
# tokens are in another order. So here a vector is learned for each position
# and added to the token.
class AddPosition(layers.Layer):
    """Add a learned vector to the token at each position."""

    def build(self, shape):
        self.position = self.add_weight(
            shape=shape[1:], initializer="random_normal", name="position"
        )

    def call(self, tokens):
        return tokens + self.position


# %%
# The block
# ---------
#
# The first half of the block lets tokens exchange information by attention,
# and the second half is a small dense network that processes each token by
# itself. Both begin with a layer normalisation and add their result to the
# tokens they were given. With the normalisation in this place (pre-norm),
# training needs no long warm-up (Xiong et al. 2020, arXiv:2002.04745). The
# attention layer also returns its weights, which we look at in the end.
def attention_block(tokens):
    """Return the tokens after a transformer block."""
    normal = layers.LayerNormalization()(tokens)
    attention = layers.MultiHeadAttention(
        num_heads=HEADS, key_dim=WIDTH // HEADS, name="attention"
    )
    gathered, _ = attention(
        query=normal, value=normal, return_attention_scores=True
    )
    tokens = layers.Add()([tokens, gathered])
    hidden = layers.LayerNormalization()(tokens)
    hidden = layers.Dense(2 * WIDTH, activation="gelu")(hidden)
    hidden = layers.Dense(WIDTH)(hidden)
    return layers.Add()([tokens, hidden])


# %%
# Two transformers
# ----------------
#
# They have one block between the tokens and a dense layer, which sees the mean
# of all tokens. They differ in how the tokens are made.
def transformer(tokens_of):
    """Return a network with one transformer block."""
    flux = keras.Input((LENGTH, 1))
    tokens = tokens_of(flux)
    tokens = AddPosition()(tokens)
    tokens = attention_block(tokens)
    tokens = layers.LayerNormalization()(tokens)
    features = layers.GlobalAveragePooling1D()(tokens)
    probabilities = layers.Dense(len(LINES), activation="softmax")(features)
    return keras.Model(flux, probabilities)


# %%
# The convolutional network
# -------------------------
#
# It has the same three convolutions. A dense layer sees all their features,
# and not their mean.
def convolutions():
    """Return a network with three convolutions."""
    flux = keras.Input((LENGTH, 1))
    features = layers.Flatten()(convolved_tokens(flux))
    probabilities = layers.Dense(len(LINES), activation="softmax")(features)
    return keras.Model(flux, probabilities)


# %%
# Three compiled networks
# -----------------------
#
# Compiling takes longer than a training run of this length. Each network is
# therefore compiled once, and ``fresh_start`` gives it new initial weights for
# each run.
networks = {
    "convolutions": convolutions(),
    "transformer": transformer(linear_tokens),
    "both": transformer(convolved_tokens),
}
for name, network in networks.items():
    network.compile(optimizer="adamw", loss="sparse_categorical_crossentropy")
    print(f"{name}: {network.count_params():,} parameters")


# %%
# One training run
# ----------------
#
# All are trained in the same way. The learning rate is half its peak in the
# first epoch, a short warm-up, and then falls along a cosine.
def trained(name, peak, seed):
    """Return a network after training with this peak of the learning rate."""

    def rate(epoch):
        """Return the learning rate of an epoch."""
        if epoch == 0:
            return peak / 2
        progress = (epoch - 1) / (EPOCHS - 1)
        return peak * float(1 + np.cos(np.pi * progress)) / 2

    network = networks[name]
    fresh_start(network, seed=seed)
    flux, labels = data[seed]["training"]
    warm_up_and_fall = keras.callbacks.LearningRateScheduler(rate)
    network.fit(
        flux,
        labels,
        batch_size=BATCH,
        epochs=EPOCHS,
        callbacks=[warm_up_and_fall],
        verbose=0,
    )
    return network


# %%
# A learning rate for each
# ------------------------
#
# Networks as different as these may need different learning rates. The same
# peaks are tried for each, with a seed that the comparison does not use, and
# the validation set decides.
def accuracy(name, peak, seed, part):
    """Return the accuracy on one part of the data after training."""
    network = trained(name, peak, seed)
    flux, labels = data[seed][part]
    probabilities = ops.convert_to_numpy(network(flux))
    return np.mean(probabilities.argmax(axis=1) == labels)


tunings = {}
for name in networks:
    score = partial(accuracy, name, part="validation")
    tunings[name] = tune(score, PEAKS, seed=TUNING_SEED)
    print(name, tunings[name], sep="\n")

# %%
# Five seeds
# ----------
#
# For each seed all networks meet the same spectra. We take the differences of
# their accuracies on the test set seed by seed, with 95 % confidence
# intervals.
comparison = compare(
    {
        name: partial(accuracy, name, tunings[name].best, part="test")
        for name in networks
    },
    seeds=SEEDS,
)
print(comparison)
scores = np.array([comparison.scores[name] for name in networks])
means = scores.mean(axis=1)

# %%
# The tokens matter
# -----------------
#
# The transformer with linear tokens is worse than the convolutions at every
# seed, and the interval is far from zero. The block is not to blame, for the
# same block does much better when convolutions make its tokens. Convolutions
# combine neighbouring points in three steps with ReLU, and they look at about
# twice as many points as a linear token, which is made in one step without.
# Which of the two matters more, this comparison does not say. The last row of
# the table has the difference between the convolutions with the block and
# those without. Their last layers differ as well, so it is not the block's
# alone.

# %%
# Tuning and test
# ---------------
#
# The left panel shows the tuning and the right one the comparison.
fig, (left, right) = plt.subplots(1, 2, width_ratios=[4, 5], sharey=True)
fig.set_size_inches(6.4, 3.2)
fig.set_layout_engine("constrained")
markers = {"convolutions": "s", "transformer": "o", "both": "^"}
for name, marker in markers.items():
    validation = list(tunings[name].scores.values())
    left.semilogx(PEAKS, validation, marker=marker, label=name)
left.set(xlabel="peak of the learning rate", ylabel="accuracy")
left.set_xticks(PEAKS, PEAKS)
left.minorticks_off()
left.set_title("validation, one seed")
left.legend(loc="lower left")

right.plot(range(len(networks)), scores, "o-", color="C7", alpha=0.6)
right.plot(range(len(networks)), means, "kD", label="mean")
right.set_xticks(range(len(networks)), list(networks))
right.set(xlim=(-0.4, 2.4), title=f"test, {len(SEEDS)} seeds")
right.legend()
best_scores = [f"{tunings[name].score:.2f} ({name})" for name in networks]
mean_scores = [f"{mean:.2f} ({name})" for name, mean in zip(networks, means)]
fig.set_label(
    "Left, the validation accuracy for each peak of the learning rate, at "
    f"best {', '.join(best_scores)}. Right, the test accuracy for "
    f"{len(SEEDS)} seeds, on average {', '.join(mean_scores)}."
)
plt.show()

# %%
# Figure: Left, the accuracy on the validation set for each peak of the
# learning rate. Right, the accuracy on the test set at the best peak of each
# network. A grey line joins the runs of a seed, and diamonds are means.

# %%
# Which patches attend to which?
# ------------------------------
#
# For each spectrum every head has a matrix of attention weights. A row belongs
# to a query, the token that takes a mean, and a column to a key, a token that
# the mean is taken over. Each row adds up to one. Is the token at the line
# given more weight than others? We train the transformer with linear tokens
# once more, since the network has been used for other runs, and make a network
# of its layers that ends at the weights. In every test spectrum we take the
# token whose points vary most. Compared with the mean of all tokens, it is
# given more weight on average.
seed = SEEDS[0]
network = trained("transformer", tunings["transformer"].best, seed)
flux, labels = data[seed]["test"]
_, attention_weights = network.get_layer("attention").output
to_weights = keras.Model(network.input, attention_weights)
weights = ops.convert_to_numpy(to_weights(flux))
print("spectra, heads, queries, keys:", weights.shape)

received = weights.mean(axis=(1, 2))  # over heads and queries
variation = flux.reshape(len(flux), TOKENS, PATCH).std(axis=2)
steepest = variation.argmax(axis=1)
at_line = received[np.arange(len(flux)), steepest]
weight_at_line = at_line.mean() / received.mean()
print(f"weight at the line, over the mean: {weight_at_line:.2f}")

# %%
# One spectrum
# ------------
#
# We take the first spectrum of the class P Cygni that is classified correctly.
# It has absorption with emission on its right, red side. Where a column is
# dark, many tokens take their values from there.
p_cygni = LINES.index("P Cygni")
probabilities = ops.convert_to_numpy(network(flux))
predicted = probabilities.argmax(axis=1)
shown = np.flatnonzero((labels == p_cygni) & (predicted == p_cygni))[0]

fig, axes = plt.subplots(
    2, HEADS, figsize=(6.4, 3.6), sharey="row", layout="constrained"
)
for head in range(HEADS):
    top, bottom = axes[:, head]
    top.plot(flux[shown, :, 0])
    for border in range(PATCH, LENGTH, PATCH):
        top.axvline(border - 0.5, color="C7", linewidth=0.5)
    top.set(xlim=(-0.5, LENGTH - 0.5), xlabel="point")
    top.set_title(f"head {head + 1}")
    bottom.imshow(weights[shown, head], cmap="gray_r", vmin=0, aspect="auto")
    bottom.set(xlabel="key", xticks=range(0, TOKENS, 3))
    bottom.set_yticks(range(0, TOKENS, 3))
axes[0, 0].set_ylabel("flux")
axes[1, 0].set_ylabel("query")
fig.set_label(
    f"A spectrum of the class {LINES[p_cygni]}, and below it a map of "
    f"attention weights for each of {HEADS} heads. The largest weights are "
    + ", ".join(f"{head.max():.2f}" for head in weights[shown])
    + f", where equal weights would be {1 / TOKENS:.2f}."
)
plt.show()

# %%
# Figure: Top, a spectrum, the same in each column, with lines between the
# places of its tokens. Below, the attention weights of each head, dark where
# they are large, on a scale for each head. A column stands below its token.

# %%
# What the result does not say
# ----------------------------
#
# It holds for few and short spectra and a short training run, and it compares
# three networks and not all of their kinds. Nor does it say which of the
# differences between the two kinds of token matters. With five times as many
# epochs more than half of the lead of the convolutions is lost.
#
# The vision transformers of Dosovitskiy et al. were behind convolutional
# networks, too, when they learned from about a million images, and were ahead
# after hundreds of millions. The maps show where tokens take their values
# from. They do not prove that the prediction depends on these.

# %%
# What to try next
# ----------------
#
# - Train for five times as many epochs. How much of the differences is left?
# - Train on ten times as many spectra.
# - Leave out ``AddPosition``. Does the accuracy of the transformers change?

# %%
# Numbers and checks
# ------------------
#
# The book's tests compare these numbers between the backends of Keras, and its
# build fails unless the assertions hold. Both belong to the settings above:
# leave this cell out of what you copy.
difference = comparison.difference("transformer")
from_tokens = spread(scores[2] - scores[1])
facts = {
    "training spectra": STEPS * BATCH,
    "steps": STEPS * EPOCHS,
    "difference": difference.mean,
    "half-width": difference.half_width,
    "convolved minus linear tokens": from_tokens.mean,
    "convolved minus linear tokens, half-width": from_tokens.half_width,
    "weight at the line": weight_at_line,
}
for name in networks:
    facts[f"{name}, accuracy"] = comparison.spread(name).mean
    facts[f"{name}, learning rate"] = tunings[name].best
    facts[f"{name}, parameters"] = networks[name].count_params()
assert len(LINES) == TOKENS == 10
assert list(networks) == ["convolutions", "transformer", "both"]
assert np.all(scores[0] > scores[1])  # at every seed
assert difference.high < 0
assert from_tokens.low > 0.1
assert np.allclose(weights.sum(axis=-1), 1, atol=1e-5)
assert weight_at_line > 1
