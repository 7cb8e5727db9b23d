import keras
import numpy as np
import pytest

from byhand.restarts import fresh_start


def normalised_network(optimiser):
    inner = keras.Sequential([keras.Input((6,)), keras.layers.BatchNormalization()])
    network = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(6, activation="relu"),
            inner,
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    network.compile(optimiser, "mse")
    return network


def train_briefly(network):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(32, 5)), rng.normal(size=(32, 1))
    network.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return network.get_weights()


@pytest.mark.slow
@pytest.mark.parametrize(
    "make_optimiser",
    [
        pytest.param(lambda: keras.optimizers.Adam(0.01), marks=pytest.mark.weekly),
        pytest.param(lambda: keras.optimizers.Adagrad(0.1), marks=pytest.mark.weekly),
        pytest.param(lambda: keras.optimizers.Ftrl(0.1), marks=pytest.mark.weekly),
        lambda: keras.optimizers.SGD(
            keras.optimizers.schedules.CosineDecay(0.1, 8), momentum=0.9
        ),
        pytest.param(
            lambda: keras.optimizers.AdamW(0.01, use_ema=True, global_clipnorm=1.0),
            marks=pytest.mark.weekly,
        ),
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01)),
    ],
    ids=[
        "Adam",
        "Adagrad",
        "Ftrl",
        "SGD with a schedule",
        "AdamW with an average",
        "a scaled loss",
    ],
)
def test_a_fresh_start_is_that_of_a_network_built_anew(make_optimiser):
    shared = normalised_network(make_optimiser())
    train_briefly(shared)
    fresh_start(shared, seed=2)
    train_briefly(shared)
    fresh_start(shared, seed=3)
    found = train_briefly(shared)

    keras.utils.set_random_seed(3)
    expected = train_briefly(normalised_network(make_optimiser()))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_two_fresh_starts_with_one_seed_lead_to_the_same_weights():
    network = normalised_network(keras.optimizers.Adam(0.01))
    train_briefly(network)
    fresh_start(network, seed=3)
    first = train_briefly(network)
    fresh_start(network, seed=4)
    train_briefly(network)
    fresh_start(network, seed=3)
    for one, other in zip(train_briefly(network), first, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_fresh_start_keeps_a_learning_rate_that_was_set():
    network = normalised_network(keras.optimizers.Adam(0.01))
    network.optimizer.learning_rate = 0.002
    fresh_start(network, seed=0)
    assert float(network.optimizer.learning_rate) == pytest.approx(0.002)


def test_a_fresh_start_of_a_network_without_an_optimiser_gives_new_weights():
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    before = network.get_weights()[0]
    fresh_start(network, seed=5)
    assert not np.array_equal(network.get_weights()[0], before)


def test_a_fresh_start_takes_networks_of_keras_only():
    with pytest.raises(TypeError, match=r"must be a keras.Model, not 'net'"):
        fresh_start("net", seed=0)


def test_a_fresh_start_asks_for_a_network_that_has_weights():
    with pytest.raises(ValueError, match="the network 'bare' has no weights yet"):
        fresh_start(keras.Sequential(name="bare"), seed=0)
