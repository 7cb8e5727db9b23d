"""How a layer is called: the names, arguments and results of its two passes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from byhand.gradients import frameworks
from byhand.gradients.layers.habits import plain
from byhand.gradients.layers.objects import numbers
from byhand.gradients.nested import Array

FORWARD = (
    "forward",
    "fprop",
    "feedforward",
    "feed_forward",
    "forward_pass",
    "__call__",
)
BACKWARD = (
    "backward",
    "bprop",
    "backprop",
    "backpropagate",
    "backward_pass",
    "back",
)

# Arguments by plain name, and attributes that an output is left in.
TRAINING = ("training", "train", "istraining", "istrain", "trainflg", "trainflag")
INPUTS = ("x", "input", "inputs", "data", "inp")
CACHES = ("cache", "ctx", "context", "saved", "memory")
RATES = ("learningrate", "lr", "eta", "stepsize")
RATES_OF_BACKWARD = (*RATES, "alpha", "rate")
OUTPUTS = ("output", "outputs", "out", "y", "a")

Source = Literal["dout", "cache"] | int
"""What an argument of a backward pass is: one of these, or the number of an input."""


@dataclass(frozen=True)
class Passes:
    """How the passes of a layer are called.

    Attributes
    ----------
    forward, backward : str
        The methods.
    names : tuple of str
        What the inputs are called.
    options : dict
        Further arguments of forward.
    sources : dict
        What each argument of backward is given; where several are "dout", they are
        those of as many outputs.
    rate : str
        The argument of backward that is a learning rate; "" if there is none.
    by_position : bool
        Whether backward takes its arguments by position alone.
    """

    forward: str
    backward: str
    names: tuple[str, ...]
    options: Mapping[str, Any]
    sources: Mapping[str, Source]
    rate: str
    by_position: bool

    @property
    def takes_dout(self) -> bool:
        """Whether backward takes the gradient of the output."""
        return "dout" in self.sources.values()

    @property
    def takes_cache(self) -> bool:
        """Whether backward takes what forward returns behind its output."""
        return "cache" in self.sources.values()


@dataclass(frozen=True)
class Run:
    """A layer after a forward pass, and after a backward pass if it had one.

    Attributes
    ----------
    layer : object
        Changed by the passes.
    inputs : tuple
        What forward was called with.
    output, cache : object
        What forward returned; the cache where backward takes one.
    returned : object
        What backward returned.
    """

    layer: Any
    inputs: tuple[Any, ...]
    output: Any
    cache: Any = None
    returned: Any = None

    @property
    def places(self) -> dict[str, Any]:
        """Where gradients may be: in the layer, and in what backward returned."""
        return {"layer": self.layer, "returned": self.returned}


def passes_of(
    layer: Any,
    count: int,
    *,
    training: bool | None = None,
    forward: str | None = None,
    backward: str | None = None,
) -> Passes:
    """Return how a layer is called with some number of inputs.

    Parameters
    ----------
    layer : object
        With a forward and a backward pass.
    count : int
        How many inputs.
    training : bool, optional
        What forward is told about it.
    forward, backward : str, optional
        Names of the passes; by default the first usual one that the layer has.

    Raises
    ------
    TypeError
        If there is no such pass, or it takes arguments of unknown meaning.
    """
    forward = _method(layer, "forward", forward, FORWARD)
    backward = _method(layer, "backward", backward, BACKWARD)
    names = [p.name for p in _positional(getattr(layer, forward))[:count]]
    if len(names) < count:
        names = ["x"] if count == 1 else [f"x{k}" for k in range(count)]
    options = {}
    if training is not None:
        options[_training_argument(layer, forward)] = training
    sources, rate, by_position = _backward_arguments(layer, backward, names)
    return Passes(forward, backward, tuple(names), options, sources, rate, by_position)


def run_forward(passes: Passes, layer: Any, inputs: tuple[Any, ...]) -> Run:
    """Run the forward pass of a layer, which changes the layer."""
    output = getattr(layer, passes.forward)(*inputs, **passes.options)
    cache = None
    if passes.takes_cache and isinstance(output, tuple):
        *outputs, cache = output
        output = outputs[0] if len(outputs) == 1 else tuple(outputs)
    if output is None:
        left = [getattr(layer, name, None) for name in OUTPUTS]
        output = next((value for value in left if value is not None), None)
    if output is None:
        raise TypeError(
            f"{type(layer).__name__}.{passes.forward} returns nothing, and leaves no "
            f"{OUTPUTS[0]} in the layer; let it return its output"
        )
    return Run(layer, inputs, output, cache)


def run_backward(passes: Passes, run: Run, dout: Array | None) -> Run:
    """Run the backward pass behind a forward pass.

    Parameters
    ----------
    passes : Passes
        Of the layer.
    run : Run
        A forward pass; its layer is changed.
    dout : ndarray or None
        Gradient of the output, as `joined` makes one array of it.
    """
    given = None if dout is None else separated(dout, run.output)

    method = getattr(run.layer, passes.backward)
    douts = iter(_douts(passes, run, given))
    values = {}
    for name, source in passes.sources.items():
        if isinstance(source, int):
            values[name] = run.inputs[source]
        else:
            values[name] = next(douts) if source == "dout" else run.cache
    rate = {passes.rate: 1.0} if passes.rate else {}
    if passes.by_position:
        returned = method(*values.values(), **rate)
    else:
        returned = method(**values, **rate)
    return replace(run, returned=returned)


def _douts(passes: Passes, run: Run, given: Any) -> list[Any]:
    """Return the gradients of outputs that a backward pass takes, one after another."""
    names = [name for name, source in passes.sources.items() if source == "dout"]
    if len(names) < 2:
        return [given]
    if isinstance(given, tuple | list) and len(given) == len(names):
        return list(given)
    raise TypeError(
        f"{type(run.layer).__name__}.{passes.backward} takes {', '.join(names)}, and "
        f"{passes.forward} does not return {len(names)} outputs; a backward pass takes "
        "dout, or the inputs of forward by their names and dout, and perhaps a cache "
        "or a learning_rate"
    )


# Outputs


def joined(output: Any) -> Array:
    """Return an output as one array: several outputs are one row.

    Examples
    --------
    >>> joined((np.ones((2, 2)), {"h": np.zeros(1)}))
    array([1., 1., 1., 1., 0.])
    """
    parts = _parts(output)
    if parts is None:
        is_tensor = frameworks.framework(output) is not None
        return frameworks.to_numpy(output) if is_tensor else np.asarray(output)
    return np.concatenate([joined(part).reshape(-1) for part in parts])


def separated(row: Array, output: Any) -> Any:
    """Return numbers in the nesting of an output: undo `joined`.

    Examples
    --------
    >>> separated(np.arange(3), [np.ones(2), np.ones(1)])
    [array([0, 1]), array([2])]
    """
    parts = _parts(output)
    if parts is None:
        is_tensor = frameworks.framework(output) is not None
        return frameworks.from_numpy(row, output) if is_tensor else row
    entries = []
    start = 0
    for part in parts:
        shape = joined(part).shape
        end = start + int(np.prod(shape))
        entries.append(separated(row[start:end].reshape(shape), part))
        start = end
    if isinstance(output, Mapping):
        keys = [key for key, part in output.items() if part is not None]
        return dict(zip(keys, entries, strict=True))
    return entries if isinstance(output, list) else tuple(entries)


def _parts(output: Any) -> list[Any] | None:
    """Return several outputs; None if there is one."""
    if isinstance(output, Mapping):
        return [part for part in output.values() if part is not None]
    if isinstance(output, tuple | list) and numbers(output) is None:
        return [part for part in output if part is not None]
    return None


# Signatures


def _method(layer: Any, role: str, asked: str | None, usual: Sequence[str]) -> str:
    """Return the name of a pass."""
    if isinstance(layer, type):
        raise TypeError(
            f"give a layer, not its class: {layer.__name__}(...) with its arguments"
        )
    for name in usual if asked is None else (asked,):
        if callable(getattr(layer, name, None)):
            return name
    kind = type(layer).__name__
    if asked is not None:
        raise TypeError(f"{role}={asked!r} is no method of {kind}")
    raise TypeError(
        f"a layer needs forward(x) and backward(dout); {kind} has no {role}; if its "
        f"{role} pass is called otherwise, give {role}='its name'"
    )


def _signature(method: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the arguments of a method; *dout if they are not known."""
    try:
        return list(inspect.signature(method).parameters.values())
    except (TypeError, ValueError):  # it is not written in Python
        return [inspect.Parameter("dout", inspect.Parameter.VAR_POSITIONAL)]


