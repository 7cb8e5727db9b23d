"""Hold analytic gradients against differences: directions first, then elements.

Along one random direction through a tensor, the analytic derivative is a weighted
sum of all its elements, and the numerical one costs some dozen evaluations however
many elements there are. Where the two differ by more than the error of the numerical
one, halves of the direction are compared, down to the element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from byhand.gradients.comparing import Comparer
from byhand.gradients.diagnosis import diagnosed
from byhand.gradients.problem import Problem
from byhand.gradients.report import GradientError, GradientReport, worst_of
from byhand.gradients.returned import MisfitError
from byhand.gradients.tree import leaves, replaced

MODES = ("auto", "full", "directional")
SMALL = 64  # elements of all tensors together that "auto" checks one by one


def check_gradients(
    fn: Callable[..., Any],
    inputs: Any,
    grad: Callable[..., Any] | None = None,
    *,
    vjp: Callable[..., Any] | None = None,
    mode: str = "auto",
    wrt: str | Sequence[str] | None = None,
    order: int = 1,
    rtol: float = 1e-5,
    rng: int = 0,
    batched: bool = False,
    raise_on_failure: bool = False,
) -> GradientReport:
    """Hold a hand-written gradient against differences of the function's values.

    Parameters
    ----------
    fn : callable
        Takes the inputs and returns one number where `grad` is given, an array where
        `vjp` is.
    inputs : array_like, tuple, list or dict
        An array or a dictionary of arrays is what `fn` takes; a tuple or list holds
        several arguments, each an array or a dictionary. Arrays of whole numbers
        beside others (labels) are passed on as they are.
    grad : callable, optional
        ``grad(*inputs)`` returns df/dinput for each input, nested as they are.
    vjp : callable, optional
        ``vjp(dout, *inputs)`` returns the sum of dout times the derivative of the
        output, for each input: what a backward pass computes.
    mode : {"auto", "full", "directional"}
        "directional" compares one direction a tensor and descends where it must;
        "full" compares every element; "auto" is "full" for at most 64 elements.
    wrt : str or sequence of str, optional
        Names of the inputs to check; by default all.
    order : {1, 2}
        With 2, `grad` is checked first; then `vjp` returns Hessian-vector products,
        ``vjp(v, *inputs)`` with ``v`` nested as the gradients are, and is held
        against differences of `grad`.
    rtol : float
        Relative difference allowed at an element, besides the numerical error.
    rng : int
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
        True where the gradients are right; prints in at most 20 lines.

    Raises
    ------
    GradientError
        With `raise_on_failure`, if the verdict is not "pass".
    TypeError, ValueError
        If the arguments do not fit together; the message says which and how.

    Notes
    -----
    Functions that can compute in float64 do, whatever the dtype of the inputs. A
    difference fails beyond rtol max(abs(a), abs(n)) + 4 err, err being what
    truncation and rounding may have left; where err hides the gradient, the verdict
    is "inconclusive". At a kink any value between the one-sided slopes is right. For
    complex inputs the gradient is df/dRe + i df/dIm, as TensorFlow and PyTorch have
    it; JAX returns its conjugate.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([0.5, -1.0, 2.0])
    >>> check_gradients(lambda x: np.sum(x**3), x, lambda x: 3 * x**2).verdict
    'pass'
    >>> report = check_gradients(lambda x: np.sum(x**3), x, lambda x: 6 * x**2)
    >>> report.verdict, report.diagnosis
    ('fail', 'every element of x is 2 times what it should be: a factor 2 too much')
    """
    if mode not in MODES:
        names = ", ".join(repr(name) for name in MODES)
        raise ValueError(f"mode must be one of {names}, got {mode!r}")
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, got {order!r}")
    if not (np.isfinite(rtol) and rtol >= 0):
        raise ValueError(f"rtol must be a number of at least 0, got {rtol!r}")
    if order == 2:
        report = _second(fn, inputs, grad, vjp, wrt=wrt, rtol=rtol, rng=rng, mode=mode)
    else:
        problem = Problem(fn, inputs, grad, vjp, wrt=wrt, seed=rng, batched=batched)
        report = _checked(problem, mode, rtol, rng)
    if raise_on_failure and not report.ok:
        raise GradientError(report)
    return report


def _checked(problem: Problem, mode: str, rtol: float, rng: int) -> GradientReport:
    """Run a check of first order."""

    def ended(verdict: str, reason: str) -> GradientReport:
        return GradientReport(
            verdict,
            diagnosis=reason,
            evaluations=problem.evaluations,
            notes=tuple(problem.notes),
        )

    fault = problem.begin()
    if fault is not None:
        return ended(*fault)
    try:
        grads, fault = problem.gradients()
    except MisfitError as error:
        return ended("fail", str(error))
    if fault is not None:
        return ended(*fault)
    size = sum(tensor.size for tensor in problem.tensors)
    full = mode == "full" or (mode == "auto" and size <= SMALL)
    comparer = Comparer(problem, grads, rtol=rtol, seed=rng, full=full)
    tensors = [comparer.tensor(k) for k in range(len(grads))]
    if not problem.ended_as_begun():
        return ended(
            "nondeterministic",
            "fn gives another value at the end than at the beginning: it keeps a "
            "state from call to call; restore it in each",
        )
    verdict = next(
        (
            name
            for name in ("fail", "nondifferentiable", "inconclusive")
            if any(tensor.verdict == name for tensor in tensors)
        ),
        "pass",
    )
    worst = worst_of(
        [t.worst for t in tensors if t.worst is not None and t.verdict == verdict]
    )
    order = {tensor.name: k for k, tensor in enumerate(tensors)}
    reason = ""
    if verdict == "fail":
        reason = diagnosed(problem, grads, tensors, comparer)
    elif verdict == "inconclusive":
        reason = "rounding hides the gradient: scale fn or take away its offset"
    elif verdict == "nondifferentiable":
        reason = "fn has no finite slope there: its quotients grow with shrinking steps"
    return GradientReport(
        verdict,
        tuple(tensors),
        worst,
        tuple(
            sorted(comparer.kinks, key=lambda kink: (order[kink.tensor], kink.index))
        ),
        reason,
        problem.evaluations,
        tuple(comparer.comparisons),
        tuple(problem.notes),
    )


def _second(
    fn: Callable[..., Any],
    inputs: Any,
    grad: Callable[..., Any] | None,
    vjp: Callable[..., Any] | None,
    **options: Any,
) -> GradientReport:
    """Check a gradient, and then Hessian-vector products as its derivatives."""
    if grad is None or vjp is None:
        raise TypeError(
            "order=2 needs grad, the gradient of fn, and vjp, its Hessian-vector "
            f"products; got {'no grad' if grad is None else 'no vjp'}"
        )
    first = check_gradients(fn, inputs, grad, **options)
    if not first.ok:
        return first
    if not isinstance(inputs, tuple | list | dict):
        return check_gradients(grad, inputs, vjp=vjp, **options)

    def row(nested: Any) -> Any:
        return np.concatenate(
            [np.ravel(leaf.array) for leaf in leaves(nested) if leaf.real]
        )

    @wraps(fn)
    def flat(*given: Any) -> Any:
        return row(grad(*given))

    def nested_vjp(dout: Any, *given: Any) -> Any:
        shapes = grad(*given)
        rows, at = {}, 0
        for leaf in leaves(shapes):
            rows[leaf.path] = dout[at : at + leaf.array.size].reshape(leaf.array.shape)
            at += leaf.array.size
        return vjp(replaced(shapes, rows), *given)

    return check_gradients(flat, inputs, vjp=nested_vjp, **options)
