"""Models as TensorFlow's tutorials build them."""


def quickstart(keras):
    model = keras.models.Sequential(
        [
            keras.layers.Flatten(input_shape=(28, 28)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss_fn, metrics=["accuracy"])
    return keras.Sequential([keras.Input((28, 28)), model, keras.layers.Softmax()])


def quickstart_for_experts(keras):
    Conv2D = keras.layers.Conv2D
    Dense = keras.layers.Dense
    Flatten = keras.layers.Flatten
    Model = keras.Model

    class MyModel(Model):
        def __init__(self):
            super().__init__()
            self.conv1 = Conv2D(32, 3, activation="relu")
            self.flatten = Flatten()
            self.d1 = Dense(128, activation="relu")
            self.d2 = Dense(10)

        def call(self, x):
            x = self.conv1(x)
            x = self.flatten(x)
            x = self.d1(x)
            return self.d2(x)

    model = MyModel()
    inputs = keras.Input((28, 28, 1))
    return Model(inputs, model(inputs))


def fuel_efficiency(keras):
    normalizer = keras.layers.Normalization(axis=-1)
    model = keras.Sequential(
        [
            keras.Input((9,)),
            normalizer,
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(loss="mean_absolute_error", optimizer=keras.optimizers.Adam(0.001))
    return model


def overfit_and_underfit(keras):
    layers = keras.layers
    regularizers = keras.regularizers
    FEATURES = 28
    combined_model = keras.Sequential(
        [
            layers.Dense(
                512,
                kernel_regularizer=regularizers.l2(0.0001),
                activation="elu",
                input_shape=(FEATURES,),
            ),
            layers.Dropout(0.5),
            layers.Dense(
                512, kernel_regularizer=regularizers.l2(0.0001), activation="elu"
            ),
            layers.Dropout(0.5),
            layers.Dense(1),
        ]
    )
    lr_schedule = keras.optimizers.schedules.InverseTimeDecay(
        0.001, decay_steps=1000, decay_rate=1, staircase=False
    )
    combined_model.compile(optimizer=keras.optimizers.Adam(lr_schedule), loss="mse")
    return combined_model


def cifar(keras):
    models = keras.models
    layers = keras.layers
    model = models.Sequential()
    model.add(layers.Conv2D(32, (3, 3), activation="relu", input_shape=(32, 32, 3)))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(64, (3, 3), activation="relu"))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(64, (3, 3), activation="relu"))
    model.summary()
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10))
    model.summary()
    return model


def flower_photos(keras):
    layers = keras.layers
    Sequential = keras.models.Sequential
    img_height, img_width = 180, 180
    data_augmentation = keras.Sequential(
        [
            layers.RandomFlip("horizontal", input_shape=(img_height, img_width, 3)),
            layers.RandomRotation(0.1),
            layers.RandomZoom(0.1),
        ]
    )
    model = Sequential(
        [
            data_augmentation,
            layers.Rescaling(1.0 / 255),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.2),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(5, name="outputs"),
        ]
    )
    return model


def transfer_learning(keras):
    IMG_SHAPE = (96, 96) + (3,)
    base_model = keras.applications.MobileNetV2(
        input_shape=IMG_SHAPE, include_top=False, weights=None
    )
    base_model.trainable = True
    for layer in base_model.layers[:100]:
        layer.trainable = False
    preprocess_input = keras.applications.mobilenet_v2.preprocess_input
    global_average_layer = keras.layers.GlobalAveragePooling2D()
    prediction_layer = keras.layers.Dense(1, activation="sigmoid")
    inputs = keras.Input(shape=IMG_SHAPE)
    x = keras.layers.RandomFlip("horizontal")(inputs)
    x = preprocess_input(x)
    x = base_model(x, training=False)
    x = global_average_layer(x)
    x = keras.layers.Dropout(0.2)(x)
    outputs = prediction_layer(x)
    return keras.Model(inputs, outputs)


