"""Models that many public repositories build, under the names they give them."""


def u_net(keras):
    Input = keras.layers.Input
    Conv2D = keras.layers.Conv2D
    MaxPooling2D = keras.layers.MaxPooling2D
    Dropout = keras.layers.Dropout
    UpSampling2D = keras.layers.UpSampling2D
    concatenate = keras.layers.concatenate
    inputs = Input((64, 64, 1))
    conv1 = Conv2D(
        16, 3, activation="relu", padding="same", kernel_initializer="he_normal"
    )(inputs)
    pool1 = MaxPooling2D(pool_size=(2, 2))(conv1)
    conv2 = Conv2D(
        32, 3, activation="relu", padding="same", kernel_initializer="he_normal"
    )(pool1)
    drop2 = Dropout(0.5)(conv2)
    up3 = Conv2D(
        16, 2, activation="relu", padding="same", kernel_initializer="he_normal"
    )(UpSampling2D(size=(2, 2))(drop2))
    merge3 = concatenate([conv1, up3], axis=3)
    conv3 = Conv2D(
        16, 3, activation="relu", padding="same", kernel_initializer="he_normal"
    )(merge3)
    conv4 = Conv2D(1, 1, activation="sigmoid")(conv3)
    model = keras.models.Model(inputs=inputs, outputs=conv4)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=1e-4),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return model


def attention_u_net(keras):
    layers = keras.layers

    def attention_gate(x, gating, inter_channel):
        theta_x = layers.Conv2D(inter_channel, (2, 2), strides=(2, 2))(x)
        phi_g = layers.Conv2D(inter_channel, (1, 1), padding="same")(gating)
        f = layers.Activation("relu")(layers.add([theta_x, phi_g]))
        psi_f = layers.Conv2D(1, (1, 1))(f)
        rate = layers.Activation("sigmoid")(psi_f)
        rate = layers.UpSampling2D((2, 2))(rate)
        channels = x.shape[-1]
        rate = layers.Lambda(
            lambda y, rep: keras.ops.repeat(y, rep, axis=3),
            arguments={"rep": channels},
            output_shape=(32, 32, channels),
        )(rate)
        return layers.multiply([rate, x])

    inputs = layers.Input((32, 32, 3))
    down = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
    pool = layers.MaxPooling2D(2)(down)
    bottom = layers.Conv2D(16, 3, padding="same", activation="relu")(pool)
    gated = attention_gate(down, bottom, 8)
    up = layers.UpSampling2D(2)(bottom)
    merged = layers.concatenate([up, gated], axis=-1)
    outputs = layers.Conv2D(2, 1, activation="softmax")(merged)
    return keras.models.Model(inputs, outputs, name="Attention_UNet")


def identity_and_conv_blocks(keras):
    Conv2D = keras.layers.Conv2D
    BatchNormalization = keras.layers.BatchNormalization
    Activation = keras.layers.Activation
    bn_axis = 3 if keras.backend.image_data_format() == "channels_last" else 1

    def identity_block(input_tensor, kernel_size, filters, stage, block):
        filters1, filters2, filters3 = filters
        conv_name_base = "res" + str(stage) + block + "_branch"
        bn_name_base = "bn" + str(stage) + block + "_branch"
        x = Conv2D(filters1, (1, 1), name=conv_name_base + "2a")(input_tensor)
        x = BatchNormalization(axis=bn_axis, name=bn_name_base + "2a")(x)
        x = Activation("relu")(x)
        x = Conv2D(filters2, kernel_size, padding="same", name=conv_name_base + "2b")(x)
        x = BatchNormalization(axis=bn_axis, name=bn_name_base + "2b")(x)
        x = Activation("relu")(x)
        x = Conv2D(filters3, (1, 1), name=conv_name_base + "2c")(x)
        x = BatchNormalization(axis=bn_axis, name=bn_name_base + "2c")(x)
        x = keras.layers.add([x, input_tensor])
        return Activation("relu")(x)

    img_input = keras.layers.Input(shape=(64, 64, 3))
    x = keras.layers.ZeroPadding2D((3, 3))(img_input)
    x = Conv2D(32, (7, 7), strides=(2, 2), name="conv1")(x)
    x = BatchNormalization(axis=bn_axis, name="bn_conv1")(x)
    x = Activation("relu")(x)
    x = keras.layers.MaxPooling2D((3, 3), strides=(2, 2))(x)
    x = identity_block(x, 3, [8, 8, 32], stage=2, block="b")
    x = identity_block(x, 3, [8, 8, 32], stage=2, block="c")
    x = keras.layers.AveragePooling2D((7, 7), name="avg_pool")(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(10, activation="softmax", name="fc10")(x)
    return keras.models.Model(img_input, x, name="resnet")


def cifar_resnet_v1(keras):
    layers = keras.layers

    def resnet_layer(
        inputs, num_filters=16, kernel_size=3, strides=1, activation="relu"
    ):
        conv = layers.Conv2D(
            num_filters,
            kernel_size=kernel_size,
            strides=strides,
            padding="same",
            kernel_initializer="he_normal",
            kernel_regularizer=keras.regularizers.l2(1e-4),
        )
        x = conv(inputs)
        x = layers.BatchNormalization()(x)
        if activation is not None:
            x = layers.Activation(activation)(x)
        return x

    inputs = layers.Input(shape=(32, 32, 3))
    x = resnet_layer(inputs=inputs)
    num_filters = 16
    for stack in range(3):
        for res_block in range(2):
            strides = 1
            if stack > 0 and res_block == 0:
                strides = 2
            y = resnet_layer(inputs=x, num_filters=num_filters, strides=strides)
            y = resnet_layer(inputs=y, num_filters=num_filters, activation=None)
            if stack > 0 and res_block == 0:
                x = resnet_layer(
                    inputs=x,
                    num_filters=num_filters,
                    kernel_size=1,
                    strides=strides,
                    activation=None,
                )
            x = layers.add([x, y])
            x = layers.Activation("relu")(x)
        num_filters *= 2
    x = layers.AveragePooling2D(pool_size=8)(x)
    y = layers.Flatten()(x)
    outputs = layers.Dense(10, activation="softmax")(y)
    return keras.models.Model(inputs=inputs, outputs=outputs)


def vgg_16_by_hand(keras):
    Sequential = keras.models.Sequential
    model = Sequential()
    model.add(
        keras.layers.Conv2D(
            input_shape=(64, 64, 3),
            filters=16,
            kernel_size=(3, 3),
            padding="same",
            activation="relu",
        )
    )
    model.add(
        keras.layers.Conv2D(
            filters=16, kernel_size=(3, 3), padding="same", activation="relu"
        )
    )
    model.add(keras.layers.MaxPool2D(pool_size=(2, 2), strides=(2, 2)))
    model.add(
        keras.layers.Conv2D(
            filters=32, kernel_size=(3, 3), padding="same", activation="relu"
        )
    )
    model.add(keras.layers.MaxPool2D(pool_size=(2, 2), strides=(2, 2)))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(units=64, activation="relu"))
    model.add(keras.layers.Dense(units=2, activation="softmax"))
    return model


