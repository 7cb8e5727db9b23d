"""Eight models in the words in which Keras 3 keeps them, and the same in Keras 2's.

They are written here rather than by Keras, which takes seconds to start; test_fuzz.py
has Keras read them, so that they are what it would write.
"""

import copy


def lecture_cnn():
    return sequential(
        "lecture",
        [
            input_layer("image", [None, 32, 32, 1]),
            layer("Conv2D", "conv", filters=10, kernel_size=[5, 5], padding="valid"),
            layer("BatchNormalization", "norm", axis=-1, momentum=0.99, epsilon=0.001),
            layer("Activation", "relu", activation="relu"),
            layer("MaxPooling2D", "pool", pool_size=[2, 2], strides=[2, 2]),
            layer("Dropout", "drop", rate=0.25),
            layer("Flatten", "flat", data_format="channels_last"),
            layer("Dense", "dense", units=10, activation="softmax", use_bias=True),
        ],
    )


def u_net():
    return functional(
        "u_net",
        [
            input_layer("image", [None, 32, 32, 3]),
            conv("down", 8, call(tensor("image"))),
            layer("MaxPooling2D", "pool", call(tensor("down")), pool_size=[2, 2]),
            conv("bottom", 16, call(tensor("pool"))),
            layer(
                "Conv2DTranspose",
                "up",
                call(tensor("bottom")),
                filters=8,
                kernel_size=[2, 2],
                strides=[2, 2],
                padding="same",
            ),
            layer(
                "Concatenate",
                "skip",
                call([tensor("down"), tensor("up")]),
                axis=-1,
            ),
            conv("last", 1, call(tensor("skip"))),
        ],
        ["image"],
        ["last"],
        {
            "down": [None, 32, 32, 8],
            "pool": [None, 16, 16, 8],
            "bottom": [None, 16, 16, 16],
            "up": [None, 32, 32, 8],
            "skip": [None, 32, 32, 16],
        },
    )


def residual():
    """Return a network with arithmetic on tensors and a slice."""
    return functional(
        "residual",
        [
            input_layer("series", [None, 16, 8]),
            layer(
                "Conv1D",
                "conv",
                call(tensor("series")),
                filters=8,
                kernel_size=[3],
                padding="causal",
                dilation_rate=[2],
            ),
            operation("Add", "add", call(tensor("conv"), tensor("series"))),
            operation("Mean", "mean", call(tensor("add")), axis=1, keepdims=True),
            layer("Flatten", "flat", call(tensor("mean"))),
            layer("RepeatVector", "repeat", call(tensor("flat")), n=4),
            layer("Permute", "permute", call(tensor("repeat")), dims=[2, 1]),
            layer("Reshape", "reshape", call(tensor("permute")), target_shape=[-1, 16]),
        ],
        ["series"],
        ["reshape"],
        {
            "conv": [None, 16, 8],
            "add": [None, 16, 8],
            "mean": [None, 1, 8],
            "flat": [None, 8],
            "repeat": [None, 4, 8],
            "permute": [None, 8, 4],
        },
    )


def recurrent():
    """Return an encoder and a decoder that starts from the encoder's state."""
    inner = bare(layer("GRU", "gru", units=3, return_sequences=True, reset_after=True))
    encoder = layer(
        "LSTM",
        "encoder",
        call(tensor("source")),
        units=4,
        return_sequences=False,
        return_state=True,
    )
    states = [tensor("encoder", index=1), tensor("encoder", index=2)]
    decoder = layer(
        "LSTM",
        "decoder",
        call(tensor("target"), initial_state=states),
        units=4,
        return_sequences=True,
    )
    return functional(
        "recurrent",
        [
            input_layer("source", [None, None, 5]),
            input_layer("target", [None, None, 6]),
            encoder,
            decoder,
            layer(
                "Bidirectional",
                "both",
                call(tensor("decoder")),
                layer=inner,
                merge_mode="concat",
            ),
            layer(
                "TimeDistributed",
                "each",
                call(tensor("both")),
                layer=bare(layer("Dense", "dense", units=7)),
            ),
        ],
        ["source", "target"],
        ["each"],
        {"encoder": [None, 4], "decoder": [None, None, 4], "both": [None, None, 6]},
    )


