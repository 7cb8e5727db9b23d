"""Values of symbols that other programs compute, so that an equation has a witness.

A table names these functions and the symbols whose values they are given. Libraries
are imported where they are used: most chapters need none of them.
"""

import itertools
import math
from typing import Any

import numpy as np


def output_length(length: int, kernel: int, stride: int = 1, dilation: int = 1) -> int:
    """Return the length behind a convolution without padding, by byhand.shapes."""
    from byhand import shapes

    return int(shapes.conv_output(length, kernel, strides=stride, dilation=dilation))


def same_length(length: int, kernel: int, stride: int = 1, dilation: int = 1) -> int:
    """Return the length behind a convolution with padding="same", by byhand.shapes."""
    from byhand import shapes

    size = shapes.conv_output(
        length, kernel, strides=stride, dilation=dilation, padding="same"
    )
    return int(size)


def transposed_length(length: int, kernel: int, stride: int, dilation: int = 1) -> int:
    """Return the length behind a transposed convolution, by byhand.shapes."""
    from byhand import shapes

    inputs = shapes.Input(shape=(length, 1))
    layer = shapes.layers.Conv1DTranspose(
        1, kernel, strides=stride, dilation_rate=dilation
    )
    return int(layer(inputs).shape[1])


def parameters_of_dense(*sizes: int) -> int:
    """Return the parameters of a stack of dense layers, as byhand.shapes counts them.

    Parameters
    ----------
    *sizes : int
        The inputs, and then the outputs of each layer.
    """
    from byhand import shapes

    inputs = shapes.Input(shape=(sizes[0],))
    outputs = inputs
    for size in sizes[1:]:
        outputs = shapes.layers.Dense(size)(outputs)
    return int(shapes.Model(inputs, outputs).count_params())


def parameters_of_conv2d(kernel: int, channels: int, filters: int) -> int:
    """Return the parameters of a convolution, as byhand.shapes counts them."""
    from byhand import shapes

    inputs = shapes.Input(shape=(kernel, kernel, channels))
    outputs = shapes.layers.Conv2D(filters, kernel)(inputs)
    return int(shapes.Model(inputs, outputs).count_params())


def parameters_of_batch_normalization(channels: int) -> int:
    """Return the parameters of a batch normalisation, as byhand.shapes counts them."""
    from byhand import shapes

    inputs = shapes.Input(shape=(channels,))
    outputs = shapes.layers.BatchNormalization()(inputs)
    return int(shapes.Model(inputs, outputs).count_params())


def flipped_convolution(row: Any, kernel: Any) -> Any:
    """Return the convolution of mathematics, by NumPy: shape (places,)."""
    return np.convolve(row, kernel, "valid")


def convolved_plane(image: Any, kernel: Any, bias: float) -> Any:
    """Return what a kernel sees in an image, by SciPy.

    Parameters
    ----------
    image : array, shape (height, width)
    kernel : array, shape (k, k)
    bias : float

    Returns
    -------
    array, shape (height - k + 1, width - k + 1)
    """
    from scipy import signal

    return signal.correlate2d(image, kernel, mode="valid") + bias


def convolved_images(images: Any, kernels: Any, biases: Any) -> Any:
    """Return what a convolutional layer makes of a batch of images, by SciPy.

    Parameters
    ----------
    images : array, shape (N, height, width, c)
    kernels : array, shape (k, k, c, f)
    biases : array, shape (f,)

    Returns
    -------
    array, shape (N, height - k + 1, width - k + 1, f)
    """
    from scipy import signal

    maps = [
        [
            signal.correlate(image, kernels[..., m], mode="valid")[..., 0] + biases[m]
            for m in range(len(biases))
        ]
        for image in images
    ]
    return np.moveaxis(np.array(maps), 1, -1)


def batch_normalized(z: Any, gamma: Any, beta: Any, epsilon: float) -> Any:
    """Return what byhand.backprop makes of a batch that it normalises: shape (N, n)."""
    from byhand.backprop import BatchNormalization

    layer = BatchNormalization(z.shape[1], epsilon=epsilon)
    layer.parameters["gamma"] = np.array(gamma)
    layer.parameters["beta"] = np.array(beta)
    return layer.forward(z, training=True)


def eigenvalues(matrix: Any) -> Any:
    """Return the eigenvalues of a symmetric matrix, smallest first."""
    return np.linalg.eigvalsh(matrix)


