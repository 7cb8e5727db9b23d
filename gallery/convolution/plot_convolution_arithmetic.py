"""
Padding, stride, dilation and the way back
==========================================

How long is the output of a convolution?
It has one element for each place of the kernel. Zeros around the input give
the kernel more places; a stride and a dilation leave it fewer. A transposed
convolution leads from the short length to the long one. One element too few
is enough to keep two branches of a network from being added.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import matplotlib.pyplot as plt
import numpy as np
from byhand.figures import draw_convolution
from byhand.figures.kernels import walk
from keras import layers, ops

# %%
# Padding: with ``padding="same"`` the output is as large as the input.
draw_convolution(4, 3, padding="same")

# %%
# Stride: what does not fill a step is left out, here the last row and column.
draw_convolution(6, 3, strides=2)

# %%
# Dilation: three taps with a gap of one in between span five elements.
draw_convolution(6, 3, dilation=2)

# %%
# Transposed: with zeros between the elements a stride of two enlarges.
draw_convolution(2, 3, strides=2, transposed=True)

# %%
# Along one axis, ``walk`` says where the taps lie and which elements they
# meet. A transposed convolution has its taps in reverse order.
CASES = {
    "plain": {},
    "padding same": {"padding": "same"},
    "stride 2": {"strides": 2},
    "dilation 2": {"dilation_rate": 2},
    "transposed, stride 2": {"strides": 2},
    "transposed, same": {"strides": 2, "padding": "same"},
}
facts = {"layers checked": 0, "largest gap": 0.0}
bands = {"largest gap": 1e-5}
rng, walks = np.random.default_rng(0), {}
for name, i in [(name, i) for name in CASES for i in (9, 8, 7, 6)]:
    case = CASES[name]
    back = name.startswith("transposed")
    layer = (layers.Conv1DTranspose if back else layers.Conv1D)(1, 3, **case)
    x = rng.normal(size=i).astype("float32")
    z = ops.convert_to_numpy(layer(x.reshape(1, i, 1))).ravel()
    how = {key.removesuffix("_rate"): value for key, value in case.items()}
    walks[name] = found = walk(i, 3, transposed=back, **how)
    met = [found.element(at) for at in range(found.padded)]
    padded = np.array([0 if e is None else x[e] for e in met])
    w = ops.convert_to_numpy(layer.kernel).ravel()[:: -1 if back else 1]
    by_hand = padded[np.add.outer(found.starts, found.taps)] @ w
    gap = max(facts["largest gap"], float(np.abs(z - by_hand).max()))
    facts |= {name: z.size, "largest gap": gap}
    facts["layers checked"] += 1
assert facts["largest gap"] < 1e-2  # graphics cards round more
print("The outputs of 6 elements and 3 taps have these lengths:")
print(*(f"{name:22}{facts[name]:3}" for name in CASES), sep="\n")

# %%
# Where the kernel goes, and which elements each output is made of.
fig, axes = plt.subplots(2, 3, figsize=(9, 4.2), layout="constrained")
for ax, (name, found) in zip(axes.flat, walks.items()):
    for at in range(found.padded):
        fill = "w" if found.element(at) is None else "tab:orange"
        ax.plot(at, 0, "s", ms=11, mec="k", mfc=fill)
    for n, start in enumerate(found.starts):
        middle = start + found.taps[-1] / 2
        for tap in found.taps:
            way = [start + tap, middle], [0, 1]
            ax.plot(*way, "C0", lw=1 if n else 3, zorder=0)
        ax.plot(middle, 1, "o", ms=11, mec="k", mfc="tab:green")
    ax.set_title(f"{name}: 6 to {facts[name]}")
    ax.set(ylim=(-0.3, 1.3), xlim=(-0.6, max(8, found.padded) - 0.4))
    ax.axis("off")
lengths = "; ".join(f"{name}: {facts[name]}" for name in CASES)
over = f"{len(found.taps)} taps over {i} elements"
fig.set_label(f"Output lengths of {over}. {lengths}.")
plt.show()

# %%
# Figure: Six convolutions of a row of six elements. Orange squares are the
# input, white ones zeros, green circles the output; thick lines join the first
# output to the taps of the kernel.

# %%
# What to try next: a stride of 3; an input of 7, and which lengths stay.
