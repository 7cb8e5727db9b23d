"""The lines for tensors on the page book/api.md, with right and wrong gradients.

The page runs its other lines itself.
"""

import numpy as np
import pytest

from byhand import check_gradients

pytestmark = pytest.mark.backends

TORCH = (
    "check_gradients(f, torch.tensor([0.5, -1.0, 2.0]))",
    "check_gradients(Cube.apply, torch.tensor([0.5, -1.0, 2.0]))",
    "check_gradients(f, dict(module.named_parameters()))",
)
JAX = (
    "check_gradients(loss, params, jax.grad(loss))",
    "check_gradients(cube, jnp.array([0.5, -1.0, 2.0]))",
)
TENSORFLOW = ("check_gradients(cube, tf.constant([0.5, -1.0, 2.0]))",)


def verdicts(line, right, wrong):
    """Return what a line says with right names, and with wrong ones."""
    names = {"check_gradients": check_gradients}
    return [
        eval(line, names | given).verdict  # noqa: S307 - the lines stand in this file
        for given in (right, wrong)
    ]


def names_of_torch(factor):
    """What the lines for PyTorch speak of; a factor other than 1 is a mistake."""
    import torch

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, dout):
            (x,) = ctx.saved_tensors
            return factor * 3 * x**2 * dout

    module = torch.nn.Linear(3, 2)
    x = torch.tensor([[0.5, -1.0, 2.0], [1.0, 3.0, -0.5]], dtype=torch.float64)

    def f(given):
        if isinstance(given, dict):
            return Cube.apply(torch.func.functional_call(module, given, (x,)))
        return Cube.apply(torch.sin(given)).sum()

    return {"torch": torch, "Cube": Cube, "f": f, "module": module}


@pytest.mark.parametrize("line", TORCH)
def test_a_line_for_pytorch_holds(line):
    found = verdicts(line, names_of_torch(1), names_of_torch(2))
    assert found == ["pass", "fail"]


def names_of_jax(factor):
    """What the lines for JAX speak of; a factor other than 1 is a mistake."""
    import jax
    import jax.numpy as jnp

    @jax.custom_vjp
    def cube(x):
        return x**3

    cube.defvjp(lambda x: (x**3, x), lambda x, dout: (factor * 3 * x**2 * dout,))
    x = np.array([[0.5, -1.0, 2.0], [1.0, 3.0, -0.5]])

    def loss(params):
        return jnp.sum(cube(x @ params["W"] + params["b"]))

    params = {"W": jnp.array([[0.3], [0.2], [-0.1]]), "b": jnp.array([0.5])}
    return {"jax": jax, "jnp": jnp, "cube": cube, "loss": loss, "params": params}


@pytest.mark.parametrize("line", JAX)
def test_a_line_for_jax_holds(line):
    found = verdicts(line, names_of_jax(1), names_of_jax(2))
    assert found == ["pass", "fail"]


def names_of_tensorflow(factor):
    """What the line for TensorFlow speaks of; a factor other than 1 is a mistake."""
    import tensorflow as tf

    @tf.custom_gradient
    def cube(x):
        return x**3, lambda dout: factor * 3 * x**2 * dout

    return {"tf": tf, "cube": cube}


@pytest.mark.parametrize("line", TENSORFLOW)
def test_a_line_for_tensorflow_holds(line):
    found = verdicts(line, names_of_tensorflow(1), names_of_tensorflow(2))
    assert found == ["pass", "fail"]
