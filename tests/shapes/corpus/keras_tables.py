"""Models of series, tables, graphs and games as the examples of keras.io build them."""


def series_transformer(keras):
    layers = keras.layers

    def transformer_encoder(inputs, head_size, num_heads, ff_dim, dropout=0):
        x = layers.MultiHeadAttention(
            key_dim=head_size, num_heads=num_heads, dropout=dropout
        )(inputs, inputs)
        x = layers.Dropout(dropout)(x)
        x = layers.LayerNormalization(epsilon=1e-6)(x)
        res = x + inputs
        x = layers.Conv1D(filters=ff_dim, kernel_size=1, activation="relu")(res)
        x = layers.Dropout(dropout)(x)
        x = layers.Conv1D(filters=inputs.shape[-1], kernel_size=1)(x)
        x = layers.LayerNormalization(epsilon=1e-6)(x)
        return x + res

    inputs = keras.Input(shape=(500, 1))
    x = inputs
    for _ in range(2):
        x = transformer_encoder(x, 32, 4, 4, 0.25)
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    for dim in [16]:
        x = layers.Dense(dim, activation="relu")(x)
        x = layers.Dropout(0.4)(x)
    outputs = layers.Dense(2, activation="softmax")(x)
    return keras.Model(inputs, outputs)


def series_from_scratch(keras):
    input_layer = keras.layers.Input((500, 1))
    conv1 = keras.layers.Conv1D(filters=16, kernel_size=3, padding="same")(input_layer)
    conv1 = keras.layers.BatchNormalization()(conv1)
    conv1 = keras.layers.ReLU()(conv1)
    conv2 = keras.layers.Conv1D(filters=16, kernel_size=3, padding="same")(conv1)
    conv2 = keras.layers.BatchNormalization()(conv2)
    conv2 = keras.layers.ReLU()(conv2)
    gap = keras.layers.GlobalAveragePooling1D()(conv2)
    output_layer = keras.layers.Dense(2, activation="softmax")(gap)
    return keras.models.Model(inputs=input_layer, outputs=output_layer)


def anomaly_autoencoder(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input(shape=(288, 1)),
            layers.Conv1D(32, 7, padding="same", strides=2, activation="relu"),
            layers.Dropout(rate=0.2),
            layers.Conv1D(16, 7, padding="same", strides=2, activation="relu"),
            layers.Conv1DTranspose(16, 7, padding="same", strides=2, activation="relu"),
            layers.Dropout(rate=0.2),
            layers.Conv1DTranspose(32, 7, padding="same", strides=2, activation="relu"),
            layers.Conv1DTranspose(filters=1, kernel_size=7, padding="same"),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001), loss="mse")
    model.summary()
    return model


def weather(keras):
    inputs = keras.layers.Input(shape=(120, 7))
    lstm_out = keras.layers.LSTM(32)(inputs)
    outputs = keras.layers.Dense(1)(lstm_out)
    model = keras.Model(inputs=inputs, outputs=outputs)
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001), loss="mse")
    model.summary()
    return model


def traffic_graph(keras):
    layers = keras.layers
    ops = keras.ops

    class GraphConv(layers.Layer):
        def __init__(self, in_feat, out_feat, num_nodes, **kwargs):
            super().__init__(**kwargs)
            self.in_feat = in_feat
            self.out_feat = out_feat
            self.num_nodes = num_nodes
            self.weight = self.add_weight(
                initializer=keras.initializers.GlorotUniform(),
                shape=(in_feat, out_feat),
                dtype="float32",
                trainable=True,
            )
            self.activation = layers.Activation("relu")

        def call(self, features):
            messages = ops.mean(features, axis=0, keepdims=True)
            messages = ops.matmul(messages, self.weight)
            nodes = ops.matmul(features, self.weight)
            h = ops.concatenate([nodes, nodes + messages], axis=-1)
            return self.activation(h)

    class LSTMGC(layers.Layer):
        def __init__(self, in_feat, out_feat, lstm_units, output_seq_len, **kwargs):
            super().__init__(**kwargs)
            self.graph_conv = GraphConv(in_feat, out_feat, 26)
            self.lstm = layers.LSTM(lstm_units, activation="relu")
            self.dense = layers.Dense(output_seq_len)
            self.output_seq_len = output_seq_len

        def call(self, inputs):
            inputs = ops.transpose(inputs, [2, 0, 1, 3])
            gcn_out = self.graph_conv(inputs)
            shape = ops.shape(gcn_out)
            num_nodes, batch_size, input_seq_len, out_feat = shape
            gcn_out = ops.reshape(
                gcn_out, (batch_size * num_nodes, input_seq_len, out_feat)
            )
            lstm_out = self.lstm(gcn_out)
            dense_output = self.dense(lstm_out)
            output = ops.reshape(
                dense_output, (num_nodes, batch_size, self.output_seq_len)
            )
            return ops.transpose(output, [1, 2, 0])

    inputs = layers.Input((12, 26, 1), batch_size=4)
    outputs = LSTMGC(1, 10, 32, 3)(inputs)
    return keras.models.Model(inputs, outputs)


