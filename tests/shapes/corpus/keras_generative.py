"""Models that draw, as the examples of keras.io build them."""


def variational_autoencoder(keras):
    layers = keras.layers
    ops = keras.ops

    class Sampling(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seed_generator = keras.random.SeedGenerator(1337)

        def call(self, inputs):
            z_mean, z_log_var = inputs
            batch = ops.shape(z_mean)[0]
            dim = ops.shape(z_mean)[1]
            epsilon = keras.random.normal(shape=(batch, dim), seed=self.seed_generator)
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon

    latent_dim = 2
    encoder_inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu", strides=2, padding="same")(
        encoder_inputs
    )
    x = layers.Conv2D(64, 3, activation="relu", strides=2, padding="same")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(16, activation="relu")(x)
    z_mean = layers.Dense(latent_dim, name="z_mean")(x)
    z_log_var = layers.Dense(latent_dim, name="z_log_var")(x)
    z = Sampling()([z_mean, z_log_var])
    encoder = keras.Model(encoder_inputs, [z_mean, z_log_var, z], name="encoder")
    encoder.summary()
    latent_inputs = keras.Input(shape=(latent_dim,))
    x = layers.Dense(7 * 7 * 64, activation="relu")(latent_inputs)
    x = layers.Reshape((7, 7, 64))(x)
    x = layers.Conv2DTranspose(64, 3, activation="relu", strides=2, padding="same")(x)
    x = layers.Conv2DTranspose(32, 3, activation="relu", strides=2, padding="same")(x)
    decoder_outputs = layers.Conv2DTranspose(
        1, 3, activation="sigmoid", padding="same"
    )(x)
    decoder = keras.Model(latent_inputs, decoder_outputs, name="decoder")
    decoder.summary()
    return [encoder, decoder]


