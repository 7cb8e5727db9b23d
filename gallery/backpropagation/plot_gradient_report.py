"""
A bug in a backward pass, found and named
=========================================

Which one of 26,122 derivatives is wrong?
A network written by hand gets one element of its gradient a hundredth of a per
cent too large. A check along random directions of each array sees it, halves
the directions until one element is left, and says what is wrong.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import matplotlib.pyplot as plt
import numpy as np
from byhand import check_gradients
from byhand.backprop import Dense, ReLU, Sequential, Tanh, softmax_crossentropy

# %%
# A network in NumPy
# ------------------
#
# Two hidden layers, tanh and ReLU, and a batch of eight.
rng = np.random.default_rng(0)
hidden = [Dense(64, 128, rng=rng), Tanh(), Dense(128, 128, rng=rng), ReLU()]
net = Sequential([*hidden, Dense(128, 10, rng=rng)])
x, y = rng.normal(size=(8, 64)), rng.integers(0, 10, 8)
start = {name: array.copy() for name, array in net.parameters.items()}


def loss_and_dz(parameters):
    for name, array in net.parameters.items():
        array[...] = parameters[name]
    return softmax_crossentropy(net.forward(x), y)


def gradients(parameters):
    net.backward(loss_and_dz(parameters)[1])
    return {name: array.copy() for name, array in net.gradients.items()}


# %%
# Two mistakes
# ------------
#
# One spoils a single element, the other doubles the gradient of a bias. Each
# report names its mistake, says how small an error would have shown in the
# arrays that pass, and gives the worst element.
OFF = 1e-4


def one_element(parameters):
    found = gradients(parameters)
    found["2.kernel"][37, 90] *= 1 + OFF
    return found


def factor_two(parameters):
    found = gradients(parameters)
    return found | {"4.bias": 2 * found["4.bias"]}


reports = {}
for function in (gradients, one_element, factor_two):
    report = check_gradients(lambda p: loss_and_dz(p)[0], start, function)
    reports[function.__name__] = report
    print(f"{function.__name__}\n{report}\n")
facts = {name: report.evaluations for name, report in reports.items()}
assert sum(array.size for array in start.values()) == 26_122
assert [r.ok for r in reports.values()] == [True, False, False]
assert reports["one_element"].worst.index == (37, 90)
assert "one element of 2.kernel" in reports["one_element"].diagnosis
assert "a factor 2 too much" in reports["factor_two"].diagnosis

# %%
# What was compared
# -----------------
#
# Right derivatives lie on the diagonal. On the left the search goes from the
# whole kernel to halves of it; on the right the bias is off, in its single
# elements and in several together.
fig, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for ax, name in zip(axes, ("one_element", "factor_two")):
    reports[name].plot(ax=ax)
    ax.set_title(name.replace("_", " "))
fig.set_label(
    "Analytic against numerical derivatives, logarithmic, for two mistakes. "
    "All lie on the diagonal but those of a doubled bias, above it; the one "
    f"element off by {OFF:g} took {facts['one_element']:,} evaluations."
)
plt.show()

# %%
# Figure: Analytic against numerical derivatives for two planted mistakes. On
# the left a single element is off, by too little to be seen; on the right a
# bias is doubled, and its points lie above the diagonal.

# %%
# What to try next
# ----------------
#
# - Plant another bug: forget the ReLU, or sum a bias over the wrong axis.
# - Check a layer of your own with ``byhand.check_layer``.