def _positional(method: Callable[..., Any]) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in _signature(method) if p.kind in kinds]


def _training_argument(layer: Any, forward: str) -> str:
    """Return the argument by which forward is told that it is training."""
    signature = _signature(getattr(layer, forward))
    for parameter in signature:
        if plain(parameter.name) in TRAINING:
            return parameter.name
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in signature):
        return "training"
    raise TypeError(
        f"{type(layer).__name__}.{forward} takes no argument training; leave it out, "
        "or set what the layer has instead before checking it"
    )


def _backward_arguments(
    layer: Any, backward: str, names: Sequence[str]
) -> tuple[dict[str, Source], str, bool]:
    """Return sources, rate and by_position, as of `Passes`."""
    signature = _signature(getattr(layer, backward))
    rates = [p.name for p in signature if plain(p.name) in RATES_OF_BACKWARD]
    rate = rates[0] if rates else ""
    takes = [p for p in _positional(getattr(layer, backward)) if p.name not in rates]
    if not takes:
        stars = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in signature)
        return ({"dout": "dout"} if stars else {}), rate, stars
    by_position = any(p.kind is inspect.Parameter.POSITIONAL_ONLY for p in takes)
    needed = [p.name for p in takes if p.default is inspect.Parameter.empty]
    if len(needed) < 2:
        first = needed[0] if needed else takes[0].name
        return {first: "dout"}, rate, by_position
    return {name: _source(name, names) for name in needed}, rate, by_position


def _source(name: str, names: Sequence[str]) -> Source:
    """Return what an argument of backward is, one of several, by its name."""
    if name in names:
        return names.index(name)
    if len(names) == 1 and plain(name) in INPUTS:
        return 0
    return "cache" if plain(name) in CACHES else "dout"
