"""Any function and its gradient, in the one form that a check works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from byhand.gradients import frameworks
from byhand.gradients.nested import Array, Leaf, Path
from byhand.gradients.styles.outputs import joined
from byhand.gradients.styles.passing import Function, Inputs, ways_to_pass
from byhand.gradients.styles.ways import WAYS, style_of


@dataclass(frozen=True)
class Written:
    """A function and its gradients, at whatever arrays they are asked for.

    Attributes
    ----------
    leaves : tuple of Leaf
        What the function takes; constants, too.
    value : callable
        ``value(arrays)`` takes the numbers of all numeric leaves by path, which are
        passed on without copying, and returns the output: an array of its own, of
        floating or complex numbers. Several outputs come joined in one row.
    gradients : callable
        ``gradients(arrays, cotangent)`` takes the same, and a cotangent of the shape
        that `value` returns, or None if `scalar`; it returns the entry of each leaf,
        as `match_gradients` does.
    scalar : bool
        Whether the gradients are those of one number and take no cotangent.
    names : str
        What to call the gradient in a message.
    """

    leaves: tuple[Leaf, ...]
    value: Callable[[dict[Path, Array]], Array]
    gradients: Callable[[dict[Path, Array], Array | None], dict[Path, Any]]
    scalar: bool
    names: str


def written(
    fn: Function,
    inputs: Any,
    grad: Function | None = None,
    *,
    vjp: Function | None = None,
    backward: Function | None = None,
    value_and_grad: bool = False,
    args: Any = (),
    batched: bool = False,
    wrt: str | Sequence[str] | None = None,
) -> Written:
    """Return a function and its gradients in the one form that a check works with.

    Parameters
    ----------
    fn : callable
        Returns one number where `grad` is given, and otherwise arrays in any nesting;
        with a cache behind them where `backward` is given, and with gradients behind
        the number where `value_and_grad` is.
    inputs : object
        A tuple holds the arguments of `fn`; a list holds them, too, or is the one
        argument, whichever `fn` takes. A dictionary is one argument, unless `fn` takes
        its keys by name. Everything else is one argument.
    grad : callable, optional
        ``grad(*inputs)`` returns the gradients, or, as `fn`, the number and them.
    vjp : callable, optional
        ``vjp(dout, *inputs)``, or ``vjp(dout)`` after a call of `fn`; dout is nested
        as the outputs are. What stands last in a tuple and is no array, is a cache.
    backward : callable, optional
        ``backward(dout, cache)``, or ``backward(dout)`` after a call of `fn`; where
        `fn` returns several outputs before its cache, a dout for each of them.
    value_and_grad : bool
        Whether `fn` returns the number and its gradients.
    args : tuple
        Constants that `fn`, `grad` and `vjp` take behind the inputs.
    batched : bool
        Whether the arrays that `Written.value` is given, and what it returns, have a
        new first axis, of several points.
    wrt : str or sequence of str, optional
        Names of the leaves that gradients are asked for: so that one gradient alone is
        known to be theirs.

    Returns
    -------
    Written
        With `fn` alone, the gradients are those of the framework whose tensors are
        among the inputs, or of a function that `fn` returns behind its output.

    Raises
    ------
    TypeError
        If what is given cannot be called, or is too much or too little to know a
        gradient by, or if no input holds numbers.
    ValueError
        If there are no inputs, or their nesting has no end.

    Examples
    --------
    >>> import numpy as np
    >>> def affine(x, w):
    ...     return x @ w, (x, w)
    >>> def affine_backward(dout, cache):
    ...     x, w = cache
    ...     return dout @ w.T, x.T @ dout
    >>> inputs = (np.ones((1, 2)), np.ones((2, 3)))
    >>> whole = written(affine, inputs, backward=affine_backward)
    >>> arrays = {leaf.path: leaf.array for leaf in whole.leaves}
    >>> whole.value(arrays)
    array([[2., 2., 2.]])
    >>> whole.gradients(arrays, np.ones((1, 3)))[0,]
    array([[3., 3.]])
    """
    functions = {"grad": grad, "vjp": vjp, "backward": backward}
    given = {name: each for name, each in functions.items() if each is not None}
    _refuse_uncallable(fn, given)
    kind = _kind_of(given, value_and_grad, batched)
    gradient = given.get(kind)
    ways = ways_to_pass(
        fn,
        gradient if kind in ("grad", "vjp") else None,
        inputs,
        before=1 if kind == "vjp" else 0,
        args=args,
        batched=batched,
        wrt=wrt,
    )
    read = partial(_read, fn, kind, gradient)
    return read(ways[0]) if len(ways) == 1 else _first_that_works(read, ways)


def _refuse_uncallable(fn: Any, given: Mapping[str, Any]) -> None:
    """Refuse what is no function, and a class in place of its function."""
    for name, function in {"fn": fn, **given}.items():
        if not callable(function):
            raise TypeError(
                f"{name} must be a function, got {type(function).__name__} "
                f"({str(function)[:40]!r}); give what computes it, as lambda x: ..."
            )
        if isinstance(function, type) and hasattr(function, "apply"):
            raise TypeError(
                f"{name} is the class {function.__name__}; give its function, "
                f"{function.__name__}.apply"
            )


def _kind_of(given: Mapping[str, Any], value_and_grad: Any, batched: bool) -> str:
    """Return the one way in which the gradient is given; "" for fn alone."""
    if not isinstance(value_and_grad, bool | np.bool_):
        raise TypeError(
            "value_and_grad must be True or False, got "
            f"{type(value_and_grad).__name__}; give the function that returns both "
            "as fn"
        )
    kinds = [*given, *(["value_and_grad"] if value_and_grad else [])]
    if len(kinds) > 1:
        raise TypeError(
            f"a gradient is given in one way, got both {' and '.join(kinds)}; {WAYS}"
        )
    kind = kinds[0] if kinds else ""
    if batched and kind not in ("grad", "vjp"):
        raise TypeError(
            f"batched=True goes with grad or vjp, got {kind or 'fn alone'}; leave it "
            "out, or give one of these"
        )
    return kind


def _read(fn: Function, kind: str, function: Any, inputs: Inputs) -> Written:
    """Return values and gradients at arrays, for a gradient given in one way."""
    _refuse_no_numbers(inputs)
    style = style_of(fn, kind, function, inputs)

    def value(arrays: dict[Path, Array]) -> Array:
        with frameworks.in_precision_of(arrays.values()):
            returned = inputs.call(fn, inputs.filled(arrays), role="fn")
            outputs = style.outputs(returned)
            return joined(outputs, scalar=style.scalar, batched=inputs.batched)

    def gradients(
        arrays: dict[Path, Array], cotangent: Array | None
    ) -> dict[Path, Any]:
        with frameworks.in_precision_of(arrays.values()):
            return style.entries(arrays, cotangent)

    return Written(inputs.leaves, value, gradients, style.scalar, style.name)


def _refuse_no_numbers(inputs: Inputs) -> None:
    if inputs.numeric:
        return
    remedy = "convert it with np.asarray(..., dtype=float)"
    if len(inputs.leaves) == 1:
        leaf = inputs.leaves[0]
        kind = type(leaf.value).__name__
        raise TypeError(f"{leaf.name} must hold numbers, got {kind}; {remedy}")
    names = ", ".join(leaf.name for leaf in inputs.leaves[:8])
    raise TypeError(
        f"one of the inputs must hold numbers, got {names or 'empty containers'}; "
        f"{remedy}"
    )


def _first_that_works(
    read: Callable[[Inputs], Written], ways: Sequence[Inputs]
) -> Written:
    """Return the first reading of a list whose values and gradients can be computed.

    A list may hold the arguments of fn or be its one argument, and a signature such as
    ``fn(*parts)`` does not say which.
    """
    running = []
    faults = []
    for inputs in ways:
        try:
            one = read(inputs)
            output = _first_output(one, inputs)
        except Exception as error:  # whatever fn raises if called in another way
            faults.append(error)
            continue
        running.append(one)
        if _gradients_fit(one, output, inputs):
            return one
    if running:
        return running[0]
    several, single = faults
    if type(several) is type(single) and str(several) == str(single):
        raise several
    raise TypeError(
        "fn works neither with the entries of the list as its arguments "
        f"({type(several).__name__}: {several}) nor with the list as its one argument "
        f"({type(single).__name__}: {single}); give a tuple of arguments, or ([...],) "
        "for one list"
    ) from several


def _first_output(one: Written, inputs: Inputs) -> Array:
    """Return the output at the inputs as they were given."""
    arrays = inputs.copies()
    with np.errstate(all="ignore"):
        if not inputs.batched:
            return one.value(arrays)
        points = {path: array[np.newaxis] for path, array in arrays.items()}
        first: Array = one.value(points)[0]
        return first


def _gradients_fit(one: Written, output: Array, inputs: Inputs) -> bool:
    """Return whether gradients can be computed and are nested as the inputs are."""
    cotangent = None if one.scalar else np.ones_like(output)
    try:
        with np.errstate(all="ignore"):
            return inputs.accept(one.gradients(inputs.copies(), cotangent))
    except Exception:  # whatever a gradient raises if called in another way
        return False