def segmentation(keras):
    base_model = keras.applications.MobileNetV2(
        input_shape=[96, 96, 3], include_top=False, weights=None
    )
    layer_names = [
        "block_1_expand_relu",
        "block_3_expand_relu",
        "block_6_expand_relu",
        "block_13_expand_relu",
        "block_16_project",
    ]
    base_model_outputs = [base_model.get_layer(name).output for name in layer_names]
    down_stack = keras.Model(inputs=base_model.input, outputs=base_model_outputs)
    down_stack.trainable = False

    def upsample(filters, size):
        result = keras.Sequential()
        result.add(
            keras.layers.Conv2DTranspose(
                filters,
                size,
                strides=2,
                padding="same",
                kernel_initializer=keras.initializers.RandomNormal(0.0, 0.02),
                use_bias=False,
            )
        )
        result.add(keras.layers.BatchNormalization())
        result.add(keras.layers.ReLU())
        return result

    up_stack = [upsample(32, 3), upsample(16, 3), upsample(16, 3), upsample(8, 3)]
    inputs = keras.layers.Input(shape=[96, 96, 3])
    skips = down_stack(inputs)
    x = skips[-1]
    skips = reversed(skips[:-1])
    for up, skip in zip(up_stack, skips, strict=True):
        x = up(x)
        concat = keras.layers.Concatenate()
        x = concat([x, skip])
    last = keras.layers.Conv2DTranspose(
        filters=3, kernel_size=3, strides=2, padding="same"
    )
    x = last(x)
    return keras.Model(inputs=inputs, outputs=x)


def pix_to_pix(keras):
    layers = keras.layers
    initializer = keras.initializers.RandomNormal(0.0, 0.02)

    def downsample(filters, size, apply_batchnorm=True):
        result = keras.Sequential()
        result.add(
            layers.Conv2D(
                filters,
                size,
                strides=2,
                padding="same",
                kernel_initializer=initializer,
                use_bias=False,
            )
        )
        if apply_batchnorm:
            result.add(layers.BatchNormalization())
        result.add(layers.LeakyReLU())
        return result

    def upsample(filters, size, apply_dropout=False):
        result = keras.Sequential()
        result.add(
            layers.Conv2DTranspose(
                filters,
                size,
                strides=2,
                padding="same",
                kernel_initializer=initializer,
                use_bias=False,
            )
        )
        result.add(layers.BatchNormalization())
        if apply_dropout:
            result.add(layers.Dropout(0.5))
        result.add(layers.ReLU())
        return result

    inputs = layers.Input(shape=[64, 64, 3])
    down_stack = [
        downsample(8, 4, apply_batchnorm=False),
        downsample(16, 4),
        downsample(32, 4),
    ]
    up_stack = [upsample(16, 4, apply_dropout=True), upsample(8, 4)]
    last = layers.Conv2DTranspose(
        3,
        4,
        strides=2,
        padding="same",
        kernel_initializer=initializer,
        activation="tanh",
    )
    x = inputs
    skips = []
    for down in down_stack:
        x = down(x)
        skips.append(x)
    skips = reversed(skips[:-1])
    for up, skip in zip(up_stack, skips, strict=True):
        x = up(x)
        x = layers.Concatenate()([x, skip])
    x = last(x)
    generator = keras.Model(inputs=inputs, outputs=x)
    inp = layers.Input(shape=[64, 64, 3], name="input_image")
    tar = layers.Input(shape=[64, 64, 3], name="target_image")
    x = layers.concatenate([inp, tar])
    down1 = downsample(8, 4, False)(x)
    zero_pad1 = layers.ZeroPadding2D()(down1)
    conv = layers.Conv2D(
        16, 4, strides=1, kernel_initializer=initializer, use_bias=False
    )(zero_pad1)
    batchnorm1 = layers.BatchNormalization()(conv)
    leaky_relu = layers.LeakyReLU()(batchnorm1)
    zero_pad2 = layers.ZeroPadding2D()(leaky_relu)
    last = layers.Conv2D(1, 4, strides=1, kernel_initializer=initializer)(zero_pad2)
    discriminator = keras.Model(inputs=[inp, tar], outputs=last)
    return [generator, discriminator]