def lowest_constant_loss(labels: Any) -> float:
    """Return the lowest cross-entropy of one answer given to every example.

    The answer is found by descent, one logit for each class, without a formula.

    Parameters
    ----------
    labels : array, shape (N,)
        The class of each example, from 1.
    """
    from scipy import optimize, special

    classes = np.asarray(labels, dtype=int) - 1

    def loss(logits: Any) -> float:
        return float(np.mean(-special.log_softmax(logits)[classes]))

    start = np.zeros(classes.max() + 1)
    return float(optimize.minimize(loss, start, options={"gtol": 1e-7}).fun)


def area_under_roc(zeros: Any, ones: Any) -> float:
    """Return the area under a ROC curve, by trapezia between its thresholds.

    Parameters
    ----------
    zeros, ones : array
        The scores of the examples of class 0, and of those of class 1.
    """
    thresholds = np.unique(np.concatenate([zeros, ones]))[::-1]
    false_alarms = [0.0, *(np.mean(zeros >= least) for least in thresholds)]
    found = [0.0, *(np.mean(ones >= least) for least in thresholds)]
    return float(np.trapezoid(found, false_alarms))


def largest_stable_rate(hessian: Any) -> float:
    """Return the learning rate above which gradient descent on a bowl flies apart.

    It is found by halving: the error of 2^40 steps either shrinks or grows.

    Parameters
    ----------
    hessian : array, shape (n, n)
        The second derivatives of the loss; all its eigenvalues are positive.
    """

    def shrinks(rate: float) -> bool:
        steps = np.eye(len(hessian)) - rate * hessian
        for _ in range(40):
            steps = np.clip(steps @ steps, -1e100, 1e100)
        return bool(np.max(np.abs(steps)) < 1)

    low, high = 0.0, 1.0
    while shrinks(high):
        high *= 2
    for _ in range(45):
        middle = (low + high) / 2
        low, high = (middle, high) if shrinks(middle) else (low, middle)
    return (low + high) / 2


def best_rate(hessian: Any) -> float:
    """Return the learning rate at which a step leaves least of the largest error.

    It is found by leaving out a third of an interval at a time.

    Parameters
    ----------
    hessian : array, shape (n, n)
        The second derivatives of the loss; all its eigenvalues are positive.
    """

    def left(rate: float) -> float:
        step = np.eye(len(hessian)) - rate * hessian
        return float(np.linalg.norm(step, 2))

    low, high = 0.0, largest_stable_rate(hessian)
    for _ in range(70):
        third = (high - low) / 3
        if left(low + third) < left(high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2


def lowest_of_lasso(target: float, strength: float) -> float:
    """Return where (w - target)^2 / 2 + strength |w| is lowest.

    On either side of the kink at zero it is a parabola, whose vertex follows from
    three of its points; the lowest of the vertices and the kink is taken.
    """

    def price(w: float) -> float:
        return (w - target) ** 2 / 2 + strength * abs(w)

    places = [0.0]
    for side in (1.0, -1.0):
        first, second, third = (price(side * step) for step in (1, 2, 3))
        bend = third - 2 * second + first
        vertex = 2 - (third - first) / (2 * bend)
        places.append(side * max(vertex, 0.0))
    return min(places, key=price)


def attention(x: Any, query: Any, key: Any, value: Any) -> Any:
    """Return what attention with one head makes of the places of a series.

    Parameters
    ----------
    x : array, shape (places, n)
        The series.
    query, key, value : array, shape (n, n)
        The weights of the queries, keys and values.
    """
    scores = (x @ query) @ (x @ key).T / x.shape[1] ** 0.5
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True) @ (x @ value)


def largest_of_windows(plane: Any) -> Any:
    """Return a plane after byhand's max pooling with windows of two by two."""
    from byhand.backprop import MaxPooling2D

    layer = MaxPooling2D(2)
    return layer.forward(np.asarray(plane)[np.newaxis, :, :, np.newaxis])[0, :, :, 0]


def means_of_windows(plane: Any, size: int, stride: int) -> Any:
    """Return the means of the windows of a plane, one beginning every ``stride``."""
    windows = np.lib.stride_tricks.sliding_window_view(plane, (size, size))
    return windows[::stride, ::stride].mean(axis=(2, 3))


