"""What the comparison looks at, of a model of Keras and of a network of ours alike."""


def models_of(built):
    """Return the models that a cell returns, one or a list of them."""
    return built if isinstance(built, list) else [built]


def facts_of(model):
    """Return counts, the output's shapes, and each layer with its count.

    The shapes of weights come sorted: nobody promises their order.
    """
    weights = [shown_shape(weight.shape) for weight in model.weights]
    trainable = [shown_shape(weight.shape) for weight in model.trainable_weights]
    return {
        "parameters": model.count_params(),
        "weights": sorted(weights, key=str),
        "trainable": sorted(trainable, key=str),
        "outputs": [shown_shape(tensor.shape) for tensor in outputs_of(model)],
        "layers": [[kind_of(layer), layer.count_params()] for layer in model.layers],
    }


def kind_of(layer):
    """Return the name of a layer's class; a functional model has two in Keras."""
    kind = type(layer).__name__
    return "Model" if kind == "Functional" else kind


def outputs_of(model):
    """Return the tensors that come out of a model, in whatever they are nested.

    Keras knows none of a subclassed model that was built from a shape.
    """
    left, found = [getattr(model, "outputs", None)], []
    while left:
        one = left.pop(0)
        if isinstance(one, list | tuple):
            left[:0] = one
        elif isinstance(one, dict):
            left[:0] = one.values()
        elif one is not None:
            found.append(one)
    return found


def shown_shape(shape):
    """Return a shape as a list, None where a length is open; "?" where it is not known.

    An open length of ours is an expression with a letter.
    """
    if shape is None:
        return "?"
    return [int(length) if isinstance(length, int) else None for length in shape]
