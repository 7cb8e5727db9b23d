"""
Convolution arithmetic: padding, stride, dilation
=================================================

How long is the output of a convolution?
The output has one element for each position of the kernel. Padding adds
positions, while a stride and a dilation leave fewer. A transposed convolution
leads back from the short length to the long one (Dumoulin and Visin 2016,
arXiv:1603.07285). We draw the positions, compute every output by hand and
compare it with Keras. At the end, one element too many keeps two branches of
a network from being added.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# byhand is the book's package; the page of its gallery says how to install it.
# fig.set_label(...) describes a figure for readers who cannot see it.

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.figures import draw_convolution
from keras import layers, ops

KERNEL_SIZE = 3  # weights along an axis
LENGTHS = [6, 7, 8, 9]  # of the inputs that are tried
DRAWN = 6  # the length of the input in the figure

# %%
# Padding
# -------
#
# A kernel of three weights has fewer positions in a row than the row has
# elements, because it must not stick out at the ends. With ``padding="same"``
# Keras adds zeros around the input, and the output is as large as the input.
# Move through the positions to see which elements each output is made of.
draw_convolution(4, KERNEL_SIZE, padding="same")

# %%
# Stride
# ------
#
# With a stride of two the kernel moves by two elements at a time. What is left
# at the end and does not fill a step is never used. Here it is the last row
# and the last column.
draw_convolution(6, KERNEL_SIZE, strides=2)

# %%
# Dilation
# --------
#
# A dilation of two leaves a gap of one element between neighbouring weights,
# so that three weights span five elements. The kernel covers more of the input
# with the same number of parameters, and it has fewer positions.
draw_convolution(6, KERNEL_SIZE, dilation=2)

# %%
# Transposed convolution
# ----------------------
#
# A transposed convolution with a stride of two enlarges its input. It places
# zeros between the elements and around them, and then moves an ordinary kernel
# in steps of one.
draw_convolution(2, KERNEL_SIZE, strides=2, transposed=True)


# %%
# Every output by hand
# --------------------
#
# Along one axis a few lines of NumPy do the same. ``windows`` pads the input
# and lists, for each output, the places that the kernel covers. The kernel
# spans *e* elements, and a padded input of *n* elements has room for
# *(n - e) // stride + 1* positions. With ``padding="same"`` Keras fixes that
# number first, as the length divided by the stride and rounded up, and then
# adds the zeros that are missing. If their number is odd, the additional one
# stands at the end. The names of the arguments are those of Keras.
def windows(x, *, strides=1, padding="valid", dilation_rate=1):
    """Return the padded input and the places that each output covers."""
    span = dilation_rate * (KERNEL_SIZE - 1) + 1
    if padding == "same":
        positions = int(np.ceil(len(x) / strides))
        zeros = max((positions - 1) * strides + span - len(x), 0)
        x = np.pad(x, (zeros // 2, zeros - zeros // 2))
    starts = np.arange(0, len(x) - span + 1, strides)
    steps = np.arange(0, span, dilation_rate)
    return x, starts[:, np.newaxis] + steps


# %%
# A transposed convolution is an ordinary one with stride one, after zeros were
# placed between the elements and around them. It is the reverse of a
# convolution with the same arguments. If that one padded its input with
# zeros, the transposed one crops as many elements of its output, and it does
# so by padding less. This holds for a kernel that is at least as long as the
# stride.
def transposed_windows(x, *, strides, padding="valid"):
    """Return the padded input and the places that each output covers."""
    spread = np.zeros((len(x) - 1) * strides + 1, dtype="float32")
    spread[::strides] = x
    crop = KERNEL_SIZE - strides if padding == "same" else 0
    before = KERNEL_SIZE - 1 - crop // 2
    after = KERNEL_SIZE - 1 - (crop - crop // 2)
    return windows(np.pad(spread, (before, after)))


# %%
# Six layers
# ----------
#
# These are a plain convolution, the three variants of it that were drawn, and
# two transposed convolutions. The options are Keras's arguments, which
# ``windows`` and ``transposed_windows`` take as well.
CASES = {
    "plain": {},
    "padding same": {"padding": "same"},
    "stride 2": {"strides": 2},
    "dilation 2": {"dilation_rate": 2},
    "transposed, stride 2": {"strides": 2},
    "transposed, same": {"strides": 2, "padding": "same"},
}


def windows_of(name, x):
    """Return the padded input and the places that each output covers."""
    if name.startswith("transposed"):
        return transposed_windows(x, **CASES[name])
    return windows(x, **CASES[name])


# %%
# Keras and the sums by hand
# --------------------------
#
# Each layer is given inputs of four lengths. A transposed convolution applies
# its kernel in reverse order. An ordinary convolution is a matrix with a copy
# of the kernel in each row. In the columns of this matrix, which are the rows
# of the transposed one, the weights stand from the last to the first.
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
gaps = []  # largest difference between Keras and NumPy, for each input
for name, options in CASES.items():
    is_transposed = name.startswith("transposed")
    kind = layers.Conv1DTranspose if is_transposed else layers.Conv1D
    layer = kind(filters=1, kernel_size=KERNEL_SIZE, **options)
    for length in LENGTHS:
        x = rng.normal(size=length).astype("float32")
        by_keras = ops.convert_to_numpy(layer(x.reshape(1, length, 1)))
        kernel = ops.convert_to_numpy(layer.kernel).ravel()
        if is_transposed:
            kernel = kernel[::-1]
        padded, places = windows_of(name, x)
        by_hand = padded[places] @ kernel
        gaps.append(np.abs(by_keras.ravel() - by_hand).max())
print(f"{len(gaps)} inputs, largest difference {max(gaps):.0e}")

# %%
# What each output is made of
# ---------------------------
#
# Keras and NumPy agree to within rounding. So the windows can be trusted, and
# they are drawn for an input of six elements. Compare the two panels at the
# bottom. There, ``padding="same"`` crops the last output, and the output is
# exactly twice as long as the input.
output_lengths = {}
fig, axes = plt.subplots(3, 2, figsize=(6.4, 5.2), layout="constrained")
for ax, name in zip(axes.flat, CASES):
    padded, places = windows_of(name, np.ones(DRAWN))
    output_lengths[name] = len(places)
    for place, value in enumerate(padded):
        fill = "C1" if value else "white"
        ax.plot(place, 0, "s", color="C1", markerfacecolor=fill, markersize=8)
    for output, covered in enumerate(places):
        middle = covered.mean()
        width = 1 if output else 3
        for place in covered:
            line = ([place, middle], [0, 1])
            ax.plot(*line, color="C0", linewidth=width, zorder=0)
        ax.plot(middle, 1, "o", color="C2", markersize=8)
    ax.set_title(f"{name}: {DRAWN} to {len(places)}")
    ax.set(xlim=(-0.6, max(9, len(padded)) - 0.4), ylim=(-0.3, 1.3))
    ax.axis("off")
lengths = "; ".join(f"{name}: {n}" for name, n in output_lengths.items())
print(lengths)
fig.set_label(
    f"Lengths of the output for {DRAWN} elements and a kernel of "
    f"{KERNEL_SIZE} weights. {lengths}."
)
plt.show()

# %%
# Figure: Six convolutions of a row of six elements. Filled squares are the
# input, empty squares are zeros, and circles are the output. Lines join each
# output to the elements that the kernel covers, and those of the first output
# are thick.

# %%
# One element too many
# --------------------
#
# Many networks first shorten their feature maps and later lengthen them again.
# They then add a restored map to the earlier one of the same length. Two
# lengths lead to the same short length, though, and only one of them comes
# back.
halving = layers.Conv1D(
    filters=1, kernel_size=KERNEL_SIZE, strides=2, padding="same"
)
doubling = layers.Conv1DTranspose(
    filters=1, kernel_size=KERNEL_SIZE, strides=2, padding="same"
)
restored_lengths = {}
for length in LENGTHS:
    short_shape = halving.compute_output_shape((None, length, 1))
    restored_shape = doubling.compute_output_shape(short_shape)
    restored_lengths[length] = restored_shape[1]
    print(f"{length} becomes {short_shape[1]}, and {restored_shape[1]} again")

# %%
# Odd lengths become even. Keras refuses to add the two maps, and says why.
skip = keras.Input((7, 1))
restored = doubling(halving(skip))
try:
    layers.add([skip, restored])
except ValueError as error:
    print(error)

# %%
# There are two remedies. Pad the input of such a network, so that its length
# can be halved without a remainder as often as the network halves it. Or crop
# the restored map with ``layers.Cropping1D``.

# %%
# What to try next
# ----------------
#
# - A stride of 3 in both layers. Which lengths come back?
# - ``padding="causal"`` in place of ``"same"`` in the second case. Teach it to
#   ``windows``, too. Where do all the zeros stand?
# - A kernel of two weights in the transposed convolution. How many elements
#   of the input meet in each output now?

# %%
# Numbers and checks
# ------------------
#
# The book shows these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {"inputs checked": len(gaps), "largest gap": max(gaps)}
facts |= output_lengths
for length, restored_length in restored_lengths.items():
    facts[f"restored from {length}"] = restored_length
    assert (restored_length == length) == (length % 2 == 0)
assert max(gaps) < 1e-2  # some graphics cards round a lot
assert output_lengths["padding same"] == DRAWN
assert output_lengths["transposed, same"] == 2 * DRAWN
assert restored.shape[1] == 8
