"""Which checker catches which planted bug, and which rejects right functions.

Every case of tests/gradients/gradient_cases.py goes through each checker that is
installed, with its default settings, as one function of a flat vector with a gradient
of its own: the weighted sum of the case's outputs, with one fixed cotangent for all.
A check that raises or says no has rejected the case. Where a tool only returns
numbers, the rule is written beside it below.

    python benchmarks/gradient_bugs.py
"""

import importlib.util
import os
import sys
import warnings
from pathlib import Path

import numpy as np

from byhand import check_gradients
from byhand.gradients.nested import MisfitError, gradient_row
from byhand.gradients.styles import written

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.path.insert(0, str(Path(__file__).parents[1]))


class Flat:
    """A case as a number of one vector, and what it says its gradient is."""

    def __init__(self, fn, inputs, grad=None, vjp=None):
        self._written = written(fn, inputs, grad, vjp=vjp)
        self._leaves = [leaf for leaf in self._written.leaves if leaf.real]
        self._whole = {
            leaf.path: leaf.numbers for leaf in self._written.leaves if leaf.whole
        }
        self.x = np.concatenate([np.ravel(leaf.numbers) for leaf in self._leaves])
        self._dout = None
        if vjp is not None:
            rng = np.random.default_rng(0)
            shape = self._written.value(self._arrays(self.x)).shape
            self._dout = rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 1.5, shape)

    def _arrays(self, x):
        """Cut a vector into the arrays of the inputs, by their paths."""
        arrays, at = dict(self._whole), 0
        for leaf in self._leaves:
            size = leaf.numbers.size
            part = np.array(x[at : at + size])
            arrays[leaf.path] = part.reshape(leaf.numbers.shape)
            at += size
        return arrays

    def value(self, x):
        out = self._written.value(self._arrays(np.asarray(x)))
        return np.asarray(out if self._dout is None else np.sum(self._dout * out))

    def gradient(self, x):
        dout = None if self._dout is None else self._dout.copy()
        entries = self._written.gradients(self._arrays(np.asarray(x)), dout)
        rows = []
        for leaf in self._leaves:
            if leaf.path not in entries:
                raise MisfitError(f"there is no gradient of {leaf.name}")
            rows.append(gradient_row(entries[leaf.path], leaf))
        return np.concatenate(rows).astype(np.asarray(x).dtype)


def by_byhand(case):
    return check_gradients(**case).verdict == "pass"


def by_scipy(case):
    from scipy.optimize import check_grad

    flat = Flat(**case)
    x = flat.x.astype(np.float64)
    size = np.linalg.norm(flat.gradient(x))
    # It returns the norm of the difference; 1e-5 of the gradient is what it can do.
    return check_grad(flat.value, flat.gradient, x) <= 1e-5 * max(size, 1e-3)


def torch_checker(fast):
    import torch

    def by_torch(case):
        flat = Flat(**case)

        class Function(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return torch.as_tensor(flat.value(x.detach().numpy()))

            @staticmethod
            def backward(ctx, g):
                (x,) = ctx.saved_tensors
                return g * torch.as_tensor(flat.gradient(x.detach().numpy()))

        x = torch.tensor(flat.x, requires_grad=True)
        return torch.autograd.gradcheck(Function.apply, x, fast_mode=fast)

    return by_torch


def by_jax(case):
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)
    flat = Flat(**case)

    def value(x):
        shape = jax.ShapeDtypeStruct((), x.dtype)
        return jax.pure_callback(lambda x: flat.value(x).astype(flat.x.dtype), shape, x)

    @jax.custom_vjp
    def function(x):
        return value(x)

    def backward(x, g):
        shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
        return (g * jax.pure_callback(lambda x: flat.gradient(x), shape, x),)

    function.defvjp(lambda x: (value(x), x), backward)
    check_grads(function, (jax.numpy.asarray(flat.x),), 1, modes=["rev"])
    return True


def by_tensorflow(case):
    import tensorflow as tf

    flat = Flat(**case)
    dtype = flat.x.dtype

    @tf.custom_gradient
    def function(x):
        y = tf.numpy_function(lambda x: flat.value(x).astype(dtype), [x], dtype)
        y.set_shape(())

        def backward(g):
            found = tf.numpy_function(flat.gradient, [x], dtype)
            return g * tf.reshape(found, x.shape)

        return y, backward

    theory, measured = tf.test.compute_gradient(function, [tf.constant(flat.x)])
    # It returns both; its own tests compare them to 1e-4.
    return np.allclose(theory[0], measured[0], rtol=1e-4, atol=1e-4)


def checkers():
    """Return the checkers that are installed, byhand first."""
    found = {"byhand": by_byhand}
    if importlib.util.find_spec("torch"):
        found |= {"torch": torch_checker(False), "torch fast": torch_checker(True)}
    if importlib.util.find_spec("jax"):
        found["jax"] = by_jax
    if importlib.util.find_spec("tensorflow"):
        found["tensorflow"] = by_tensorflow
    if importlib.util.find_spec("scipy"):
        found["scipy"] = by_scipy
    return found


def accepted(check, case):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return bool(check(case()))
        except Exception:  # each tool has its own way to say no
            return False


def table(title, cases, found, good):
    """Print what each checker says of each case; `good` is what it should say."""
    print(f"\n{title}\n  {'':40} {' '.join(f'{name:>10}' for name in found)}")
    right = dict.fromkeys(found, 0)
    for name, case in cases.items():
        marks = []
        for checker, check in found.items():
            ok = accepted(check, case) == good
            right[checker] += ok
            marks.append("." if ok else "wrong")
        print(f"  {name:40} {' '.join(f'{mark:>10}' for mark in marks)}", flush=True)
    counts = [f"{right[name]} of {len(cases)}" for name in found]
    print(f"  {'right':40} {' '.join(f'{count:>10}' for count in counts)}")


def main():
    from tests.gradients.gradient_cases import BUGS, TRICKY

    found = checkers()
    bugs = {name: case for name, (case, _) in BUGS.items()}
    table("planted bugs: caught?", bugs, found, good=False)
    table("right but tricky functions: accepted?", TRICKY, found, good=True)


if __name__ == "__main__":
    main()
