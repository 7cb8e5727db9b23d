"""
Dropout and the gap between two losses
======================================

Does dropout close the gap between the training and the held-out loss?
A wide network learns 300 digits by heart: its loss on them goes to zero, while
that on other digits stays. Dropout silences neurons at random in training, so
that none can rely on another (Srivastava et al. 2014). Both losses are
measured without it, in the finished network.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

SEEDS, RATES, FEW, BATCH = (0, 1, 2), (0.0, 0.25, 0.5, 0.75), 300, 50
keras.utils.set_random_seed(0)
x_all, labels = load_digits(return_X_y=True)
x_all = x_all.astype("float32") / 16


# %%
# One network for each rate and seed
# ----------------------------------
#
# A clone has new initial weights; they go into the same compiled network.
def network(rate):
    model = keras.Sequential([keras.Input((64,))])
    for _ in range(2):
        model.add(layers.Dense(256, activation="relu"))
        model.add(layers.Dropout(rate))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(keras.optimizers.SGD(0.2), "sparse_categorical_crossentropy")
    return model


def losses_and_errors(model, seed):
    x, x_test, y_t, y_test = train_test_split(
        x_all, labels, train_size=FEW, stratify=labels, random_state=seed
    )
    keras.utils.set_random_seed(seed)
    model.set_weights(keras.models.clone_model(model).get_weights())
    many = np.tile(np.arange(FEW), 80)  # eighty passes over all digits
    model.fit(x[many], y_t[many], batch_size=BATCH, verbose=0)
    p, p_test = (ops.convert_to_numpy(model(v)) for v in (x, x_test))
    wrong = float(np.mean(p_test.argmax(axis=1) != y_test))
    return float(log_loss(y_t, p)), float(log_loss(y_test, p_test)), wrong


models = [network(rate) for rate in RATES]
runs = [[losses_and_errors(m, seed) for seed in SEEDS] for m in models]
training, held_out, wrong = np.moveaxis(runs, 2, 0)  # each (rates, seeds)
facts = {
    "training loss": training.mean(axis=1).tolist(),
    "held-out loss": held_out.mean(axis=1).tolist(),
    "held-out errors": wrong.mean(axis=1).tolist(),
}
bands = dict.fromkeys(facts, 0.02)
print("rate", *facts, sep=", ")
for rate, *row in zip(RATES, *facts.values()):
    print(f"{rate:.2f}", *(f"{number:.3f}" for number in row), sep="  ")
half = RATES.index(0.5)
assert min(facts["held-out loss"][1:]) < facts["held-out loss"][0]
assert facts["held-out loss"][half] > 4 * facts["training loss"][half]

# %%
# A moderate rate lowers the held-out loss a little and leaves most of the gap;
# beyond it both losses rise.
fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
curves = (training, "o--", "training"), (held_out, "s-", "held out")
for each, style, name in curves:
    (line,) = ax.semilogy(RATES, each.mean(axis=1), style[1:], label=name)
    ax.semilogy(RATES, each, style[0], color=line.get_color(), mfc="none")
ax.set(xlabel="dropout rate q", ylabel="loss after training")
ax.grid(alpha=0.3)
ax.legend()
fig.set_label(
    f"Held-out loss by dropout rate, without {facts['held-out loss'][0]:.3f}, "
    f"at one half {facts['held-out loss'][half]:.3f}; training loss far less."
)
plt.show()

# %%
# Figure: The training and the held-out loss of the finished network against
# the dropout rate, on a logarithmic axis. Open markers are seeds, each with
# digits of its own; lines join their means.

# %%
# What to try next: a rate of 0.9 (why do both losses rise?); drop pixels, too.
