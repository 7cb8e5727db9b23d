"""
Batch normalisation and bad initial weights
===========================================

Does batch normalisation save a deep network that begins with bad weights?
Weights a quarter as large as they should be shrink a signal fourfold in every
layer, and after eight little is left to learn from. Batch normalisation (Ioffe
and Szegedy 2015, arXiv:1502.03167) gives each neuron mean 0 and variance 1
over the batch, whatever the weights before.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops, optimizers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEEDS, SCALES, HIDDEN = (0, 1, 2), (0.25, 0.5, 1.0), 8
pixels, labels = load_digits().data / 16, load_digits().target
x, x_test, y_t, y_test = train_test_split(
    pixels, labels, train_size=21 * 64, random_state=0
)


# %%
# Weights begin as He et al. (2015, arXiv:1502.01852) propose, times a scale.
# Moving averages forget fast, with a momentum of 0.9: there are few steps.
def network(normalised):
    model = keras.Sequential([keras.Input((64,))])
    for _ in range(HIDDEN):
        model.add(layers.Dense(64, kernel_initializer="he_normal"))
        if normalised:
            model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizers.Adam(5e-3), "sparse_categorical_crossentropy")
    return model


def learn(model, scale, seed):
    keras.utils.set_random_seed(seed)
    start = keras.models.clone_model(model).get_weights()
    scaled = [scale if w.shape == (64, 64) else 1.0 for w in start]
    model.set_weights([c * w for c, w in zip(scaled, start)])
    for v in model.optimizer.variables:  # Adam forgets what it knew
        if "learning_rate" not in v.path:
            v.assign(np.zeros(v.shape))
    a, signal = x[:256], []
    for layer in model.layers:
        a = layer(a, training=True)
        if isinstance(layer, layers.ReLU):
            signal.append(float(ops.convert_to_numpy(a).std()))
    model.fit(x, y_t, batch_size=64, epochs=5, verbose=0)
    guess = ops.convert_to_numpy(model(x_test)).argmax(axis=1)
    return 100 * float(np.mean(guess == y_test)), signal


found, signal = {}, {}
for name, model in {"without": network(False), "with": network(True)}.items():
    runs = [[learn(model, scale, s) for s in SEEDS] for scale in SCALES]
    found[name] = [[accuracy for accuracy, _ in row] for row in runs]
    signal[name] = runs[0][0][1]
    print(name, *(f"{np.mean(each):.1f}" for each in found[name]))
facts = {name: np.mean(each, axis=1).tolist() for name, each in found.items()}
first, *_, last = signal["without"]
facts["lost"] = float(np.log10(first / last))
bands = {"without": 20.0, "with": 8.0, "lost": 0.6}  # per cent, powers of 10
assert facts["with"][0] > 90 > 70 > facts["without"][0]

# %%
# With normalisation the scale hardly matters. With good weights (scale 1) one
# can do without it.
fig, axes = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
for (name, each), style in zip(found.items(), ("s--", "o-")):
    axes[0].semilogy(range(1, HIDDEN + 1), signal[name], style)
    (line,) = axes[1].plot(facts[name], style, label=name)
    axes[1].plot(each, style[0], color=line.get_color(), mfc="none")
axes[0].set(xlabel="hidden layer", ylabel=f"spread of a, scale {SCALES[0]}")
axes[1].set_xticks(range(len(SCALES)), SCALES)
axes[1].set(xlabel="scale of initial weights", ylabel="read correctly (%)")
axes[1].legend(title="normalisation")
fig.set_label(
    f"With small weights the signal loses {facts['lost']:.1f} powers of ten; "
    f"{facts['without'][0]:.0f}% are read, normalised {facts['with'][0]:.0f}%."
)
plt.show()

# %%
# Figure: On the left, the spread of the activations in each hidden layer, for
# the smallest weights: without normalisation it shrinks from layer to layer.
# On the right, the share of digits read correctly against the scale of the
# first weights; open markers are seeds.

# %%
# What to try next: weights too large, a scale of 4; twice as many layers.