def alex_net(keras):
    layers = keras.layers
    return keras.models.Sequential(
        [
            layers.Conv2D(
                filters=96,
                kernel_size=(11, 11),
                strides=(4, 4),
                activation="relu",
                input_shape=(227, 227, 3),
            ),
            layers.BatchNormalization(),
            layers.MaxPool2D(pool_size=(3, 3), strides=(2, 2)),
            layers.Conv2D(
                filters=64,
                kernel_size=(5, 5),
                strides=(1, 1),
                activation="relu",
                padding="same",
            ),
            layers.BatchNormalization(),
            layers.MaxPool2D(pool_size=(3, 3), strides=(2, 2)),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def inception_module(keras):
    layers = keras.layers

    def inception(x, filters):
        f1, f3_reduce, f3, f5_reduce, f5, pool = filters
        path1 = layers.Conv2D(f1, (1, 1), padding="same", activation="relu")(x)
        path2 = layers.Conv2D(f3_reduce, (1, 1), padding="same", activation="relu")(x)
        path2 = layers.Conv2D(f3, (1, 1), padding="same", activation="relu")(path2)
        path3 = layers.Conv2D(f5_reduce, (1, 1), padding="same", activation="relu")(x)
        path3 = layers.Conv2D(f5, (1, 1), padding="same", activation="relu")(path3)
        path4 = layers.MaxPooling2D((3, 3), strides=(1, 1), padding="same")(x)
        path4 = layers.Conv2D(pool, (1, 1), padding="same", activation="relu")(path4)
        return keras.layers.concatenate([path1, path2, path3, path4], axis=-1)

    inp = layers.Input(shape=(64, 64, 3))
    x = layers.Conv2D(16, 7, strides=2, padding="same", activation="relu")(inp)
    x = inception(x, (8, 12, 16, 2, 4, 4))
    out1 = layers.AveragePooling2D((5, 5), strides=3)(x)
    out1 = layers.Flatten()(out1)
    out1 = layers.Dense(5, activation="softmax", name="auxiliary")(out1)
    x = layers.GlobalAveragePooling2D()(x)
    out = layers.Dense(5, activation="softmax", name="output")(x)
    return keras.Model(inp, [out, out1], name="googlenet")


def squeeze_net(keras):
    layers = keras.layers

    def fire_module(x, fire_id, squeeze=8, expand=16):
        s_id = "fire" + str(fire_id) + "/"
        x = layers.Conv2D(
            squeeze, (1, 1), padding="valid", name=s_id.replace("/", "_") + "squeeze"
        )(x)
        x = layers.Activation("relu")(x)
        left = layers.Conv2D(expand, (1, 1), padding="valid")(x)
        left = layers.Activation("relu")(left)
        right = layers.Conv2D(expand, (3, 3), padding="same")(x)
        right = layers.Activation("relu")(right)
        return layers.concatenate([left, right], axis=3)

    img_input = layers.Input(shape=(67, 67, 3))
    x = layers.Conv2D(16, (3, 3), strides=(2, 2), padding="valid", name="conv1")(
        img_input
    )
    x = layers.MaxPooling2D(pool_size=(3, 3), strides=(2, 2), name="pool1")(x)
    x = fire_module(x, fire_id=2)
    x = fire_module(x, fire_id=3)
    x = layers.Dropout(0.5, name="drop9")(x)
    x = layers.Conv2D(10, (1, 1), padding="valid", name="conv10")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Activation("softmax", name="loss")(x)
    return keras.models.Model(img_input, x, name="squeezenet")


def dense_net(keras):
    layers = keras.layers

    def conv_block(x, growth_rate):
        x1 = layers.BatchNormalization(axis=3, epsilon=1.001e-5)(x)
        x1 = layers.Activation("relu")(x1)
        x1 = layers.Conv2D(4 * growth_rate, 1, use_bias=False)(x1)
        x1 = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(x1)
        return layers.Concatenate(axis=3)([x, x1])

    def transition_block(x, reduction):
        x = layers.BatchNormalization(axis=3)(x)
        x = layers.Conv2D(int(x.shape[3] * reduction), 1, use_bias=False)(x)
        return layers.AveragePooling2D(2, strides=2)(x)

    inputs = layers.Input((32, 32, 3))
    x = layers.Conv2D(24, 3, padding="same")(inputs)
    for _ in range(3):
        x = conv_block(x, 12)
    x = transition_block(x, 0.5)
    for _ in range(3):
        x = conv_block(x, 12)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def squeeze_and_excite(keras):
    layers = keras.layers

    def squeeze_excite_block(tensor, ratio=16):
        init = tensor
        filters = init.shape[-1]
        se_shape = (1, 1, filters)
        se = layers.GlobalAveragePooling2D()(init)
        se = layers.Reshape(se_shape)(se)
        se = layers.Dense(
            filters // ratio,
            activation="relu",
            kernel_initializer="he_normal",
            use_bias=False,
        )(se)
        se = layers.Dense(filters, activation="sigmoid", use_bias=False)(se)
        return layers.multiply([init, se])

    inputs = layers.Input((32, 32, 3))
    x = layers.Conv2D(32, 3, padding="same")(inputs)
    x = squeeze_excite_block(x)
    x = layers.GlobalMaxPooling2D()(x)
    return keras.Model(inputs, layers.Dense(10)(x))


def spatial_attention(keras):
    layers = keras.layers

    def channel_attention(input_feature, ratio=8):
        channel = input_feature.shape[-1]
        shared_layer_one = layers.Dense(channel // ratio, activation="relu")
        shared_layer_two = layers.Dense(channel)
        avg_pool = layers.GlobalAveragePooling2D()(input_feature)
        avg_pool = layers.Reshape((1, 1, channel))(avg_pool)
        avg_pool = shared_layer_two(shared_layer_one(avg_pool))
        max_pool = layers.GlobalMaxPooling2D()(input_feature)
        max_pool = layers.Reshape((1, 1, channel))(max_pool)
        max_pool = shared_layer_two(shared_layer_one(max_pool))
        cbam_feature = layers.Add()([avg_pool, max_pool])
        cbam_feature = layers.Activation("sigmoid")(cbam_feature)
        return layers.multiply([input_feature, cbam_feature])

    def spatial(input_feature):
        avg_pool = layers.Lambda(lambda x: keras.ops.mean(x, axis=3, keepdims=True))(
            input_feature
        )
        max_pool = layers.Lambda(lambda x: keras.ops.max(x, axis=3, keepdims=True))(
            input_feature
        )
        concat = layers.Concatenate(axis=3)([avg_pool, max_pool])
        gate = layers.Conv2D(
            filters=1,
            kernel_size=7,
            strides=1,
            padding="same",
            activation="sigmoid",
            kernel_initializer="he_normal",
            use_bias=False,
        )(concat)
        return layers.multiply([input_feature, gate])

    inputs = layers.Input((16, 16, 24))
    x = spatial(channel_attention(inputs))
    return keras.Model(inputs, layers.Flatten()(x))


def mobile_net_v2_block(keras):
    layers = keras.layers

    def relu6(x):
        return keras.activations.relu(x, max_value=6.0)

    def bottleneck(inputs, filters, kernel, t, s, r=False):
        tchannel = inputs.shape[-1] * t
        x = layers.Conv2D(tchannel, (1, 1), padding="same")(inputs)
        x = layers.BatchNormalization()(x)
        x = layers.Activation(relu6)(x)
        x = layers.DepthwiseConv2D(
            kernel, strides=(s, s), depth_multiplier=1, padding="same"
        )(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation(relu6)(x)
        x = layers.Conv2D(filters, (1, 1), strides=(1, 1), padding="same")(x)
        x = layers.BatchNormalization()(x)
        if r:
            x = layers.add([x, inputs])
        return x

    inputs = layers.Input((64, 64, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same")(inputs)
    x = bottleneck(x, 12, (3, 3), 6, 2)
    x = bottleneck(x, 12, (3, 3), 6, 1, True)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Reshape((1, 1, 12))(x)
    x = layers.Conv2D(5, (1, 1), padding="same")(x)
    x = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, layers.Reshape((5,))(x))


def channel_shuffle(keras):
    layers = keras.layers
    K = keras.ops

    def shuffle(x):
        _height, width, channels = x.shape[1:]
        channels_per_split = channels // 2
        x = K.reshape(x, [-1, 16, width, 2, channels_per_split])
        x = K.transpose(x, (0, 1, 2, 4, 3))
        return K.reshape(x, [-1, 16, width, channels])

    inputs = layers.Input((16, 16, 12))
    c_hat = layers.Lambda(lambda z: z[:, :, :, 0:6])(inputs)
    c = layers.Lambda(lambda z: z[:, :, :, 6:])(inputs)
    x = layers.Conv2D(6, 1)(c)
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.Concatenate()([x, c_hat])
    x = layers.Lambda(shuffle, output_shape=(16, 16, 12))(x)
    return keras.Model(inputs, x)


def seg_net(keras):
    layers = keras.layers
    model = keras.models.Sequential()
    model.add(layers.Input((32, 64, 3)))
    for filters in [8, 16]:
        model.add(layers.ZeroPadding2D(padding=(1, 1)))
        model.add(layers.Conv2D(filters, (3, 3), padding="valid"))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        model.add(layers.MaxPooling2D(pool_size=(2, 2)))
    for filters in [16, 8]:
        model.add(layers.UpSampling2D(size=(2, 2)))
        model.add(layers.ZeroPadding2D(padding=(1, 1)))
        model.add(layers.Conv2D(filters, (3, 3), padding="valid"))
        model.add(layers.BatchNormalization())
    model.add(layers.Conv2D(12, (1, 1), padding="valid"))
    model.add(layers.Reshape((12, 32 * 64), input_shape=(12, 32, 64)))
    model.add(layers.Permute((2, 1)))
    model.add(layers.Activation("softmax"))
    return model


def fully_convolutional(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(64, 64, 3))
    x = layers.Conv2D(8, 3, activation="relu", padding="same")(inputs)
    pool3 = layers.MaxPooling2D((8, 8), strides=(8, 8))(x)
    pool4 = layers.MaxPooling2D((2, 2))(layers.Conv2D(16, 3, padding="same")(pool3))
    o = layers.Conv2D(4, (1, 1), kernel_initializer="he_normal")(pool4)
    o = layers.Conv2DTranspose(4, kernel_size=(4, 4), strides=(2, 2), use_bias=False)(o)
    o = layers.Cropping2D(((1, 1), (1, 1)))(o)
    o2 = layers.Conv2D(4, (1, 1), kernel_initializer="he_normal")(pool3)
    o = layers.Add()([o, o2])
    o = layers.Conv2DTranspose(4, kernel_size=(16, 16), strides=(8, 8))(o)
    return keras.models.Model(inputs, o)


def tiny_yolo(keras):
    layers = keras.layers

    def darknet_conv(x, filters, size):
        x = layers.Conv2D(
            filters,
            size,
            padding="same",
            use_bias=False,
            kernel_regularizer=keras.regularizers.L2(5e-4),
        )(x)
        x = layers.BatchNormalization()(x)
        return layers.LeakyReLU(0.1)(x)

    inputs = layers.Input((None, None, 3))
    x = inputs
    for filters in [8, 16, 32]:
        x = darknet_conv(x, filters, (3, 3))
        x = layers.MaxPooling2D(pool_size=(2, 2), strides=(2, 2), padding="same")(x)
    route = darknet_conv(x, 64, (3, 3))
    x = layers.MaxPooling2D((2, 2), strides=(1, 1), padding="same")(route)
    y1 = layers.Conv2D(3 * 25, (1, 1))(x)
    x = layers.MaxPooling2D((2, 2), strides=(2, 2), padding="same")(x)
    x = layers.UpSampling2D(2)(darknet_conv(x, 16, (1, 1)))
    y2 = layers.Conv2D(3 * 25, (1, 1))(x)
    return keras.Model(inputs, [y1, y2])


def super_resolution_cnn(keras):
    SRCNN = keras.models.Sequential()
    SRCNN.add(
        keras.layers.Conv2D(
            filters=32,
            kernel_size=(9, 9),
            activation="relu",
            padding="same",
            use_bias=True,
            input_shape=(None, None, 1),
        )
    )
    SRCNN.add(keras.layers.Conv2D(16, 3, activation="relu", padding="same"))
    SRCNN.add(keras.layers.Conv2D(1, 5, activation="linear", padding="valid"))
    return SRCNN


def enhanced_super_resolution(keras):
    layers = keras.layers

    def res_block(x_in, filters, scaling):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x_in)
        x = layers.Conv2D(filters, 3, padding="same")(x)
        if scaling:
            x = layers.Lambda(lambda t: t * scaling)(x)
        return layers.Add()([x_in, x])

    x_in = layers.Input(shape=(None, None, 3))
    x = layers.Lambda(lambda x: (x - 0.45) / 127.5)(x_in)
    x = b = layers.Conv2D(16, 3, padding="same")(x)
    for _ in range(3):
        b = res_block(b, 16, 0.1)
    b = layers.Conv2D(16, 3, padding="same")(b)
    x = layers.Add()([x, b])
    x = layers.Conv2D(3, 3, padding="same")(x)
    x = layers.Lambda(lambda x: x * 127.5 + 0.45)(x)
    return keras.Model(x_in, x, name="edsr")


def denoising_cnn(keras):
    layers = keras.layers
    noisy = layers.Input(shape=(None, None, 1))
    x = layers.Conv2D(16, 3, strides=(1, 1), padding="same")(noisy)
    x = layers.Activation("relu")(x)
    for _ in range(3):
        x = layers.Conv2D(16, 3, strides=(1, 1), padding="same")(x)
        x = layers.BatchNormalization(axis=-1, epsilon=1e-3)(x)
        x = layers.Activation("relu")(x)
    x = layers.Conv2D(1, 3, strides=(1, 1), padding="same")(x)
    x = layers.Subtract()([noisy, x])
    return keras.Model(inputs=noisy, outputs=x)


def stock_prices(keras):
    model = keras.models.Sequential()
    model.add(keras.layers.LSTM(units=50, return_sequences=True, input_shape=(60, 1)))
    model.add(keras.layers.Dropout(0.2))
    model.add(keras.layers.LSTM(units=50, return_sequences=True))
    model.add(keras.layers.Dropout(0.2))
    model.add(keras.layers.LSTM(units=50))
    model.add(keras.layers.Dense(units=1))
    model.compile(optimizer="adam", loss="mean_squared_error")
    return model


def cnn_lstm(keras):
    layers = keras.layers
    model = keras.models.Sequential()
    model.add(
        layers.TimeDistributed(
            layers.Conv1D(filters=64, kernel_size=3, activation="relu"),
            input_shape=(None, 32, 9),
        )
    )
    model.add(layers.TimeDistributed(layers.Conv1D(64, 3, activation="relu")))
    model.add(layers.TimeDistributed(layers.Dropout(0.5)))
    model.add(layers.TimeDistributed(layers.MaxPooling1D(pool_size=2)))
    model.add(layers.TimeDistributed(layers.Flatten()))
    model.add(layers.LSTM(100))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(6, activation="softmax"))
    return model


def attention_with_context(keras):
    K = keras.ops

    class Attention(keras.layers.Layer):
        def __init__(self, step_dim, bias=True, **kwargs):
            self.supports_masking = True
            self.init = keras.initializers.get("glorot_uniform")
            self.W_regularizer = keras.regularizers.get(None)
            self.b_constraint = keras.constraints.get(None)
            self.bias = bias
            self.step_dim = step_dim
            super().__init__(**kwargs)

        def build(self, input_shape):
            assert len(input_shape) == 3
            self.features_dim = input_shape[-1]
            self.W = self.add_weight(
                shape=(input_shape[-1],),
                initializer=self.init,
                name=f"{self.name}_W",
                regularizer=self.W_regularizer,
            )
            if self.bias:
                self.b = self.add_weight(
                    shape=(input_shape[1],),
                    initializer="zero",
                    name=f"{self.name}_b",
                    constraint=self.b_constraint,
                )
            self.built = True

        def call(self, x, mask=None):
            features_dim = self.features_dim
            step_dim = self.step_dim
            eij = K.reshape(
                K.dot(
                    K.reshape(x, (-1, features_dim)),
                    K.reshape(self.W, (features_dim, 1)),
                ),
                (-1, step_dim),
            )
            if self.bias:
                eij += self.b
            eij = K.tanh(eij)
            a = K.exp(eij)
            a /= K.cast(K.sum(a, axis=1, keepdims=True) + 1e-7, "float32")
            a = K.expand_dims(a, -1)
            weighted_input = x * a
            return K.sum(weighted_input, axis=1)

        def compute_output_shape(self, input_shape):
            return input_shape[0], self.features_dim

    inp = keras.layers.Input(shape=(70,))
    x = keras.layers.Embedding(500, 32)(inp)
    x = keras.layers.Bidirectional(keras.layers.LSTM(16, return_sequences=True))(x)
    x = Attention(70)(x)
    return keras.models.Model(inp, keras.layers.Dense(1, activation="sigmoid")(x))


def auxiliary_classifier_gan(keras):
    layers = keras.layers
    model = keras.models.Sequential()
    model.add(layers.Dense(16 * 7 * 7, activation="relu", input_dim=100))
    model.add(layers.Reshape((7, 7, 16)))
    model.add(layers.BatchNormalization(momentum=0.8))
    model.add(layers.UpSampling2D())
    model.add(layers.Conv2D(16, kernel_size=3, padding="same"))
    model.add(layers.Activation("relu"))
    model.add(layers.Conv2D(1, kernel_size=3, padding="same"))
    model.add(layers.Activation("tanh"))
    model.summary()
    noise = layers.Input(shape=(100,))
    label = layers.Input(shape=(1,), dtype="int32")
    label_embedding = layers.Flatten()(layers.Embedding(10, 100)(label))
    model_input = layers.multiply([noise, label_embedding])
    img = model(model_input)
    return keras.models.Model([noise, label], img)


def gan_combined(keras):
    layers = keras.layers
    Sequential = keras.models.Sequential
    discriminator = Sequential()
    discriminator.add(layers.Flatten(input_shape=(28, 28, 1)))
    discriminator.add(layers.Dense(128))
    discriminator.add(layers.LeakyReLU(alpha=0.2) if False else layers.LeakyReLU(0.2))
    discriminator.add(layers.Dense(1, activation="sigmoid"))
    optimizer = keras.optimizers.Adam(0.0002, 0.5)
    discriminator.compile(loss="binary_crossentropy", optimizer=optimizer)
    generator = Sequential()
    generator.add(layers.Input((100,)))
    generator.add(layers.Dense(256))
    generator.add(layers.BatchNormalization(momentum=0.8))
    generator.add(layers.Dense(28 * 28, activation="tanh"))
    generator.add(layers.Reshape((28, 28, 1)))
    z = layers.Input(shape=(100,))
    img = generator(z)
    discriminator.trainable = False
    validity = discriminator(img)
    combined = keras.models.Model(z, validity)
    combined.compile(loss="binary_crossentropy", optimizer=optimizer)
    return combined


def text_cnn(keras):
    layers = keras.layers
    sequence_input = layers.Input(shape=(100,), dtype="int32")
    embedded = layers.Embedding(500, 32, trainable=False)(sequence_input)
    reshaped = layers.Reshape((100, 32, 1))(embedded)
    pools = []
    for size in [3, 4, 5]:
        conv = layers.Conv2D(
            16, kernel_size=(size, 32), padding="valid", activation="relu"
        )(reshaped)
        pool = layers.MaxPool2D(
            pool_size=(100 - size + 1, 1), strides=(1, 1), padding="valid"
        )(conv)
        pools.append(pool)
    merged = layers.Concatenate(axis=1)(pools)
    flat = layers.Flatten()(merged)
    preds = layers.Dense(6, activation="sigmoid")(flat)
    return keras.models.Model(sequence_input, preds)


def neural_collaborative_filtering(keras):
    layers = keras.layers
    user_input = layers.Input(shape=(1,), dtype="int32", name="user_input")
    item_input = layers.Input(shape=(1,), dtype="int32", name="item_input")
    user_latent = layers.Flatten()(
        layers.Embedding(
            input_dim=60,
            output_dim=8,
            name="user_embedding",
            embeddings_regularizer=keras.regularizers.l2(0),
        )(user_input)
    )
    item_latent = layers.Flatten()(
        layers.Embedding(input_dim=90, output_dim=8, name="item_embedding")(item_input)
    )
    mf_vector = layers.multiply([user_latent, item_latent])
    mlp_vector = layers.concatenate([user_latent, item_latent])
    for idx in range(1, 3):
        mlp_vector = layers.Dense(16 // idx, activation="relu", name=f"layer{idx}")(
            mlp_vector
        )
    predict_vector = layers.concatenate([mf_vector, mlp_vector])
    prediction = layers.Dense(
        1,
        activation="sigmoid",
        kernel_initializer=keras.initializers.LecunNormal(),
        name="prediction",
    )(predict_vector)
    return keras.models.Model(inputs=[user_input, item_input], outputs=prediction)


def siamese_signatures(keras):
    layers = keras.layers
    K = keras.ops

    def initialize_base_network(input_shape):
        input = layers.Input(shape=input_shape, name="base_input")
        x = layers.Flatten(name="flatten_input")(input)
        x = layers.Dense(128, activation="relu", name="first_base_dense")(x)
        x = layers.Dropout(0.1)(x)
        x = layers.Dense(128, activation="relu")(x)
        return keras.models.Model(inputs=input, outputs=x)

    base_network = initialize_base_network((28, 28))
    input_a = layers.Input(shape=(28, 28), name="left_input")
    vect_output_a = base_network(input_a)
    input_b = layers.Input(shape=(28, 28), name="right_input")
    vect_output_b = base_network(input_b)
    output = layers.Lambda(
        lambda tensors: K.abs(tensors[0] - tensors[1]), name="output_layer"
    )([vect_output_a, vect_output_b])
    prediction = layers.Dense(1, activation="sigmoid")(output)
    return keras.models.Model([input_a, input_b], prediction)


def alpha_zero(keras):
    layers = keras.layers
    l2 = keras.regularizers.l2

    def residual_layer(input_block, filters, kernel_size):
        x = layers.Conv2D(
            filters=filters,
            kernel_size=kernel_size,
            data_format="channels_last",
            padding="same",
            use_bias=False,
            activation="linear",
            kernel_regularizer=l2(1e-4),
        )(input_block)
        x = layers.BatchNormalization(axis=-1)(x)
        x = layers.add([input_block, x])
        return layers.LeakyReLU()(x)

    main_input = layers.Input(shape=(6, 7, 2), name="main_input")
    x = layers.Conv2D(24, (4, 4), padding="same", use_bias=False)(main_input)
    for _ in range(2):
        x = residual_layer(x, 24, (4, 4))
    vh = layers.Conv2D(1, (1, 1))(x)
    vh = layers.Flatten()(vh)
    vh = layers.Dense(1, activation="tanh", name="value_head")(vh)
    ph = layers.Conv2D(2, (1, 1))(x)
    ph = layers.Flatten()(ph)
    ph = layers.Dense(42, activation="linear", name="policy_head")(ph)
    model = keras.models.Model(inputs=[main_input], outputs=[vh, ph])
    model.compile(
        loss={"value_head": "mean_squared_error", "policy_head": "mse"},
        optimizer=keras.optimizers.SGD(learning_rate=0.1, momentum=0.9),
        loss_weights={"value_head": 0.5, "policy_head": 0.5},
    )
    return model


def temporal_convolutions(keras):
    layers = keras.layers

    class ResidualBlock(layers.Layer):
        def __init__(self, dilation_rate, nb_filters, kernel_size, **kwargs):
            super().__init__(**kwargs)
            self.dilation_rate = dilation_rate
            self.nb_filters = nb_filters
            self.kernel_size = kernel_size
            self.layers_of_block = []

        def build(self, input_shape):
            for _ in range(2):
                self.layers_of_block.append(
                    layers.Conv1D(
                        self.nb_filters,
                        self.kernel_size,
                        dilation_rate=self.dilation_rate,
                        padding="causal",
                    )
                )
                self.layers_of_block.append(layers.Activation("relu"))
            if input_shape[-1] != self.nb_filters:
                self.shape_match_conv = layers.Conv1D(self.nb_filters, 1)
            else:
                self.shape_match_conv = layers.Lambda(lambda x: x)
            super().build(input_shape)

        def call(self, inputs, training=None):
            x = inputs
            for layer in self.layers_of_block:
                x = layer(x)
            return x + self.shape_match_conv(inputs)

        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], self.nb_filters)

    inputs = layers.Input((64, 3))
    x = inputs
    for rate in [1, 2, 4]:
        x = ResidualBlock(rate, 8, 3)(x)
    x = layers.Lambda(lambda tt: tt[:, -1, :])(x)
    return keras.Model(inputs, layers.Dense(1)(x))


def n_beats(keras):
    layers = keras.layers

    class NBeatsBlock(layers.Layer):
        def __init__(self, input_size, theta_size, horizon, n_neurons, n_layers):
            super().__init__()
            self.theta_size = theta_size
            self.horizon = horizon
            self.hidden = [
                layers.Dense(n_neurons, activation="relu") for _ in range(n_layers)
            ]
            self.theta_layer = layers.Dense(theta_size, activation="linear")

        def call(self, inputs):
            x = inputs
            for layer in self.hidden:
                x = layer(x)
            theta = self.theta_layer(x)
            backcast, forecast = theta[:, : -self.horizon], theta[:, -self.horizon :]
            return backcast, forecast

    stack_input = layers.Input(shape=(7,), name="stack_input")
    backcast, forecast = NBeatsBlock(7, 8, 1, 32, 2)(stack_input)
    residuals = layers.subtract([stack_input, backcast], name="subtract_00")
    for i in range(2):
        backcast, block_forecast = NBeatsBlock(7, 8, 1, 32, 2)(residuals)
        residuals = layers.subtract([residuals, backcast], name=f"subtract_{i}")
        forecast = layers.add([forecast, block_forecast], name=f"add_{i}")
    return keras.Model(inputs=stack_input, outputs=forecast, name="model_7_N-BEATS")


def u_net_3d(keras):
    layers = keras.layers
    inputs = layers.Input((16, 16, 16, 1))
    conv1 = layers.Conv3D(8, (3, 3, 3), activation="relu", padding="same")(inputs)
    pool1 = layers.MaxPooling3D(pool_size=(2, 2, 2))(conv1)
    conv2 = layers.Conv3D(16, (3, 3, 3), activation="relu", padding="same")(pool1)
    up3 = layers.concatenate(
        [
            layers.Conv3DTranspose(8, (2, 2, 2), strides=(2, 2, 2), padding="same")(
                conv2
            ),
            conv1,
        ],
        axis=4,
    )
    conv3 = layers.Conv3D(1, (1, 1, 1), activation="sigmoid")(up3)
    return keras.models.Model(inputs=[inputs], outputs=[conv3])


def eeg_net(keras):
    layers = keras.layers
    max_norm = keras.constraints.max_norm
    Chans, Samples, F1, D, F2 = 22, 128, 8, 2, 16
    input1 = layers.Input(shape=(Chans, Samples, 1))
    block1 = layers.Conv2D(F1, (1, 64), padding="same", use_bias=False)(input1)
    block1 = layers.BatchNormalization()(block1)
    block1 = layers.DepthwiseConv2D(
        (Chans, 1),
        use_bias=False,
        depth_multiplier=D,
        depthwise_constraint=max_norm(1.0),
    )(block1)
    block1 = layers.BatchNormalization()(block1)
    block1 = layers.Activation("elu")(block1)
    block1 = layers.AveragePooling2D((1, 4))(block1)
    block1 = layers.SpatialDropout2D(0.5)(block1)
    block2 = layers.SeparableConv2D(F2, (1, 16), use_bias=False, padding="same")(block1)
    block2 = layers.BatchNormalization()(block2)
    block2 = layers.AveragePooling2D((1, 8))(block2)
    flatten = layers.Flatten(name="flatten")(block2)
    dense = layers.Dense(4, name="dense", kernel_constraint=max_norm(0.25))(flatten)
    softmax = layers.Activation("softmax", name="softmax")(dense)
    return keras.models.Model(inputs=input1, outputs=softmax)


def deep_factorization_machine(keras):
    layers = keras.layers
    K = keras.ops
    inputs = [layers.Input((1,), name=f"C{i}") for i in range(4)]
    linear = layers.add([layers.Flatten()(layers.Embedding(9, 1)(i)) for i in inputs])
    embedded = [layers.Embedding(9, 6)(i) for i in inputs]
    stacked = layers.Concatenate(axis=1)(embedded)
    square_of_sum = layers.Lambda(lambda x: K.square(K.sum(x, axis=1)))(stacked)
    sum_of_square = layers.Lambda(lambda x: K.sum(K.square(x), axis=1))(stacked)
    fm = layers.subtract([square_of_sum, sum_of_square])
    fm = layers.Lambda(lambda x: 0.5 * K.sum(x, axis=1, keepdims=True))(fm)
    deep = layers.Flatten()(stacked)
    deep = layers.Dense(16, activation="relu")(deep)
    deep = layers.Dense(1)(deep)
    output = layers.Activation("sigmoid")(layers.Add()([linear, fm, deep]))
    return keras.models.Model(inputs, output)


def capsules(keras):
    layers = keras.layers
    K = keras.ops

    def squash(vectors, axis=-1):
        s_squared_norm = K.sum(K.square(vectors), axis, keepdims=True)
        scale = s_squared_norm / (1 + s_squared_norm) / K.sqrt(s_squared_norm + 1e-7)
        return scale * vectors

    def PrimaryCap(inputs, dim_capsule, n_channels, kernel_size):  # noqa: N802
        output = layers.Conv2D(
            filters=dim_capsule * n_channels,
            kernel_size=kernel_size,
            strides=2,
            padding="valid",
            name="primarycap_conv2d",
        )(inputs)
        outputs = layers.Reshape([-1, dim_capsule], name="primarycap_reshape")(output)
        return layers.Lambda(squash, name="primarycap_squash")(outputs)

    class Length(layers.Layer):
        def call(self, inputs, **kwargs):
            return K.sqrt(K.sum(K.square(inputs), -1) + 1e-7)

        def compute_output_shape(self, input_shape):
            return input_shape[:-1]

    x = layers.Input(shape=(28, 28, 1))
    conv1 = layers.Conv2D(16, 9, strides=1, padding="valid", activation="relu")(x)
    caps = PrimaryCap(conv1, 8, 4, 9)
    return keras.models.Model(x, Length(name="capsnet")(caps))


def sequence_to_sequence_with_dot(keras):
    layers = keras.layers
    encoder_inputs = layers.Input(shape=(30,))
    decoder_inputs = layers.Input(shape=(20,))
    encoder = layers.LSTM(32, return_sequences=True, unroll=True)(
        layers.Embedding(100, 16, mask_zero=True)(encoder_inputs)
    )
    encoder_last = encoder[:, -1, :]
    decoder = layers.LSTM(32, return_sequences=True, unroll=True)(
        layers.Embedding(90, 16, mask_zero=True)(decoder_inputs),
        initial_state=[encoder_last, encoder_last],
    )
    attention = layers.dot([decoder, encoder], axes=[2, 2])
    attention = layers.Activation("softmax", name="attention")(attention)
    context = layers.dot([attention, encoder], axes=[2, 1])
    decoder_combined_context = layers.concatenate([context, decoder])
    output = layers.TimeDistributed(layers.Dense(32, activation="tanh"))(
        decoder_combined_context
    )
    output = layers.TimeDistributed(layers.Dense(90, activation="softmax"))(output)
    return keras.models.Model(inputs=[encoder_inputs, decoder_inputs], outputs=[output])


def image_captions(keras):
    layers = keras.layers
    inputs1 = layers.Input(shape=(2048,))
    fe1 = layers.Dropout(0.5)(inputs1)
    fe2 = layers.Dense(64, activation="relu")(fe1)
    inputs2 = layers.Input(shape=(34,))
    se1 = layers.Embedding(700, 64, mask_zero=True)(inputs2)
    se2 = layers.Dropout(0.5)(se1)
    se3 = layers.LSTM(64)(se2)
    decoder1 = layers.Add()([fe2, se3])
    decoder2 = layers.Dense(64, activation="relu")(decoder1)
    outputs = layers.Dense(700, activation="softmax")(decoder2)
    model = keras.models.Model(inputs=[inputs1, inputs2], outputs=outputs)
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


def driving(keras):
    layers = keras.layers
    model = keras.models.Sequential()
    model.add(layers.Lambda(lambda x: x / 127.5 - 1.0, input_shape=(66, 200, 3)))
    model.add(layers.Cropping2D(cropping=((10, 5), (0, 0))))
    model.add(layers.Conv2D(24, (5, 5), activation="elu", strides=(2, 2)))
    model.add(layers.Conv2D(36, (5, 5), activation="elu", strides=(2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(50, activation="elu"))
    model.add(layers.Dense(1))
    return model