def transformer():
    return functional(
        "transformer",
        [
            input_layer("words", [None, 20]),
            layer(
                "Embedding",
                "embedding",
                call(tensor("words")),
                input_dim=100,
                output_dim=16,
            ),
            layer(
                "MultiHeadAttention",
                "attention",
                call(tensor("embedding"), value=tensor("embedding")),
                num_heads=2,
                key_dim=8,
                value_dim=8,
                output_shape=None,
                attention_axes=None,
            ),
            layer(
                "Add",
                "add",
                call([tensor("embedding"), tensor("attention")]),
            ),
            layer("LayerNormalization", "norm", call(tensor("add")), axis=-1),
            layer(
                "EinsumDense",
                "einsum",
                call(tensor("norm")),
                equation="abc,cd->abd",
                output_shape=[None, 12],
                bias_axes="d",
            ),
            layer("GlobalAveragePooling1D", "mean", call(tensor("einsum"))),
        ],
        ["words"],
        ["mean"],
        {
            "embedding": [None, 20, 16],
            "attention": [None, 20, 16],
            "add": [None, 20, 16],
            "norm": [None, 20, 16],
            "einsum": [None, None, 12],
        },
    )


def siamese():
    """Return a network within a network, called twice, and a product of both."""
    inner = sequential(
        "base",
        [
            input_layer("base_input", [None, 6]),
            layer("Dense", "dense", units=5, activation="relu"),
            layer("PReLU", "prelu", shared_axes=None),
        ],
    )
    inner["name"] = "base"
    inner["inbound_nodes"] = [call(tensor("left")), call(tensor("right"))]
    calls = [tensor("base"), tensor("base", node=1)]
    return functional(
        "siamese",
        [
            input_layer("left", [None, 6]),
            input_layer("right", [None, 6]),
            inner,
            layer("Dot", "dot", call(calls), axes=[1, 1], normalize=False),
            layer("Subtract", "minus", call(calls)),
        ],
        ["left", "right"],
        ["dot", "minus"],
        {"base": [None, 5]},
    )


def mobile():
    """Return depthwise and separable convolutions, a group norm, and padding."""
    return functional(
        "mobile",
        [
            input_layer("image", [None, None, None, 8]),
            layer(
                "ZeroPadding2D",
                "padding",
                call(tensor("image")),
                padding=[[1, 0], [0, 1]],
            ),
            layer(
                "DepthwiseConv2D",
                "depthwise",
                call(tensor("padding")),
                kernel_size=[3, 3],
                strides=[2, 2],
                depth_multiplier=2,
                padding="valid",
            ),
            layer("GroupNormalization", "norm", call(tensor("depthwise")), groups=4),
            layer(
                "SeparableConv2D",
                "separable",
                call(tensor("norm")),
                filters=6,
                kernel_size=[3, 3],
                padding="same",
            ),
            layer("UpSampling2D", "up", call(tensor("separable")), size=[2, 2]),
            layer("Cropping2D", "crop", call(tensor("up")), cropping=[[1, 1], [1, 1]]),
            layer("GlobalMaxPooling2D", "max", call(tensor("crop")), keepdims=True),
        ],
        ["image"],
        ["max"],
        {
            "padding": [None, None, None, 8],
            "depthwise": [None, None, None, 16],
            "norm": [None, None, None, 16],
            "separable": [None, None, None, 6],
            "up": [None, None, None, 6],
            "crop": [None, None, None, 6],
        },
    )


def video():
    return functional(
        "video",
        [
            input_layer("frames", [None, 6, 12, 12, 2]),
            layer(
                "ConvLSTM2D",
                "memory",
                call(tensor("frames")),
                filters=3,
                kernel_size=[3, 3],
                padding="same",
                return_sequences=True,
            ),
            layer(
                "Conv3D",
                "conv",
                call(tensor("memory")),
                filters=4,
                kernel_size=[2, 3, 3],
                padding="valid",
                groups=1,
            ),
            layer("MaxPooling3D", "pool", call(tensor("conv")), pool_size=[1, 2, 2]),
            layer("GlobalAveragePooling3D", "mean", call(tensor("pool"))),
        ],
        ["frames"],
        ["mean"],
        {
            "memory": [None, 6, 12, 12, 3],
            "conv": [None, 5, 10, 10, 4],
            "pool": [None, 5, 5, 5, 4],
        },
    )


MODELS = [
    lecture_cnn,
    u_net,
    residual,
    recurrent,
    transformer,
    siamese,
    mobile,
    video,
]
KERAS_2 = [made for made in MODELS if made is not residual]  # it had no operations


