"""
What weight decay does to weights and errors
============================================

How far does weight decay shrink weights, and does it lower the loss?
A penalty on the squares of all weights asks of each what it is worth. Too weak
a penalty, and the weights follow the noise of a few examples; too strong, and
they forget what they should know. Between the two, the loss on digits held out
is least.
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

SEEDS, FEW, STEPS, BATCH, NOISE = (0, 1, 2), 200, 400, 50, 0.5
LAMBDAS = (0.0, 1e-3, 1e-2, 3e-2, 1e-1)
keras.utils.set_random_seed(0)
pixels, labels = load_digits(return_X_y=True)
pixels = pixels / 16 + np.random.normal(0, NOISE, pixels.shape)  # hard to read


# %%
# To the loss is added ``lam`` times the sum of the squares of all weights. Ten
# neurons look at 64 pixels, and the weights of each neuron form an image.
def network(lam):
    price = keras.regularizers.L2(lam)
    layer = layers.Dense(10, activation="softmax", kernel_regularizer=price)
    model = keras.Sequential([keras.Input((64,)), layer])
    model.compile(keras.optimizers.SGD(0.3), "sparse_categorical_crossentropy")
    return model


def learn(model, seed):
    x, x_test, y_t, y_test = train_test_split(
        pixels, labels, train_size=FEW, stratify=labels, random_state=seed
    )
    keras.utils.set_random_seed(seed)
    model.set_weights(keras.models.clone_model(model).get_weights())  # anew
    many = np.resize(np.arange(FEW), STEPS * BATCH)
    model.fit(x[many], y_t[many], batch_size=BATCH, verbose=0)
    p, p_test = (ops.convert_to_numpy(model(v)) for v in (x, x_test))
    W = model.get_weights()[0]
    wrong = np.mean(p_test.argmax(axis=1) != y_test)
    size = np.sqrt(np.mean(W**2))
    return W, [log_loss(y_t, p), log_loss(y_test, p_test), wrong, size]


runs = [[learn(model, s) for s in SEEDS] for model in map(network, LAMBDAS)]
found = np.array([[numbers for _, numbers in row] for row in runs])
names = ["training loss", "held-out loss", "held-out errors", "weight size"]
facts = {n: found.mean(axis=1)[:, k].tolist() for k, n in enumerate(names)}
bands = dict(zip(names, (0.1, 0.15, 0.08, 0.03)))
print("lam", *names, sep=", ")
for lam, *row in zip(LAMBDAS, *facts.values()):
    print(f"{lam:5g}", *(f"{number:.3f}" for number in row), sep="  ")
best = int(np.argmin(facts["held-out loss"]))
assert 0 < best < len(LAMBDAS) - 1
assert np.all(np.diff(facts["weight size"]) < 0)

# %%
# The best strength lowers the loss and hardly changes how many are misread. It
# was chosen on the held-out digits, so its loss there is a little too good.
fig, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
ticks = [f"{lam:g}" for lam in LAMBDAS]
for k, style in (0, "o--"), (1, "s-"):
    (line,) = ax.plot(ticks, facts[names[k]], style[1:], label=names[k])
    ax.plot(ticks, found[..., k], style[0], c=line.get_color(), mfc="none")
ax.set(xlabel="strength lam of the decay", ylabel="loss after training")
ax.legend()
least, none = (facts["held-out loss"][k] for k in (best, 0))
fig.set_label(f"Held-out loss {none:.2f}, with decay at best {least:.2f}.")

# %%
# Figure: The training and the held-out loss against the strength of the decay.
# Open markers are seeds, each with digits of its own; lines join their means.
#
# What the decay leaves of the weights of one neuron.
fig, axes = plt.subplots(1, 5, figsize=(8, 2), layout="constrained")
for ax, row, tick in zip(axes, runs, ticks):
    ax.imshow(row[0][0][:, 0].reshape(8, 8), cmap="gray_r", vmin=-1, vmax=1)
    ax.set_title(f"lam {tick}")
    ax.axis("off")
sizes = [f"{size:.2f}" for size in facts["weight size"]]
fig.set_label(f"Weights, ever smaller: root mean square {', '.join(sizes)}.")
plt.show()

# %%
# Figure: The weights of the neuron for the digit zero, with ever stronger
# decay. Black is 1 or more, white -1 or less, grey 0.

# %%
# What to try next: take ``NOISE = 0``, or all digits: is decay still worth it?
