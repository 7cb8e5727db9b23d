"""What the page on the lecture says, computed where no chapter computes it already.

The names of the tests follow the rows of book/since-the-lecture.md from above.
"""

import warnings

import keras
import numpy as np
import pytest
from keras import layers, ops


def sequential(*parts):
    return keras.Sequential(list(parts))


def test_a_neuron_is_affine_and_has_a_vector_of_weights():
    neuron = layers.Dense(1, bias_initializer="ones")
    assert ops.convert_to_numpy(neuron(np.zeros((1, 3)))) == 1
    assert neuron.kernel.shape == (3, 1)


def test_the_bias_of_a_layer_is_flat():
    model = sequential(keras.Input((3,)), layers.Dense(4))
    assert [weights.shape for weights in model.get_weights()] == [(3, 4), (4,)]


def test_the_two_syntaxes_of_an_activation():
    def written(activation, apart):
        dense = layers.Dense(4, activation=None if apart else activation)
        last = [layers.Activation(activation)] if apart else []
        return sequential(keras.Input((3,)), dense, *last)

    keras.utils.set_random_seed(0)
    x = np.ones((1, 3), "float32")
    models = [
        written("sigmoid", False),
        written("tanh", True),
        written("sigmoid", True),
    ]
    for model in models[1:]:
        model.set_weights(models[0].get_weights())
    sigmoid, tanh, apart = (ops.convert_to_numpy(model(x)) for model in models)
    assert np.abs(tanh - sigmoid).max() > 0.05
    assert np.allclose(apart, sigmoid)
    assert [len(model.layers) for model in models] == [1, 2, 2]
    assert {model.count_params() for model in models} == {16}


def test_relu_has_two_slopes_at_zero():
    relu = keras.activations.relu
    assert abs(float(relu(0.0) - relu(-1e-3)) / 1e-3) < 1e-6
    assert abs(float(relu(1e-3) - relu(0.0)) / 1e-3 - 1) < 1e-5


def test_the_gradient_of_a_batch_is_the_sum_over_its_examples():
    x, target = np.array([1.0, 2.0, -1.0]), np.array([0.5, 0.0, 1.0])
    w, step = 0.3, 1e-6

    def loss(w):
        return np.sum((np.tanh(w * x) - target) ** 2)

    y = np.tanh(w * x)
    each = 2 * (y - target) * (1 - y**2) * x
    assert np.isclose((loss(w + step) - loss(w - step)) / (2 * step), each.sum())


def test_layers_may_have_different_activations():
    x, w1, w2, step = 0.7, 1.2, -0.8, 1e-6

    def loss(w1):
        return (1 / (1 + np.exp(-w2 * np.tanh(w1 * x))) - 1) ** 2

    a = np.tanh(w1 * x)
    y = 1 / (1 + np.exp(-w2 * a))
    by_hand = 2 * (y - 1) * y * (1 - y) * w2 * (1 - a**2) * x
    assert np.isclose(by_hand, (loss(w1 + step) - loss(w1 - step)) / (2 * step))


def test_new_weights_would_pass_another_gradient_on():
    dz, a, W = np.array([[0.5]]), np.array([[1.0, -2.0]]), np.array([[1.0], [2.0]])
    assert not np.allclose(dz @ W.T, dz @ (W - 0.1 * a.T @ dz).T)


def test_kernel_and_bias_of_a_convolution_are_trained():
    layer = layers.Conv2D(15, (3, 3))
    assert layer(np.zeros((1, 32, 32, 3), "float32")).shape == (1, 30, 30, 15)
    assert [weight.name for weight in layer.trainable_weights] == ["kernel", "bias"]
    assert layer.kernel.shape == (3, 3, 3, 15)
    deep = layers.Conv3D(4, 3)
    assert deep(np.zeros((1, 8, 8, 8, 3), "float32")).shape == (1, 6, 6, 6, 4)


