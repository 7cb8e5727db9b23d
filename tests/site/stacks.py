"""Random stacks of layers in Keras's words, some of which do not fit together."""

PADDINGS = ("valid", "same")
ACTIVATIONS = ("relu", "tanh", "softmax", "linear")


def layer(drawn):
    """Return a random layer for images as Keras's line."""
    kernel, step = drawn.randint(1, 6), drawn.randint(1, 3)
    padding, filters = drawn.choice(PADDINGS), drawn.randint(1, 24)
    return drawn.choice(
        [
            f"layers.Conv2D({filters}, {kernel}, strides={step}, padding={padding!r})",
            f"layers.Conv2D({filters}, ({kernel}, {drawn.randint(1, 6)}), "
            f"dilation_rate={step}, use_bias={drawn.random() < 0.5})",
            f"layers.SeparableConv2D({filters}, {kernel}, padding={padding!r})",
            f"layers.DepthwiseConv2D({kernel}, strides={step})",
            f"layers.Conv2DTranspose({filters}, {kernel}, strides={step}, "
            f"padding={padding!r})",
            f"layers.MaxPooling2D({kernel}, padding={padding!r})",
            f"layers.AveragePooling2D({kernel}, strides={step})",
            f"layers.UpSampling2D({step})",
            f"layers.ZeroPadding2D({step})",
            f"layers.Cropping2D({step})",
            "layers.BatchNormalization()",
            "layers.LayerNormalization()",
            f"layers.Dropout(0.{step})",
            f"layers.Activation({drawn.choice(ACTIVATIONS)!r})",
        ]
    )


def stack(drawn):
    """Return the lines of a random network.

    Parameters
    ----------
    drawn : random.Random
        Where it comes from.
    """
    shape = (drawn.randint(6, 64), drawn.randint(6, 64), drawn.randint(1, 4))
    parts = [f"keras.Input({shape})"]
    parts += [layer(drawn) for _ in range(drawn.randint(1, 6))]
    if drawn.random() < 0.7:
        parts.append(drawn.choice(["layers.Flatten()", "layers.GlobalMaxPooling2D()"]))
        parts.append(f"layers.Dense({drawn.randint(1, 40)})")
    listed = ",\n    ".join(parts)
    return f"model = keras.Sequential([\n    {listed},\n])\n"
