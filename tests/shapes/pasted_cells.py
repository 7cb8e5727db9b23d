"""Lines that build a model as guides, tutorials and books write them, in few words.

Each text is run twice by test_pasted.py, with Keras and with only its imports changed,
and leaves a `model`. The words are our own; what they stand for is named by the key.
"""

CELLS = {}


def text(name, lines):
    """Keep a text under a name, without its indentation."""
    from textwrap import dedent

    assert name not in CELLS
    CELLS[name] = dedent(lines).lstrip()


text(
    "functional guide: three layers",
    """
    import keras
    from keras import layers

    inputs = keras.Input(shape=(784,), name="digits")
    x = layers.Dense(64, activation="relu", name="first")(inputs)
    x = layers.Dense(64, activation=keras.activations.relu)(x)
    outputs = layers.Dense(10, name="scores")(x)
    model = keras.Model(inputs=inputs, outputs=outputs, name="digits_mlp")
    model.summary()
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=keras.optimizers.RMSprop(),
        metrics=["accuracy"],
    )
    """,
)
text(
    "functional guide: one stack of layers for two models",
    """
    import keras
    from keras import layers

    images = keras.Input(shape=(28, 28, 1), name="img")
    x = layers.Conv2D(16, 3, activation="relu")(images)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    code = layers.GlobalMaxPooling2D()(x)
    encoder = keras.Model(images, code, name="encoder")
    x = layers.Reshape((4, 4, 2))(code)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    x = layers.UpSampling2D(3)(x)
    x = layers.Conv2DTranspose(1, 3)(x)
    model = keras.Model(images, x, name="autoencoder")
    assert encoder.output_shape == (None, 32)
    """,
)
text(
    "functional guide: models as layers, and an ensemble",
    """
    import keras
    from keras import layers

    def member():
        inputs = keras.Input(shape=(128,))
        return keras.Model(inputs, layers.Dense(1)(inputs))

    one, two, three = member(), member(), member()
    inputs = keras.Input(shape=(128,))
    outputs = layers.average([one(inputs), two(inputs), three(inputs)])
    model = keras.Model(inputs, outputs)
    """,
)
text(
    "functional guide: tickets with several inputs and outputs",
    """
    import keras
    from keras import layers

    title = keras.Input(shape=(None,), name="title")
    body = keras.Input(shape=(None,), name="body")
    tags = keras.Input(shape=(12,), name="tags")
    a = layers.LSTM(128)(layers.Embedding(1000, 64)(title))
    b = layers.LSTM(32)(layers.Embedding(1000, 64)(body))
    x = layers.concatenate([a, b, tags])
    priority = layers.Dense(1, name="priority")(x)
    department = layers.Dense(4, name="department")(x)
    model = keras.Model(
        inputs=[title, body, tags],
        outputs={"priority": priority, "department": department},
    )
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss={
            "priority": keras.losses.BinaryCrossentropy(from_logits=True),
            "department": keras.losses.CategoricalCrossentropy(from_logits=True),
        },
        loss_weights={"priority": 1.0, "department": 0.2},
    )
    """,
)
text(
    "functional guide: a toy residual network",
    """
    import keras
    from keras import layers

    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    first = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(first)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
    second = layers.add([x, first])
    x = layers.Conv2D(64, 3, activation="relu")(second)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.5)(layers.Dense(256, activation="relu")(x))
    model = keras.Model(inputs, layers.Dense(10)(x), name="toy_resnet")
    """,
)
text(
    "functional guide: features of every layer",
    """
    import keras
    from keras import layers

    base = keras.Sequential(
        [
            keras.Input((40, 40, 3)),
            layers.Conv2D(8, 5, strides=2, activation="relu"),
            layers.Conv2D(8, 3, activation="relu", name="middle"),
            layers.Conv2D(8, 3, activation="relu"),
        ]
    )
    every = keras.Model(inputs=base.inputs, outputs=[one.output for one in base.layers])
    features = every(keras.ops.ones((1, 40, 40, 3)))
    assert [tuple(one.shape) for one in features][-1] == (1, 14, 14, 8)
    model = keras.Model(base.inputs, base.get_layer(name="middle").output)
    """,
)
text(
    "functional guide: a layer of one's own, and get_config",
    """
    import keras
    from keras import layers, ops

    @keras.saving.register_keras_serializable()
    class Affine(layers.Layer):
        def __init__(self, units=32, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units),
                initializer="random_normal",
                trainable=True,
            )
            self.b = self.add_weight(
                shape=(self.units,), initializer="zeros", trainable=True
            )

        def call(self, inputs):
            return ops.matmul(inputs, self.w) + self.b

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    inputs = keras.Input((4,))
    model = keras.Model(inputs, Affine(10)(inputs))
    assert Affine.from_config(Affine(7).get_config()).units == 7
    """,
)
text(
    "sequential guide: input later, add and pop",
    """
    import keras
    from keras import layers

    model = keras.Sequential(name="named")
    model.add(layers.Dense(2, activation="relu", name="one"))
    model.add(layers.Dense(3, activation="relu"))
    model.add(layers.Dense(4))
    model.pop()
    assert len(model.layers) == 2
    y = model(keras.ops.ones((3, 3)))
    assert len(model.weights) == 4
    """,
)
text(
    "sequential guide: frozen but for the last",
    """
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(784,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(10),
        ]
    )
    for layer in model.layers[:-1]:
        layer.trainable = False
    assert len(model.trainable_weights) == 2
    """,
)
text(
    "sequential guide: convolutions, debugged on the way",
    """
    import keras
    from keras import layers

    model = keras.Sequential()
    model.add(keras.Input(shape=(250, 250, 3)))
    model.add(layers.Conv2D(32, 5, strides=2, activation="relu"))
    model.add(layers.Conv2D(32, 3, activation="relu"))
    model.add(layers.MaxPooling2D(3))
    model.summary()
    model.add(layers.Conv2D(32, 3, activation="relu"))
    model.add(layers.MaxPooling2D(2))
    model.add(layers.GlobalMaxPooling2D())
    model.add(layers.Dense(10))
    """,
)
text(
    "old style: Sequential and InputLayer",
    """
    from keras.models import Sequential
    from keras.layers import InputLayer, Flatten, Dense
    from keras.optimizers import SGD

    model = Sequential([InputLayer(shape=(28, 28)), Flatten(), Dense(10)])
    model.compile(optimizer=SGD(learning_rate=0.1, momentum=0.9), loss="mse")
    """,
)
text(
    "old style: star import",
    """
    import keras
    from keras.layers import *
    from keras.models import *
    from keras.optimizers import *
    from keras.callbacks import ModelCheckpoint, LearningRateScheduler

    inputs = Input((64, 64, 1))
    c1 = Conv2D(8, 3, activation="relu", padding="same",
                kernel_initializer="he_normal")(inputs)
    p1 = MaxPooling2D(pool_size=(2, 2))(c1)
    c2 = Conv2D(16, 3, activation="relu", padding="same")(p1)
    d2 = Dropout(0.5)(c2)
    up = Conv2D(8, 2, activation="relu", padding="same")(UpSampling2D((2, 2))(d2))
    merged = concatenate([c1, up], axis=3)
    c3 = Conv2D(2, 3, activation="relu", padding="same")(merged)
    model = Model(inputs=inputs, outputs=Conv2D(1, 1, activation="sigmoid")(c3))
    model.compile(optimizer=Adam(learning_rate=1e-4), loss="binary_crossentropy",
                  metrics=["accuracy"])
    checkpoint = ModelCheckpoint("unet.keras", monitor="loss", verbose=1)
    """,
)
text(
    "regularizers, constraints and initializers as objects",
    """
    import keras
    from keras import initializers, layers, regularizers
    from keras.constraints import max_norm

    model = keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(
                8,
                kernel_regularizer=regularizers.L1L2(l1=1e-5, l2=1e-4),
                bias_regularizer=regularizers.l2(1e-4),
                kernel_initializer=initializers.RandomNormal(stddev=0.01),
                kernel_constraint=max_norm(3),
            ),
            layers.Dense(4, kernel_regularizer=keras.regularizers.l2(0.01)),
        ]
    )
    """,
)
text(
    "subclassing guide: an autoencoder that draws",
    """
    import keras
    from keras import layers, ops

    class Sampling(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seed_generator = keras.random.SeedGenerator(1337)

        def call(self, inputs):
            mean, log_var = inputs
            batch = ops.shape(mean)[0]
            dim = ops.shape(mean)[1]
            noise = keras.random.normal(shape=(batch, dim), seed=self.seed_generator)
            return mean + ops.exp(0.5 * log_var) * noise

    class Encoder(layers.Layer):
        def __init__(self, latent_dim=32, hidden=64, name="encoder", **kwargs):
            super().__init__(name=name, **kwargs)
            self.hidden = layers.Dense(hidden, activation="relu")
            self.mean = layers.Dense(latent_dim)
            self.log_var = layers.Dense(latent_dim)
            self.sampling = Sampling()

        def call(self, inputs):
            x = self.hidden(inputs)
            mean, log_var = self.mean(x), self.log_var(x)
            return mean, log_var, self.sampling((mean, log_var))

    class VAE(keras.Model):
        def __init__(self, original_dim, name="vae", **kwargs):
            super().__init__(name=name, **kwargs)
            self.encoder = Encoder()
            self.decoder = keras.Sequential(
                [layers.Dense(64, activation="relu"), layers.Dense(original_dim)]
            )

        def call(self, inputs):
            mean, log_var, z = self.encoder(inputs)
            loss = -0.5 * ops.mean(log_var - ops.square(mean) - ops.exp(log_var) + 1)
            self.add_loss(loss)
            return self.decoder(z)

    model = VAE(784)
    model.compile(keras.optimizers.Adam(learning_rate=1e-3), loss="mse")
    model(keras.Input((784,)))
    """,
)
text(
    "subclassing guide: layers in layers, and a weight that does not train",
    """
    import keras
    from keras import layers, ops

    class Running(layers.Layer):
        def __init__(self, dim):
            super().__init__()
            self.total = self.add_weight(
                initializer="zeros", shape=(dim,), trainable=False
            )

        def call(self, inputs):
            self.total.assign_add(ops.sum(inputs, axis=0))
            return inputs + self.total

    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.parts = [layers.Dense(32), layers.Dense(32), Running(32)]

        def call(self, inputs, training=None):
            x = inputs
            for part in self.parts:
                x = ops.relu(part(x))
            return x

    model = keras.Sequential([keras.Input((3,)), Block(), layers.Dense(1)])
    """,
)
text(
    "subclassing guide: dropout that asks whether it trains",
    """
    import keras
    from keras import layers

    class Dropped(layers.Layer):
        def __init__(self, rate, **kwargs):
            super().__init__(**kwargs)
            self.rate = rate
            self.seed_generator = keras.random.SeedGenerator(7)

        def call(self, inputs, training=False):
            if training:
                return keras.random.dropout(
                    inputs, rate=self.rate, seed=self.seed_generator
                )
            return inputs

    inputs = keras.Input((6,))
    x = Dropped(0.5)(layers.Dense(4)(inputs), training=True)
    model = keras.Model(inputs, layers.Dense(2)(x))
    """,
)
text(
    "subclassing guide: a loss as a layer",
    """
    import keras
    from keras import layers, ops

    class Endpoint(layers.Layer):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

        def call(self, targets, logits, sample_weights=None):
            self.add_loss(self.loss_fn(targets, logits, sample_weights))
            return ops.softmax(logits)

    inputs = keras.Input(shape=(3,), name="inputs")
    targets = keras.Input(shape=(10,), name="targets")
    logits = layers.Dense(10)(inputs)
    predictions = Endpoint(name="predictions")(targets, logits)
    model = keras.Model([inputs, targets], predictions)
    """,
)
text(
    "a dense layer extended through super().call",
    """
    import keras
    from keras import layers, ops

    class Scaled(layers.Dense):
        def call(self, inputs):
            return 0.5 * super().call(inputs)

    class Rectified(layers.Conv2D):
        def call(self, inputs):
            return ops.relu(super().call(inputs) + self.bias)

    inputs = keras.Input((8, 8, 3))
    x = Rectified(4, 3, padding="same")(inputs)
    model = keras.Model(inputs, Scaled(5)(layers.Flatten()(x)))
    """,
)
text(
    "custom train_step",
    """
    import keras

    class Trained(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss_tracker = keras.metrics.Mean(name="loss")
            self.mae = keras.metrics.MeanAbsoluteError(name="mae")

        def train_step(self, data):
            x, y = data
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            self.loss_tracker.update_state(loss)
            return {"loss": self.loss_tracker.result()}

        @property
        def metrics(self):
            return [self.loss_tracker, self.mae]

    inputs = keras.Input(shape=(32,))
    model = Trained(inputs, keras.layers.Dense(1)(inputs))
    model.compile(optimizer="adam")
    """,
)
text(
    "functional subclassing",
    """
    import keras
    from keras import layers

    class Classifier(keras.Model):
        def __init__(self, classes, **kwargs):
            inputs = keras.Input((32, 32, 3))
            x = layers.Conv2D(8, 3, activation="relu")(inputs)
            x = layers.GlobalAveragePooling2D()(x)
            outputs = layers.Dense(classes, activation="softmax")(x)
            super().__init__(inputs=inputs, outputs=outputs, **kwargs)
            self.classes = classes

    model = Classifier(7, name="seven")
    """,
)
text(
    "generator and discriminator (DCGAN)",
    """
    import keras
    from keras import layers

    discriminator = keras.Sequential(
        [
            keras.Input(shape=(64, 64, 3)),
            layers.Conv2D(64, kernel_size=4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(128, kernel_size=4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )
    generator = keras.Sequential(
        [
            keras.Input(shape=(128,)),
            layers.Dense(16 * 16 * 128),
            layers.Reshape((16, 16, 128)),
            layers.Conv2DTranspose(128, kernel_size=4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2DTranspose(256, kernel_size=4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(3, kernel_size=5, padding="same", activation="sigmoid"),
        ],
        name="generator",
    )

    class GAN(keras.Model):
        def __init__(self, discriminator, generator, latent_dim):
            super().__init__()
            self.discriminator = discriminator
            self.generator = generator
            self.latent_dim = latent_dim

        def compile(self, d_optimizer, g_optimizer, loss_fn):
            super().compile()
            self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
            self.loss_fn = loss_fn

    gan = GAN(discriminator, generator, 128)
    gan.compile(
        d_optimizer=keras.optimizers.Adam(learning_rate=0.0001),
        g_optimizer=keras.optimizers.Adam(learning_rate=0.0001),
        loss_fn=keras.losses.BinaryCrossentropy(),
    )
    discriminator.trainable = False
    inputs = keras.Input((128,))
    model = keras.Model(inputs, gan.discriminator(gan.generator(inputs)))
    """,
)
text(
    "critic of a WGAN, of blocks",
    """
    import keras
    from keras import layers

    def block(x, filters, activation, strides=(2, 2), use_bn=False, drop=0.0):
        x = layers.Conv2D(filters, (5, 5), strides=strides, padding="same")(x)
        if use_bn:
            x = layers.BatchNormalization()(x)
        x = activation(x)
        return layers.Dropout(drop)(x) if drop else x

    images = layers.Input(shape=(28, 28, 1))
    x = layers.ZeroPadding2D((2, 2))(images)
    x = block(x, 64, layers.LeakyReLU(0.2))
    x = block(x, 128, layers.LeakyReLU(0.2), drop=0.3)
    x = block(x, 256, layers.LeakyReLU(0.2), use_bn=True)
    x = layers.Dense(1)(layers.Dropout(0.2)(layers.Flatten()(x)))
    model = keras.models.Model(images, x, name="critic")
    """,
)
text(
    "variational autoencoder, two models",
    """
    import keras
    from keras import layers, ops

    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            noise = keras.random.normal(shape=ops.shape(mean))
            return mean + ops.exp(0.5 * log_var) * noise

    inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu", strides=2, padding="same")(inputs)
    x = layers.Dense(16, activation="relu")(layers.Flatten()(x))
    mean = layers.Dense(2, name="z_mean")(x)
    log_var = layers.Dense(2, name="z_log_var")(x)
    encoder = keras.Model(inputs, [mean, log_var, Sampling()([mean, log_var])])
    latent = keras.Input(shape=(2,))
    x = layers.Reshape((7, 7, 4))(layers.Dense(7 * 7 * 4, activation="relu")(latent))
    x = layers.Conv2DTranspose(8, 3, activation="relu", strides=4, padding="same")(x)
    decoder = keras.Model(latent, layers.Conv2DTranspose(1, 3, padding="same")(x))

    class VAE(keras.Model):
        def __init__(self, encoder, decoder, **kwargs):
            super().__init__(**kwargs)
            self.encoder, self.decoder = encoder, decoder
            self.total = keras.metrics.Mean(name="total_loss")

        @property
        def metrics(self):
            return [self.total]

    vae = VAE(encoder, decoder)
    vae.compile(optimizer=keras.optimizers.Adam())
    model = keras.Model(inputs, decoder(encoder(inputs)[2]))
    """,
)
text(
    "timeseries transformer",
    """
    import keras
    from keras import layers

    def encode(inputs, head_size, heads, ff_dim, dropout=0):
        x = layers.MultiHeadAttention(
            key_dim=head_size, num_heads=heads, dropout=dropout
        )(inputs, inputs)
        x = layers.Dropout(dropout)(x)
        x = layers.LayerNormalization(epsilon=1e-6)(x)
        res = x + inputs
        x = layers.Conv1D(filters=ff_dim, kernel_size=1, activation="relu")(res)
        x = layers.Conv1D(filters=inputs.shape[-1], kernel_size=1)(x)
        return layers.LayerNormalization(epsilon=1e-6)(x) + res

    inputs = keras.Input(shape=(500, 1))
    x = inputs
    for _ in range(2):
        x = encode(x, 16, 2, 4, 0.25)
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    x = layers.Dropout(0.4)(layers.Dense(8, activation="relu")(x))
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(x))
    """,
)
text(
    "text classification with a transformer block",
    """
    import keras
    from keras import layers, ops

    class Block(layers.Layer):
        def __init__(self, dim, heads, ff, rate=0.1):
            super().__init__()
            self.att = layers.MultiHeadAttention(num_heads=heads, key_dim=dim)
            self.ffn = keras.Sequential(
                [layers.Dense(ff, activation="relu"), layers.Dense(dim)]
            )
            self.norm1 = layers.LayerNormalization(epsilon=1e-6)
            self.norm2 = layers.LayerNormalization(epsilon=1e-6)
            self.drop = layers.Dropout(rate)

        def call(self, inputs):
            out = self.norm1(inputs + self.drop(self.att(inputs, inputs)))
            return self.norm2(out + self.drop(self.ffn(out)))

    class Embed(layers.Layer):
        def __init__(self, maxlen, vocab, dim):
            super().__init__()
            self.tokens = layers.Embedding(input_dim=vocab, output_dim=dim)
            self.places = layers.Embedding(input_dim=maxlen, output_dim=dim)

        def call(self, x):
            positions = ops.arange(start=0, stop=ops.shape(x)[-1], step=1)
            return self.tokens(x) + self.places(positions)

    inputs = layers.Input(shape=(200,))
    x = Block(32, 2, 32)(Embed(200, 2000, 32)(inputs))
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(x))
    """,
)
text(
    "vision transformer",
    """
    import keras
    from keras import layers, ops

    class Patches(layers.Layer):
        def __init__(self, size):
            super().__init__()
            self.size = size

        def call(self, images):
            shape = ops.shape(images)
            rows, columns = shape[1] // self.size, shape[2] // self.size
            patches = ops.image.extract_patches(images, size=self.size)
            return ops.reshape(
                patches, (shape[0], rows * columns, self.size * self.size * shape[3])
            )

    class Encoder(layers.Layer):
        def __init__(self, number, dim):
            super().__init__()
            self.number = number
            self.projection = layers.Dense(dim)
            self.position = layers.Embedding(input_dim=number, output_dim=dim)

        def call(self, patch):
            places = ops.expand_dims(ops.arange(start=0, stop=self.number, step=1), 0)
            return self.projection(patch) + self.position(places)

    inputs = keras.Input(shape=(72, 72, 3))
    encoded = Encoder(144, 64)(Patches(6)(inputs))
    for _ in range(2):
        x1 = layers.LayerNormalization(epsilon=1e-6)(encoded)
        attention = layers.MultiHeadAttention(num_heads=4, key_dim=64)(x1, x1)
        x2 = layers.Add()([attention, encoded])
        x3 = layers.LayerNormalization(epsilon=1e-6)(x2)
        for units in (128, 64):
            x3 = layers.Dense(units, activation=keras.activations.gelu)(x3)
        encoded = layers.Add()([x3, x2])
    x = layers.Flatten()(layers.LayerNormalization(epsilon=1e-6)(encoded))
    model = keras.Model(inputs=inputs, outputs=layers.Dense(100)(x))
    """,
)
text(
    "U-Net of residual blocks",
    """
    import keras
    from keras import layers

    inputs = keras.Input(shape=(160, 160) + (3,))
    x = layers.Conv2D(32, 3, strides=2, padding="same")(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    previous = x
    for filters in [64, 128]:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(filters, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(filters, 1, strides=2, padding="same")(previous)
        x = layers.add([x, residual])
        previous = x
    for filters in [128, 64, 32]:
        x = layers.Activation("relu")(x)
        x = layers.Conv2DTranspose(filters, 3, padding="same")(x)
        x = layers.UpSampling2D(2)(layers.BatchNormalization()(x))
        residual = layers.UpSampling2D(2)(previous)
        residual = layers.Conv2D(filters, 1, padding="same")(residual)
        x = layers.add([x, residual])
        previous = x
    outputs = layers.Conv2D(3, 3, activation="softmax", padding="same")(x)
    model = keras.Model(inputs, outputs)
    """,
)
text(
    "ConvMixer",
    """
    import keras
    from keras import layers

    def activation_block(x):
        return layers.BatchNormalization()(layers.Activation("gelu")(x))

    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(scale=1.0 / 255)(inputs)
    x = activation_block(layers.Conv2D(64, kernel_size=2, strides=2)(x))
    for _ in range(2):
        x0 = x
        x = layers.DepthwiseConv2D(kernel_size=5, padding="same")(x)
        x = layers.Add()([activation_block(x), x0])
        x = activation_block(layers.Conv2D(64, kernel_size=1)(x))
    x = layers.GlobalAvgPool2D()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    model.compile(
        optimizer=keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.0001),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    """,
)
text(
    "MLP-Mixer",
    """
    import keras
    from keras import layers, ops

    class Mixer(layers.Layer):
        def __init__(self, patches, units, rate, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.mlp1 = keras.Sequential(
                [
                    layers.Dense(units=patches, activation="gelu"),
                    layers.Dense(units=patches),
                    layers.Dropout(rate=rate),
                ]
            )
            self.mlp2 = keras.Sequential(
                [
                    layers.Dense(units=patches, activation="gelu"),
                    layers.Dense(units=units),
                    layers.Dropout(rate=rate),
                ]
            )
            self.norm = layers.LayerNormalization(epsilon=1e-6)

        def build(self, input_shape):
            return super().build(input_shape)

        def call(self, inputs):
            x = self.norm(inputs)
            channels = ops.transpose(x, axes=(0, 2, 1))
            mixed = self.mlp1(channels)
            x = ops.transpose(mixed, axes=(0, 2, 1)) + inputs
            return x + self.mlp2(self.norm(x))

    inputs = layers.Input(shape=(16, 24))
    x = keras.Sequential([Mixer(16, 24, 0.2) for _ in range(2)])(inputs)
    x = layers.Dropout(rate=0.2)(layers.GlobalAveragePooling1D()(x))
    model = keras.Model(inputs=inputs, outputs=layers.Dense(10)(x))
    """,
)
text(
    "squeeze and excitation",
    """
    import keras
    from keras import layers

    def squeeze(x, ratio=8):
        channels = x.shape[-1]
        s = layers.GlobalAveragePooling2D(keepdims=True)(x)
        s = layers.Dense(channels // ratio, activation="relu", use_bias=False)(s)
        s = layers.Dense(channels, activation="sigmoid", use_bias=False)(s)
        return layers.multiply([x, s])

    inputs = keras.Input((16, 16, 3))
    x = squeeze(layers.Conv2D(32, 3, padding="same")(inputs))
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    """,
)
text(
    "residual network with projections",
    """
    import keras
    from keras import layers

    def block(x, filters, stride=1):
        shortcut = x
        x = layers.Conv2D(filters, 3, stride, "same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.Conv2D(filters, 3, 1, "same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        if stride != 1 or shortcut.shape[-1] != filters:
            shortcut = layers.Conv2D(filters, 1, stride, use_bias=False)(shortcut)
            shortcut = layers.BatchNormalization()(shortcut)
        return layers.ReLU()(x + shortcut)

    inputs = keras.Input((32, 32, 3))
    x = inputs
    for filters, stride in [(16, 1), (16, 1), (32, 2), (64, 2)]:
        x = block(x, filters, stride)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    """,
)
text(
    "residual units as layers (a list of layers)",
    """
    import keras
    from keras.layers import Activation, BatchNormalization, Conv2D

    class Unit(keras.layers.Layer):
        def __init__(self, filters, strides=1, activation="relu", **kwargs):
            super().__init__(**kwargs)
            self.activation = keras.activations.get(activation)
            self.main = [
                Conv2D(filters, 3, strides=strides, padding="same", use_bias=False),
                BatchNormalization(),
                self.activation,
                Conv2D(filters, 3, strides=1, padding="same", use_bias=False),
                BatchNormalization(),
            ]
            self.skip = []
            if strides > 1:
                self.skip = [
                    Conv2D(filters, 1, strides=strides, use_bias=False),
                    BatchNormalization(),
                ]

        def call(self, inputs):
            z = inputs
            for layer in self.main:
                z = layer(z)
            skip = inputs
            for layer in self.skip:
                skip = layer(skip)
            return self.activation(z + skip)

    model = keras.Sequential()
    model.add(keras.layers.Input((28, 28, 8)))
    for filters in [8, 8, 16]:
        model.add(Unit(filters, strides=2 if filters == 16 else 1))
    model.add(keras.layers.GlobalAvgPool2D())
    model.add(keras.layers.Dense(3, activation="softmax"))
    """,
)
text(
    "wide and deep, as a class",
    """
    import keras

    class WideAndDeep(keras.Model):
        def __init__(self, units=30, activation="relu", **kwargs):
            super().__init__(**kwargs)
            self.norm_wide = keras.layers.Normalization()
            self.norm_deep = keras.layers.Normalization()
            self.hidden1 = keras.layers.Dense(units, activation=activation)
            self.hidden2 = keras.layers.Dense(units, activation=activation)
            self.main = keras.layers.Dense(1)
            self.aux = keras.layers.Dense(1)

        def call(self, inputs):
            wide, deep = inputs
            x = self.hidden2(self.hidden1(self.norm_deep(deep)))
            concat = keras.layers.concatenate([self.norm_wide(wide), x])
            return self.main(concat), self.aux(x)

    model = WideAndDeep(30, activation="relu", name="my_cool_model")
    model([keras.Input((5,)), keras.Input((6,))])
    """,
)
text(
    "sequence to sequence",
    """
    import keras

    source = keras.Input(shape=(None, 71))
    encoder = keras.layers.LSTM(256, return_state=True)
    _, h, c = encoder(source)
    target = keras.Input(shape=(None, 93))
    decoder = keras.layers.LSTM(256, return_sequences=True, return_state=True)
    outputs, _, _ = decoder(target, initial_state=[h, c])
    outputs = keras.layers.Dense(93, activation="softmax")(outputs)
    model = keras.Model([source, target], outputs)
    """,
)
text(
    "siamese network with a distance",
    """
    import keras
    from keras import layers, ops

    def distance(vectors):
        x, y = vectors
        squares = ops.sum(ops.square(x - y), axis=1, keepdims=True)
        return ops.sqrt(ops.maximum(squares, keras.backend.epsilon()))

    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(4, (5, 5), activation="tanh")(layers.BatchNormalization()(image))
    x = layers.Flatten()(layers.AveragePooling2D(pool_size=(2, 2))(x))
    tower = keras.Model(image, layers.Dense(10, activation="tanh")(x))
    one, two = keras.Input((28, 28, 1)), keras.Input((28, 28, 1))
    merged = layers.Lambda(distance, output_shape=(1,))([tower(one), tower(two)])
    merged = layers.BatchNormalization()(merged)
    model = keras.Model([one, two], layers.Dense(1, activation="sigmoid")(merged))
    """,
)
text(
    "class activation map: a model of a layer's output and the last",
    """
    import keras
    from keras import layers

    base = keras.Sequential(
        [
            keras.Input((64, 64, 3)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Conv2D(16, 3, activation="relu", name="last_conv"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10),
        ]
    )
    base.layers[-1].activation = None
    model = keras.models.Model(
        base.inputs, [base.get_layer("last_conv").output, base.layers[-1].output]
    )
    """,
)
text(
    "transfer learning: a frozen base and a new head",
    """
    import keras
    from keras import layers

    inside = keras.Input((96, 96, 3))
    x = layers.Conv2D(8, 3, strides=2, activation="relu")(inside)
    x = layers.BatchNormalization()(x)
    base = keras.Model(inside, layers.Conv2D(16, 3, strides=2)(x), name="base")
    base.trainable = False
    inputs = keras.Input(shape=(96, 96, 3))
    augmented = keras.Sequential(
        [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)]
    )(inputs)
    x = layers.Rescaling(scale=1 / 127.5, offset=-1)(augmented)
    x = base(x, training=False)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(0.2)(x)
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    assert model.layers[3] is base
    """,
)
text(
    "transfer learning: all but the last layers frozen",
    """
    import keras
    from keras import layers

    inside = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, activation="relu")(inside)
    x = layers.Conv2D(8, 3, activation="relu")(x)
    base = keras.Model(inside, layers.Conv2D(8, 3)(x))
    base.trainable = True
    for layer in base.layers[:2]:
        layer.trainable = False
    x = layers.Flatten()(base.output)
    model = keras.Model(base.input, layers.Dense(5, activation="softmax")(x))
    """,
)
text(
    "text convolutions",
    """
    import keras
    from keras import layers

    inputs = keras.Input(shape=(None,), dtype="int64")
    x = layers.Embedding(2000, 128)(inputs)
    x = layers.Dropout(0.5)(x)
    x = layers.Conv1D(128, 7, padding="valid", activation="relu", strides=3)(x)
    x = layers.Conv1D(128, 7, padding="valid", activation="relu", strides=3)(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dropout(0.5)(layers.Dense(128, activation="relu")(x))
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    """,
)
text(
    "convolutions of several widths, with pretrained embeddings",
    """
    import keras
    from keras import layers

    words = keras.Input((50,))
    x = layers.Embedding(
        100, 20, embeddings_initializer=keras.initializers.Constant(0.1),
        trainable=False,
    )(words)
    towers = []
    for width in (3, 4, 5):
        tower = layers.Conv1D(16, width, activation="relu")(x)
        towers.append(layers.GlobalMaxPooling1D()(tower))
    x = layers.Concatenate()(towers)
    model = keras.Model(words, layers.Dense(2, activation="softmax")(x))
    """,
)
text(
    "bidirectional LSTM",
    """
    import keras
    from keras import layers

    inputs = keras.Input(shape=(None,), dtype="int32")
    x = layers.Embedding(20000, 128)(inputs)
    x = layers.Bidirectional(layers.LSTM(64, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(64))(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    """,
)
text(
    "characters, one after another",
    """
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(40, 57)),
            layers.LSTM(128),
            layers.Dense(57, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.RMSprop(learning_rate=0.01)
    model.compile(loss="categorical_crossentropy", optimizer=optimizer)
    """,
)
text(
    "a stateful network with a fixed batch",
    """
    import keras

    model = keras.Sequential()
    model.add(keras.layers.Input(batch_shape=(1, 1, 7)))
    model.add(keras.layers.LSTM(4, stateful=True))
    model.add(keras.layers.Dense(1))
    """,
)
text(
    "next frame of a film",
    """
    import keras
    from keras import layers

    inputs = layers.Input(shape=(None, 16, 16, 1))
    x = inputs
    for size in (5, 3, 1):
        x = layers.ConvLSTM2D(
            filters=8, kernel_size=(size, size), padding="same",
            return_sequences=True, activation="relu",
        )(x)
        if size > 1:
            x = layers.BatchNormalization()(x)
    x = layers.Conv3D(1, (3, 3, 3), activation="sigmoid", padding="same")(x)
    model = keras.models.Model(inputs, x)
    model.compile(
        loss=keras.losses.binary_crossentropy, optimizer=keras.optimizers.Adam()
    )
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=10),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=5),
    ]
    """,
)
text(
    "slices, operators and reshapes of tensors",
    """
    import keras
    from keras import layers, ops

    inputs = keras.Input((12, 8))
    first, rest = inputs[:, 0], inputs[:, 1:, :4]
    x = ops.concatenate([first, ops.reshape(rest, (-1, 44))], axis=-1)
    x = (2 * x - 1) / 3 + ops.tanh(x) ** 2
    model = keras.Model(inputs, layers.Dense(3)(x))
    """,
)
text(
    "graph convolution with weights of one's own",
    """
    import keras
    from keras import layers, ops

    class Graph(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            nodes_shape, edges_shape = input_shape
            self.kernel = self.add_weight(
                name="kernel", shape=(nodes_shape[-1], self.units),
                initializer=keras.initializers.GlorotUniform(),
                regularizer=keras.regularizers.L2(1e-4),
            )
            self.gate = self.add_weight(name="gate", shape=(1,), initializer="ones")
            self.built = True

        def call(self, inputs):
            nodes, edges = inputs
            mixed = ops.matmul(edges, ops.matmul(nodes, self.kernel))
            return ops.relu(mixed * self.gate)

    nodes, edges = keras.Input((9, 4)), keras.Input((9, 9))
    x = Graph(8)([nodes, edges])
    x = Graph(8)([x, edges])
    model = keras.Model([nodes, edges], layers.Dense(2)(layers.Flatten()(x)))
    """,
)
text(
    "inputs and outputs in dictionaries",
    """
    import keras
    from keras import layers

    inputs = {name: keras.Input((1,), name=name) for name in ("size", "age", "price")}
    x = layers.concatenate([inputs[name] for name in sorted(inputs)])
    x = layers.Dense(8, activation="relu")(x)
    mean, spread = layers.Dense(1)(x), layers.Dense(2)(x)
    base = keras.Model(inputs, {"mean": mean, "spread": spread})
    again = {name: keras.Input((1,), name=name) for name in ("price", "size", "age")}
    made = base(again)
    model = keras.Model(again, layers.Add()([made["mean"], made["spread"]]))
    """,
)
text(
    "a copy of a model",
    """
    import keras
    from keras import layers

    first = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    first.layers[0].trainable = False
    model = keras.models.clone_model(first)
    assert first.layers[0] is not model.layers[0]
    """,
)
text(
    "mixed precision and a schedule",
    """
    import keras
    from keras import layers, mixed_precision

    keras.utils.set_random_seed(812)
    schedule = keras.optimizers.schedules.ExponentialDecay(
        0.1, decay_steps=1000, decay_rate=0.96, staircase=True
    )
    model = keras.Sequential(
        [layers.Input((5,)), layers.Dense(3, activation="swish", dtype="float32")]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=schedule, nesterov=True),
        loss=keras.losses.Huber(),
        metrics=[keras.metrics.RootMeanSquaredError(), "mae"],
    )
    """,
)
text(
    "weights that are variables, and a dictionary of layers",
    """
    import keras
    from keras import layers, ops

    class Prompted(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.scale = keras.Variable(ops.ones((4,)), trainable=True, name="scale")
            self.heads = {"left": layers.Dense(4), "right": layers.Dense(4)}

        def call(self, inputs, side="left"):
            return self.heads["left"](inputs) * self.scale + self.heads["right"](inputs)

    inputs = keras.Input((4,))
    model = keras.Model(inputs, Prompted()(inputs))
    """,
)