def test_channels_are_last_by_default():
    assert keras.config.image_data_format() == "channels_last"


def side(kernel, length=32, layer=layers.Conv2D, **options):
    shape = layer(15, kernel, **options).compute_output_shape((1, length, length, 3))
    return shape[1]


def test_what_the_output_shape_depends_on():
    assert [side(k, padding="same") for k in (1, 3, 7)] == [32, 32, 32]
    assert (side(3), side(3, dilation_rate=2), side(3, 64)) == (30, 28, 62)


def test_a_transposed_convolution_gives_more_than_it_takes():
    assert side(3, 7) == 5
    assert side(3, 7, layers.Conv2DTranspose) == 9


def test_pooling_saves_parameters_in_a_dense_layer_alone():
    counts = {}
    for pool in (1, 2):
        net = sequential(
            keras.Input((32, 32, 1)),
            layers.MaxPooling2D(pool),
            layers.Conv2D(8, 3),
            layers.Flatten(),
            layers.Dense(10),
        )
        counts[pool] = [layer.count_params() for layer in net.layers]
    assert counts[1][1] == counts[2][1] == 80
    assert counts[1][3] > counts[2][3]


def test_the_name_of_average_pooling():
    assert not hasattr(layers, "AvgPooling")
    assert hasattr(layers, "AveragePooling2D")


def test_activations_leave_the_count_of_the_exercise_as_it_is():
    def count(between, last):
        net = sequential(keras.Input((32, 32, 1)))
        for filters, size in [(10, 5), (25, 5), (100, 4)]:
            net.add(layers.Conv2D(filters, size, activation=between))
            net.add(layers.MaxPooling2D(2))
        net.add(layers.Flatten())
        net.add(layers.Dense(10, activation=last))
        return net.count_params()

    assert count(None, None) == count("relu", "softmax") == 47_645


def regression():
    model = sequential(keras.Input((1,)), layers.Dense(1, kernel_initializer="zeros"))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    return model


@pytest.mark.slow
def test_the_validation_split_is_the_end_of_the_data():
    model = regression()
    target = np.array([0.0] * 7 + [1.0] * 3)
    run = model.fit(
        np.ones((10, 1)), target, batch_size=1, validation_split=0.3, verbose=0
    )
    assert run.history == {"loss": [0.0], "val_loss": [1.0]}
    assert int(model.optimizer.iterations) == 7


