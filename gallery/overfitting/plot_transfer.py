"""
From the digits 0 to 4 to the digits 5 to 9
===========================================

What are layers worth that have learned to read other digits?
A network learns to tell 0 to 4 apart, in noise, from hundreds of examples. Of
5 to 9 it gets a handful. It can keep its layers and learn a new last one
(frozen), go on with all of them (fine-tuned) or begin anew (from scratch).
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEEDS, SIZES, NOISE, BATCH = (0, 1, 2), (3, 10, 30), 0.5, 50
WAYS = FROZEN, TUNED, SCRATCH = "frozen", "fine-tuned", "from scratch"
keras.utils.set_random_seed(0)
x_all, labels = load_digits(return_X_y=True)
x_all = (x_all / 16 + np.random.normal(0, NOISE, x_all.shape)).astype("f4")
low = labels < 5
new = x_all[~low], labels[~low] - 5

# %%
# A body to be kept, and a head to be learned anew: ``whole`` is both of them.
body = keras.Sequential([keras.Input((64,)), layers.Reshape((8, 8, 1))])
body.add(layers.Conv2D(16, 3, activation="relu"))
body.add(layers.Conv2D(32, 3, activation="relu"))
body.add(layers.Flatten())
body.add(layers.Dense(64, activation="relu"))
head = keras.Sequential([keras.Input((64,)), layers.Dense(5, "softmax")])
whole = keras.Sequential([keras.Input((64,)), body, head])
for model in (head, whole):
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")


def new_weights(model):
    return keras.models.clone_model(model).get_weights()


def learn(model, x, y_t, steps):
    many = np.resize(np.arange(len(x)), steps * BATCH)
    model.fit(x[many], y_t[many], batch_size=BATCH, verbose=0)


def accuracies(seed):
    keras.utils.set_random_seed(seed)
    body.set_weights(new_weights(body))
    head.set_weights(new_weights(head))
    learn(whole, x_all[low], labels[low], 300)
    learned = body.get_weights()
    for size in SIZES:
        split = {"train_size": 5 * size, "test_size": 400, "stratify": new[1]}
        parts = train_test_split(*new, random_state=seed, **split)
        x, x_test, y_t, y_test = parts
        for way in WAYS:
            body.set_weights(new_weights(body) if way == SCRATCH else learned)
            head.set_weights(new_weights(head))
            v = ops.convert_to_numpy(body(x)) if way == FROZEN else x
            learn(head if way == FROZEN else whole, v, y_t, 100)
            guess = ops.convert_to_numpy(whole(x_test)).argmax(axis=1)
            yield 100 * np.mean(guess == y_test)


runs = np.array([list(accuracies(seed)) for seed in SEEDS])
runs = runs.reshape(-1, len(SIZES), len(WAYS))
means = runs.mean(axis=0)  # sizes, ways
facts = {way: means[:, k].tolist() for k, way in enumerate(WAYS)}
bands = dict.fromkeys(facts, 5.0)  # per cent read correctly
print(*(f"{w}: {np.round(row, 1)}" for w, row in facts.items()), sep="\n")
assert sum(facts[TUNED]) > sum(facts[SCRATCH])
assert facts[FROZEN][-1] < facts[TUNED][-1]

# %%
# Markers are seeds, lines join their means. What helps is to go on with all.
fig, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
for k, style in enumerate(("^:", "o-", "s--")):
    (line,) = ax.plot(means[:, k], style, label=WAYS[k])
    ax.plot(runs[..., k].T, style[0], c=line.get_color(), mfc="none")
ax.set_xticks(range(len(SIZES)), SIZES)
ax.set(xlabel="examples of each digit", ylabel="read correctly (%)")
ax.legend()
said = ", ".join(f"{way} {row[1]:.0f}" for way, row in facts.items())
fig.set_label(f"Per cent read after {SIZES[1]} of each digit: {said}.")
plt.show()

# %%
# What to try next: no noise; frozen convolutions under two new dense layers.
