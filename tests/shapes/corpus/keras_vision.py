"""Models of images as the examples of keras.io build them."""


def mnist_convnet(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def small_xception(keras):
    layers = keras.layers
    inputs = keras.Input(shape=(90, 90) + (3,))
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(16, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous_block_activation = x
    for size in [32, 64]:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(size, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(size, 1, strides=2, padding="same")(
            previous_block_activation
        )
        x = layers.add([x, residual])
        previous_block_activation = x
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.25)(x)
    outputs = layers.Dense(1, activation=None)(x)
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(3e-4),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(name="acc")],
    )
    return model


def segmentation_u_net(keras):
    layers = keras.layers
    inputs = keras.Input(shape=(64, 64, 3))
    x = layers.Conv2D(16, 3, strides=2, padding="same")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    skip = x
    for filters in [32, 64]:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(filters, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(filters, 1, strides=2, padding="same")(skip)
        x = layers.add([x, residual])
        skip = x
    for filters in [64, 32, 16]:
        x = layers.Activation("relu")(x)
        x = layers.Conv2DTranspose(filters, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2)(x)
        residual = layers.UpSampling2D(2)(skip)
        residual = layers.Conv2D(filters, 1, padding="same")(residual)
        x = layers.add([x, residual])
        skip = x
    outputs = layers.Conv2D(3, 3, activation="softmax", padding="same")(x)
    return keras.Model(inputs, outputs)


def vision_transformer(keras):
    layers = keras.layers
    ops = keras.ops
    patch_size, num_patches, projection_dim = 8, 16, 24

    class Patches(layers.Layer):
        def __init__(self, patch_size):
            super().__init__()
            self.patch_size = patch_size

        def call(self, images):
            input_shape = ops.shape(images)
            batch_size = input_shape[0]
            height = input_shape[1]
            width = input_shape[2]
            channels = input_shape[3]
            num_patches_h = height // self.patch_size
            num_patches_w = width // self.patch_size
            patches = keras.ops.image.extract_patches(images, size=self.patch_size)
            return ops.reshape(
                patches,
                (
                    batch_size,
                    num_patches_h * num_patches_w,
                    self.patch_size * self.patch_size * channels,
                ),
            )

        def get_config(self):
            config = super().get_config()
            config.update({"patch_size": self.patch_size})
            return config

    class PatchEncoder(layers.Layer):
        def __init__(self, num_patches, projection_dim):
            super().__init__()
            self.num_patches = num_patches
            self.projection = layers.Dense(units=projection_dim)
            self.position_embedding = layers.Embedding(
                input_dim=num_patches, output_dim=projection_dim
            )

        def call(self, patch):
            positions = ops.expand_dims(
                ops.arange(start=0, stop=self.num_patches, step=1), axis=0
            )
            projected_patches = self.projection(patch)
            return projected_patches + self.position_embedding(positions)

    def mlp(x, hidden_units, dropout_rate):
        for units in hidden_units:
            x = layers.Dense(units, activation=keras.activations.gelu)(x)
            x = layers.Dropout(dropout_rate)(x)
        return x

    inputs = keras.Input(shape=(32, 32, 3))
    patches = Patches(patch_size)(inputs)
    encoded_patches = PatchEncoder(num_patches, projection_dim)(patches)
    for _ in range(2):
        x1 = layers.LayerNormalization(epsilon=1e-6)(encoded_patches)
        attention_output = layers.MultiHeadAttention(
            num_heads=2, key_dim=projection_dim, dropout=0.1
        )(x1, x1)
        x2 = layers.Add()([attention_output, encoded_patches])
        x3 = layers.LayerNormalization(epsilon=1e-6)(x2)
        x3 = mlp(x3, hidden_units=[48, projection_dim], dropout_rate=0.1)
        encoded_patches = layers.Add()([x3, x2])
    representation = layers.LayerNormalization(epsilon=1e-6)(encoded_patches)
    representation = layers.Flatten()(representation)
    representation = layers.Dropout(0.5)(representation)
    features = mlp(representation, hidden_units=[32, 16], dropout_rate=0.5)
    logits = layers.Dense(10)(features)
    return keras.Model(inputs=inputs, outputs=logits)


def mlp_mixer(keras):
    layers = keras.layers

    class MLPMixerLayer(layers.Layer):
        def __init__(self, num_patches, hidden_units, dropout_rate, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.mlp1 = keras.Sequential(
                [
                    layers.Dense(units=num_patches, activation="gelu"),
                    layers.Dense(units=num_patches),
                    layers.Dropout(rate=dropout_rate),
                ]
            )
            self.mlp2 = keras.Sequential(
                [
                    layers.Dense(units=num_patches, activation="gelu"),
                    layers.Dense(units=hidden_units),
                    layers.Dropout(rate=dropout_rate),
                ]
            )
            self.normalize = layers.LayerNormalization(epsilon=1e-6)

        def build(self, input_shape):
            return super().build(input_shape)

        def call(self, inputs):
            x = self.normalize(inputs)
            x_channels = keras.ops.transpose(x, axes=(0, 2, 1))
            mlp1_outputs = self.mlp1(x_channels)
            mlp1_outputs = keras.ops.transpose(mlp1_outputs, axes=(0, 2, 1))
            x = mlp1_outputs + inputs
            x_patches = self.normalize(x)
            mlp2_outputs = self.mlp2(x_patches)
            return x + mlp2_outputs

    inputs = keras.Input(shape=(16, 48))
    x = layers.Dense(units=32)(inputs)
    blocks = keras.Sequential([MLPMixerLayer(16, 32, 0.2) for _ in range(2)])
    x = blocks(x)
    representation = layers.GlobalAveragePooling1D()(x)
    representation = layers.Dropout(rate=0.2)(representation)
    return keras.Model(inputs, layers.Dense(10)(representation))


def conv_mixer(keras):
    layers = keras.layers

    def activation_block(x):
        x = layers.Activation("gelu")(x)
        return layers.BatchNormalization()(x)

    def conv_stem(x, filters, patch_size):
        x = layers.Conv2D(filters, kernel_size=patch_size, strides=patch_size)(x)
        return activation_block(x)

    def conv_mixer_block(x, filters, kernel_size):
        x0 = x
        x = layers.DepthwiseConv2D(kernel_size=kernel_size, padding="same")(x)
        x = layers.Add()([activation_block(x), x0])
        x = layers.Conv2D(filters, kernel_size=1)(x)
        return activation_block(x)

    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(scale=1.0 / 255)(inputs)
    x = conv_stem(x, 64, 2)
    for _ in range(3):
        x = conv_mixer_block(x, 64, 5)
    x = layers.GlobalAvgPool2D()(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs)


def compact_transformer(keras):
    layers = keras.layers

    class SequencePooling(layers.Layer):
        def __init__(self):
            super().__init__()
            self.attention = layers.Dense(1)

        def call(self, x):
            attention_weights = keras.ops.softmax(self.attention(x), axis=1)
            attention_weights = keras.ops.transpose(attention_weights, axes=(0, 2, 1))
            weighted_representation = keras.ops.matmul(attention_weights, x)
            return keras.ops.squeeze(weighted_representation, -2)

    class PositionEmbedding(layers.Layer):
        def __init__(self, sequence_length, initializer="glorot_uniform", **kwargs):
            super().__init__(**kwargs)
            self.sequence_length = int(sequence_length)
            self.initializer = keras.initializers.get(initializer)

        def build(self, input_shape):
            feature_size = input_shape[-1]
            self.position_embeddings = self.add_weight(
                name="embeddings",
                shape=[self.sequence_length, feature_size],
                initializer=self.initializer,
                trainable=True,
            )
            super().build(input_shape)

        def call(self, inputs, start_index=0):
            shape = keras.ops.shape(inputs)
            feature_length = shape[-1]
            sequence_length = shape[-2]
            position_embeddings = keras.ops.convert_to_tensor(self.position_embeddings)
            position_embeddings = keras.ops.slice(
                position_embeddings,
                (start_index, 0),
                (sequence_length, feature_length),
            )
            return keras.ops.broadcast_to(position_embeddings, shape)

        def compute_output_shape(self, input_shape):
            return input_shape

    tokenizer = keras.Sequential(name="tokenizer")
    for filters in [16, 32]:
        tokenizer.add(
            layers.Conv2D(
                filters,
                3,
                1,
                padding="valid",
                use_bias=False,
                activation="relu",
                kernel_initializer="he_normal",
            )
        )
        tokenizer.add(layers.ZeroPadding2D(1))
        tokenizer.add(layers.MaxPooling2D(3, 2, "same"))
    inputs = layers.Input((32, 32, 3))
    x = tokenizer(inputs)
    x = layers.Reshape((-1, x.shape[-1]))(x)
    x = PositionEmbedding(sequence_length=x.shape[1])(x) + x
    for _ in range(2):
        x1 = layers.LayerNormalization(epsilon=1e-5)(x)
        attended = layers.MultiHeadAttention(num_heads=2, key_dim=32)(x1, x1)
        x2 = layers.Add()([attended, x])
        x3 = layers.LayerNormalization(epsilon=1e-5)(x2)
        x = layers.Add()([layers.Dense(32, activation=keras.ops.gelu)(x3), x2])
    weighted = SequencePooling()(x)
    return keras.Model(inputs=inputs, outputs=layers.Dense(10)(weighted))


def super_resolution(keras):
    layers = keras.layers
    conv_args = {
        "activation": "relu",
        "kernel_initializer": "orthogonal",
        "padding": "same",
    }

    class DepthToSpace(layers.Layer):
        def __init__(self, block_size):
            super().__init__()
            self.block_size = block_size

        def call(self, input):
            batch, height, width, depth = keras.ops.shape(input)
            depth = depth // (self.block_size**2)
            x = keras.ops.reshape(
                input, [batch, height, width, self.block_size, self.block_size, depth]
            )
            x = keras.ops.transpose(x, [0, 1, 3, 2, 4, 5])
            return keras.ops.reshape(
                x, [batch, height * self.block_size, width * self.block_size, depth]
            )

    inputs = keras.Input(shape=(24, 24, 1))
    x = layers.Conv2D(64, 5, **conv_args)(inputs)
    x = layers.Conv2D(32, 3, **conv_args)(x)
    x = layers.Conv2D(9, 3, **conv_args)(x)
    return keras.Model(inputs, DepthToSpace(3)(x))


def denoising_autoencoder(keras):
    layers = keras.layers
    input = layers.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, (3, 3), activation="relu", padding="same")(input)
    x = layers.MaxPooling2D((2, 2), padding="same")(x)
    x = layers.Conv2D(32, (3, 3), activation="relu", padding="same")(x)
    x = layers.MaxPooling2D((2, 2), padding="same")(x)
    x = layers.Conv2DTranspose(
        32, (3, 3), strides=2, activation="relu", padding="same"
    )(x)
    x = layers.Conv2DTranspose(
        32, (3, 3), strides=2, activation="relu", padding="same"
    )(x)
    x = layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x)
    autoencoder = keras.models.Model(input, x)
    autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
    autoencoder.summary()
    return autoencoder