def series_windows(keras):
    OUT_STEPS, num_features, CONV_WIDTH = 24, 19, 3
    multi_dense_model = keras.Sequential(
        [
            keras.Input((24, num_features)),
            keras.layers.Lambda(lambda x: x[:, -1:, :]),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(
                OUT_STEPS * num_features, kernel_initializer=keras.initializers.zeros
            ),
            keras.layers.Reshape([OUT_STEPS, num_features]),
        ]
    )
    multi_conv_model = keras.Sequential(
        [
            keras.Input((24, num_features)),
            keras.layers.Lambda(lambda x: x[:, -CONV_WIDTH:, :]),
            keras.layers.Conv1D(256, activation="relu", kernel_size=(CONV_WIDTH)),
            keras.layers.Dense(
                OUT_STEPS * num_features, kernel_initializer=keras.initializers.zeros()
            ),
            keras.layers.Reshape([OUT_STEPS, num_features]),
        ]
    )
    return [multi_dense_model, multi_conv_model]


def residual_wrapper(keras):
    class ResidualWrapper(keras.Model):
        def __init__(self, model):
            super().__init__()
            self.model = model

        def call(self, inputs, *args, **kwargs):
            delta = self.model(inputs, *args, **kwargs)
            return inputs + delta

    residual_lstm = ResidualWrapper(
        keras.Sequential(
            [
                keras.layers.LSTM(32, return_sequences=True),
                keras.layers.Dense(19, kernel_initializer=keras.initializers.zeros()),
            ]
        )
    )
    inputs = keras.Input((24, 19))
    return keras.Model(inputs, residual_lstm(inputs))


def feed_back(keras):
    class FeedBack(keras.Model):
        def __init__(self, units, out_steps):
            super().__init__()
            self.out_steps = out_steps
            self.units = units
            self.lstm_cell = keras.layers.LSTMCell(units)
            self.lstm_rnn = keras.layers.RNN(self.lstm_cell, return_state=True)
            self.dense = keras.layers.Dense(19)

        def warmup(self, inputs):
            x, *state = self.lstm_rnn(inputs)
            prediction = self.dense(x)
            return prediction, state

        def call(self, inputs, training=None):
            predictions = []
            prediction, state = self.warmup(inputs)
            predictions.append(prediction)
            for _n in range(1, self.out_steps):
                x = prediction
                x, state = self.lstm_cell(x, states=state, training=training)
                prediction = self.dense(x)
                predictions.append(prediction)
            predictions = keras.ops.stack(predictions)
            return keras.ops.transpose(predictions, [1, 0, 2])

    feedback_model = FeedBack(units=32, out_steps=6)
    inputs = keras.Input((24, 19))
    return keras.Model(inputs, feedback_model(inputs))


def text_generation(keras):
    class MyModel(keras.Model):
        def __init__(self, vocab_size, embedding_dim, rnn_units):
            super().__init__()
            self.embedding = keras.layers.Embedding(vocab_size, embedding_dim)
            self.gru = keras.layers.GRU(
                rnn_units, return_sequences=True, return_state=True
            )
            self.dense = keras.layers.Dense(vocab_size)

        def call(self, inputs, states=None, return_state=False, training=False):
            x = inputs
            x = self.embedding(x, training=training)
            x, states = self.gru(x, initial_state=states, training=training)
            x = self.dense(x, training=training)
            if return_state:
                return x, states
            return x

    model = MyModel(vocab_size=66, embedding_dim=32, rnn_units=64)
    inputs = keras.Input((100,), batch_size=64)
    return keras.Model(inputs, model(inputs))


