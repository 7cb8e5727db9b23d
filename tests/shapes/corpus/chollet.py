"""Models as the notebooks of Chollet's "Deep Learning with Python" build them."""


def digits(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28 * 28,)),
            layers.Dense(512, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer="rmsprop",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def digits_built_later(keras):
    model = keras.Sequential(
        [
            keras.layers.Dense(64, activation="relu", name="first"),
            keras.layers.Dense(10, activation="softmax", name="last"),
        ],
        name="my_example_model",
    )
    model.build((None, 3))
    model.summary()
    return model


def models_and_layers(keras):
    models = keras.models
    layers = keras.layers
    model = models.Sequential()
    model.add(layers.Input((28, 28, 1)))
    model.add(layers.Conv2D(32, (3, 3), activation="relu"))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(64, (3, 3), activation="relu"))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def house_prices(keras):
    layers = keras.layers

    def build_model():
        model = keras.Sequential(
            [
                layers.Dense(64, activation="relu", input_shape=(13,)),
                layers.Dense(64, activation="relu"),
                layers.Dense(1),
            ]
        )
        model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
        return model

    return build_model()


def regularized_reviews(keras):
    layers = keras.layers
    regularizers = keras.regularizers
    model = keras.Sequential(
        [
            keras.Input((10000,)),
            layers.Dense(
                16, kernel_regularizer=regularizers.l2(0.002), activation="relu"
            ),
            layers.Dropout(0.5),
            layers.Dense(
                16,
                kernel_regularizer=regularizers.l1_l2(l1=0.001, l2=0.001),
                activation="relu",
            ),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy")
    return model


def simple_dense(keras):
    class SimpleDense(keras.layers.Layer):
        def __init__(self, units, activation=None):
            super().__init__()
            self.units = units
            self.activation = activation

        def build(self, input_shape):
            _batch_dim, input_dim = input_shape
            self.W = self.add_weight(
                shape=(input_dim, self.units), initializer="random_normal"
            )
            self.b = self.add_weight(shape=(self.units,), initializer="zeros")

        def call(self, inputs):
            y = keras.ops.matmul(inputs, self.W) + self.b
            if self.activation is not None:
                y = self.activation(y)
            return y

    model = keras.Sequential(
        [
            keras.Input((784,)),
            SimpleDense(32, activation=keras.ops.relu),
            SimpleDense(64, activation=keras.ops.relu),
            SimpleDense(10, activation=keras.ops.softmax),
        ]
    )
    return model


def tickets(keras):
    layers = keras.layers
    title = keras.Input(shape=(1000,), name="title")
    text_body = keras.Input(shape=(1000,), name="text_body")
    tags = keras.Input(shape=(10,), name="tags")
    features = layers.Concatenate()([title, text_body, tags])
    features = layers.Dense(64, activation="relu", name="dense_features")(features)
    priority = layers.Dense(1, activation="sigmoid", name="priority")(features)
    department = layers.Dense(4, activation="softmax", name="department")(features)
    model = keras.Model(
        inputs=[title, text_body, tags],
        outputs=[priority, department],
    )
    model.compile(
        optimizer="adam",
        loss={
            "priority": "mean_squared_error",
            "department": "categorical_crossentropy",
        },
        metrics={
            "priority": ["mean_absolute_error"],
            "department": ["accuracy"],
        },
    )
    assert model.layers[3].input[0].shape == (None, 1000)
    features = model.layers[4].output
    difficulty = layers.Dense(3, activation="softmax", name="difficulty")(features)
    new_model = keras.Model(
        inputs=[title, text_body, tags], outputs=[priority, department, difficulty]
    )
    return [model, new_model]


def tickets_subclassed(keras):
    layers = keras.layers

    class CustomerTicketModel(keras.Model):
        def __init__(self, num_departments):
            super().__init__()
            self.concat_layer = layers.Concatenate()
            self.mixing_layer = layers.Dense(64, activation="relu")
            self.priority_scorer = layers.Dense(1, activation="sigmoid")
            self.department_classifier = layers.Dense(
                num_departments, activation="softmax"
            )

        def call(self, inputs):
            title = inputs["title"]
            text_body = inputs["text_body"]
            tags = inputs["tags"]
            features = self.concat_layer([title, text_body, tags])
            features = self.mixing_layer(features)
            priority = self.priority_scorer(features)
            department = self.department_classifier(features)
            return priority, department

    model = CustomerTicketModel(num_departments=4)
    inputs = {
        "title": keras.Input((1000,), name="title"),
        "text_body": keras.Input((1000,), name="text_body"),
        "tags": keras.Input((10,), name="tags"),
    }
    return keras.Model(inputs, model(inputs))


def classifier_within(keras):
    layers = keras.layers

    class Classifier(keras.Model):
        def __init__(self, num_classes=2):
            super().__init__()
            if num_classes == 2:
                num_units = 1
                activation = "sigmoid"
            else:
                num_units = num_classes
                activation = "softmax"
            self.dense = layers.Dense(num_units, activation=activation)

        def call(self, inputs):
            return self.dense(inputs)

    inputs = keras.Input(shape=(3,))
    features = layers.Dense(64, activation="relu")(inputs)
    outputs = Classifier(num_classes=10)(features)
    return keras.Model(inputs=inputs, outputs=outputs)


def functional_within(keras):
    layers = keras.layers
    inputs = keras.Input(shape=(64,))
    outputs = layers.Dense(1, activation="sigmoid")(inputs)
    binary_classifier = keras.Model(inputs=inputs, outputs=outputs)

    class MyModel(keras.Model):
        def __init__(self, num_classes=2):
            super().__init__()
            self.dense = layers.Dense(64, activation="relu")
            self.classifier = binary_classifier

        def call(self, inputs):
            features = self.dense(inputs)
            return self.classifier(features)

    x = keras.Input((20,))
    return keras.Model(x, MyModel()(x))


def cats_and_dogs(keras):
    layers = keras.layers
    data_augmentation_layers = [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.2),
    ]

    def data_augmentation(images):
        for layer in data_augmentation_layers:
            images = layer(images)
        return images

    inputs = keras.Input(shape=(180, 180, 3))
    x = data_augmentation(inputs)
    x = layers.Rescaling(1.0 / 255)(x)
    for filters in [16, 32, 64]:
        x = layers.Conv2D(filters=filters, kernel_size=3, activation="relu")(x)
        x = layers.MaxPooling2D(pool_size=2)(x)
    x = layers.Flatten()(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    return keras.Model(inputs=inputs, outputs=outputs)


def fine_tuned(keras):
    layers = keras.layers
    conv_base = keras.applications.vgg16.VGG16(
        weights=None, include_top=False, input_shape=(64, 64, 3)
    )
    conv_base.trainable = True
    for layer in conv_base.layers[:-4]:
        layer.trainable = False
    inputs = keras.Input(shape=(64, 64, 3))
    x = keras.applications.vgg16.preprocess_input(inputs)
    x = conv_base(x)
    x = layers.Flatten()(x)
    x = layers.Dense(16)(x)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    model = keras.Model(inputs, outputs)
    model.compile(
        loss="binary_crossentropy",
        optimizer=keras.optimizers.RMSprop(learning_rate=1e-5),
    )
    return model


def frozen_base(keras):
    conv_base = keras.applications.vgg16.VGG16(
        weights=None, include_top=False, input_shape=(64, 64, 3)
    )
    conv_base.trainable = False
    assert len(conv_base.trainable_weights) == 0
    inputs = keras.Input(shape=(64, 64, 3))
    x = conv_base(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(x))


def pets_segmentation(keras):
    layers = keras.layers

    def get_model(img_size, num_classes):
        inputs = keras.Input(shape=img_size + (3,))
        x = layers.Rescaling(1.0 / 255)(inputs)
        x = layers.Conv2D(16, 3, strides=2, activation="relu", padding="same")(x)
        x = layers.Conv2D(16, 3, activation="relu", padding="same")(x)
        x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Conv2DTranspose(32, 3, activation="relu", padding="same")(x)
        x = layers.Conv2DTranspose(32, 3, activation="relu", padding="same", strides=2)(
            x
        )
        x = layers.Conv2DTranspose(16, 3, activation="relu", padding="same", strides=2)(
            x
        )
        outputs = layers.Conv2D(num_classes, 3, activation="softmax", padding="same")(x)
        return keras.Model(inputs, outputs)

    model = get_model(img_size=(200, 200), num_classes=3)
    model.summary()
    return model


def residual_blocks(keras):
    layers = keras.layers
    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.Rescaling(1.0 / 255)(inputs)

    def residual_block(x, filters, pooling=False):
        residual = x
        x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
        x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
        if pooling:
            x = layers.MaxPooling2D(2, padding="same")(x)
            residual = layers.Conv2D(filters, 1, strides=2)(residual)
        elif filters != residual.shape[-1]:
            residual = layers.Conv2D(filters, 1)(residual)
        x = layers.add([x, residual])
        return x

    x = residual_block(x, filters=32, pooling=True)
    x = residual_block(x, filters=64, pooling=True)
    x = residual_block(x, filters=128, pooling=False)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    return keras.Model(inputs=inputs, outputs=outputs)


def activations_of_layers(keras):
    layers = keras.layers
    inputs = keras.Input((40, 40, 3))
    x = layers.Conv2D(8, 3, activation="relu")(inputs)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    model = keras.Model(inputs, layers.Dense(1)(x))
    layer_outputs = []
    layer_names = []
    for layer in model.layers:
        if isinstance(layer, (layers.Conv2D, layers.MaxPooling2D)):
            layer_outputs.append(layer.output)
            layer_names.append(layer.name)
    return keras.Model(inputs=model.input, outputs=layer_outputs)


def temperature(keras):
    layers = keras.layers
    inputs = keras.Input(shape=(120, 14))
    x = layers.LSTM(16, recurrent_dropout=0.25, return_sequences=True)(inputs)
    x = layers.GRU(16, recurrent_dropout=0.5)(x)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(1)(x)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


def temperature_convolved(keras):
    layers = keras.layers
    inputs = keras.Input(shape=(120, 14))
    x = layers.Conv1D(8, 24, activation="relu")(inputs)
    x = layers.MaxPooling1D(2)(x)
    x = layers.Conv1D(8, 12, activation="relu")(x)
    x = layers.MaxPooling1D(2)(x)
    x = layers.Bidirectional(layers.LSTM(16))(x)
    return keras.Model(inputs, layers.Dense(1)(x))


def reviews_one_hot(keras):
    layers = keras.layers
    max_length, max_tokens = 600, 500
    inputs = keras.Input(shape=(max_length,), dtype="int32")
    embedded = keras.ops.one_hot(inputs, max_tokens)
    x = layers.Bidirectional(layers.LSTM(32))(embedded)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    return keras.Model(inputs, outputs)


def reviews_masked(keras):
    layers = keras.layers
    inputs = keras.Input(shape=(None,), dtype="int64")
    embedded = layers.Embedding(input_dim=20000, output_dim=8, mask_zero=True)(inputs)
    x = layers.Bidirectional(layers.LSTM(32))(embedded)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    return keras.Model(inputs, outputs)


def gru_translation(keras):
    layers = keras.layers
    vocab_size, embed_dim, hidden_dim = 1500, 32, 64
    source = keras.Input(shape=(None,), dtype="int32", name="english")
    x = layers.Embedding(vocab_size, embed_dim, mask_zero=True)(source)
    rnn_layer = layers.GRU(hidden_dim)
    rnn_layer = layers.Bidirectional(rnn_layer, merge_mode="sum")
    encoder_output = rnn_layer(x)
    target = keras.Input(shape=(None,), dtype="int32", name="spanish")
    x = layers.Embedding(vocab_size, embed_dim, mask_zero=True)(target)
    rnn_layer = layers.GRU(hidden_dim, return_sequences=True)
    x = rnn_layer(x, initial_state=encoder_output)
    x = layers.Dropout(0.5)(x)
    target_predictions = layers.Dense(vocab_size, activation="softmax")(x)
    return keras.Model([source, target], target_predictions)


def transformer_with_config(keras):
    layers = keras.layers

    class TransformerEncoder(layers.Layer):
        def __init__(self, embed_dim, dense_dim, num_heads, **kwargs):
            super().__init__(**kwargs)
            self.embed_dim = embed_dim
            self.dense_dim = dense_dim
            self.num_heads = num_heads
            self.attention = layers.MultiHeadAttention(
                num_heads=num_heads, key_dim=embed_dim
            )
            self.dense_proj = keras.Sequential(
                [
                    layers.Dense(dense_dim, activation="relu"),
                    layers.Dense(embed_dim),
                ]
            )
            self.layernorm_1 = layers.LayerNormalization()
            self.layernorm_2 = layers.LayerNormalization()

        def call(self, inputs, mask=None):
            if mask is not None:
                mask = mask[:, None, :]
            attention_output = self.attention(inputs, inputs, attention_mask=mask)
            proj_input = self.layernorm_1(inputs + attention_output)
            proj_output = self.dense_proj(proj_input)
            return self.layernorm_2(proj_input + proj_output)

        def get_config(self):
            config = super().get_config()
            config.update(
                {
                    "embed_dim": self.embed_dim,
                    "num_heads": self.num_heads,
                    "dense_dim": self.dense_dim,
                }
            )
            return config

    inputs = keras.Input(shape=(None,), dtype="int64")
    x = layers.Embedding(2000, 32)(inputs)
    x = TransformerEncoder(32, 16, 2)(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    return keras.Model(inputs, outputs)


def sampler_and_vae(keras):
    layers = keras.layers

    class Sampler(keras.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seed_generator = keras.random.SeedGenerator()
            self.built = True

        def call(self, z_mean, z_log_var):
            batch_size = keras.ops.shape(z_mean)[0]
            z_size = keras.ops.shape(z_mean)[1]
            epsilon = keras.random.normal(
                (batch_size, z_size), seed=self.seed_generator
            )
            return z_mean + keras.ops.exp(0.5 * z_log_var) * epsilon

    image_inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu", strides=2, padding="same")(image_inputs)
    x = layers.Flatten()(x)
    z_mean = layers.Dense(2, name="z_mean")(x)
    z_log_var = layers.Dense(2, name="z_log_var")(x)
    z = Sampler()(z_mean, z_log_var)
    return keras.Model(image_inputs, [z_mean, z_log_var, z], name="encoder")
