"""
Activation functions and their slopes
=====================================

How much of an error does an activation let through on the way back?
Backpropagation multiplies by the slope of each activation that a signal passed
on its way, besides the weights. Sigmoid passes a quarter at best; tanh passes
everything at zero and little far from it; ReLU passes everything above zero
and nothing below.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import matplotlib.pyplot as plt
from keras import ops
from keras.activations import relu, sigmoid, tanh

# %%
# Three functions and their derivatives
# -------------------------------------
#
# Sigmoid is 1 / (1 + exp(-z)), tanh the hyperbolic tangent, ReLU max(0, z).
# The derivatives of sigmoid and tanh need only the function's own value, which
# a network has already computed on the way forward.
FUNCTIONS = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (tanh, lambda z: 1 - tanh(z) ** 2),
    "ReLU": (relu, lambda z: ops.cast(z > 0, "float32")),
}

# %%
# Are the derivatives right?
# --------------------------
#
# A derivative written by hand is a guess until it is held against the
# function: here against a central difference. No point of the grid lies within
# the step around zero, where ReLU has a corner and no derivative.
z, h = ops.linspace(-4.0, 4.0, 400), 5e-3
assert float(ops.min(ops.abs(z))) > h
facts = {}
for name, (function, slope) in FUNCTIONS.items():
    quotient = (function(z + h) - function(z - h)) / (2 * h)
    facts[name] = {
        "steepest": float(ops.max(slope(z))),
        "slope at 4": float(slope(z)[-1]),
        "largest gap": float(ops.max(ops.abs(quotient - slope(z)))),
    }
    print(
        name, *(f"{key} {x:.5f}" for key, x in facts[name].items()), sep=" | "
    )
bands = {name: {"largest gap": 1e-3} for name in facts}
assert all(fact["largest gap"] < 1e-3 for fact in facts.values())
assert facts["sigmoid"]["steepest"] <= 0.25
assert facts["tanh"]["slope at 4"] < 0.01 < facts["ReLU"]["slope at 4"] == 1

# %%
# Function and slope side by side
# -------------------------------
fig, axes = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
for ax, (name, (function, slope)) in zip(axes, FUNCTIONS.items()):
    x, y, dy = map(ops.convert_to_numpy, (z, function(z), slope(z)))
    ax.plot(x, y, label="function")
    ax.plot(x, dy, "--", label="derivative")
    ax.set(title=name, xlabel="z", ylim=(-1.2, 2.2))
    ax.grid(alpha=0.3)
axes[0].legend(loc="upper left")
described = [
    f"{name}: at most {fact['steepest']:.2f}, {fact['slope at 4']:.2f} at 4"
    for name, fact in facts.items()
]
fig.set_label(
    "Three activations from -4 to 4, each with its derivative: its slope. "
    f"{'; '.join(described)}."
)
plt.show()

# %%
# Figure: Sigmoid, tanh and ReLU with their derivatives. That of sigmoid is a
# quarter at best, that of tanh is one at zero and small far from it, that of
# ReLU is zero or one.

# %%
# What to try next
# ----------------
#
# - Add ``keras.activations.gelu`` and derive its slope.
# - Raise the steepest slope of sigmoid to the tenth power: what is the most
#   that the slopes alone let through ten layers?
