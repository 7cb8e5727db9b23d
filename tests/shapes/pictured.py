"""Networks whose drawings are known by sight, as minimal versions of our own."""

from byhand.shapes import Input, Model, Sequential, layers


def lenet():
    return Sequential(
        [
            Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120),
            layers.Dense(84),
            layers.Dense(10),
        ],
        name="lenet",
    )


def unet():
    """Three times down, three times up, and three skips."""

    def twice(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        return x

    x = start = Input((128, 128, 3))
    skips = []
    for filters in (16, 32, 64):
        x = twice(x, filters)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = twice(x, 128)
    for filters in (64, 32, 16):
        x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = layers.Concatenate()([skips.pop(), x])
        x = twice(x, filters)
    return Model(start, layers.Conv2D(1, 1)(x), name="unet")


def resnet50():
    """Four stages of 3, 4, 6 and 3 blocks, each with a path round it."""

    def unit(x, filters, kernel, name, strides=1):
        x = layers.Conv2D(
            filters, kernel, strides=strides, padding="same", name=f"{name}_conv"
        )(x)
        return layers.BatchNormalization(name=f"{name}_bn")(x)

    def block(x, filters, strides, name, first):
        past = unit(x, 4 * filters, 1, f"{name}_0", strides) if first else x
        x = unit(x, filters, 1, f"{name}_1", strides)
        x = layers.Activation("relu", name=f"{name}_1_relu")(x)
        x = unit(x, filters, 3, f"{name}_2")
        x = layers.Activation("relu", name=f"{name}_2_relu")(x)
        x = unit(x, 4 * filters, 1, f"{name}_3")
        x = layers.Add(name=f"{name}_add")([past, x])
        return layers.Activation("relu", name=f"{name}_out")(x)

    start = Input((224, 224, 3))
    x = layers.Activation("relu", name="conv1_relu")(unit(start, 64, 7, "conv1", 2))
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1_pool")(x)
    for stage, (filters, blocks) in enumerate(
        [(64, 3), (128, 4), (256, 6), (512, 3)], start=2
    ):
        for number in range(blocks):
            strides = 2 if number == 0 and stage > 2 else 1
            name = f"conv{stage}_block{number + 1}"
            x = block(x, filters, strides, name, first=number == 0)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return Model(start, layers.Dense(1000, name="predictions")(x), name="resnet50")


def inception():
    """A stem and two modules of four branches side by side."""

    def unit(x, filters, kernel, **options):
        x = layers.Conv2D(filters, kernel, use_bias=False, **options)(x)
        x = layers.BatchNormalization(scale=False)(x)
        return layers.Activation("relu")(x)

    same = {"padding": "same"}
    start = Input((149, 149, 3))
    x = unit(unit(start, 32, 3, strides=2), 64, 3, **same)
    x = unit(layers.MaxPooling2D(3, strides=2)(x), 192, 3)
    for number in range(2):
        narrow = unit(x, 64, 1)
        wide = unit(unit(x, 48, 1), 64, 5, **same)
        deep = unit(unit(unit(x, 64, 1), 96, 3, **same), 96, 3, **same)
        pooled = layers.AveragePooling2D(3, strides=1, **same)(x)
        pooled = unit(pooled, 32, 1)
        x = layers.Concatenate(name=f"mixed{number}")([narrow, wide, deep, pooled])
    x = layers.GlobalAveragePooling2D()(x)
    return Model(start, layers.Dense(1000)(x), name="inception")


def tickets():
    """Two inputs and two outputs."""
    title = Input((20, 50), name="title")
    tags = Input((12,), name="tags")
    x = layers.Bidirectional(layers.LSTM(32))(title)
    x = layers.Dense(64)(layers.Concatenate()([x, tags]))
    ends = [layers.Dense(1, name="priority")(x), layers.Dense(4, name="department")(x)]
    return Model([title, tags], ends, name="tickets")


PICTURED = [lenet, unet, resnet50, inception, tickets]