def positional_encoding_transformer(keras):
    layers = keras.layers

    class BaseAttention(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__()
            self.mha = layers.MultiHeadAttention(**kwargs)
            self.layernorm = layers.LayerNormalization()
            self.add = layers.Add()

    class CausalSelfAttention(BaseAttention):
        def call(self, x):
            attn_output = self.mha(query=x, value=x, key=x, use_causal_mask=True)
            x = self.add([x, attn_output])
            return self.layernorm(x)

    class FeedForward(layers.Layer):
        def __init__(self, d_model, dff, dropout_rate=0.1):
            super().__init__()
            self.seq = keras.Sequential(
                [
                    layers.Dense(dff, activation="relu"),
                    layers.Dense(d_model),
                    layers.Dropout(dropout_rate),
                ]
            )
            self.add = layers.Add()
            self.layer_norm = layers.LayerNormalization()

        def call(self, x):
            x = self.add([x, self.seq(x)])
            return self.layer_norm(x)

    class DecoderLayer(layers.Layer):
        def __init__(self, *, d_model, num_heads, dff, dropout_rate=0.1):
            super().__init__()
            self.causal_self_attention = CausalSelfAttention(
                num_heads=num_heads, key_dim=d_model, dropout=dropout_rate
            )
            self.ffn = FeedForward(d_model, dff)

        def call(self, x):
            x = self.causal_self_attention(x=x)
            return self.ffn(x)

    class Decoder(keras.Model):
        def __init__(self, *, num_layers, d_model, num_heads, dff, vocab_size):
            super().__init__()
            self.d_model = d_model
            self.num_layers = num_layers
            self.embedding = layers.Embedding(vocab_size, d_model, mask_zero=True)
            self.dec_layers = [
                DecoderLayer(d_model=d_model, num_heads=num_heads, dff=dff)
                for _ in range(num_layers)
            ]
            self.final_layer = layers.Dense(vocab_size)

        def call(self, x):
            x = self.embedding(x)
            for i in range(self.num_layers):
                x = self.dec_layers[i](x)
            return self.final_layer(x)

    model = Decoder(num_layers=2, d_model=16, num_heads=2, dff=32, vocab_size=50)
    inputs = keras.Input((24,))
    return keras.Model(inputs, model(inputs))


def generator_without_bias(keras):
    layers = keras.layers

    def make_generator_model():
        model = keras.Sequential()
        model.add(layers.Dense(7 * 7 * 64, use_bias=False, input_shape=(100,)))
        model.add(layers.BatchNormalization())
        model.add(layers.LeakyReLU())
        model.add(layers.Reshape((7, 7, 64)))
        assert model.output_shape == (None, 7, 7, 64)
        model.add(
            layers.Conv2DTranspose(
                32, (5, 5), strides=(1, 1), padding="same", use_bias=False
            )
        )
        assert model.output_shape == (None, 7, 7, 32)
        model.add(layers.BatchNormalization())
        model.add(layers.LeakyReLU())
        model.add(
            layers.Conv2DTranspose(
                1,
                (5, 5),
                strides=(2, 2),
                padding="same",
                use_bias=False,
                activation="tanh",
            )
        )
        assert model.output_shape == (None, 14, 14, 1)
        return model

    return make_generator_model()


def autoencoder(keras):
    layers = keras.layers

    class Autoencoder(keras.Model):
        def __init__(self, latent_dim, shape):
            super().__init__()
            self.latent_dim = latent_dim
            self.shape = shape
            self.encoder = keras.Sequential(
                [
                    layers.Flatten(),
                    layers.Dense(latent_dim, activation="relu"),
                ]
            )
            self.decoder = keras.Sequential(
                [
                    layers.Dense(shape[0] * shape[1], activation="sigmoid"),
                    layers.Reshape(shape),
                ]
            )

        def call(self, x):
            encoded = self.encoder(x)
            return self.decoder(encoded)

    model = Autoencoder(64, (28, 28))
    inputs = keras.Input((28, 28))
    return keras.Model(inputs, model(inputs))


def convolutional_vae(keras):
    class CVAE(keras.Model):
        def __init__(self, latent_dim):
            super().__init__()
            self.latent_dim = latent_dim
            self.encoder = keras.Sequential(
                [
                    keras.layers.InputLayer(shape=(28, 28, 1)),
                    keras.layers.Conv2D(32, 3, strides=(2, 2), activation="relu"),
                    keras.layers.Conv2D(64, 3, strides=(2, 2), activation="relu"),
                    keras.layers.Flatten(),
                    keras.layers.Dense(latent_dim + latent_dim),
                ]
            )
            self.decoder = keras.Sequential(
                [
                    keras.layers.InputLayer(shape=(latent_dim,)),
                    keras.layers.Dense(units=7 * 7 * 32, activation="relu"),
                    keras.layers.Reshape(target_shape=(7, 7, 32)),
                    keras.layers.Conv2DTranspose(
                        filters=64, kernel_size=3, strides=2, padding="same"
                    ),
                    keras.layers.Conv2DTranspose(
                        filters=1, kernel_size=3, strides=1, padding="same"
                    ),
                ]
            )

        def encode(self, x):
            mean, logvar = keras.ops.split(self.encoder(x), 2, axis=1)
            return mean, logvar

        def call(self, x):
            mean, logvar = self.encode(x)
            eps = keras.random.normal(shape=keras.ops.shape(mean))
            z = eps * keras.ops.exp(logvar * 0.5) + mean
            return self.decoder(z)

    inputs = keras.Input((28, 28, 1))
    return keras.Model(inputs, CVAE(2)(inputs))


def simple_audio(keras):
    layers = keras.layers
    models = keras.models
    norm_layer = layers.Normalization()
    return models.Sequential(
        [
            layers.Input(shape=(124, 129, 1)),
            layers.Resizing(32, 32),
            norm_layer,
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(8),
        ]
    )


def video_convolutions(keras):
    layers = keras.layers

    class Conv2Plus1D(keras.layers.Layer):
        def __init__(self, filters, kernel_size, padding):
            super().__init__()
            self.seq = keras.Sequential(
                [
                    layers.Conv3D(
                        filters=filters,
                        kernel_size=(1, kernel_size[1], kernel_size[2]),
                        padding=padding,
                    ),
                    layers.Conv3D(
                        filters=filters,
                        kernel_size=(kernel_size[0], 1, 1),
                        padding=padding,
                    ),
                ]
            )

        def call(self, x):
            return self.seq(x)

    class ResidualMain(keras.layers.Layer):
        def __init__(self, filters, kernel_size):
            super().__init__()
            self.seq = keras.Sequential(
                [
                    Conv2Plus1D(filters, kernel_size, padding="same"),
                    layers.LayerNormalization(),
                    layers.ReLU(),
                    Conv2Plus1D(filters, kernel_size, padding="same"),
                    layers.LayerNormalization(),
                ]
            )

        def call(self, x):
            return self.seq(x)

    class Project(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.seq = keras.Sequential(
                [layers.Dense(units), layers.LayerNormalization()]
            )

        def call(self, x):
            return self.seq(x)

    def add_residual_block(input, filters, kernel_size):
        out = ResidualMain(filters, kernel_size)(input)
        res = input
        if out.shape[-1] != input.shape[-1]:
            res = Project(out.shape[-1])(res)
        return layers.add([res, out])

    input = layers.Input(shape=(10, 32, 32, 3))
    x = Conv2Plus1D(filters=8, kernel_size=(3, 7, 7), padding="same")(input)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = add_residual_block(x, 8, (3, 3, 3))
    x = add_residual_block(x, 16, (3, 3, 3))
    x = layers.GlobalAveragePooling3D()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(10)(x)
    return keras.Model(input, x)


def bahdanau_attention(keras):
    class BahdanauAttention(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.W1 = keras.layers.Dense(units)
            self.W2 = keras.layers.Dense(units)
            self.V = keras.layers.Dense(1)

        def call(self, query, values):
            query_with_time_axis = keras.ops.expand_dims(query, 1)
            score = self.V(
                keras.ops.tanh(self.W1(query_with_time_axis) + self.W2(values))
            )
            attention_weights = keras.ops.softmax(score, axis=1)
            context_vector = attention_weights * values
            context_vector = keras.ops.sum(context_vector, axis=1)
            return context_vector, attention_weights

    hidden = keras.Input((64,))
    enc_output = keras.Input((16, 64))
    attention_layer = BahdanauAttention(10)
    attention_result, attention_weights = attention_layer(hidden, enc_output)
    return keras.Model([hidden, enc_output], [attention_result, attention_weights])


def movie_reviews(keras):
    model = keras.Sequential(
        [
            keras.Input((250,), dtype="int32"),
            keras.layers.Embedding(10000, 16),
            keras.layers.Dropout(0.2),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        loss=keras.losses.BinaryCrossentropy(),
        optimizer="adam",
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.5)],
    )
    return model


def custom_training_linear(keras):
    class MyLinear(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.w = self.add_weight(shape=(), initializer="ones", name="w")
            self.b = self.add_weight(shape=(), initializer="zeros", name="b")

        def call(self, x):
            return self.w * x + self.b

    inputs = keras.Input((1,))
    return keras.Model(inputs, MyLinear()(inputs))
