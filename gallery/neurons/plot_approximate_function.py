"""
One hidden layer draws any curve
================================

How many neurons does one hidden layer need to follow a curve?
With enough of them it comes as close to any continuous function on a bounded
range as one likes (Leshno et al. 1993, doi:10.1016/S0893-6080(05)80131-5).
With ReLU the reason can be seen: each neuron adds one kink to a line, and a
line with many kinks follows any curve. Finding them is another matter.
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

WIDTHS, SHOWN, SEEDS = (2, 8, 16, 32, 64), (2, 8, 64), 3
x = np.linspace(-1, 1, 201)[:, np.newaxis]
y_t = np.sin(4 * x) + x**2


# %%
# Three networks at once
# ----------------------
#
# Three networks with their own first weights learn side by side in one model.
# They share no number, so it is as if each learned alone. In the notation of
# EinsumDense, n counts examples, i inputs, s networks and m neurons.
def fit_curve(width):
    keras.utils.set_random_seed(width)
    spread = keras.initializers.RandomUniform
    hidden = layers.EinsumDense(
        "ni,ism->nsm",
        output_shape=(SEEDS, width),
        bias_axes="sm",
        activation="relu",
        kernel_initializer=spread(-2, 2),
        # Kinks are where z is zero: most within the range.
        bias_initializer=spread(-1, 1),
    )
    output = layers.EinsumDense(
        "nsm,sm->ns",
        output_shape=(SEEDS,),
        bias_axes="s",
        kernel_initializer=keras.initializers.RandomNormal(0, width**-0.5),
    )
    model = keras.Sequential([keras.Input((1,)), hidden, output])
    fall = keras.optimizers.schedules.CosineDecay(0.03, 500)
    model.compile(keras.optimizers.Adam(fall), "mse")
    many = np.tile(x, (500, 1)), np.tile(y_t, (500, SEEDS))
    model.fit(*many, len(x), verbose=0)  # 500 steps with all points
    return ops.convert_to_numpy(model(x))


# %%
# Fits and errors
# ---------------
#
# The error is the root of the mean square distance. Middle ones are drawn.
fits = {width: fit_curve(width) for width in WIDTHS}
facts = {
    f"error with {width}": np.sqrt(np.mean((y - y_t) ** 2, axis=0)).tolist()
    for width, y in fits.items()
}
bands = dict.fromkeys(facts, 0.7) | {"error with 64": 0.03}
for name, errors in facts.items():
    print(f"{name:14}", *(f"{error:.4f}" for error in errors))
means = [np.mean(errors) for errors in facts.values()]
assert max(facts["error with 64"]) < 0.05 < 0.1 < min(facts["error with 2"])

fig, axes = plt.subplots(2, 2, figsize=(9, 6), layout="constrained")
for ax, width in zip(axes.flat, SHOWN):
    ax.plot(x, y_t, "k", lw=4, alpha=0.25, label="curve")
    middle = np.argsort(facts[f"error with {width}"])[SEEDS // 2]
    ax.plot(x, fits[width][:, middle], "C1", label=f"{width} neurons")
    ax.set(title=f"{width} neurons", xlabel="x", xticks=(-1, 0, 1))
axes[0, 0].legend()
for s, marker in enumerate("os^"):
    errors = [found[s] for found in facts.values()]
    axes[1, 1].loglog(WIDTHS, errors, marker, ms=5, mfc="none")
axes[1, 1].loglog(WIDTHS, means, "k-", lw=1)
axes[1, 1].set(title="three networks, and their mean", xlabel="neurons")
axes[1, 1].set(ylabel="error", xticks=WIDTHS, xticklabels=WIDTHS)
axes[1, 1].minorticks_off()
said = ", ".join(f"{m:.3f} with {w}" for w, m in zip(WIDTHS, means))
fig.set_label(f"A curve, and networks that follow it. Mean error: {said}.")
plt.show()

# %%
# Figure: A curve, and networks of three widths that were fitted to it. At the
# lower right, the errors of three networks of every width and their mean, both
# axes logarithmic.

# %%
# What to try next: a curve with a jump; ``tanh``, which has no kinks.
