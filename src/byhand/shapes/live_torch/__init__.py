"""Networks of live PyTorch modules, by running their `forward` without numbers."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from byhand.shapes.network import Network

# What a module must have: PyTorch's own modules do.
NEEDED = ("forward", "named_children", "named_parameters", "parameters")


def from_torch(module: Any, input_size: Any, *, dtypes: Any = None) -> Network:
    """Return the network of a PyTorch module.

    Its `forward` is run on symbolic tensors, so that every module and every function
    that it calls becomes a row, and no number is computed. The module is left as it
    was. PyTorch's own modules have rules here; other functions are put to PyTorch
    itself, on tensors that hold no numbers. What depends on numbers, as a path that
    a comparison chooses, is not known: such a module is one row with question marks
    and a note. Parameters are counted as the module holds them, shared ones once.

    Parameters
    ----------
    module : torch.nn.Module
        The module.
    input_size : tuple of int or None, or a list or dict of such tuples
        The shape that `forward` gets, with the batch first, as torchinfo takes it;
        None for an open batch. Where a module needs one axis more, as a `Conv2d`
        does of (3, 224, 224), it is the shape of one example, and the batch is open.
        Where a recurrent module takes steps first, the batch is the second axis.
        A list gives several arguments by position, a dict gives them by name.
    dtypes : dtype, or a list or dict of dtypes, optional
        The types of the inputs, where a function needs whole numbers.

    Returns
    -------
    Network
        With the modules' paths as names of the rows.

    Raises
    ------
    TypeError
        If it is no PyTorch module, or the size is no such thing.
    ShapeError
        If shapes inside do not go together.

    Examples
    --------
    >>> from_torch(torch.nn.Linear(4, 2), (1, 4)).output_shape  # doctest: +SKIP
    (1, 2)
    """
    from byhand.shapes.errors import ShapeError
    from byhand.shapes.live_torch.inputs import (
        batched,
        sizes_of,
        torch_of,
        tracer_and_inputs,
        unwrapped,
    )
    from byhand.shapes.live_torch.lengths import BatchElsewhereError, MissingAxisError

    missing = [name for name in NEEDED if not hasattr(module, name)]
    if missing or isinstance(module, type):
        hint = "pass a torch.nn.Module"
        if isinstance(module, type):
            hint = f"this is a class: make a module of it, {module.__name__}(...)"
        elif hasattr(module, "get_config"):
            hint = "for a Keras model use from_keras(model)"
        elif hasattr(module, "keys"):
            hint = "a state_dict holds weights and no calls: pass the module itself"
        raise TypeError(
            f"expected a PyTorch module, got {type(module).__name__}; {hint}"
        )
    module = unwrapped(module)
    torch = torch_of(module)
    sizes = sizes_of(input_size)
    tracer, args, kwargs = tracer_and_inputs(module, sizes, dtypes, torch)
    try:
        return tracer.run(args, kwargs)
    except ShapeError:
        closed = not any(None in size[:1] for size in sizes.values())
        if tracer.refused is MissingAxisError and closed:
            again = tracer_and_inputs(module, batched(sizes), dtypes, torch)
        elif tracer.refused is BatchElsewhereError:
            again = tracer_and_inputs(module, sizes, dtypes, torch, batch_axis=1)
        else:
            raise
    tracer, args, kwargs = again
    return tracer.run(args, kwargs)