def captcha_reader(keras):
    layers = keras.layers
    input_img = layers.Input(shape=(200, 50, 1), name="image", dtype="float32")
    x = layers.Conv2D(
        32,
        (3, 3),
        activation="relu",
        kernel_initializer="he_normal",
        padding="same",
        name="Conv1",
    )(input_img)
    x = layers.MaxPooling2D((2, 2), name="pool1")(x)
    x = layers.Conv2D(64, (3, 3), activation="relu", padding="same", name="Conv2")(x)
    x = layers.MaxPooling2D((2, 2), name="pool2")(x)
    new_shape = ((200 // 4), (50 // 4) * 64)
    x = layers.Reshape(target_shape=new_shape, name="reshape")(x)
    x = layers.Dense(64, activation="relu", name="dense1")(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Bidirectional(layers.LSTM(32, return_sequences=True, dropout=0.25))(x)
    x = layers.Bidirectional(layers.LSTM(16, return_sequences=True, dropout=0.25))(x)
    x = layers.Dense(20, activation="softmax", name="dense2")(x)
    return keras.models.Model(inputs=input_img, outputs=x, name="ocr_model_v1")


def siamese_contrastive(keras):
    layers = keras.layers
    ops = keras.ops

    def euclidean_distance(vects):
        x, y = vects
        sum_square = ops.sum(ops.square(x - y), axis=1, keepdims=True)
        return ops.sqrt(ops.maximum(sum_square, keras.backend.epsilon()))

    input = keras.layers.Input((28, 28, 1))
    x = keras.layers.BatchNormalization()(input)
    x = keras.layers.Conv2D(4, (5, 5), activation="tanh")(x)
    x = keras.layers.AveragePooling2D(pool_size=(2, 2))(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dense(10, activation="tanh")(x)
    embedding_network = keras.Model(input, x)
    input_1 = keras.layers.Input((28, 28, 1))
    input_2 = keras.layers.Input((28, 28, 1))
    tower_1 = embedding_network(input_1)
    tower_2 = embedding_network(input_2)
    merge_layer = layers.Lambda(euclidean_distance, output_shape=(1,))(
        [tower_1, tower_2]
    )
    normal_layer = keras.layers.BatchNormalization()(merge_layer)
    output_layer = keras.layers.Dense(1, activation="sigmoid")(normal_layer)
    return keras.Model(inputs=[input_1, input_2], outputs=output_layer)


def triplet_network(keras):
    layers = keras.layers
    ops = keras.ops
    base_cnn = keras.applications.ResNet50(
        weights=None, input_shape=(64, 64) + (3,), include_top=False
    )
    flatten = layers.Flatten()(base_cnn.output)
    dense1 = layers.Dense(32, activation="relu")(flatten)
    dense1 = layers.BatchNormalization()(dense1)
    output = layers.Dense(16)(dense1)
    embedding = keras.Model(base_cnn.input, output, name="Embedding")
    trainable = False
    for layer in base_cnn.layers:
        if layer.name == "conv5_block1_out":
            trainable = True
        layer.trainable = trainable

    class DistanceLayer(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)

        def call(self, anchor, positive, negative):
            ap_distance = ops.sum(ops.square(anchor - positive), -1)
            an_distance = ops.sum(ops.square(anchor - negative), -1)
            return (ap_distance, an_distance)

    anchor_input = layers.Input(name="anchor", shape=(64, 64) + (3,))
    positive_input = layers.Input(name="positive", shape=(64, 64) + (3,))
    negative_input = layers.Input(name="negative", shape=(64, 64) + (3,))
    distances = DistanceLayer()(
        embedding(anchor_input), embedding(positive_input), embedding(negative_input)
    )
    return keras.Model(
        inputs=[anchor_input, positive_input, negative_input], outputs=distances
    )


def involution(keras):
    layers = keras.layers

    class Involution(layers.Layer):
        def __init__(self, channel, group_number, kernel_size, stride, ratio, name):
            super().__init__(name=name)
            self.channel = channel
            self.group_number = group_number
            self.kernel_size = kernel_size
            self.stride = stride
            self.ratio = ratio

        def build(self, input_shape):
            (_, height, width, _) = input_shape
            height = height // self.stride
            width = width // self.stride
            self.stride_layer = (
                layers.AveragePooling2D(
                    pool_size=self.stride, strides=self.stride, padding="same"
                )
                if self.stride > 1
                else lambda x: x
            )
            self.kernel_gen = keras.Sequential(
                [
                    layers.Conv2D(filters=self.channel // self.ratio, kernel_size=1),
                    layers.BatchNormalization(),
                    layers.ReLU(),
                    layers.Conv2D(
                        filters=self.kernel_size * self.kernel_size * self.group_number,
                        kernel_size=1,
                    ),
                ]
            )
            self.kernel_reshape = layers.Reshape(
                target_shape=(
                    height,
                    width,
                    self.kernel_size * self.kernel_size,
                    1,
                    self.group_number,
                )
            )

        def call(self, x):
            kernel = self.kernel_gen(self.stride_layer(x))
            kernel = self.kernel_reshape(kernel)
            return keras.ops.sum(keras.ops.squeeze(kernel, axis=4), axis=3)

    inputs = keras.Input(shape=(16, 16, 3))
    x = Involution(3, 1, 3, 1, 2, name="inv_1")(inputs)
    x = layers.ReLU()(x)
    x = layers.Flatten()(x)
    return keras.Model([inputs], [layers.Dense(10)(x)], name="inv_model")


def deeplab(keras):
    layers = keras.layers

    def convolution_block(
        block_input, num_filters=32, kernel_size=3, dilation_rate=1, use_bias=False
    ):
        x = layers.Conv2D(
            num_filters,
            kernel_size=kernel_size,
            dilation_rate=dilation_rate,
            padding="same",
            use_bias=use_bias,
            kernel_initializer=keras.initializers.HeNormal(),
        )(block_input)
        x = layers.BatchNormalization()(x)
        return keras.ops.nn.relu(x)

    def pyramid(dspp_input):
        dims = dspp_input.shape
        x = layers.AveragePooling2D(pool_size=(dims[-3], dims[-2]))(dspp_input)
        x = convolution_block(x, kernel_size=1, use_bias=True)
        out_pool = layers.UpSampling2D(
            size=(dims[-3] // x.shape[1], dims[-2] // x.shape[2]),
            interpolation="bilinear",
        )(x)
        out_1 = convolution_block(dspp_input, kernel_size=1, dilation_rate=1)
        out_6 = convolution_block(dspp_input, kernel_size=3, dilation_rate=6)
        x = layers.Concatenate(axis=-1)([out_pool, out_1, out_6])
        return convolution_block(x, kernel_size=1)

    model_input = keras.Input(shape=(64, 64, 3))
    preprocessed = keras.applications.resnet50.preprocess_input(model_input)
    resnet50 = keras.applications.ResNet50(
        weights=None, include_top=False, input_tensor=preprocessed
    )
    x = resnet50.get_layer("conv4_block6_2_relu").output
    x = pyramid(x)
    input_a = layers.UpSampling2D(size=(4, 4), interpolation="bilinear")(x)
    input_b = resnet50.get_layer("conv2_block3_2_relu").output
    input_b = convolution_block(input_b, num_filters=12, kernel_size=1)
    x = layers.Concatenate(axis=-1)([input_a, input_b])
    x = convolution_block(x)
    x = layers.UpSampling2D(
        size=(64 // x.shape[1], 64 // x.shape[2]), interpolation="bilinear"
    )(x)
    outputs = layers.Conv2D(20, kernel_size=(1, 1), padding="same")(x)
    return keras.Model(inputs=model_input, outputs=outputs)


def ct_scans_3d(keras):
    layers = keras.layers
    inputs = keras.Input((32, 32, 16, 1))
    x = layers.Conv3D(filters=16, kernel_size=3, activation="relu")(inputs)
    x = layers.MaxPool3D(pool_size=2)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Conv3D(filters=32, kernel_size=3, activation="relu")(x)
    x = layers.MaxPool3D(pool_size=2)(x)
    x = layers.BatchNormalization()(x)
    x = layers.GlobalAveragePooling3D()(x)
    x = layers.Dense(units=64, activation="relu")(x)
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(units=1, activation="sigmoid")(x)
    model = keras.Model(inputs, outputs, name="3dcnn")
    lr_schedule = keras.optimizers.schedules.ExponentialDecay(
        1e-4, decay_steps=100000, decay_rate=0.96, staircase=True
    )
    model.compile(
        loss="binary_crossentropy",
        optimizer=keras.optimizers.Adam(learning_rate=lr_schedule),
        metrics=["acc"],
        run_eagerly=True,
    )
    return model


def next_frame(keras):
    layers = keras.layers
    inp = layers.Input(shape=(None, 16, 16, 1))
    x = layers.ConvLSTM2D(
        filters=8,
        kernel_size=(5, 5),
        padding="same",
        return_sequences=True,
        activation="relu",
    )(inp)
    x = layers.BatchNormalization()(x)
    x = layers.ConvLSTM2D(
        filters=8, kernel_size=(3, 3), padding="same", return_sequences=True
    )(x)
    x = layers.Conv3D(
        filters=1, kernel_size=(3, 3, 3), activation="sigmoid", padding="same"
    )(x)
    return keras.models.Model(inp, x)


def video_classifier(keras):
    frame_features_input = keras.Input((20, 64))
    mask_input = keras.Input((20,), dtype="bool")
    x = keras.layers.GRU(16, return_sequences=True)(
        frame_features_input, mask=mask_input
    )
    x = keras.layers.GRU(8)(x)
    x = keras.layers.Dropout(0.4)(x)
    x = keras.layers.Dense(8, activation="relu")(x)
    output = keras.layers.Dense(5, activation="softmax")(x)
    rnn_model = keras.Model([frame_features_input, mask_input], output)
    rnn_model.compile(
        loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"]
    )
    return rnn_model


def point_net(keras):
    layers = keras.layers
    ops = keras.ops

    def conv_bn(x, filters):
        x = layers.Conv1D(filters, kernel_size=1, padding="valid")(x)
        x = layers.BatchNormalization(momentum=0.0)(x)
        return layers.Activation("relu")(x)

    class OrthogonalRegularizer(keras.regularizers.Regularizer):
        def __init__(self, num_features, l2reg=0.001):
            self.num_features = num_features
            self.l2reg = l2reg
            self.eye = ops.eye(num_features)

        def __call__(self, x):
            x = ops.reshape(x, (-1, self.num_features, self.num_features))
            xxt = ops.tensordot(x, x, axes=(2, 2))
            return ops.sum(self.l2reg * ops.square(xxt - self.eye))

    def tnet(inputs, num_features):
        bias = keras.initializers.Constant(0.5)
        reg = OrthogonalRegularizer(num_features)
        x = conv_bn(inputs, 32)
        x = layers.GlobalMaxPooling1D()(x)
        x = layers.Dense(
            num_features * num_features,
            kernel_initializer="zeros",
            bias_initializer=bias,
            activity_regularizer=reg,
        )(x)
        feat_T = layers.Reshape((num_features, num_features))(x)
        return layers.Dot(axes=(2, 1))([inputs, feat_T])

    inputs = keras.Input(shape=(128, 3))
    x = tnet(inputs, 3)
    x = conv_bn(x, 32)
    x = layers.GlobalMaxPooling1D()(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs=inputs, outputs=outputs, name="pointnet")


def feature_pyramid(keras):
    backbone = keras.applications.ResNet50(
        weights=None, include_top=False, input_shape=[None, None, 3]
    )
    c3_output, c4_output, c5_output = [
        backbone.get_layer(layer_name).output
        for layer_name in ["conv3_block4_out", "conv4_block6_out", "conv5_block3_out"]
    ]
    backbone = keras.Model(
        inputs=[backbone.inputs], outputs=[c3_output, c4_output, c5_output]
    )

    class FeaturePyramid(keras.layers.Layer):
        def __init__(self, backbone=None, **kwargs):
            super().__init__(name="FeaturePyramid", **kwargs)
            self.backbone = backbone
            self.conv_c3_1x1 = keras.layers.Conv2D(16, 1, 1, "same")
            self.conv_c4_1x1 = keras.layers.Conv2D(16, 1, 1, "same")
            self.conv_c5_1x1 = keras.layers.Conv2D(16, 1, 1, "same")
            self.conv_c6_3x3 = keras.layers.Conv2D(16, 3, 2, "same")
            self.upsample_2x = keras.layers.UpSampling2D(2)

        def call(self, images, training=False):
            c3_output, c4_output, c5_output = self.backbone(images, training=training)
            p3_output = self.conv_c3_1x1(c3_output)
            p4_output = self.conv_c4_1x1(c4_output)
            p5_output = self.conv_c5_1x1(c5_output)
            p4_output = p4_output + self.upsample_2x(p5_output)
            p3_output = p3_output + self.upsample_2x(p4_output)
            p6_output = self.conv_c6_3x3(c5_output)
            return p3_output, p4_output, p5_output, p6_output

    inputs = keras.Input((128, 128, 3))
    return keras.Model(inputs, FeaturePyramid(backbone)(inputs))


def low_light(keras):
    layers = keras.layers
    input_img = keras.Input(shape=[None, None, 3])
    conv1 = layers.Conv2D(
        32, (3, 3), strides=(1, 1), activation="relu", padding="same"
    )(input_img)
    conv2 = layers.Conv2D(
        32, (3, 3), strides=(1, 1), activation="relu", padding="same"
    )(conv1)
    int_con1 = layers.Concatenate(axis=-1)([conv2, conv1])
    x_r = layers.Conv2D(24, (3, 3), strides=(1, 1), activation="tanh", padding="same")(
        int_con1
    )
    return keras.Model(inputs=input_img, outputs=x_r)


def distillation_teacher_and_student(keras):
    layers = keras.layers
    teacher = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(256, (3, 3), strides=(2, 2), padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.MaxPooling2D(pool_size=(2, 2), strides=(1, 1), padding="same"),
            layers.Conv2D(512, (3, 3), strides=(2, 2), padding="same"),
            layers.Flatten(),
            layers.Dense(10),
        ],
        name="teacher",
    )
    student = keras.models.clone_model(teacher)
    return [teacher, student]


def attention_mil(keras):
    layers = keras.layers
    ops = keras.ops

    class MILAttentionLayer(layers.Layer):
        def __init__(
            self,
            weight_params_dim,
            kernel_initializer="glorot_uniform",
            kernel_regularizer=None,
            use_gated=False,
            **kwargs,
        ):
            super().__init__(**kwargs)
            self.weight_params_dim = weight_params_dim
            self.use_gated = use_gated
            self.kernel_initializer = keras.initializers.get(kernel_initializer)
            self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
            self.v_init = self.kernel_initializer
            self.w_init = self.kernel_initializer

        def build(self, input_shape):
            input_dim = input_shape[0][1]
            self.v_weight_params = self.add_weight(
                shape=(input_dim, self.weight_params_dim),
                initializer=self.v_init,
                name="v",
                regularizer=self.kernel_regularizer,
                trainable=True,
            )
            self.w_weight_params = self.add_weight(
                shape=(self.weight_params_dim, 1),
                initializer=self.w_init,
                name="w",
                trainable=True,
            )
            self.input_built = True

        def call(self, inputs):
            instances = [self.compute_attention_scores(i) for i in inputs]
            instances = ops.stack(instances)
            alpha = ops.softmax(instances, axis=0)
            return [alpha[i] for i in range(alpha.shape[0])]

        def compute_attention_scores(self, instance):
            instance = ops.tanh(ops.tensordot(instance, self.v_weight_params, axes=1))
            return ops.tensordot(instance, self.w_weight_params, axes=1)

    inputs, embeddings = [], []
    shared_dense_layer_1 = layers.Dense(32, activation="relu")
    for _ in range(3):
        inp = layers.Input((28, 28))
        flatten = layers.Flatten()(inp)
        embeddings.append(shared_dense_layer_1(flatten))
        inputs.append(inp)
    alpha = MILAttentionLayer(
        weight_params_dim=16,
        kernel_regularizer=keras.regularizers.L2(0.01),
        use_gated=True,
        name="alpha",
    )(embeddings)
    multiply_layers = [
        layers.multiply([alpha[i], embeddings[i]]) for i in range(len(alpha))
    ]
    concat = layers.concatenate(multiply_layers, axis=1)
    output = layers.Dense(2, activation="softmax")(concat)
    return keras.Model(inputs, output)


def augmentation_and_cifar(keras):
    layers = keras.layers
    data_augmentation = keras.Sequential(
        [
            layers.Normalization(),
            layers.Resizing(40, 40),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(factor=0.02),
            layers.RandomZoom(height_factor=0.2, width_factor=0.2),
        ],
        name="data_augmentation",
    )
    inputs = keras.Input((32, 32, 3))
    x = data_augmentation(inputs)
    x = layers.Conv2D(8, 3)(x)
    return keras.Model(inputs, layers.GlobalMaxPool2D()(x))


def mobile_vit(keras):
    layers = keras.layers
    patch_size = 4

    def conv_block(x, filters=16, kernel_size=3, strides=2):
        conv_layer = layers.Conv2D(
            filters,
            kernel_size,
            strides=strides,
            activation=keras.activations.swish,
            padding="same",
        )
        return conv_layer(x)

    def correct_pad(inputs, kernel_size):
        img_dim = 1
        input_size = inputs.shape[img_dim : (img_dim + 2)]
        adjust = (1 - input_size[0] % 2, 1 - input_size[1] % 2)
        correct = (kernel_size // 2, kernel_size // 2)
        return (
            (correct[0] - adjust[0], correct[0]),
            (correct[1] - adjust[1], correct[1]),
        )

    def inverted_residual_block(x, expanded_channels, output_channels, strides=1):
        m = layers.Conv2D(expanded_channels, 1, padding="same", use_bias=False)(x)
        m = layers.BatchNormalization()(m)
        m = keras.activations.swish(m)
        if strides == 2:
            m = layers.ZeroPadding2D(padding=correct_pad(m, 3))(m)
        m = layers.DepthwiseConv2D(
            3,
            strides=strides,
            padding="same" if strides == 1 else "valid",
            use_bias=False,
        )(m)
        m = layers.BatchNormalization()(m)
        m = keras.activations.swish(m)
        m = layers.Conv2D(output_channels, 1, padding="same", use_bias=False)(m)
        m = layers.BatchNormalization()(m)
        if keras.ops.equal(x.shape[-1], output_channels) and strides == 1:
            return layers.Add()([m, x])
        return m

    inputs = keras.Input((64, 64, 3))
    x = conv_block(inputs)
    x = inverted_residual_block(x, 32, 16)
    x = inverted_residual_block(x, 32, 24, strides=2)
    local_features = conv_block(x, filters=24, strides=1)
    local_features = conv_block(local_features, 24, kernel_size=1, strides=1)
    num_patches = int((local_features.shape[1] * local_features.shape[2]) / patch_size)
    non_overlapping_patches = layers.Reshape((patch_size, num_patches, 24))(
        local_features
    )
    x1 = layers.LayerNormalization(epsilon=1e-6)(non_overlapping_patches)
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=24)(x1, x1)
    global_features = layers.Add()([attended, non_overlapping_patches])
    folded = layers.Reshape((*local_features.shape[1:-1], 24))(global_features)
    x = layers.Concatenate(axis=-1)([x, folded])
    x = layers.GlobalAvgPool2D()(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x))


def swin_windows(keras):
    layers = keras.layers
    ops = keras.ops

    def window_partition(x, window_size):
        _, height, width, channels = x.shape
        patch_num_y = height // window_size
        patch_num_x = width // window_size
        x = ops.reshape(
            x, (-1, patch_num_y, window_size, patch_num_x, window_size, channels)
        )
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, window_size, window_size, channels))

    def window_reverse(windows, window_size, height, width, channels):
        patch_num_y = height // window_size
        patch_num_x = width // window_size
        x = ops.reshape(
            windows,
            (-1, patch_num_y, patch_num_x, window_size, window_size, channels),
        )
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, height, width, channels))

    class WindowAttention(layers.Layer):
        def __init__(self, dim, window_size, num_heads, **kwargs):
            super().__init__(**kwargs)
            self.dim = dim
            self.window_size = window_size
            self.num_heads = num_heads
            self.scale = (dim // num_heads) ** -0.5
            self.qkv = layers.Dense(dim * 3, use_bias=True)
            self.proj = layers.Dense(dim)

        def build(self, input_shape):
            num_window_elements = (2 * self.window_size - 1) ** 2
            self.relative_position_bias_table = self.add_weight(
                shape=(num_window_elements, self.num_heads),
                initializer=keras.initializers.Zeros(),
                trainable=True,
            )

        def call(self, x):
            _, size, channels = x.shape
            head_dim = channels // self.num_heads
            x_qkv = self.qkv(x)
            x_qkv = ops.reshape(x_qkv, (-1, size, 3, self.num_heads, head_dim))
            x_qkv = ops.transpose(x_qkv, (2, 0, 3, 1, 4))
            q, k, v = x_qkv[0], x_qkv[1], x_qkv[2]
            q = q * self.scale
            k = ops.transpose(k, (0, 1, 3, 2))
            attn = q @ k
            attn = keras.activations.softmax(attn, axis=-1)
            x_qkv = attn @ v
            x_qkv = ops.transpose(x_qkv, (0, 2, 1, 3))
            return self.proj(ops.reshape(x_qkv, (-1, size, channels)))

    class SwinBlock(layers.Layer):
        def __init__(self, dim, **kwargs):
            super().__init__(**kwargs)
            self.norm = layers.LayerNormalization(epsilon=1e-5)
            self.attn = WindowAttention(dim, window_size=4, num_heads=2)

        def call(self, x):
            _, length, channels = x.shape
            side = 8
            x_skip = x
            x = self.norm(x)
            x = ops.reshape(x, (-1, side, side, channels))
            shifted_x = ops.roll(x, shift=[-2, -2], axis=[1, 2])
            windows = window_partition(shifted_x, 4)
            windows = ops.reshape(windows, (-1, 16, channels))
            attended = self.attn(windows)
            attended = ops.reshape(attended, (-1, 4, 4, channels))
            x = window_reverse(attended, 4, side, side, channels)
            x = ops.reshape(x, (-1, length, channels))
            return x_skip + x

    inputs = keras.Input(shape=(64, 12))
    x = layers.Dense(16)(inputs)
    x = SwinBlock(16)(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