def parameters_of_digit_reader() -> int:
    """Return the parameters of the chapter's network for digits, by byhand.shapes."""
    from byhand import shapes

    network = shapes.Sequential([shapes.Input(shape=(32, 32, 1))])
    for filters, kernel in ((10, 5), (25, 5), (100, 4)):
        network.add(shapes.layers.Conv2D(filters, kernel))
        network.add(shapes.layers.MaxPooling2D(2))
    network.add(shapes.layers.Flatten())
    network.add(shapes.layers.Dense(10))
    return int(network.count_params())


def half_light_constant(index: float) -> float:
    """Return the constant of a Sersic profile: half of the light within the radius.

    Parameters
    ----------
    index : float
        The Sersic index.
    """
    from scipy import special

    return float(special.gammaincinv(2 * index, 0.5))


def sersic_profile(
    distance: float, amplitude: float, radius: float, index: float
) -> float:
    """Return the brightness at a distance from the centre, as Astropy computes it.

    Parameters
    ----------
    distance : float
        From the centre, in the unit of the radius.
    amplitude : float
        The brightness at the radius.
    radius : float
        What encloses half of the light.
    index : float
        The Sersic index.
    """
    from astropy.modeling import models

    return float(models.Sersic1D(amplitude, radius, index)(distance))


def depth_of_resnet() -> int:
    """Return the layers with weights on the longest way through ResNet-152.

    The network is built of byhand.shapes' layers, with 3, 8, 36 and 3 blocks in its
    groups, and its layers are counted along the way.
    """
    from byhand import shapes

    layers = shapes.layers

    def block(x: Any, filters: int, strides: int) -> Any:
        y = layers.Conv2D(filters, 1, strides=strides)(x)
        y = layers.Conv2D(filters, 3, padding="same")(y)
        y = layers.Conv2D(4 * filters, 1)(y)
        if x.shape != y.shape:
            x = layers.Conv2D(4 * filters, 1, strides=strides)(x)
        return layers.Add()([x, y])

    image = shapes.Input(shape=(224, 224, 3))
    x = layers.Conv2D(64, 7, strides=2, padding="same")(image)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for filters, blocks in ((64, 3), (128, 8), (256, 36), (512, 3)):
        for place in range(blocks):
            x = block(x, filters, 2 if place == 0 and filters > 64 else 1)
    y = layers.Dense(1000)(layers.GlobalAveragePooling2D()(x))
    network = shapes.Model(image, y)
    depth = {id(tensor): 0 for tensor in network.inputs}
    for call in network.calls:
        has_weights = type(call.layer).__name__ in ("Conv2D", "Dense")
        deepest = max(depth[id(tensor)] for tensor in call.inputs)
        depth |= {id(tensor): deepest + has_weights for tensor in call.outputs}
    return max(depth[id(tensor)] for tensor in network.outputs)


def largest_learning_rate(curvature: float) -> float:
    """Return the largest step at which descent on a parabola does not run away.

    It is found by halving: a step is too large if it leads further from the minimum.

    Parameters
    ----------
    curvature : float
        The second derivative of the loss, above zero.
    """
    low, high = 0.0, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        parameter = 1.0
        gradient = curvature * parameter
        if abs(parameter - middle * gradient) > parameter:
            high = middle
        else:
            low = middle
    return low


def mean_squared_error(y: Any, y_t: Any) -> float:
    """Return the mean squared error of one output for each example, by byhand.backprop.

    Parameters
    ----------
    y, y_t : array, shape (N,)
        Outputs and targets.
    """
    from byhand import backprop

    return backprop.mean_squared_error(y, y_t)[0]


def weights_under_dropout(inputs: Any, targets: Any, rate: float) -> Any:
    """Return the weights of a linear model that fit every masked copy of its inputs.

    They are found by least squares on all copies, each with the probability of its
    mask, and not by a formula for the mean.

    Parameters
    ----------
    inputs : array, shape (N, n)
    targets : array, shape (N,)
    rate : float
        The probability that a number is dropped.

    Returns
    -------
    array, shape (n,)
    """
    rows = []
    wanted = []
    for example, target in zip(inputs, targets, strict=True):
        for mask in itertools.product([0, 1], repeat=len(example)):
            kept = sum(mask)
            chance = (1 - rate) ** kept * rate ** (len(mask) - kept)
            rows.append(math.sqrt(chance) * np.array(mask) * example / (1 - rate))
            wanted.append(math.sqrt(chance) * target)
    return np.linalg.lstsq(np.array(rows), np.array(wanted), rcond=None)[0]
