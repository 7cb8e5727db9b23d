"""Models as the notebooks of Géron's "Hands-On Machine Learning" build them."""

from functools import partial


def fashion(keras):
    keras.backend.clear_session()
    model = keras.models.Sequential()
    model.add(keras.layers.Input(shape=[28, 28]))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(300, activation="relu"))
    model.add(keras.layers.Dense(100, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(
        loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["accuracy"]
    )
    assert model.layers[1].name.startswith("dense")
    return model


def fashion_in_one(keras):
    return keras.Sequential(
        [
            keras.layers.Flatten(input_shape=[28, 28]),
            keras.layers.Dense(300, activation="relu", kernel_initializer="he_normal"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def wide_and_deep(keras):
    input_wide = keras.layers.Input(shape=[5])
    input_deep = keras.layers.Input(shape=[6])
    norm_layer_wide = keras.layers.Normalization()
    norm_wide = norm_layer_wide(input_wide)
    hidden1 = keras.layers.Dense(30, activation="relu")(input_deep)
    hidden2 = keras.layers.Dense(30, activation="relu")(hidden1)
    concat = keras.layers.concatenate([norm_wide, hidden2])
    output = keras.layers.Dense(1)(concat)
    aux_output = keras.layers.Dense(1)(hidden2)
    model = keras.Model(inputs=[input_wide, input_deep], outputs=[output, aux_output])
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    model.compile(
        loss=("mse", "mse"),
        loss_weights=(0.9, 0.1),
        optimizer=optimizer,
        metrics=["RootMeanSquaredError", "RootMeanSquaredError"],
    )
    return model


def wide_and_deep_subclassed(keras):
    class WideAndDeepModel(keras.Model):
        def __init__(self, units=30, activation="relu", **kwargs):
            super().__init__(**kwargs)
            self.norm_layer_wide = keras.layers.Normalization()
            self.norm_layer_deep = keras.layers.Normalization()
            self.hidden1 = keras.layers.Dense(units, activation=activation)
            self.hidden2 = keras.layers.Dense(units, activation=activation)
            self.main_output = keras.layers.Dense(1)
            self.aux_output = keras.layers.Dense(1)

        def call(self, inputs):
            input_wide, input_deep = inputs
            norm_wide = self.norm_layer_wide(input_wide)
            norm_deep = self.norm_layer_deep(input_deep)
            hidden1 = self.hidden1(norm_deep)
            hidden2 = self.hidden2(hidden1)
            concat = keras.layers.concatenate([norm_wide, hidden2])
            output = self.main_output(concat)
            aux_output = self.aux_output(hidden2)
            return output, aux_output

    model = WideAndDeepModel(30, activation="relu", name="my_cool_model")
    inputs = [keras.Input((5,)), keras.Input((6,))]
    return keras.Model(inputs, model(inputs))


def batch_norm_before_activation(keras):
    model = keras.Sequential(
        [
            keras.layers.Flatten(input_shape=[28, 28]),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(300, kernel_initializer="he_normal", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.Activation("relu"),
            keras.layers.Dense(
                100,
                kernel_initializer=keras.initializers.VarianceScaling(
                    scale=2.0, mode="fan_avg", distribution="uniform"
                ),
                use_bias=False,
            ),
            keras.layers.PReLU(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    names = [(var.name, var.trainable) for var in model.layers[1].variables]
    assert len(names) == 4
    return model


def regularized_by_partial(keras):
    RegularizedDense = partial(
        keras.layers.Dense,
        activation="relu",
        kernel_initializer="he_normal",
        kernel_regularizer=keras.regularizers.l2(0.01),
        kernel_constraint=keras.constraints.max_norm(1.0),
    )
    return keras.Sequential(
        [
            keras.layers.Flatten(input_shape=[28, 28]),
            RegularizedDense(100),
            RegularizedDense(100),
            RegularizedDense(10, activation="softmax"),
        ]
    )


def self_normalizing(keras):
    model = keras.Sequential()
    model.add(keras.layers.Flatten(input_shape=[28, 28]))
    for _ in range(5):
        model.add(
            keras.layers.Dense(50, activation="selu", kernel_initializer="lecun_normal")
        )
        model.add(keras.layers.AlphaDropout(rate=0.1))
    model.add(keras.layers.Dense(10, activation="softmax"))
    return model


def monte_carlo_dropout(keras):
    class MCDropout(keras.layers.Dropout):
        def call(self, inputs, training=None):
            return super().call(inputs, training=True)

    return keras.Sequential(
        [
            keras.layers.Flatten(input_shape=[28, 28]),
            MCDropout(rate=0.2),
            keras.layers.Dense(20, activation="relu"),
            MCDropout(rate=0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def reused_layers(keras):
    model_a = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(30, activation="relu"),
            keras.layers.Dense(8, activation="softmax"),
        ]
    )
    model_b_on_a = keras.Sequential(model_a.layers[:-1])
    model_b_on_a.add(keras.layers.Dense(1, activation="sigmoid"))
    for layer in model_b_on_a.layers[:-1]:
        layer.trainable = False
    model_b_on_a.build((None, 28, 28))
    return model_b_on_a


def my_dense(keras):
    class MyDense(keras.layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, batch_input_shape):
            self.kernel = self.add_weight(
                name="kernel",
                shape=[batch_input_shape[-1], self.units],
                initializer="glorot_normal",
            )
            self.bias = self.add_weight(
                name="bias", shape=[self.units], initializer="zeros"
            )

        def call(self, X):
            return self.activation(X @ self.kernel + self.bias)

        def get_config(self):
            base_config = super().get_config()
            return {
                **base_config,
                "units": self.units,
                "activation": keras.activations.serialize(self.activation),
            }

    return keras.Sequential(
        [
            keras.layers.Input(shape=[8]),
            MyDense(30, activation="relu"),
            MyDense(1),
            keras.layers.Lambda(lambda x: keras.ops.exp(x)),
        ]
    )


def residual_regressor(keras):
    class ResidualBlock(keras.layers.Layer):
        def __init__(self, n_layers, n_neurons, **kwargs):
            super().__init__(**kwargs)
            self.hidden = [
                keras.layers.Dense(
                    n_neurons, activation="relu", kernel_initializer="he_normal"
                )
                for _ in range(n_layers)
            ]

        def call(self, inputs):
            Z = inputs
            for layer in self.hidden:
                Z = layer(Z)
            return inputs + Z

    class ResidualRegressor(keras.Model):
        def __init__(self, output_dim, **kwargs):
            super().__init__(**kwargs)
            self.hidden1 = keras.layers.Dense(30, activation="relu")
            self.block1 = ResidualBlock(2, 30)
            self.block2 = ResidualBlock(2, 30)
            self.out = keras.layers.Dense(output_dim)

        def call(self, inputs):
            Z = self.hidden1(inputs)
            for _ in range(1 + 3):
                Z = self.block1(Z)
            Z = self.block2(Z)
            return self.out(Z)

    model = ResidualRegressor(1)
    inputs = keras.Input((8,))
    return keras.Model(inputs, model(inputs))


def default_conv(keras):
    DefaultConv2D = partial(
        keras.layers.Conv2D,
        kernel_size=3,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
    )
    return keras.Sequential(
        [
            DefaultConv2D(filters=64, kernel_size=7, input_shape=[28, 28, 1]),
            keras.layers.MaxPool2D(),
            DefaultConv2D(filters=128),
            DefaultConv2D(filters=128),
            keras.layers.MaxPool2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(units=64, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(units=10, activation="softmax"),
        ]
    )


def res_net_34(keras):
    DefaultConv2D = partial(
        keras.layers.Conv2D,
        kernel_size=3,
        strides=1,
        padding="same",
        kernel_initializer="he_normal",
        use_bias=False,
    )

    class ResidualUnit(keras.layers.Layer):
        def __init__(self, filters, strides=1, activation="relu", **kwargs):
            super().__init__(**kwargs)
            self.activation = keras.activations.get(activation)
            self.main_layers = [
                DefaultConv2D(filters, strides=strides),
                keras.layers.BatchNormalization(),
                self.activation,
                DefaultConv2D(filters),
                keras.layers.BatchNormalization(),
            ]
            self.skip_layers = []
            if strides > 1:
                self.skip_layers = [
                    DefaultConv2D(filters, kernel_size=1, strides=strides),
                    keras.layers.BatchNormalization(),
                ]

        def call(self, inputs):
            Z = inputs
            for layer in self.main_layers:
                Z = layer(Z)
            skip_Z = inputs
            for layer in self.skip_layers:
                skip_Z = layer(skip_Z)
            return self.activation(Z + skip_Z)

    model = keras.Sequential(
        [
            DefaultConv2D(64, kernel_size=7, strides=2, input_shape=[64, 64, 3]),
            keras.layers.BatchNormalization(),
            keras.layers.Activation("relu"),
            keras.layers.MaxPool2D(pool_size=3, strides=2, padding="same"),
        ]
    )
    prev_filters = 64
    for filters in [64] * 2 + [128] * 2 + [256] * 2:
        strides = 1 if filters == prev_filters else 2
        model.add(ResidualUnit(filters, strides=strides))
        prev_filters = filters
    model.add(keras.layers.GlobalAvgPool2D())
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(10, activation="softmax"))
    return model


def flowers(keras):
    base_model = keras.applications.Xception(
        weights=None, include_top=False, input_shape=(96, 96, 3)
    )
    avg = keras.layers.GlobalAveragePooling2D()(base_model.output)
    class_output = keras.layers.Dense(5, activation="softmax")(avg)
    loc_output = keras.layers.Dense(4)(avg)
    model = keras.Model(inputs=base_model.input, outputs=[class_output, loc_output])
    for layer in base_model.layers:
        layer.trainable = False
    optimizer = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    model.compile(
        loss=["sparse_categorical_crossentropy", "mse"],
        loss_weights=[0.8, 0.2],
        optimizer=optimizer,
        metrics=["accuracy", "mse"],
    )
    return model


def univariate_rnn(keras):
    return keras.Sequential([keras.layers.SimpleRNN(1, input_shape=[None, 1])])


def deep_rnn(keras):
    return keras.Sequential(
        [
            keras.layers.SimpleRNN(32, return_sequences=True, input_shape=[None, 1]),
            keras.layers.SimpleRNN(32, return_sequences=True),
            keras.layers.SimpleRNN(32),
            keras.layers.Dense(14),
        ]
    )


def layer_normalized_rnn(keras):
    class LNSimpleRNNCell(keras.layers.Layer):
        def __init__(self, units, activation="tanh", **kwargs):
            super().__init__(**kwargs)
            self.state_size = units
            self.output_size = units
            self.simple_rnn_cell = keras.layers.SimpleRNNCell(units, activation=None)
            self.layer_norm = keras.layers.LayerNormalization()
            self.activation = keras.activations.get(activation)

        def call(self, inputs, states):
            outputs, _new_states = self.simple_rnn_cell(inputs, states)
            norm_outputs = self.activation(self.layer_norm(outputs))
            return norm_outputs, [norm_outputs]

    return keras.Sequential(
        [
            keras.layers.RNN(
                LNSimpleRNNCell(32), return_sequences=True, input_shape=[None, 5]
            ),
            keras.layers.Dense(14),
        ]
    )


def wave_net(keras):
    wavenet_model = keras.Sequential()
    wavenet_model.add(keras.layers.Input(shape=[None, 5]))
    for rate in (1, 2, 4, 8) * 2:
        wavenet_model.add(
            keras.layers.Conv1D(
                filters=32,
                kernel_size=2,
                padding="causal",
                activation="relu",
                dilation_rate=rate,
            )
        )
    wavenet_model.add(keras.layers.Conv1D(filters=14, kernel_size=1))
    return wavenet_model


def gated_activation(keras):
    class GatedActivationUnit(keras.layers.Layer):
        def __init__(self, activation="tanh", **kwargs):
            super().__init__(**kwargs)
            self.activation = keras.activations.get(activation)

        def call(self, inputs):
            n_filters = inputs.shape[-1] // 2
            linear_output = self.activation(inputs[..., :n_filters])
            gate = keras.activations.sigmoid(inputs[..., n_filters:])
            return self.activation(linear_output) * gate

    def wavenet_residual_block(inputs, n_filters, dilation_rate):
        z = keras.layers.Conv1D(
            2 * n_filters,
            kernel_size=2,
            padding="causal",
            dilation_rate=dilation_rate,
        )(inputs)
        z = GatedActivationUnit()(z)
        z = keras.layers.Conv1D(n_filters, kernel_size=1)(z)
        return keras.layers.Add()([z, inputs]), z

    inputs = keras.layers.Input(shape=[None, 2])
    z = keras.layers.Conv1D(16, kernel_size=2, padding="causal")(inputs)
    skip_to_last = []
    for dilation_rate in [2**i for i in range(3)] * 2:
        z, skip = wavenet_residual_block(z, 16, dilation_rate)
        skip_to_last.append(skip)
    z = keras.activations.relu(keras.layers.Add()(skip_to_last))
    z = keras.layers.Conv1D(16, kernel_size=1, activation="relu")(z)
    y_proba = keras.layers.Conv1D(8, kernel_size=1, activation="softmax")(z)
    return keras.Model(inputs=[inputs], outputs=[y_proba])


def stateful_characters(keras):
    model = keras.Sequential(
        [
            keras.layers.Input(batch_shape=[1, None]),
            keras.layers.Embedding(input_dim=39, output_dim=16),
            keras.layers.GRU(128, return_sequences=True, stateful=True),
            keras.layers.Dense(39, activation="softmax"),
        ]
    )
    return model


def encoder_decoder_attention(keras):
    vocab_size, embed_size = 1000, 32
    encoder_inputs = keras.layers.Input(shape=[50])
    decoder_inputs = keras.layers.Input(shape=[50])
    encoder_embedding_layer = keras.layers.Embedding(vocab_size, embed_size)
    decoder_embedding_layer = keras.layers.Embedding(vocab_size, embed_size)
    encoder_embeddings = encoder_embedding_layer(encoder_inputs)
    decoder_embeddings = decoder_embedding_layer(decoder_inputs)
    encoder = keras.layers.Bidirectional(
        keras.layers.LSTM(32, return_sequences=True, return_state=True)
    )
    encoder_outputs, *encoder_state = encoder(encoder_embeddings)
    encoder_state = [
        keras.layers.concatenate(encoder_state[::2], axis=-1),
        keras.layers.concatenate(encoder_state[1::2], axis=-1),
    ]
    decoder = keras.layers.LSTM(64, return_sequences=True)
    decoder_outputs = decoder(decoder_embeddings, initial_state=encoder_state)
    attention_layer = keras.layers.Attention()
    attention_outputs = attention_layer([decoder_outputs, encoder_outputs])
    output_layer = keras.layers.Dense(vocab_size, activation="softmax")
    Y_proba = output_layer(attention_outputs)
    return keras.Model(inputs=[encoder_inputs, decoder_inputs], outputs=[Y_proba])


def manual_masking(keras):
    inputs = keras.layers.Input(shape=[None], dtype="int32")
    embed = keras.layers.Embedding(1000, 16, mask_zero=False)(inputs)
    masked = keras.layers.Masking(mask_value=0.0)(embed)
    z = keras.layers.GRU(16, dropout=0.2)(masked)
    outputs = keras.layers.Dense(1, activation="sigmoid")(z)
    return keras.Model(inputs=[inputs], outputs=[outputs])


def stacked_autoencoder(keras):
    stacked_encoder = keras.Sequential(
        [
            keras.layers.Flatten(),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(30, activation="relu"),
        ]
    )
    stacked_decoder = keras.Sequential(
        [
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(28 * 28),
            keras.layers.Reshape([28, 28]),
        ]
    )
    stacked_ae = keras.Sequential([stacked_encoder, stacked_decoder])
    stacked_ae.compile(loss="mse", optimizer="nadam")
    stacked_ae.build((None, 28, 28))
    return stacked_ae


def tied_autoencoder(keras):
    class DenseTranspose(keras.layers.Layer):
        def __init__(self, dense, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.dense = dense
            self.activation = keras.activations.get(activation)

        def build(self, batch_input_shape):
            self.biases = self.add_weight(
                name="bias", shape=(self.dense.kernel.shape[0],), initializer="zeros"
            )
            super().build(batch_input_shape)

        def call(self, inputs):
            Z = keras.ops.matmul(inputs, keras.ops.transpose(self.dense.kernel))
            return self.activation(Z + self.biases)

    dense_1 = keras.layers.Dense(100, activation="relu")
    dense_2 = keras.layers.Dense(30, activation="relu")
    inputs = keras.Input((28, 28))
    z = keras.layers.Flatten()(inputs)
    z = dense_2(dense_1(z))
    z = DenseTranspose(dense_2, activation="relu")(z)
    z = DenseTranspose(dense_1)(z)
    return keras.Model(inputs, keras.layers.Reshape([28, 28])(z))


def convolutional_autoencoder(keras):
    conv_encoder = keras.Sequential(
        [
            keras.layers.Reshape([28, 28, 1], input_shape=[28, 28]),
            keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
            keras.layers.MaxPool2D(pool_size=2),
            keras.layers.Conv2D(30, 3, padding="same", activation="relu"),
            keras.layers.MaxPool2D(pool_size=2),
            keras.layers.GlobalAvgPool2D(),
        ]
    )
    conv_decoder = keras.Sequential(
        [
            keras.layers.Dense(3 * 3 * 16, input_shape=[30]),
            keras.layers.Reshape((3, 3, 16)),
            keras.layers.Conv2DTranspose(32, 3, strides=2, activation="relu"),
            keras.layers.Conv2DTranspose(
                16, 3, strides=2, padding="same", activation="relu"
            ),
            keras.layers.Conv2DTranspose(1, 3, strides=2, padding="same"),
            keras.layers.Reshape([28, 28]),
        ]
    )
    return keras.Sequential([conv_encoder, conv_decoder])


def sparse_autoencoder(keras):
    class KLDivergenceRegularizer(keras.regularizers.Regularizer):
        def __init__(self, weight, target):
            self.weight = weight
            self.target = target

        def __call__(self, inputs):
            mean_activities = keras.ops.mean(inputs, axis=0)
            return self.weight * keras.ops.sum(mean_activities - self.target)

    kld_reg = KLDivergenceRegularizer(weight=5e-3, target=0.1)
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(300, activation="sigmoid", activity_regularizer=kld_reg),
        ]
    )


def recurrent_autoencoder(keras):
    recurrent_encoder = keras.models.Sequential(
        [
            keras.layers.LSTM(100, return_sequences=True, input_shape=[28, 28]),
            keras.layers.LSTM(30),
        ]
    )
    recurrent_decoder = keras.models.Sequential(
        [
            keras.layers.RepeatVector(28, input_shape=[30]),
            keras.layers.LSTM(100, return_sequences=True),
            keras.layers.TimeDistributed(keras.layers.Dense(28, activation="sigmoid")),
        ]
    )
    return keras.models.Sequential([recurrent_encoder, recurrent_decoder])


def dueling_q_network(keras):
    K = keras.ops
    input_states = keras.layers.Input(shape=[4])
    hidden1 = keras.layers.Dense(32, activation="elu")(input_states)
    hidden2 = keras.layers.Dense(32, activation="elu")(hidden1)
    state_values = keras.layers.Dense(1)(hidden2)
    raw_advantages = keras.layers.Dense(2)(hidden2)
    advantages = raw_advantages - K.max(raw_advantages, axis=1, keepdims=True)
    Q_values = state_values + advantages
    return keras.Model(inputs=[input_states], outputs=[Q_values])