@pytest.mark.slow
def test_a_network_that_has_learned_nothing_has_no_gap():
    model = sequential(
        keras.Input((4,)),
        layers.Dense(10, activation="softmax", kernel_initializer="zeros"),
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    losses = [
        model.evaluate(rng.normal(size=(50, 4)), rng.integers(10, size=50), verbose=0)
        for _ in ("training", "validation")
    ]
    assert np.allclose(losses, np.log(10), atol=1e-5)


@pytest.mark.slow
def test_callbacks_without_validation_data_neither_stop_nor_choose(tmp_path):
    model = regression()
    model.optimizer.learning_rate = 0.01
    path = tmp_path / "best.keras"
    callbacks = [
        keras.callbacks.ModelCheckpoint(path, save_best_only=True),
        keras.callbacks.EarlyStopping(patience=1),
    ]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = model.fit(
            np.ones((8, 1)), np.ones((8, 1)), epochs=4, callbacks=callbacks, verbose=0
        )
        kept = keras.models.load_model(path).get_weights()
    assert any("val_loss" in str(warning.message) for warning in caught)
    assert len(run.history["loss"]) == 4
    assert np.array_equal(kept[0], model.get_weights()[0])  # those of the last epoch


def test_early_stopping_does_not_restore_by_default():
    assert keras.callbacks.EarlyStopping().restore_best_weights is False


def test_each_pretrained_family_expects_another_preprocessing():
    pixel = np.array([[[[255.0, 128.0, 0.0]]]])
    prepared = [
        getattr(keras.applications, family).preprocess_input(pixel.copy())
        for family in ("vgg16", "mobilenet", "densenet")
    ]
    for first, second in [(0, 1), (0, 2), (1, 2)]:
        assert not np.allclose(prepared[first], prepared[second], atol=0.1)


@pytest.mark.slow
def test_only_the_linear_model_levels_off_on_the_spectra():
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC

    from byhand.datasets import spectra

    x, y = spectra(5000)
    x = x[..., 0]

    def gain(model):
        """Return what 3,000 spectra score above 750, on 2,000 others."""
        few, many = (
            model.fit(x[:count], y[:count]).score(x[3000:], y[3000:])
            for count in (750, 3000)
        )
        return many - few

    assert abs(gain(LogisticRegression(max_iter=500))) < 0.03
    assert gain(SVC(C=10)) > 0.08


def test_dropout_draws_for_each_unit_of_each_example_and_scales():
    out = layers.Dropout(0.25, seed=0)(np.ones((5, 8)), training=True)
    out = ops.convert_to_numpy(out)
    assert len(set((out == 0).sum(axis=1).tolist())) > 1
    assert abs(out.max() - 1 / 0.75) < 1e-6
    maps = layers.SpatialDropout2D(0.25, seed=0)(np.ones((8, 7, 7, 2)), training=True)
    dropped = (ops.convert_to_numpy(maps) == 0).sum(axis=(1, 2))
    assert set(dropped.ravel().tolist()) == {0, 49}


def test_two_convolutions_with_dropout_between_them_are_linear_in_use():
    net = sequential(
        keras.Input((9, 9, 1)),
        layers.Conv2D(2, (3, 3)),
        layers.Dropout(0.25),
        layers.Conv2D(4, (3, 3)),
    )
    x = np.random.default_rng(0).normal(size=(1, 9, 9, 1)).astype("float32")
    assert np.abs(net(-3 * x) + 3 * net(x)).max() < 1e-4


def test_normalising_keeps_the_shape_of_a_distribution():
    def skewness(values):
        return np.mean(((values - values.mean()) / values.std()) ** 3)

    skewed = np.random.default_rng(0).exponential(size=(1000, 1))
    out = layers.BatchNormalization()(skewed, training=True)
    out = ops.convert_to_numpy(out)
    assert abs(out.mean()) < 1e-5
    assert abs(out.var() - 1) < 0.01
    assert abs(skewness(out) - skewness(skewed)) < 1e-3
    assert skewness(skewed) > 1


def test_batch_normalisation_subtracts_a_bias_again():
    z = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    norm = layers.BatchNormalization()
    with_bias = norm(z + np.float32(5), training=True)
    assert np.allclose(with_bias, norm(z, training=True), atol=1e-5)


def test_the_noise_of_a_batch_mean_shrinks_with_its_size():
    values = np.random.default_rng(0).normal(size=100_000)
    spread = {n: values.reshape(-1, n).mean(axis=1).std() for n in (4, 400)}
    assert spread[400] < 0.06
    assert spread[4] > 0.4


def test_standardising_does_not_depend_on_the_batch():
    x = np.random.default_rng(0).normal(3, 2, size=(100, 2)).astype("float32")
    fixed = layers.Normalization()
    fixed.adapt(x)
    assert np.allclose(fixed(x)[:10], fixed(x[:10]), atol=1e-5)
    norm = layers.BatchNormalization()
    whole, part = norm(x, training=True), norm(x[:10], training=True)
    assert not np.allclose(whole[:10], part, atol=1e-5)


def test_a_penalty_makes_the_training_loss_worse():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 3))
    target = x @ [1.0, -2.0, 3.0] + rng.normal(size=50)
    losses = []
    for strength in (0, 10, 100):
        w = np.linalg.solve(x.T @ x + strength * np.eye(3), x.T @ target)
        losses.append(np.mean((x @ w - target) ** 2))
    assert losses[0] < losses[1] < losses[2]