# --- the words of Keras 3


def layer(kind, name, *calls, module="keras.layers", **arguments):
    """Return a layer as Keras 3 writes it."""
    policy = {"module": "keras", "class_name": "DTypePolicy", "registered_name": None}
    config = {"name": name, "trainable": True}
    config["dtype"] = {**policy, "config": {"name": "float32"}}
    return {
        "module": module,
        "class_name": kind,
        "config": {**config, **arguments},
        "registered_name": None,
        "name": name,
        "inbound_nodes": list(calls),
    }


def conv(name, filters, *calls):
    """Return a convolution that keeps the size."""
    return layer(
        "Conv2D",
        name,
        *calls,
        filters=filters,
        kernel_size=[3, 3],
        padding="same",
        activation="relu",
        kernel_initializer={
            "module": "keras.initializers",
            "class_name": "GlorotUniform",
            "config": {"seed": None},
            "registered_name": None,
        },
    )


def operation(kind, name, *calls, **arguments):
    """Return an operation on tensors, which Keras writes as if it were a layer."""
    made = layer(kind, name, *calls, module="keras.src.ops.numpy")
    made["config"] = {"name": name, **arguments}
    return made


def input_layer(name, shape):
    config = {"batch_shape": shape, "dtype": "float32", "sparse": False, "name": name}
    return {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": config,
        "registered_name": None,
        "name": name,
        "inbound_nodes": [],
    }


def bare(made):
    """Return a layer within a wrapper, which has no calls of its own."""
    return {key: made[key] for key in ("module", "class_name", "config")}


def tensor(name, node=0, index=0):
    return {
        "class_name": "__keras_tensor__",
        "config": {"dtype": "float32", "keras_history": [name, node, index]},
    }


def call(*positional, **named):
    return {"args": list(positional), "kwargs": named}


def sequential(name, layers):
    kept = [bare(made) for made in layers]
    config = {"name": name, "trainable": True, "layers": kept}
    return {"module": "keras", "class_name": "Sequential", "config": config}


def functional(name, layers, inputs, outputs, shapes):
    """Return a graph of calls; `shapes` are those of the tensors between them."""
    for made in layers:
        if made["class_name"] == "InputLayer":
            shapes[made["name"]] = made["config"]["batch_shape"]
    for made in layers:
        fill_in(made["inbound_nodes"], shapes)
    config = {
        "name": name,
        "trainable": True,
        "layers": layers,
        "input_layers": [[source, 0, 0] for source in inputs],
        "output_layers": [[source, 0, 0] for source in outputs],
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": config,
    }


def fill_in(value, shapes):
    """Write the shapes of tensors where a call refers to them."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        name, _, _ = value["config"]["keras_history"]
        value["config"]["shape"] = list(shapes[name])
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            fill_in(part, shapes)


# --- the words of Keras 2


def as_keras_2(model):
    """Return a model as Keras 2 wrote it: `Model`, and nodes as lists."""
    return _older(copy.deepcopy(model))


def _older(value):
    if isinstance(value, list):
        return [_older(part) for part in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "DTypePolicy":
        return "float32"
    old = {key: _older(part) for key, part in value.items() if key != "module"}
    old.pop("registered_name", None)
    if old.get("class_name") == "Functional":
        old["class_name"] = "Model"
    if old.get("class_name") == "InputLayer":
        old["config"]["batch_input_shape"] = old["config"].pop("batch_shape")
    if old.get("class_name") == "Sequential":
        layers = old["config"]["layers"]
        first, *others = layers
        others[0]["config"]["batch_input_shape"] = first["config"]["batch_input_shape"]
        old["config"]["layers"] = others
    if "inbound_nodes" in value:
        old["inbound_nodes"] = [_node(one) for one in value["inbound_nodes"]]
    return old


def _node(one):
    """Return a call as Keras 2 wrote it: a list of [layer, node, tensor, options].

    States that a recurrent layer starts from stood behind its input.
    """
    given = list(one["args"])
    if given and isinstance(given[0], list):
        given = given[0]
    named = dict(one["kwargs"])
    given += named.pop("initial_state", [])
    options = {key: _history(part) for key, part in named.items()}
    histories = [_history(part) for part in given]
    return [[*past, options if past is histories[0] else {}] for past in histories]


def _history(value):
    """Return where a tensor comes from; what is no tensor stays as it is."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        return list(value["config"]["keras_history"])
    return value