def wide_deep_and_cross(keras):
    layers = keras.layers
    inputs = {
        name: layers.Input(name=name, shape=(), dtype="float32")
        for name in ["age", "height", "weight", "income"]
    }
    encoded = [keras.ops.expand_dims(one, -1) for one in inputs.values()]
    all_features = layers.concatenate(encoded)
    wide = layers.BatchNormalization()(all_features)
    deep = all_features
    for units in [32, 32]:
        deep = layers.Dense(units)(deep)
        deep = layers.BatchNormalization()(deep)
        deep = layers.ReLU()(deep)
        deep = layers.Dropout(0.1)(deep)
    x0 = all_features
    cross = x0
    for _ in range(2):
        units = cross.shape[-1]
        x = layers.Dense(units)(cross)
        cross = x0 * x + cross
    cross = layers.BatchNormalization()(cross)
    merged = layers.concatenate([wide, deep, cross])
    outputs = layers.Dense(units=7, activation="softmax")(merged)
    return keras.Model(inputs=inputs, outputs=outputs)


def gated_residual_network(keras):
    layers = keras.layers

    class GatedLinearUnit(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.linear = layers.Dense(units)
            self.sigmoid = layers.Dense(units, activation="sigmoid")

        def call(self, inputs):
            return self.linear(inputs) * self.sigmoid(inputs)

        def build(self, input_shape):
            self.built = True

    class GatedResidualNetwork(layers.Layer):
        def __init__(self, units, dropout_rate):
            super().__init__()
            self.units = units
            self.elu_dense = layers.Dense(units, activation="elu")
            self.linear_dense = layers.Dense(units)
            self.dropout = layers.Dropout(dropout_rate)
            self.gated_linear_unit = GatedLinearUnit(units)
            self.layer_norm = layers.LayerNormalization()
            self.project = layers.Dense(units)

        def call(self, inputs):
            x = self.elu_dense(inputs)
            x = self.linear_dense(x)
            x = self.dropout(x)
            if inputs.shape[-1] != self.units:
                inputs = self.project(inputs)
            x = inputs + self.gated_linear_unit(x)
            return self.layer_norm(x)

        def build(self, input_shape):
            self.built = True

    class VariableSelection(layers.Layer):
        def __init__(self, num_features, units, dropout_rate):
            super().__init__()
            self.units = units
            self.grns = []
            for _ in range(num_features):
                self.grns.append(GatedResidualNetwork(units, dropout_rate))
            self.grn_concat = GatedResidualNetwork(units, dropout_rate)
            self.softmax = layers.Dense(units=num_features, activation="softmax")

        def call(self, inputs):
            v = layers.concatenate(inputs)
            v = self.grn_concat(v)
            v = keras.ops.expand_dims(self.softmax(v), axis=-1)
            x = []
            for idx, input in enumerate(inputs):
                x.append(self.grns[idx](input))
            x = keras.ops.stack(x, axis=1)
            return keras.ops.squeeze(
                keras.ops.matmul(keras.ops.transpose(v, axes=[0, 2, 1]), x), axis=1
            )

        def build(self, input_shape):
            self.built = True

    feature_list = [layers.Input((4,)) for _ in range(3)]
    features = VariableSelection(3, 8, 0.15)(feature_list)
    outputs = layers.Dense(units=1, activation="sigmoid")(features)
    return keras.Model(inputs=feature_list, outputs=outputs)


def collaborative_filtering(keras):
    layers = keras.layers

    class RecommenderNet(keras.Model):
        def __init__(self, num_users, num_movies, embedding_size, **kwargs):
            super().__init__(**kwargs)
            self.num_users = num_users
            self.user_embedding = layers.Embedding(
                num_users,
                embedding_size,
                embeddings_initializer="he_normal",
                embeddings_regularizer=keras.regularizers.l2(1e-6),
            )
            self.user_bias = layers.Embedding(num_users, 1)
            self.movie_embedding = layers.Embedding(
                num_movies,
                embedding_size,
                embeddings_initializer="he_normal",
                embeddings_regularizer=keras.regularizers.l2(1e-6),
            )
            self.movie_bias = layers.Embedding(num_movies, 1)

        def call(self, inputs):
            user_vector = self.user_embedding(inputs[:, 0])
            user_bias = self.user_bias(inputs[:, 0])
            movie_vector = self.movie_embedding(inputs[:, 1])
            movie_bias = self.movie_bias(inputs[:, 1])
            dot_user_movie = keras.ops.tensordot(user_vector, movie_vector, 2)
            x = dot_user_movie + user_bias + movie_bias
            return keras.ops.sigmoid(x)

    model = RecommenderNet(61, 97, 50)
    model.compile(loss="binary_crossentropy", optimizer="adam")
    inputs = keras.Input((2,), batch_size=16)
    return keras.Model(inputs, model(inputs))


def actor_critic(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    common = layers.Dense(128, activation="relu")(inputs)
    action = layers.Dense(2, activation="softmax")(common)
    critic = layers.Dense(1)(common)
    return keras.Model(inputs=inputs, outputs=[action, critic])


def deep_q_network(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Lambda(
                lambda tensor: keras.ops.transpose(tensor, [0, 2, 3, 1]),
                output_shape=(84, 84, 4),
                input_shape=(4, 84, 84),
            ),
            layers.Conv2D(32, 8, strides=4, activation="relu"),
            layers.Conv2D(64, 4, strides=2, activation="relu"),
            layers.Conv2D(64, 3, strides=1, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(4, activation="linear"),
        ]
    )


def policy_gradient(keras):
    layers = keras.layers
    last_init = keras.initializers.RandomUniform(minval=-0.003, maxval=0.003)
    inputs = layers.Input(shape=(3,))
    out = layers.Dense(64, activation="relu")(inputs)
    outputs = layers.Dense(1, activation="tanh", kernel_initializer=last_init)(out)
    outputs = outputs * 2.0
    actor = keras.Model(inputs, outputs)
    state_input = layers.Input(shape=(3,))
    state_out = layers.Dense(16, activation="relu")(state_input)
    action_input = layers.Input(shape=(1,))
    action_out = layers.Dense(32, activation="relu")(action_input)
    concat = layers.Concatenate()([state_out, action_out])
    critic = keras.Model([state_input, action_input], layers.Dense(1)(concat))
    return [actor, critic]


def speaker_recognition(keras):
    def residual_block(x, filters, conv_num=3, activation="relu"):
        s = keras.layers.Conv1D(filters, 1, padding="same")(x)
        for _ in range(conv_num - 1):
            x = keras.layers.Conv1D(filters, 3, padding="same")(x)
            x = keras.layers.Activation(activation)(x)
        x = keras.layers.Conv1D(filters, 3, padding="same")(x)
        x = keras.layers.Add()([x, s])
        x = keras.layers.Activation(activation)(x)
        return keras.layers.MaxPool1D(pool_size=2, strides=2)(x)

    inputs = keras.layers.Input(shape=(800, 1), name="input")
    x = residual_block(inputs, 16, 2)
    x = residual_block(x, 32, 2)
    x = keras.layers.AveragePooling1D(pool_size=3, strides=3)(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(64, activation="relu")(x)
    outputs = keras.layers.Dense(5, activation="softmax", name="output")(x)
    return keras.models.Model(inputs=inputs, outputs=outputs)


def speech_to_text(keras):
    layers = keras.layers
    input_spectrogram = layers.Input((None, 193), name="input")
    x = layers.Reshape((-1, 193, 1), name="expand_dim")(input_spectrogram)
    x = layers.Conv2D(
        filters=32,
        kernel_size=[11, 41],
        strides=[2, 2],
        padding="same",
        use_bias=False,
        name="conv_1",
    )(x)
    x = layers.BatchNormalization(name="conv_1_bn")(x)
    x = layers.ReLU(name="conv_1_relu")(x)
    x = layers.Reshape((-1, x.shape[-2] * x.shape[-1]))(x)
    for i in range(1, 3):
        recurrent = layers.GRU(
            units=16,
            activation="tanh",
            recurrent_activation="sigmoid",
            use_bias=True,
            return_sequences=True,
            reset_after=True,
            name=f"gru_{i}",
        )
        x = layers.Bidirectional(
            recurrent, name=f"bidirectional_{i}", merge_mode="concat"
        )(x)
        if i < 2:
            x = layers.Dropout(rate=0.5)(x)
    output = layers.Dense(units=32, activation="softmax")(x)
    return keras.Model(input_spectrogram, output, name="DeepSpeech_2")


def imbalanced(keras):
    model = keras.Sequential(
        [
            keras.Input(shape=(30,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    metrics = [
        keras.metrics.FalseNegatives(name="fn"),
        keras.metrics.FalsePositives(name="fp"),
        keras.metrics.Precision(name="precision"),
        keras.metrics.Recall(name="recall"),
    ]
    model.compile(
        optimizer=keras.optimizers.Adam(1e-2),
        loss="binary_crossentropy",
        metrics=metrics,
    )
    callbacks = [keras.callbacks.ModelCheckpoint("fraud_model_at_epoch_{epoch}.keras")]
    assert callbacks
    return model


def tab_transformer(keras):
    layers = keras.layers
    inputs = [layers.Input(shape=(1,), dtype="int32") for _ in range(3)]
    encoded = [layers.Embedding(10, 8)(one) for one in inputs]
    encoded = [layers.Reshape((8,))(one) for one in encoded]
    encoded_categorical = keras.ops.stack(encoded, axis=1)
    column_embedding = layers.Embedding(input_dim=3, output_dim=8)
    column_indices = keras.ops.arange(start=0, stop=3, step=1)
    encoded_categorical = encoded_categorical + column_embedding(column_indices)
    attention_output = layers.MultiHeadAttention(num_heads=2, key_dim=8)(
        encoded_categorical, encoded_categorical
    )
    x = layers.Add()([attention_output, encoded_categorical])
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    features = layers.Flatten()(x)
    numeric = layers.Input((5,))
    features = layers.concatenate([features, layers.LayerNormalization()(numeric)])
    outputs = layers.Dense(units=1, activation="sigmoid")(features)
    return keras.Model(inputs=[*inputs, numeric], outputs=outputs)


def graph_attention(keras):
    layers = keras.layers
    ops = keras.ops

    class GraphAttention(layers.Layer):
        def __init__(self, units, kernel_initializer="glorot_uniform", **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.kernel_initializer = keras.initializers.get(kernel_initializer)

        def build(self, input_shape):
            self.kernel = self.add_weight(
                shape=(input_shape[-1], self.units),
                trainable=True,
                initializer=self.kernel_initializer,
                name="kernel",
            )
            self.kernel_attention = self.add_weight(
                shape=(self.units, 1),
                trainable=True,
                initializer=self.kernel_initializer,
            )
            self.built = True

        def call(self, node_states):
            transformed = ops.matmul(node_states, self.kernel)
            scores = ops.leaky_relu(ops.matmul(transformed, self.kernel_attention))
            scores = ops.exp(ops.clip(scores, -2, 2))
            return transformed * (scores / ops.sum(scores, axis=1, keepdims=True))

    class MultiHeadGraphAttention(layers.Layer):
        def __init__(self, units, num_heads=8, merge_type="concat", **kwargs):
            super().__init__(**kwargs)
            self.merge_type = merge_type
            self.attention_layers = [GraphAttention(units) for _ in range(num_heads)]

        def call(self, inputs):
            outputs = [attention(inputs) for attention in self.attention_layers]
            if self.merge_type == "concat":
                outputs = ops.concatenate(outputs, axis=-1)
            else:
                outputs = ops.mean(ops.stack(outputs, axis=-1), axis=-1)
            return ops.relu(outputs)

    inputs = keras.Input((30, 12))
    x = MultiHeadGraphAttention(6, num_heads=3)(inputs)
    x = MultiHeadGraphAttention(4, num_heads=2, merge_type="mean")(x)
    return keras.Model(inputs, layers.Dense(7)(x))
