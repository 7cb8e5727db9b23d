"""
A bug in a backward pass, found and named
=========================================

Which one of 21,674 derivatives is wrong?
A wrong backward pass often raises no error, and the network may still train,
only worse. Here we plant two mistakes in a network written by hand. One
element of the gradient is slightly too large, or a whole bias gets twice its
gradient. A check needs far fewer evaluations of the loss than there are
derivatives, because it tests many of them together.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# byhand is the book's package; the page of its gallery says how to install it.
# fig.set_label(...) describes a figure for readers who cannot see it.

import matplotlib.pyplot as plt
import numpy as np
from byhand import check_gradients
from byhand.backprop import Dense, ReLU, Sequential, Tanh, softmax_crossentropy

INPUTS = 64
FIRST = 128  # units of the first hidden layer
SECOND = 96  # units of the second
CLASSES = 10
BATCH = 8  # a check needs only a few examples
TOO_LARGE = 1e-4  # relative error of the single element
WRONG = (37, 90)  # row and column of the element that will be wrong

rng = np.random.default_rng(0)

# %%
# A network in NumPy
# ------------------
#
# The network has two hidden layers, one with tanh and one with ReLU. Inputs
# and labels are random. That is better for a check than real images, in which
# many pixels are zero and hide errors in the weights that they are multiplied
# by. The numbers of inputs, of units in each hidden layer and of classes all
# differ, so that a kernel that is transposed by mistake does not fit and
# raises an error at once.
net = Sequential(
    [
        Dense(INPUTS, FIRST, rng=rng),
        Tanh(),
        Dense(FIRST, SECOND, rng=rng),
        ReLU(),
        Dense(SECOND, CLASSES, rng=rng),
    ]
)
x = rng.normal(size=(BATCH, INPUTS))
y = rng.integers(0, CLASSES, size=BATCH)
start = {name: array.copy() for name, array in net.parameters.items()}
derivatives = sum(array.size for array in start.values())
print(f"{derivatives:,} derivatives")


# %%
# Loss and gradient as functions
# ------------------------------
#
# ``check_gradients`` takes two functions of the parameters: one returns the
# loss, and the other returns its gradient in a dictionary with the same names.
# The parameters of layer 2 are called ``2.kernel`` and ``2.bias``, counted
# from 0 with the activation functions.
def loss_and_upstream(parameters):
    """Return the loss, and its gradient with respect to the logits."""
    for name, array in net.parameters.items():
        array[...] = parameters[name]
    return softmax_crossentropy(net.forward(x), y)


def loss(parameters):
    value, _ = loss_and_upstream(parameters)
    return value


def gradients(parameters):
    """Return the gradient of the loss with respect to each parameter."""
    _, upstream = loss_and_upstream(parameters)
    net.backward(upstream)
    return {name: array.copy() for name, array in net.gradients.items()}


# %%
# The correct backward pass
# -------------------------
#
# With many parameters the check moves all elements of an array together, each
# in proportion to its size (zeros all by the same amount) and with a random
# sign. It compares one number, the rate at which the loss
# changes in this direction, by the gradient and by differences of the loss. An
# error in any element changes that number. One by one, central quotients would
# need two evaluations for each derivative.
#
# The report says for each array how large an error would certainly have been
# seen, as a fraction of the gradient of the whole array. This is never less
# than ``rtol``, the relative error that the check allows at each element. The
# error of a single element is a far smaller fraction of the whole. It is found
# as well if it exceeds ``rtol`` and rounding does not hide it.
correct = check_gradients(loss, start, gradients)
print(correct)
print(
    f"{correct.evaluations} evaluations of the loss, "
    f"one by one {2 * derivatives:,}"
)


# %%
# One wrong element
# -----------------
#
# Now one element of the gradient is a hundredth of a per cent too large. The
# direction through all elements of the kernel disagrees, and the check halves
# it. It compares the derivatives in each half, goes on with the one that
# disagrees, and so reaches the single element.
def one_element_wrong(parameters):
    """Return the gradient with an error in one element."""
    wrong = gradients(parameters)
    wrong["2.kernel"][WRONG] *= 1 + TOO_LARGE
    return wrong


report = check_gradients(loss, start, one_element_wrong)
print(report)
print(f"{report.evaluations:,} evaluations of the loss")

# %%
# The search
# ----------
#
# The report keeps all comparisons. We look at those within the kernel.
# Groups are divided where the difference is larger than its bound, the error
# that the numerical derivative may have. At the last element the check also
# allows ``rtol``. In a group an element counts in proportion to
# its size, and in the last comparison by its derivative alone, so the last
# difference does not compare with those before.
search = [pair for pair in report.comparisons if pair.tensor == "2.kernel"]
disagree = [pair for pair in search if pair.difference > pair.bound]
agree = [pair for pair in search if pair.difference <= pair.bound]

# %%
# Difference and bound
# --------------------
#
# In each step both halves are compared. One of them lies above its bound, by a
# wide margin, and the search goes on there.
fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
groups = [(agree, "o", "agree"), (disagree, "s", "disagree")]
for pairs, marker, label in groups:
    sizes = [pair.size for pair in pairs]
    differences = [pair.difference for pair in pairs]
    ax.plot(sizes, differences, marker, label=label)
sizes = [pair.size for pair in search]
bounds = [pair.bound for pair in search]
ax.plot(sizes, bounds, "_", color="k", markersize=10, label="bound")
ax.set_xscale("log", base=2)
ax.set_yscale("log")
ax.invert_xaxis()
ax.set(
    xlabel="elements that move together",
    ylabel="difference of the derivatives",
)
fig.legend(loc="outside upper center", ncols=3)
smallest = min(pair.difference for pair in disagree)
largest = max(pair.difference for pair in agree)
fig.set_label(
    f"Differences between analytic and numerical derivatives, from "
    f"{search[0].size:,} elements together to one. The smallest of those that "
    f"disagree is {smallest:.0e}, the largest of the others {largest:.0e}."
)
plt.show()

# %%
# Figure: The search for the wrong element, from left to right. Squares are
# groups of elements whose derivatives disagree, circles are groups that agree,
# and dashes are the bounds: a smaller difference may be an error of the
# numerical derivative.


# %%
# A doubled bias
# --------------
#
# An error in every element takes fewer evaluations, and it has a pattern. The
# check tries the factors that common mistakes leave, such as 2 or -1, and
# names the one that explains all elements.
def bias_doubled(parameters):
    """Return the gradient with twice that of the first bias."""
    wrong = gradients(parameters)
    wrong["0.bias"] *= 2
    return wrong


doubled = check_gradients(loss, start, bias_doubled)
print(doubled)
print(f"{doubled.evaluations:,} evaluations of the loss")

# %%
# A picture of the report
# -----------------------
#
# ``plot`` draws the analytic derivative against the numerical one. Correct
# derivatives lie on the diagonal. Both axes are logarithmic, so a constant
# factor moves all points of an array by the same distance.
fig, ax = plt.subplots(figsize=(5, 4.4), layout="constrained")
doubled.plot(ax=ax)
worst = doubled.worst
fig.set_label(
    "Analytic against numerical derivatives. Those of one bias lie above the "
    f"diagonal by a factor of {worst.analytic / worst.numerical:.1f}, and all "
    "others lie on it."
)
plt.show()

# %%
# Figure: Analytic against numerical derivatives, as absolute values. Diamonds
# are groups of elements that moved together, and the circle is the worst
# single element, with its name. The points above the diagonal belong to the
# bias with twice its gradient.

# %%
# What to try next
# ----------------
#
# - Make an error of ``1e-5`` in the single element, and then of ``1e-6``. Is
#   either found? Try again with ``check_gradients(..., rtol=1e-13)``. How
#   small may the error be then?
# - Plant other mistakes: the wrong sign in one array, or gradients that are
#   not divided by the number of examples. What does the diagnosis say?
# - Check a layer of your own with ``byhand.check_layer``.

# %%
# Numbers and checks
# ------------------
#
# The book's tests compare these numbers between the backends of Keras, and its
# build fails unless the assertions hold. Both belong to the settings above:
# leave this cell out of what you copy.
facts = {
    "derivatives": derivatives,
    "evaluations for a pass": correct.evaluations,
    "evaluations one by one": 2 * derivatives,  # central quotients
    "evaluations for one element": report.evaluations,
    "evaluations for a doubled bias": doubled.evaluations,
}

assert derivatives == 21_674
assert correct.ok
assert not report.ok
assert report.worst.index == WRONG
assert "one element of 2.kernel" in report.diagnosis
assert min(pair.size for pair in disagree) == 1
for pair in disagree:
    assert pair.difference > 10 * pair.bound
assert not doubled.ok
assert "a factor 2 too much" in doubled.diagnosis
assert doubled.evaluations < report.evaluations < derivatives
