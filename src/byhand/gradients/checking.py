"""Hold analytic gradients against differences of the function's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np

from byhand.gradients.constraints import Constraint, constraint, refuse_outside
from byhand.gradients.diagnosis import Evidence, diagnose, sample_places
from byhand.gradients.extrapolation import Array
from byhand.gradients.function import CheckedFunction, Ended
from byhand.gradients.nested import Leaf, leaves, replaced
from byhand.gradients.report import (
    Comparison,
    GradientError,
    GradientReport,
    Unchecked,
    Verdict,
    percent,
    worst_of,
)
from byhand.gradients.search import WIDE, Findings, Moves, Search, search_tensor
from byhand.gradients.styles import Written, written

MODES = ("auto", "full", "directional")
SMALL = 64  # elements of all tensors together that "auto" checks one by one
RESOLUTION = 0.1  # share of a gradient that a pass may leave unseen, unless told

On = str | Callable[[Array], Array] | Mapping[str, "str | Callable[[Array], Array]"]
Seed = int | np.random.Generator | None


def check_gradients(
    fn: Callable[..., Any],
    inputs: Any,
    grad: Callable[..., Any] | None = None,
    *,
    vjp: Callable[..., Any] | None = None,
    backward: Callable[..., Any] | None = None,
    value_and_grad: bool = False,
    args: Sequence[Any] = (),
    wrt: str | Sequence[str] | None = None,
    layout: Mapping[str, tuple[int, ...]] | None = None,
    on: On | None = None,
    surrogate: Callable[..., Any] | None = None,
    transform: Callable[[Array], Any] | None = None,
    mode: str = "auto",
    order: int = 1,
    rtol: float = 1e-5,
    resolution: float = RESOLUTION,
    rng: Seed = 0,
    batched: bool = False,
    raise_on_failure: bool = False,
) -> GradientReport:
    """Hold a hand-written gradient against differences of the function's values.

    Parameters
    ----------
    fn : callable
        Takes the inputs and returns one number where `grad` is given, an array, or
        several, where `vjp` is.
    inputs : array_like, tuple, list, dict or any nesting of them
        An array or a dictionary of arrays is what `fn` takes; a tuple holds several
        arguments. Whole numbers beside floats (labels) are constants unless a
        gradient comes back for them; None, text and sparse matrices are passed on.
    grad : callable, optional
        ``grad(*inputs)`` returns df/dinput for each input, nested as they are; keys
        such as "dW1" stand for "W1".
    vjp : callable, optional
        ``vjp(dout, *inputs)`` returns the sum of dout times the derivative of the
        output, for each input: what a backward pass computes.
    backward : callable, optional
        ``backward(dout, cache)``, where ``fn(*inputs)`` returns ``(out, cache)``.
    value_and_grad : bool
        Whether `fn` returns the number and its gradients together.
    args : sequence
        Further arguments of `fn` and of the gradient, which are constants.
    wrt : str or sequence of str, optional
        Names of the inputs to check; by default all.
    layout : mapping of str to tuple of int, optional
        The parts of one flat vector, in order: ``{"W": (3, 2), "b": (2,)}``.
    on : str, callable or mapping, optional
        A set that inputs must stay on: "positive", "simplex", "sphere", or a function
        that takes an array beside the set to one on it; a mapping says it for each.
        Only the part of a gradient along the set is then compared.
    surrogate : callable, optional
        What the gradient is deliberately that of, in place of `fn`: the identity of
        a straight-through estimator, minus `fn` of a reversed gradient.
    transform : callable, optional
        What is deliberately done to the true gradient, such as clipping; takes and
        returns an array of the input's shape.
    mode : {"auto", "full", "directional"}
        "directional" compares one direction a tensor and descends where it must;
        "full" compares every element; "auto" is "full" for at most 64 elements.
    order : {1, 2}
        With 2, `grad` is checked first; then `vjp` returns Hessian-vector products,
        ``vjp(v, *inputs)`` with ``v`` nested as the gradients are, and is held
        against differences of `grad`.
    rtol : float
        Relative difference allowed at an element, besides the numerical error.
    resolution : float
        The largest error, as a share of a tensor's gradient, that a pass may leave
        unseen. Where the numbers or `rtol` leave more, the verdict is "inconclusive".
    rng : int, numpy.random.Generator or None
        Seed of the directions and the cotangent: the same one, the same report.
    batched : bool
        Whether `fn` takes every input with a new first axis of B points and returns
        B numbers (or arrays); makes "full" fast. Inputs that stay where they are may
        come with a first axis of 1, which NumPy stretches to B.
    raise_on_failure : bool
        Whether to raise instead of returning a report that is not ok.

    Returns
    -------
    GradientReport
        True where every gradient was examined and is right; prints in at most 20
        lines, which say of each array what was done with it.

    Raises
    ------
    GradientError
        With `raise_on_failure`, if the verdict is not "pass".
    TypeError, ValueError
        If the arguments do not fit together; the message says which and how.

    Notes
    -----
    Functions that can compute in float64 do, whatever the dtype of the inputs. Each
    element is moved by steps of its own size. A difference fails beyond
    rtol max(abs(a), abs(n)) + 4 err, err being what truncation and rounding may have
    left; where err hides the gradient, the verdict is "inconclusive". Points at which
    `fn` raises, or gives inf or NaN, are left out. At a kink any value between the
    one-sided slopes is right, and tied elements are moved together as well. For
    complex inputs the gradient is df/dRe + i df/dIm, as TensorFlow and PyTorch have
    it; JAX returns its conjugate.

    With tensors of PyTorch, JAX or TensorFlow among the inputs and no gradient given,
    that framework's automatic differentiation is what is checked.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([0.5, -1.0, 2.0])
    >>> report = check_gradients(lambda x: np.sum(x**3), x, lambda x: 3 * x**2)
    >>> bool(report), str(report.verdict)
    (True, 'pass')
    >>> report = check_gradients(lambda x: np.sum(x**3), x, lambda x: 6 * x**2)
    >>> report.diagnosis
    'every element of x is 2 times what it should be: a factor 2 too much'
    """
    if isinstance(order, bool) or order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, got {order!r}")
    _refuse_names(wrt)

    def read(function: Callable[..., Any]) -> Written:
        return written(
            function,
            inputs,
            grad,
            vjp=vjp,
            backward=backward,
            value_and_grad=value_and_grad,
            args=args,
            batched=batched,
            wrt=wrt,
        )

    def check(one: Written) -> GradientReport:
        return check_written(
            one,
            wrt=wrt,
            layout=layout,
            on=on,
            transform=transform,
            mode=mode,
            rtol=rtol,
            resolution=resolution,
            rng=rng,
            batched=batched,
        )

    if order == 2:
        report = _second_order(fn, inputs, grad, vjp, check, wrt=wrt)
    elif surrogate is not None:
        report = check(_instead(read(fn), read(surrogate)))
    else:
        report = check(read(fn))
    if raise_on_failure and not report.ok:
        raise GradientError(report)
    return report


def _refuse_options(*, mode: str, rtol: float, resolution: float) -> None:
    """Raise if an option has no value that makes sense."""
    if mode not in MODES:
        names = ", ".join(repr(name) for name in MODES)
        raise ValueError(f"mode must be one of {names}, got {mode!r}")
    for name, value in (("rtol", rtol), ("resolution", resolution)):
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise TypeError(f"{name} must be a number, got {value!r}")
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be a number of at least 0, got {value!r}")


def _refuse_names(wrt: Any) -> None:
    """Raise if wrt does not name inputs."""
    if wrt is None or isinstance(wrt, str):
        return
    if not isinstance(wrt, Sequence) or not all(isinstance(one, str) for one in wrt):
        raise TypeError(f"wrt must be a name, or several, of inputs; got {wrt!r}")


def _seed(rng: Seed) -> int:
    """Return a seed from what NumPy's functions take as one."""
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**63))
    if rng is None:
        return int(np.random.default_rng().integers(2**63))
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise TypeError(
            f"rng must be a seed of at least 0, a numpy Generator or None, got {rng!r}"
        )
    return int(rng)


