"""
Receptive field and effective receptive field
=============================================

How much of an image does one output of a convolutional network use?
Kernel sizes, strides and dilations determine the receptive field, which holds
all pixels that can change the output. The gradient of the output with respect
to the image tells how much each of them does change it. Near the centre it is
large and at the border it is nearly zero. The region that matters in practice
is called the effective receptive field. It grows only with the square root of
the depth (Luo et al. 2016, arXiv:1701.04128).
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
from byhand.shapes import from_keras
from keras import layers, ops
from matplotlib.patches import Circle, Rectangle

SIZE = 41  # pixels along each side of an image
IMAGES = 8
FILTERS = 8  # of each convolution
DEPTHS = [4, 8, 16]  # convolutions
SEEDS = 3

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
images = rng.normal(size=(IMAGES, SIZE, SIZE, 1)).astype("float32")


# %%
# The gradient with respect to the images
# ---------------------------------------
#
# TensorFlow, JAX and PyTorch each have a command of their own for the gradient
# with respect to an input. Keras gives the same on all of them, with a small
# detour. A first layer adds weights to the images, and these weights start at
# zero. So the gradient with respect to them is the gradient with respect to
# the images. One step of gradient descent with a learning rate of one then
# turns the zeros into minus this gradient.
class Offset(layers.Layer):
    """Add weights that start at zero, one for each pixel of each image."""

    def build(self, shape):
        self.offset = self.add_weight(shape=shape, initializer="zeros")

    def call(self, x):
        return x + self.offset


# %%
# One output, squared and averaged
# --------------------------------
#
# The loss is not one that we want to make small. It is the sum of all channels
# of the output in the middle, because we ask what this output depends on. A
# pixel may raise it in one image and lower it in another. So we take the mean
# of the squared gradient over the images.
def squared_gradient(stack):
    """Return the mean squared gradient of the central output, a map."""
    offset = Offset()
    network = keras.Sequential(
        [keras.Input(batch_shape=images.shape), offset, *stack]
    )
    middle = network.output_shape[1] // 2

    def central_output(_, maps):
        return ops.sum(maps[:, middle, middle])

    network.compile(
        optimizer=keras.optimizers.SGD(learning_rate=1.0),
        loss=central_output,
        run_eagerly=True,  # one step is not worth compiling
    )
    network.train_on_batch(images, np.zeros(IMAGES))
    gradient = -ops.convert_to_numpy(offset.offset).astype("float64")
    return np.mean(gradient[..., 0] ** 2, axis=0)


# %%
# What an output can depend on
# ----------------------------
#
# The receptive field follows from the settings of the layers alone. A layer
# with a kernel of three enlarges it by twice the dilation, times the product
# of the strides of all layers before. ``byhand.shapes`` counts it. If the rule
# is right, the gradient is zero outside, and as many rows have a gradient
# different from zero as the rule says.
def convolution(**settings):
    """Return a convolution with fixed weights; settings are those of Keras."""
    return layers.Conv2D(
        filters=FILTERS,
        kernel_size=3,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        trainable=False,
        **settings,
    )


def receptive_field(stack):
    """Return the pixels along one side of the receptive field."""
    network = keras.Sequential([keras.Input((SIZE, SIZE, 1)), *stack])
    field = from_keras(network).receptive_field(stack[-1].name)
    return field.size[0]


# %%
# Four networks of three layers
# -----------------------------
#
# They differ in the first layer. However small a gradient is, it counts unless
# it is as small as rounding errors.
FIRST = {
    "plain": convolution(),
    "stride 2": convolution(strides=2),
    "dilation 2": convolution(dilation_rate=2),
    "pooling": layers.MaxPooling2D(2),
}
by_rule = {}
by_gradient = {}
for name, first in FIRST.items():
    stack = [first, convolution(), convolution()]
    rows = squared_gradient(stack).sum(axis=1)
    by_rule[name] = receptive_field(stack)
    by_gradient[name] = np.sum(rows > 1e-10 * rows.max())  # less is rounding
    print(
        f"{name} first: {by_rule[name]} pixels by the rule, "
        f"{by_gradient[name]} by the gradient"
    )

# %%
# Rule and gradient agree. A stride, a dilation or a pooling in the first layer
# enlarges the receptive field of an output at the end of the network. A stride
# and a pooling do so for all later layers, while a dilation only counts for
# its own.


# %%
# What an output does depend on
# -----------------------------
#
# Now we measure how far the squared gradient spreads over the receptive field,
# by its standard deviation along an axis, for plain convolutions and several
# depths. A theory without activation functions is simple. On average, each
# layer with a random kernel of three spreads the squared gradient equally over
# three places, and this adds a variance of two thirds. Variances add up, so
# that the standard deviation grows with the square root of the depth. By width
# we mean four standard deviations, two to either side of the centre, where
# most of a normal distribution lies.
def width_of(gradient_map):
    """Return four standard deviations of a map along an axis, in pixels."""
    profile = gradient_map.sum(axis=0) + gradient_map.sum(axis=1)
    distance = np.arange(SIZE) - SIZE // 2
    variance = np.sum(profile * distance**2) / profile.sum()
    return 4 * np.sqrt(variance)


def width_in_theory(depth):
    """Return the width that follows from a depth, in pixels."""
    return 4 * np.sqrt(2 / 3 * depth)


# %%
# Three depths
# ------------
#
# Each depth is tried with several seeds, which draw the weights.
fields = {}
maps = {}  # for each depth, the maps of all seeds
widths = {}  # and their widths
for depth in DEPTHS:
    maps[depth] = []
    for seed in range(SEEDS):
        keras.utils.set_random_seed(seed)
        stack = [convolution() for _ in range(depth)]
        maps[depth].append(squared_gradient(stack))
    widths[depth] = [width_of(gradient_map) for gradient_map in maps[depth]]
    fields[depth] = receptive_field(stack)
    print(
        f"{depth} layers: receptive field {fields[depth]} pixels, "
        f"width {np.mean(widths[depth]):.1f}, "
        f"in theory {width_in_theory(depth):.1f}"
    )

# %%
# A bell in a square
# ------------------
#
# The figure shows the first seed. Compare the circle and the square. With four
# times the depth the square is nearly four times as wide, but the circle only
# about twice.
fig, axes = plt.subplots(1, 3, figsize=(6.4, 2.5), layout="constrained")
half = SIZE / 2
extent = (-half, half, -half, half)
in_words = []
for ax, depth in zip(axes, DEPTHS):
    field = fields[depth]
    width = widths[depth][0]
    ax.imshow(np.sqrt(maps[depth][0]), cmap="gray_r", extent=extent)
    corner = (-field / 2, -field / 2)
    square = Rectangle(corner, width=field, height=field)
    square.set(fill=False, edgecolor="C0")
    circle = Circle((0, 0), radius=width / 2)
    circle.set(fill=False, edgecolor="C1", linestyle="--")
    ax.add_patch(square)
    ax.add_patch(circle)
    ax.set(title=f"{depth} layers", xticks=[], yticks=[])
    in_words.append(f"{width:.0f} of {field} pixels at {depth} layers")
fig.set_label(
    "The gradient of one output with respect to the image, strong in the "
    "middle and faint towards the border of the receptive field. Width of "
    f"its spread, of the receptive field: {', '.join(in_words)}."
)
plt.show()

# %%
# Figure: The root mean square of the gradient of one output with respect to
# the image, dark where it is large, for one seed. The square encloses the
# receptive field. The dashed circle lies two standard deviations from the
# centre.

# %%
# Depth and width
# ---------------
#
# All seeds and depths come close to the theory, although it neglects the
# activation function. So a network with a large receptive field does not
# automatically use all of it. This holds for random weights. Luo et al. (2016)
# find that the effective receptive field grows during training.
depths = np.arange(1, DEPTHS[-1] + 1)
fig, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
ax.plot(depths, 2 * depths + 1, "-", color="C0", label="receptive field")
theory = width_in_theory(depths)
ax.plot(depths, theory, "--", color="C1", label="width in theory")
measured = [widths[depth] for depth in DEPTHS]
points = ax.plot(DEPTHS, measured, "o", color="C1", fillstyle="none")
points[0].set(label="width, one seed")
ax.set(xlabel="layers", ylabel="pixels")
ax.legend()
means = [f"{np.mean(widths[depth]):.1f} at {depth}" for depth in DEPTHS]
fig.set_label(
    f"Width against the number of layers. The receptive field rises in a "
    f"straight line to {fields[DEPTHS[-1]]} pixels. The width of the gradient "
    f"is {', '.join(means)} layers, on a curve that flattens."
)
plt.show()

# %%
# Figure: The receptive field grows linearly with the depth. The width of the
# gradient, a circle for each seed, grows about as its square root, which is
# the dashed curve of the theory.

# %%
# What to try next
# ----------------
#
# - Leave out the activation function, as the theory does. Why do the circles
#   scatter more? The gradient is then the same for all images.
# - Let the dilation double from layer to layer, in networks of two to four
#   layers, whose receptive fields still fit into the image. How wide is the
#   gradient now? The lines of the last figure are for plain convolutions.
# - Train a network with these layers before you measure, without
#   ``trainable=False``. In which direction does the width change?

# %%
# Numbers and checks
# ------------------
#
# The book shows these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {}
for name in FIRST:
    facts[f"field with {name} first"] = by_rule[name]
    assert by_gradient[name] == by_rule[name]
    assert name == "plain" or by_rule[name] > by_rule["plain"]
for depth in DEPTHS:
    facts[f"field at {depth}"] = fields[depth]
    facts[f"width at {depth}"] = np.mean(widths[depth])
    assert np.allclose(widths[depth], width_in_theory(depth), rtol=0.2)
assert facts["width at 16"] < facts["field at 16"] / 2
assert 4 * DEPTHS[0] == DEPTHS[-1]
assert 1.5 < facts["width at 16"] / facts["width at 4"] < 2.6
