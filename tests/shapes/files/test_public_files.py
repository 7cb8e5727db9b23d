"""Files as public repositories hold them: their features and counts, in own words.

Each has the form of one file that people had, and the number of parameters that
tf_keras, or Keras, says of it.
"""

import json

import pytest

from byhand.shapes import load


def old(kind, **config):
    return {"class_name": kind, "config": config}


def numbered(*layers):
    """Return layers under names of their own."""
    return [
        {
            **spec,
            "config": {**spec["config"], "name": f"{spec['class_name'].lower()}_{k}"},
        }
        for k, spec in enumerate(layers, start=1)
    ]


WEIGHTS = {
    "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 1.0}},
    "kernel_regularizer": None,
    "bias_constraint": None,
    "trainable": True,
    "dtype": "float32",
}


def dense(units, **config):
    return old(
        "Dense", units=units, activation="relu", use_bias=True, **WEIGHTS, **config
    )


def conv(kind, filters, size, **config):
    return old(kind, filters=filters, kernel_size=size, **WEIGHTS, **config)


def on_top_of_vgg():
    layers = numbered(
        old(
            "Flatten", batch_input_shape=[None, 4, 4, 512], data_format="channels_last"
        ),
        dense(256),
        old("Dropout", rate=0.5, noise_shape=None, seed=None),
        dense(1),
    )
    config = {"name": "sequential_3", "layers": layers}
    return {"class_name": "Sequential", "config": config, "keras_version": "2.2.4"}


def digits():
    layers = numbered(
        dense(784, batch_input_shape=[None, 784]), dense(400), dense(400), dense(10)
    )
    return {"class_name": "Sequential", "config": layers, "keras_version": "2.0.5"}


def in_a_browser():
    layers = numbered(
        conv("Conv2D", 16, [3, 3], batch_input_shape=[None, 192, 192, 3]),
        old("MaxPooling2D", pool_size=[2, 2], strides=[2, 2], padding="valid"),
        conv("Conv2D", 32, [3, 3]),
        old("MaxPooling2D", pool_size=[2, 2], strides=[2, 2], padding="valid"),
        old("Flatten"),
        dense(3),
    )
    network = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    return {
        "format": "layers-model",
        "generatedBy": "keras v2.2.4-tf",
        "modelTopology": {"keras_version": "2.2.4-tf", "model_config": network},
        "weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": []}],
    }


def voices():
    """A model of Keras 3 as its converter for browsers wrote it."""
    policy = {"class_name": "DTypePolicy", "module": "keras"}
    policy["config"] = {"name": "float32"}

    def stage(filters, size, dropout=True):
        yield conv("Conv1D", filters, [size], padding="same")
        yield old("BatchNormalization", axis=-1, dtype=policy)
        yield old("MaxPooling1D", pool_size=[5], strides=[2], padding="same")
        if dropout:
            yield old("Dropout", rate=0.2)

    layers = numbered(
        *stage(512, 5, dropout=False), *stage(512, 5), *stage(256, 5, dropout=False),
        *stage(256, 3), *stage(128, 3), old("Flatten"), dense(512),
        old("BatchNormalization"), dense(7),
    )  # fmt: skip
    start = {"batch_shape": [None, 2376, 1], "name": "in"}
    layers.insert(0, {"class_name": "InputLayer", "config": start})
    network = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    topology = {"keras_version": "3.10.0", "model_config": network}
    return {"format": "layers-model", "modelTopology": topology}


def clusters():
    """An encoder, and a layer of somebody's own on top of it."""
    encoder = numbered(
        dense(500, batch_input_shape=[None, 39]), dense(500), dense(2000), dense(10)
    )
    layers = [
        {"class_name": "Sequential", "config": encoder},
        old("ClusteringLayer", output_dim=100, input_dim=None, name="clustering"),
    ]
    return {"class_name": "Sequential", "config": layers, "keras_version": "2.0.6"}


def steering():
    """A network of Keras 1 that steers a car."""
    layers = numbered(
        old("BatchNormalization", axis=1, mode=0, batch_input_shape=[None, 20, 64, 3]),
        old("Convolution2D", nb_filter=16, nb_row=3, nb_col=3, border_mode="valid",
            subsample=[2, 2], dim_ordering="tf", W_regularizer=None, bias=True),
        old("Activation", activation="relu"),
        old("Convolution2D", nb_filter=2, nb_row=3, nb_col=3, border_mode="valid",
            subsample=[1, 2], dim_ordering="tf"),
        old("Dropout", p=0.5),
        old("Flatten"),
        old("Dense", output_dim=1, init="glorot_uniform", input_dim=None),
    )  # fmt: skip
    return {"class_name": "Sequential", "config": layers}


FILES = {
    "on top of VGG": (on_top_of_vgg, (None, 1), 2_097_665),
    "digits": (digits, (None, 10), 1_093_850),
    "in a browser": (in_a_browser, (None, 3), 208_227),
    "voices": (voices, (None, 7), 7_193_223),
    # 20 x 4, for Keras 1 normalised axis 1; 448; 290; 7 x 15 x 2 + 1
    "steering": (steering, (None, 1), 80 + 448 + 290 + 211),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_that_form_is_read_with_its_counts(name, tmp_path):
    make, shape, count = FILES[name]
    path = tmp_path / "model.json"
    path.write_text(json.dumps(make()))
    net = load(path)
    assert (net.output_shape, net.count_params()) == (shape, count)
    assert not [row.note for row in net.rows if row.note]
    assert f"{count:,}" in net.table()


def test_a_layer_of_ones_own_loses_itself_alone(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(clusters()))
    net = load(path)
    assert net.known_params == 1_292_510
    assert net["sequential"].outputs == [(None, 10)]
    assert net["clustering"].outputs == [None]
    assert "?" in net.table()