def _instead(one: Written, surrogate: Written) -> Written:
    """Return a function with its gradient, and the values of what stands in for it."""
    arrays = {leaf.path: leaf.array for leaf in one.leaves if leaf.array is not None}
    shapes = [np.shape(each.value(dict(arrays))) for each in (one, surrogate)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"surrogate returns shape {shapes[1]} where fn returns {shapes[0]}; let it "
            "return what fn does, in the shape that fn has"
        )
    return replace(one, value=surrogate.value)


def check_written(
    one: Written,
    *,
    wrt: str | Sequence[str] | None = None,
    layout: Mapping[str, tuple[int, ...]] | None = None,
    on: On | None = None,
    transform: Callable[[Array], Any] | None = None,
    mode: str = "auto",
    rtol: float = 1e-5,
    resolution: float = RESOLUTION,
    rng: Seed = 0,
    batched: bool = False,
    skipped: Sequence[Unchecked] = (),
    constants: Sequence[Unchecked] = (),
) -> GradientReport:
    """Check a function and gradients in the form that all styles are brought to.

    Parameters
    ----------
    one : Written
        The function, its inputs and its gradients.
    wrt, layout, on, transform, mode, rtol, resolution, rng, batched
        As of `check_gradients`.
    skipped, constants : sequence of Unchecked
        What else is known not to be examined, and why.

    Returns
    -------
    GradientReport
        The outcome.
    """
    _refuse_options(mode=mode, rtol=rtol, resolution=resolution)
    _refuse_names(wrt)
    seed = _seed(rng)
    function = CheckedFunction(one, wrt=wrt, layout=layout, seed=seed, batched=batched)
    function.skipped += skipped
    function.constants += constants
    try:
        function.begin()
        gradients = function.gradients()
        size = sum(tensor.size for tensor in function.tensors)
        with np.errstate(all="ignore"):  # wrong gradients may be any numbers
            search = Search(
                function,
                gradients,
                rtol=rtol,
                resolution=resolution,
                seed=seed,
                full=mode == "full" or (mode == "auto" and size <= SMALL),
                constraints=_constraints(on, function),
                transform=transform,
            )
            findings = [search_tensor(search, k) for k in range(len(gradients))]
        function.end()
    except Ended as end:
        return _reported(function, end.verdict, end.reason)
    verdict = _verdict(findings, function)
    return _reported(
        function,
        verdict,
        _reason(verdict, search, findings),
        findings,
    )


