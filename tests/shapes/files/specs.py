"""Entries of configurations, as Keras 3 and Keras 2 write them."""


def layer(kind="Dense", **config):
    return {"module": "keras.layers", "class_name": kind, "config": config}


def start(*shape, name="x"):
    """The input of a graph."""
    spec = layer("InputLayer", batch_shape=[None, *shape], name=name)
    return {**spec, "name": name, "inbound_nodes": []}


def stack(*specs, shape=(3,), **config):
    """A Sequential with its input."""
    begin = layer("InputLayer", batch_shape=[None, *shape], name="in")
    config = {"name": "s", "layers": [begin, *specs], **config}
    return {"class_name": "Sequential", "config": config}


def tensor(name, at=0, index=0, shape=None):
    config = {"keras_history": [name, at, index]}
    if shape is not None:
        config["shape"] = shape
    return {"class_name": "__keras_tensor__", "config": config}


def called(name, spec, *calls):
    """A layer of a graph with its calls: the names of their inputs, or arguments."""
    nodes = [
        call if isinstance(call, dict) else {"args": [tensor(call)], "kwargs": {}}
        for call in calls
    ]
    config = {**spec["config"], "name": name}
    return {**spec, "config": config, "name": name, "inbound_nodes": nodes}


def node(name, source, **config):
    return called(name, layer(units=2, **config), source)


def functional(layers, inputs, outputs, name="f"):
    config = {
        "name": name,
        "layers": layers,
        "input_layers": inputs,
        "output_layers": outputs,
    }
    return {"class_name": "Functional", "config": config}


def graph(*specs, end, shape=(3,)):
    """A functional network with one input "x" and one output."""
    return functional([start(*shape), *specs], [["x", 0, 0]], [[end, 0, 0]])