def dcgan(keras):
    layers = keras.layers
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
    latent_dim = 32
    generator = keras.Sequential(
        [
            keras.Input(shape=(latent_dim,)),
            layers.Dense(8 * 8 * 128),
            layers.Reshape((8, 8, 128)),
            layers.Conv2DTranspose(128, kernel_size=4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2DTranspose(64, kernel_size=4, strides=2, padding="same"),
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
            self.seed_generator = keras.random.SeedGenerator(1337)

        def compile(self, d_optimizer, g_optimizer, loss_fn):
            super().compile()
            self.d_optimizer = d_optimizer
            self.g_optimizer = g_optimizer
            self.loss_fn = loss_fn
            self.d_loss_metric = keras.metrics.Mean(name="d_loss")
            self.g_loss_metric = keras.metrics.Mean(name="g_loss")

        @property
        def metrics(self):
            return [self.d_loss_metric, self.g_loss_metric]

    gan = GAN(discriminator=discriminator, generator=generator, latent_dim=latent_dim)
    gan.compile(
        d_optimizer=keras.optimizers.Adam(learning_rate=0.0001),
        g_optimizer=keras.optimizers.Adam(learning_rate=0.0001),
        loss_fn=keras.losses.BinaryCrossentropy(),
    )
    return [gan.discriminator, gan.generator]


def wasserstein_generator(keras):
    layers = keras.layers

    def upsample_block(x, filters, activation, use_bn=True, drop_value=None):
        x = layers.UpSampling2D((2, 2))(x)
        x = layers.Conv2D(filters, (3, 3), strides=(1, 1), padding="same")(x)
        if use_bn:
            x = layers.BatchNormalization()(x)
        if activation:
            x = activation(x)
        if drop_value:
            x = layers.Dropout(drop_value)(x)
        return x

    noise = layers.Input(shape=(128,))
    x = layers.Dense(4 * 4 * 64, use_bias=False)(noise)
    x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Reshape((4, 4, 64))(x)
    x = upsample_block(x, 32, layers.LeakyReLU(0.2))
    x = upsample_block(x, 16, layers.LeakyReLU(0.2), drop_value=0.3)
    x = upsample_block(x, 1, layers.Activation("tanh"))
    x = layers.Cropping2D((2, 2))(x)
    return keras.models.Model(noise, x, name="generator")


def cycle_gan(keras):
    layers = keras.layers
    ops = keras.ops
    kernel_init = keras.initializers.RandomNormal(mean=0.0, stddev=0.02)
    gamma_init = keras.initializers.RandomNormal(mean=0.0, stddev=0.02)

    class ReflectionPadding2D(layers.Layer):
        def __init__(self, padding=(1, 1), **kwargs):
            self.padding = tuple(padding)
            super().__init__(**kwargs)

        def call(self, input_tensor, mask=None):
            padding_width, padding_height = self.padding
            padding_tensor = [
                [0, 0],
                [padding_height, padding_height],
                [padding_width, padding_width],
                [0, 0],
            ]
            return ops.pad(input_tensor, padding_tensor, mode="reflect")

    def residual_block(x, activation):
        dim = x.shape[-1]
        input_tensor = x
        x = ReflectionPadding2D()(input_tensor)
        x = layers.Conv2D(
            dim,
            (3, 3),
            kernel_initializer=kernel_init,
            padding="valid",
            use_bias=False,
        )(x)
        x = layers.GroupNormalization(groups=-1, gamma_initializer=gamma_init)(x)
        x = activation(x)
        return layers.add([input_tensor, x])

    img_input = layers.Input(shape=(64, 64, 3), name="generator_img_input")
    x = ReflectionPadding2D(padding=(3, 3))(img_input)
    x = layers.Conv2D(16, (7, 7), kernel_initializer=kernel_init, use_bias=False)(x)
    x = layers.GroupNormalization(groups=-1, gamma_initializer=gamma_init)(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(32, 3, strides=(2, 2), padding="same")(x)
    x = residual_block(x, activation=layers.Activation("relu"))
    x = layers.Conv2DTranspose(
        16, (3, 3), strides=(2, 2), padding="same", use_bias=False
    )(x)
    x = ReflectionPadding2D(padding=(3, 3))(x)
    x = layers.Conv2D(3, (7, 7), padding="valid")(x)
    x = layers.Activation("tanh")(x)
    return keras.models.Model(img_input, x, name="generator_G")


def denoising_diffusion(keras):
    layers = keras.layers
    ops = keras.ops
    math_frequencies = [1.0, 10.0, 100.0, 1000.0]

    def sinusoidal_embedding(x):
        angular_speeds = ops.cast(
            2.0 * 3.14159 * ops.array(math_frequencies), "float32"
        )
        return ops.concatenate(
            [ops.sin(angular_speeds * x), ops.cos(angular_speeds * x)], axis=3
        )

    def ResidualBlock(width):  # noqa: N802 -- named as people do
        def apply(x):
            input_width = x.shape[3]
            if input_width == width:
                residual = x
            else:
                residual = layers.Conv2D(width, kernel_size=1)(x)
            x = layers.BatchNormalization(center=False, scale=False)(x)
            x = layers.Conv2D(width, 3, padding="same", activation="swish")(x)
            x = layers.Conv2D(width, kernel_size=3, padding="same")(x)
            return layers.Add()([x, residual])

        return apply

    def DownBlock(width, block_depth):  # noqa: N802 -- named as people do
        def apply(x):
            x, skips = x
            for _ in range(block_depth):
                x = ResidualBlock(width)(x)
                skips.append(x)
            return layers.AveragePooling2D(pool_size=2)(x)

        return apply

    def UpBlock(width, block_depth):  # noqa: N802 -- named as people do
        def apply(x):
            x, skips = x
            x = layers.UpSampling2D(size=2, interpolation="bilinear")(x)
            for _ in range(block_depth):
                x = layers.Concatenate()([x, skips.pop()])
                x = ResidualBlock(width)(x)
            return x

        return apply

    noisy_images = keras.Input(shape=(32, 32, 3))
    noise_variances = keras.Input(shape=(1, 1, 1))
    e = layers.Lambda(sinusoidal_embedding, output_shape=(1, 1, 8))(noise_variances)
    e = layers.UpSampling2D(size=32, interpolation="nearest")(e)
    x = layers.Conv2D(8, kernel_size=1)(noisy_images)
    x = layers.Concatenate()([x, e])
    skips = []
    for width in [8, 16]:
        x = DownBlock(width, 2)([x, skips])
    for _ in range(2):
        x = ResidualBlock(24)(x)
    for width in [16, 8]:
        x = UpBlock(width, 2)([x, skips])
    x = layers.Conv2D(3, kernel_size=1, kernel_initializer="zeros")(x)
    return keras.Model([noisy_images, noise_variances], x, name="residual_unet")


def pixel_cnn(keras):
    layers = keras.layers

    class PixelConvLayer(layers.Layer):
        def __init__(self, mask_type, **kwargs):
            super().__init__()
            self.mask_type = mask_type
            self.conv = layers.Conv2D(**kwargs)

        def build(self, input_shape):
            self.conv.build(input_shape)
            kernel_shape = tuple(self.conv.kernel.shape)
            assert len(kernel_shape) == 4
            self.mask_shape = kernel_shape

        def call(self, inputs):
            return self.conv(inputs)

    class ResidualBlock(keras.layers.Layer):
        def __init__(self, filters, **kwargs):
            super().__init__(**kwargs)
            self.conv1 = keras.layers.Conv2D(
                filters=filters, kernel_size=1, activation="relu"
            )
            self.pixel_conv = PixelConvLayer(
                mask_type="B",
                filters=filters // 2,
                kernel_size=3,
                activation="relu",
                padding="same",
            )
            self.conv2 = keras.layers.Conv2D(
                filters=filters, kernel_size=1, activation="relu"
            )

        def call(self, inputs):
            x = self.conv1(inputs)
            x = self.pixel_conv(x)
            x = self.conv2(x)
            return keras.layers.add([inputs, x])

    inputs = keras.Input(shape=(28, 28, 1), batch_size=4)
    x = PixelConvLayer(
        mask_type="A", filters=16, kernel_size=7, activation="relu", padding="same"
    )(inputs)
    for _ in range(2):
        x = ResidualBlock(filters=16)(x)
    out = keras.layers.Conv2D(
        filters=1, kernel_size=1, strides=1, activation="sigmoid", padding="valid"
    )(x)
    return keras.Model(inputs, out)


def vector_quantized(keras):
    layers = keras.layers
    ops = keras.ops

    class VectorQuantizer(layers.Layer):
        def __init__(self, num_embeddings, embedding_dim, beta=0.25, **kwargs):
            super().__init__(**kwargs)
            self.embedding_dim = embedding_dim
            self.num_embeddings = num_embeddings
            self.beta = beta
            self.embeddings = self.add_weight(
                shape=(self.embedding_dim, self.num_embeddings),
                initializer="uniform",
                trainable=True,
                name="embeddings_vqvae",
            )

        def call(self, x):
            input_shape = ops.shape(x)
            flattened = ops.reshape(x, [-1, self.embedding_dim])
            encoding_indices = self.get_code_indices(flattened)
            encodings = ops.one_hot(encoding_indices, self.num_embeddings)
            quantized = ops.matmul(encodings, ops.transpose(self.embeddings))
            quantized = ops.reshape(quantized, input_shape)
            return x + ops.stop_gradient(quantized - x)

        def get_code_indices(self, flattened_inputs):
            similarity = ops.matmul(flattened_inputs, self.embeddings)
            distances = (
                ops.sum(flattened_inputs**2, axis=1, keepdims=True)
                + ops.sum(self.embeddings**2, axis=0)
                - 2 * similarity
            )
            return ops.argmin(distances, axis=1)

    vq_layer = VectorQuantizer(32, 16, name="vector_quantizer")
    encoder_inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu", strides=2, padding="same")(
        encoder_inputs
    )
    encoder_outputs = layers.Conv2D(16, 1, padding="same")(x)
    encoder = keras.Model(encoder_inputs, encoder_outputs, name="encoder")
    latent_inputs = keras.Input(shape=encoder.output.shape[1:])
    x = layers.Conv2DTranspose(32, 3, activation="relu", strides=2, padding="same")(
        latent_inputs
    )
    decoder_outputs = layers.Conv2DTranspose(1, 3, padding="same")(x)
    decoder = keras.Model(latent_inputs, decoder_outputs, name="decoder")
    inputs = keras.Input(shape=(28, 28, 1))
    quantized_latents = vq_layer(encoder(inputs))
    reconstructions = decoder(quantized_latents)
    return keras.Model(inputs, reconstructions, name="vq_vae")


def coupling_layer(keras):
    reg = 0.01
    input = keras.layers.Input(shape=(2,))
    t_layer_1 = keras.layers.Dense(
        32, activation="relu", kernel_regularizer=keras.regularizers.l2(reg)
    )(input)
    t_layer_2 = keras.layers.Dense(
        2, activation="linear", kernel_regularizer=keras.regularizers.l2(reg)
    )(t_layer_1)
    s_layer_1 = keras.layers.Dense(
        32, activation="relu", kernel_regularizer=keras.regularizers.l2(reg)
    )(input)
    s_layer_2 = keras.layers.Dense(
        2, activation="tanh", kernel_regularizer=keras.regularizers.l2(reg)
    )(s_layer_1)
    return keras.Model(inputs=input, outputs=[s_layer_2, t_layer_2])


def style_features(keras):
    model = keras.applications.vgg19.VGG19(
        weights=None, include_top=False, input_shape=(64, 64, 3)
    )
    outputs_dict = {layer.name: layer.output for layer in model.layers[:8]}
    feature_extractor = keras.Model(inputs=model.inputs, outputs=outputs_dict)
    assert len(feature_extractor.outputs) == 8
    return keras.Model(model.input, model.get_layer("block3_conv1").output)


def conditional_gan(keras):
    layers = keras.layers
    num_channels, num_classes, latent_dim = 1, 10, 128
    generator_in_channels = latent_dim + num_classes
    discriminator_in_channels = num_channels + num_classes
    discriminator = keras.Sequential(
        [
            keras.layers.InputLayer((28, 28, discriminator_in_channels)),
            layers.Conv2D(32, (3, 3), strides=(2, 2), padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1),
        ],
        name="discriminator",
    )
    generator = keras.Sequential(
        [
            keras.layers.InputLayer((generator_in_channels,)),
            layers.Dense(7 * 7 * 16),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Reshape((7, 7, 16)),
            layers.Conv2DTranspose(32, (4, 4), strides=(2, 2), padding="same"),
            layers.Conv2D(1, (7, 7), padding="same", activation="sigmoid"),
        ],
        name="generator",
    )
    return [discriminator, generator]