def _constraints(on: On | None, function: CheckedFunction) -> dict[str, Constraint]:
    """Return the constraint of each input that has one, by its name."""
    if on is None:
        return {}
    names = list(dict.fromkeys(tensor.leaf.name for tensor in function.tensors))
    if isinstance(on, Mapping):
        for name in on:
            if name not in names:
                raise ValueError(
                    f"on names {name!r}, and the inputs that are checked are "
                    f"{', '.join(names)}"
                )
        kinds = dict(on)
    else:
        kinds = dict.fromkeys(names, on)
    constraints = {name: constraint(kind) for name, kind in kinds.items()}
    for tensor in function.tensors:
        one = constraints.get(tensor.leaf.name)
        if one is None:
            continue
        if tensor.parts == 2 or tensor.size != tensor.leaf.numbers.size:
            raise TypeError(
                f"on is for whole arrays of real numbers, and {tensor.name} is none"
            )
        base = tensor.base.astype(np.float64).reshape(tensor.shape)
        refuse_outside(one, tensor.name, base)
        function.notes.append(
            f"{tensor.name} was moved on {one.name}: only the part of its gradient "
            "along it was compared"
        )
    return constraints


def _verdict(findings: Sequence[Findings], function: CheckedFunction) -> Verdict:
    """Return the verdict of a whole check: the worst of what was found."""
    found = {one.report.verdict for one in findings}
    for verdict in (Verdict.FAIL, Verdict.NONDIFFERENTIABLE, Verdict.INCONCLUSIVE):
        if verdict in found:
            return verdict
    return Verdict.INCOMPLETE if function.skipped else Verdict.PASS


def _reason(verdict: Verdict, search: Search, findings: Sequence[Findings]) -> str:
    """Return why a check has its verdict."""
    if verdict is Verdict.FAIL:
        return _mistakes(search, findings)
    if verdict is Verdict.NONDIFFERENTIABLE:
        return "fn has no finite slope there: its quotients grow with shrinking steps"
    if verdict is Verdict.INCOMPLETE:
        return _not_examined(search.function.skipped)
    if verdict is Verdict.INCONCLUSIVE:
        return _hidden(search, findings)
    return ""


def _not_examined(skipped: Sequence[Unchecked]) -> str:
    """Return what was not examined, the first with its reason."""
    first, *others = skipped
    words = f"what was examined is right; {first.name} was not: {first.reason}"
    if others:
        words += f"; nor were {', '.join(one.name for one in others[:5])}"
    return words


def _hidden(search: Search, findings: Sequence[Findings]) -> str:
    """Return what rounding hides, or what `rtol` allows."""
    for one in findings:
        report = one.report
        if report.verdict is not Verdict.INCONCLUSIVE or report.worst is None:
            continue
        if not np.isnan(report.worst.numerical):
            break
        return (
            f"fn has no values beside the inputs to take differences of {report.name}"
        )
    remedy = "scale fn, take away its offset, or let it compute in float64"
    for one in findings:
        report = one.report
        if report.verdict is not Verdict.INCONCLUSIVE or report.resolution is None:
            continue
        if report.resolution > search.resolution:
            unseen = percent(report.resolution)
            if search.rtol > search.resolution:
                return (
                    f"an error of {unseen} in {report.name} would not show, because "
                    f"rtol allows {percent(search.rtol)} at each element, and "
                    f"resolution is {percent(search.resolution)}: lower rtol, or "
                    "raise resolution"
                )
            return (
                f"rounding hides the gradient: an error of {unseen} in {report.name} "
                f"would not show; {remedy}"
            )
    return f"rounding hides the gradient: {remedy}"


