"""
From the digits 0 to 4 to the digits 5 to 9
===========================================

What are layers worth that have learned to read other digits?
Hundreds of digits from 0 to 4, anywhere in an image, teach a network. Of 5 to
9 it then gets a handful: it can keep its layers but for a new last one
(frozen), go on with all of them (fine-tuned) or begin anew (from scratch).
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
from sklearn.model_selection import train_test_split

SEEDS, SIZES, BATCH = (0, 1, 2), (3, 10, 30), 50
WAYS = FROZEN, TUNED, SCRATCH = "frozen", "fine-tuned", "from scratch"
images, labels = load_digits().images / 16, load_digits().target
low = labels < 5
new = images[~low], labels[~low] - 5

# %%
# A body to be kept, and a head to be learned anew: ``whole`` is both of them.
# Digits of 8 x 8 pixels are placed anywhere in images of 12 x 12.
body = keras.Sequential([keras.Input((12, 12, 1))])
body.add(layers.Conv2D(16, 3, activation="relu"))
body.add(layers.Conv2D(16, 3, activation="relu"))
body.add(layers.MaxPooling2D(2))
body.add(layers.Flatten())
body.add(layers.Dense(64, activation="relu"))
head = keras.Sequential([keras.Input((64,)), layers.Dense(5, "softmax")])
whole = keras.Sequential([keras.Input((12, 12, 1)), body, head])
for model in (head, whole):
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")


def placed(digits):
    corners = np.random.randint(0, 5, (len(digits), 2))
    pads = [[(h, 4 - h), (v, 4 - v)] for h, v in corners]
    return np.stack(list(map(np.pad, digits, pads)))[..., np.newaxis]


def accuracies(seed):
    keras.utils.set_random_seed(seed)
    whole.set_weights(keras.models.clone_model(whole).get_weights())
    many = np.resize(np.flatnonzero(low), 400 * BATCH)
    whole.fit(placed(images[many]), labels[many], BATCH, verbose=0)
    learned = body.get_weights()
    for size in SIZES:
        split = {"train_size": 5 * size, "test_size": 400, "stratify": new[1]}
        parts = train_test_split(*new, random_state=seed, **split)
        x, x_test, y_t, y_test = *map(placed, parts[:2]), *parts[2:]
        many = np.resize(np.arange(len(x)), 100 * BATCH)
        for way in WAYS:
            start = keras.models.clone_model(whole).get_weights()
            kept = start[:-2] if way == SCRATCH else learned
            whole.set_weights(kept + start[-2:])
            model, a = (head, body(x)) if way == FROZEN else (whole, x)
            a = ops.convert_to_numpy(a)
            model.fit(a[many], y_t[many], BATCH, verbose=0)
            guess = ops.convert_to_numpy(whole(x_test)).argmax(axis=1)
            yield 100 * np.mean(guess == y_test)


runs = [list(accuracies(seed)) for seed in SEEDS]
runs = np.reshape(runs, (-1, len(SIZES), len(WAYS)))
facts = {w: runs[..., k].mean(axis=0).tolist() for k, w in enumerate(WAYS)}
bands = dict.fromkeys(facts, 8.0)  # per cent read correctly
print(*(f"{w}: {np.round(row, 1)}" for w, row in facts.items()), sep="\n")
assert facts[TUNED][-1] > facts[SCRATCH][-1] + 8
assert facts[FROZEN][-1] < facts[TUNED][-1]

# %%
# All have the same 100 steps, too few to begin anew. The more examples, the
# better to go on with all layers.
fig, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
for k, style in enumerate(("^:", "o-", "s--")):
    (line,) = ax.plot(facts[WAYS[k]], style, label=WAYS[k])
    ax.plot(runs[..., k].T, style[0], c=line.get_color(), mfc="none")
ax.set_xticks(range(len(SIZES)), [f"{n} of each digit" for n in SIZES])
ax.set_ylabel("read correctly (%)")
ax.legend()
said = ", ".join(f"{way} {row[-1]:.0f}" for way, row in facts.items())
fig.set_label(f"Per cent read after {SIZES[-1]} of each digit: {said}.")
plt.show()

# %%
# Figure: The share of the new digits that is read correctly, against how many
# of each were learned from. Open markers are seeds; lines join their means.

# %%
# What to try next: 400 steps for the few; teach digits that stand still.
