"""A compiled Keras network, started afresh.

Compiling takes longer than a short training. `fresh_start` lets many short runs share
one compiled network, without anything of one run in the next.
"""

import keras


def fresh_start(network: keras.Model, *, seed: int) -> None:
    """Give a compiled Keras network new initial weights and a fresh optimiser.

    Compiling takes longer than a short training, so that many short runs had better
    share one compiled network. It then starts each run as a new network would that is
    built after `keras.utils.set_random_seed(seed)`: weights, statistics of
    normalisation layers, states of random generators and variables of the optimiser
    are those of the beginning. The learning rate, or its schedule, stays as it is.

    Parameters
    ----------
    network : keras.Model
        A built network that `keras.models.clone_model` can copy; it is changed in
        place. One that is not compiled has no optimiser, and gets new weights only.
    seed : int
        Seed of Python, NumPy and the backend, from 0 to 2**32 - 1.

    Raises
    ------
    TypeError
        If `network` is not a Keras model.
    ValueError
        If the network has no weights yet, because it was never built.

    Notes
    -----
    Two runs from the same seed are alike if the network has been trained before. On
    PyTorch the very first `fit` of a network with dropout differs from later runs with
    the same seed.

    Examples
    --------
    >>> import numpy as np
    >>> network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> network.compile(keras.optimizers.Adam(0.003), "mse")
    >>> fresh_start(network, seed=0)
    >>> first = network.get_weights()[0]
    >>> _ = network.fit(np.ones((8, 3)), np.zeros((8, 1)), verbose=0)
    >>> bool(np.array_equal(network.get_weights()[0], first))
    False
    >>> fresh_start(network, seed=0)
    >>> bool(np.array_equal(network.get_weights()[0], first))
    True
    >>> int(network.optimizer.iterations)
    0
    """
    if not isinstance(network, keras.Model):
        raise TypeError(f"network must be a keras.Model, not {network!r}")
    if not network.built:
        raise ValueError(
            f"the network {network.name!r} has no weights yet: give it a keras.Input, "
            "or call it once, before fresh_start"
        )
    keras.utils.set_random_seed(seed)
    new = keras.models.clone_model(network)
    for layer, new_layer in zip(network.layers, new.layers, strict=True):
        for variable, start in zip(layer.variables, new_layer.variables, strict=True):
            variable.assign(start)
    optimiser = getattr(network, "optimizer", None)
    if optimiser is None:  # a network that was never compiled
        return
    # Some optimisers start from other values than zero, and the learning rate is one of
    # the variables: a second one of the same settings knows how each begins. A clone
    # has one, unless its class has a compile() of its own.
    unused = getattr(new, "optimizer", None)
    if unused is None:
        unused = type(optimiser).from_config(optimiser.get_config())
    for either in (optimiser, unused):
        if not either.built:  # some add their variables at each call
            either.build(network.trainable_variables)
    for variable, start in zip(optimiser.variables, unused.variables, strict=True):
        variable.assign(start)