def _mistakes(search: Search, findings: Sequence[Findings]) -> str:
    """Return what kind of mistakes the numbers show, a line for each wrong tensor."""
    for one in findings:
        if one.tied and one.report.worst is not None:
            return _not_shared(one.report.name, one.tied, one.report.worst)
    with np.errstate(all="ignore"):  # wrong gradients may be any numbers
        evidences = [
            _evidence(search, k, one)
            for k, one in enumerate(findings)
            if one.report.verdict is Verdict.FAIL
        ]
        return diagnose(evidences, len(findings))


def _not_shared(name: str, tied: Sequence[tuple[int, ...]], worst: Comparison) -> str:
    """Return what is wrong with the gradient of tied elements."""
    shown = ", ".join(str(list(index)) for index in tied[:2])
    more = f" and {len(tied) - 2} more" if len(tied) > 2 else ""
    return (
        f"{name}{shown}{more} are tied and share one gradient: moved together they "
        f"change fn by {worst.numerical:.4g}, and their gradients add up to "
        f"{worst.analytic:.4g}"
    )


def _evidence(search: Search, k: int, found: Findings) -> Evidence:
    """Return what is known of a wrong tensor."""
    tensor = search.function.tensors[k]
    worst = found.report.worst
    place = _place(tensor.shape, worst.index) * tensor.parts if worst else 0
    index = sample_places(tensor, place)
    analytic, numerical, error = Moves(search, k).derivatives(index)
    if tensor.parts == 1:
        judged = {one.index: one for one in found.comparisons if one.size == 1}
        for position, element in enumerate(tensor.indices(index)):
            one = judged.get(element)
            if one is not None:
                analytic[position] = one.analytic
                numerical[position] = one.numerical
                error[position] = one.bound / WIDE
    with np.errstate(all="ignore"):
        sizes = np.maximum(np.abs(analytic), np.abs(numerical))
        wrong = np.abs(analytic - numerical) > search.rtol * sizes + WIDE * error
    return Evidence(
        function=search.function,
        position=k,
        tensor=tensor,
        gradients=search.gradients,
        index=index,
        analytic=analytic,
        numerical=numerical,
        error=error,
        wrong=wrong,
        worst=worst,
        kinks=found.kinks,
    )


def _place(shape: tuple[int, ...], index: tuple[int, ...] | None) -> int:
    """Return the place of an element in a flat array."""
    return int(np.ravel_multi_index(index, shape)) if index else 0


def _reported(
    function: CheckedFunction,
    verdict: Verdict,
    reason: str,
    findings: Sequence[Findings] = (),
) -> GradientReport:
    """Return the report of a check that has ended."""
    tensors = tuple(one.report for one in findings)
    worst = worst_of(
        [t.worst for t in tensors if t.worst is not None and t.verdict == verdict]
    )
    if verdict is Verdict.INCOMPLETE:
        worst = None
    order = {tensor.name: k for k, tensor in enumerate(tensors)}
    kinks = [kink for one in findings for kink in one.kinks]
    return GradientReport(
        verdict=verdict,
        tensors=tensors,
        worst=worst,
        kinks=tuple(sorted(kinks, key=lambda kink: (order[kink.tensor], kink.index))),
        diagnosis=reason,
        evaluations=function.evaluations,
        comparisons=tuple(c for one in findings for c in one.comparisons),
        notes=(*function.notes, *function.notes_on_missing()),
        constants=tuple(function.constants),
        skipped=tuple(function.skipped),
    )


def _second_order(
    fn: Callable[..., Any],
    inputs: Any,
    grad: Callable[..., Any] | None,
    vjp: Callable[..., Any] | None,
    check: Callable[[Written], GradientReport],
    *,
    wrt: str | Sequence[str] | None,
) -> GradientReport:
    """Check a gradient, and then Hessian-vector products as its derivatives."""
    if grad is None or vjp is None:
        raise TypeError(
            "order=2 needs grad, the gradient of fn, and vjp, its Hessian-vector "
            f"products; got {'no grad' if grad is None else 'no vjp'}"
        )
    first = check(written(fn, inputs, grad, wrt=wrt))
    if not first.ok:
        return first
    if not isinstance(inputs, tuple | list | dict):
        return check(written(grad, inputs, vjp=vjp, wrt=wrt))

    def numbers(nested: Any) -> list[Leaf]:
        return [leaf for leaf in leaves(nested) if leaf.array is not None]

    @wraps(fn)
    def flat(*given: Any) -> Array:
        rows = [np.ravel(leaf.numbers) for leaf in numbers(grad(*given))]
        return np.concatenate(rows)

    def nested_vjp(dout: Array, *given: Any) -> Any:
        gradients = grad(*given)
        parts, at = {}, 0
        for leaf in numbers(gradients):
            size = leaf.numbers.size
            parts[leaf.path] = dout[at : at + size].reshape(leaf.numbers.shape)
            at += size
        return vjp(replaced(gradients, parts), *given)

    return check(written(flat, inputs, vjp=nested_vjp, wrt=wrt))
