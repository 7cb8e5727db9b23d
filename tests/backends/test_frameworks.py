"""Tensors of PyTorch, JAX and TensorFlow are taken, and their own gradients checked."""

import subprocess
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from byhand.gradients import check_gradients
from byhand.gradients.frameworks import (
    framework,
    from_numpy,
    in_precision_of,
    is_real,
    to_numpy,
    vjp,
)
from byhand.gradients.nested import gradient_row
from byhand.gradients.styles import written

pytestmark = pytest.mark.backends

NAMES = ["torch", "jax", "tensorflow"]
rng = np.random.default_rng(3)
X, W = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))


def of_torch():
    import torch

    def cube(factor):
        class Cube(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x**3

            @staticmethod
            def backward(ctx, dout):
                (x,) = ctx.saved_tensors
                return factor * 3 * x**2 * dout

        return Cube.apply

    def grad(fn):
        def of(*tensors):
            sources = [tensor.detach().requires_grad_() for tensor in tensors]
            return torch.autograd.grad(fn(*sources), sources)

        return of

    return SimpleNamespace(
        tensor=lambda array, dtype: torch.as_tensor(array).to(getattr(torch, dtype)),
        cube=cube,
        grad=grad,
        sum=torch.sum,
        abs=torch.abs,
        conj=torch.conj,
        argmax=torch.argmax,
        stopped=lambda x: x.detach(),
    )


def of_jax():
    import jax

    def cube(factor):
        function = jax.custom_vjp(lambda x: x**3)
        function.defvjp(
            lambda x: (x**3, x), lambda x, dout: (factor * 3 * x**2 * dout,)
        )
        return function

    def grad(fn):
        return lambda *tensors: jax.grad(fn, tuple(range(len(tensors))))(*tensors)

    return SimpleNamespace(
        tensor=lambda array, dtype: jax.numpy.asarray(array, dtype),
        cube=cube,
        grad=grad,
        sum=jax.numpy.sum,
        abs=jax.numpy.abs,
        conj=jax.numpy.conj,
        argmax=jax.numpy.argmax,
        stopped=jax.lax.stop_gradient,
    )


def of_tensorflow():
    import tensorflow as tf

    def cube(factor):
        return tf.custom_gradient(
            lambda x: (x**3, lambda dout: factor * 3 * x**2 * dout)
        )

    def grad(fn):
        def of(*tensors):
            with tf.GradientTape() as tape:
                tape.watch(tensors)
                value = fn(*tensors)
            return tape.gradient(value, list(tensors))

        return of

    return SimpleNamespace(
        tensor=lambda array, dtype: tf.cast(tf.constant(array), dtype),
        cube=cube,
        grad=grad,
        sum=tf.reduce_sum,
        abs=tf.abs,
        conj=tf.math.conj,
        argmax=lambda x: tf.argmax(tf.reshape(x, [-1])),
        stopped=tf.stop_gradient,
    )


@pytest.fixture(params=NAMES)
def tools(request):
    """The same few functions of each framework, under the same names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what frameworks say when they are imported
        made = {"torch": of_torch, "jax": of_jax, "tensorflow": of_tensorflow}
        found = made[request.param]()
    found.name = request.param
    return found


def rows(one):
    """Return values, gradients and central differences of what `written` read."""
    arrays = {
        leaf.path: np.array(leaf.array, np.result_type(leaf.array, float))
        for leaf in one.leaves
        if leaf.real
    }
    output = one.value(arrays)
    cotangent = np.random.default_rng(4).uniform(0.5, 1.5, output.shape)
    if output.dtype.kind == "c":
        cotangent = cotangent * (1 + 0.5j)
    entries = one.gradients(arrays, None if one.scalar else cotangent)
    for leaf in one.leaves:
        if not leaf.real:
            continue
        row = arrays[leaf.path].reshape(-1).view(np.float64)
        right = np.empty(row.size)
        for k, middle in enumerate(row.copy()):
            values = []
            for moved in (middle + 1e-6, middle - 1e-6):
                row[k] = moved
                value = one.value(arrays)
                weighed = value if one.scalar else np.vdot(cotangent, value)
                values.append(weighed.real.item())
            row[k] = middle
            right[k] = (values[0] - values[1]) / 2e-6
        yield leaf.name, gradient_row(entries[leaf.path], leaf), right


def agree(one):
    return {
        name: np.allclose(row, right, rtol=1e-6, atol=1e-7)
        for name, row, right in rows(one)
    }


@pytest.mark.parametrize(
    ("dtype", "back"),
    [
        ("float32", "float32"),
        ("float16", "float16"),
        ("bfloat16", "float32"),
        ("complex64", "complex64"),
        ("int32", "int32"),
        ("bool", "bool"),
    ],
)
def test_numbers_are_the_same_there_and_back(tools, dtype, back):
    array = np.array([[1.0, 0.0, -2.5]])
    tensor = tools.tensor(array, dtype)
    assert framework(tensor) == tools.name
    numbers = to_numpy(tensor)
    assert numbers.dtype == back
    assert np.array_equal(numbers, array.astype(back))
    same = from_numpy(numbers, tensor)
    assert type(same) is type(tensor)
    assert same.dtype == tensor.dtype
    assert np.array_equal(to_numpy(same), numbers)
    assert is_real(tensor) == (numbers.dtype.kind in "fc")


@pytest.mark.parametrize("shape", [(), (0, 3), (2, 1, 2)])
def test_every_shape_keeps_its_axes(tools, shape):
    tensor = tools.tensor(np.zeros(shape), "float32")
    assert to_numpy(tensor).shape == shape
    assert to_numpy(from_numpy(np.ones(shape, np.float32), tensor)).shape == shape


def test_arrays_that_cannot_be_shared_are_copied(tools):
    like = tools.tensor(X, "float32")
    reversed_rows = np.asarray(X[::-1, ::2], np.float32)[::-1]
    read_only = np.broadcast_to(np.float32(2), (2, 3))
    assert np.array_equal(to_numpy(from_numpy(reversed_rows, like)), reversed_rows)
    assert np.array_equal(to_numpy(from_numpy(read_only, like)), read_only)


def aligned_ones(count):
    """Return an array that begins where JAX would rather share memory than copy."""
    raw = np.zeros(8 * count + 64, np.uint8)
    start = -raw.ctypes.data % 64
    array = raw[start : start + 8 * count].view(np.float64)
    array[:] = 1.0
    return array


def test_a_tensor_follows_its_array_on_pytorch_alone(tools):
    array = aligned_ones(3)
    with in_precision_of([array]):
        tensor = from_numpy(array, tools.tensor(array, "float32"))
        array[0] = 5.0
        assert to_numpy(tensor)[0] == (5.0 if tools.name == "torch" else 1.0)


def test_float64_stays_float64_and_nothing_global_changes(tools):
    tensor = tools.tensor(X, "float32")
    one = written(lambda x: x * 2, tensor)
    [leaf] = one.leaves
    assert one.value({leaf.path: X}).dtype == np.float64
    assert one.value({leaf.path: X.astype(np.float32)}).dtype == np.float32
    assert to_numpy(tools.tensor(X, "float32") * 2).dtype == np.float32
    if tools.name == "jax":
        import jax.numpy as jnp

        assert jnp.asarray(X).dtype == np.float32


def test_one_output_is_differentiated(tools):
    tensor = tools.tensor(X, "float32")
    cotangent = X[::-1].astype(np.float32)
    [grad] = vjp(lambda tensors: [tensors[0] ** 3], [tensor], cotangent)
    right = 3 * X.astype(np.float32) ** 2 * cotangent
    assert np.allclose(to_numpy(grad), right, rtol=1e-5)


def test_an_output_of_no_input_has_a_gradient_of_zero(tools):
    tensor, other = tools.tensor(X, "float32"), tools.tensor(W, "float32")
    cotangent = np.ones(W.shape, np.float32)
    [grad] = vjp(lambda tensors: [other * 2], [tensor], cotangent)
    assert to_numpy(grad).shape == X.shape
    assert not to_numpy(grad).any()


def test_several_outputs_and_inputs_are_differentiated(tools):
    def fn(x, w):
        return {"product": x @ w, "rest": (tools.sum(x), tools.argmax(x), 2.0, "name")}

    one = written(fn, (tools.tensor(X, "float32"), tools.tensor(W, "float32")))
    assert agree(one) == {"x": True, "w": True}
    assert one.value({leaf.path: leaf.array for leaf in one.leaves}).shape == (10,)


def test_a_complex_gradient_is_that_of_both_parts(tools):
    tensor = tools.tensor(X + 1j * X[::-1], "complex64")
    one = written(lambda z: (z * z * tools.conj(z), tools.abs(z)), tensor)
    assert agree(one) == {"z": True}
    conjugated = {
        name: np.allclose(row.view(complex).conj(), right.view(complex))
        for name, row, right in rows(one)
    }
    assert conjugated == {"z": False}


def test_an_input_that_is_not_used_has_a_gradient_of_zero(tools):
    tensors = (tools.tensor(X, "float32"), tools.tensor(W, "float32"))
    assert agree(written(lambda x, w: x * 2, tensors)) == {"x": True, "w": True}


def test_a_gradient_that_is_stopped_is_wrong(tools):
    tensor = tools.tensor(X, "float32")
    assert agree(written(lambda x: 2 * tools.stopped(x), tensor)) == {"x": False}


def test_an_array_beside_tensors_is_told_to_have_no_gradient(tools):
    one = written(
        lambda x, scale, k: x * scale[0] * k, (tools.tensor(X, "float32"), W[0], 2)
    )
    arrays = {leaf.path: leaf.array for leaf in one.leaves}
    entries = one.gradients(arrays, X)
    assert entries[1,] is None
    assert (2,) not in entries
    assert np.allclose(to_numpy(entries[0,]), 2 * W[0, 0] * X, rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_gradients_may_come_back_as_tensors(tools, dtype):
    tensors = (tools.tensor(X, dtype), tools.tensor(W, dtype))

    def fn(x, w):
        return tools.sum((x @ w) ** 2)

    assert agree(written(fn, tensors, tools.grad(fn))) == {"x": True, "w": True}
    wrong = written(fn, tensors, lambda x, w: (2 * tools.grad(fn)(x, w)[0], w))
    assert agree(wrong) == {"x": False, "w": False}


def test_a_cotangent_is_a_tensor_where_the_output_is_one(tools):
    kinds = []

    def right(dout, x):
        kinds.append([framework(part) for part in dout])
        return dout[0] * 2 * x + dout[1]

    one = written(lambda x: (x**2, tools.sum(x)), tools.tensor(X, "float32"), vjp=right)
    assert agree(one) == {"x": True}
    assert kinds == [[tools.name, tools.name]]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_custom_gradient_is_checked_in_one_line(tools, dtype):
    tensor = tools.tensor(np.array([1.0, 2.0, -0.5]), dtype)
    good = check_gradients(tools.cube(1.0), tensor)
    assert good.verdict == "pass", good
    bad = check_gradients(tools.cube(1.01), tensor)
    assert bad.verdict == "fail"
    assert "1.01 times" in bad.diagnosis


def test_a_custom_gradient_is_named_by_the_argument_of_its_function(tools):
    one = written(tools.cube(1.0), tools.tensor(X, "float32"))
    assert [leaf.name for leaf in one.leaves] == ["x"]


def test_what_is_no_tensor_is_told_from_one():
    assert framework(X) is None
    assert framework("torch") is None
    with pytest.raises(TypeError, match="expected a tensor of PyTorch, JAX or Tensor"):
        to_numpy(X)


def test_arrays_are_told_from_tensors_without_a_framework():
    code = (
        "import sys, numpy as np\n"
        "from byhand.gradients.frameworks import framework, in_precision_of\n"
        "from byhand.gradients.styles import written\n"
        "one = written(np.sum, np.ones(3), lambda a: np.ones(3))\n"
        "one.value({leaf.path: leaf.array for leaf in one.leaves})\n"
        "print(sorted({'torch', 'jax', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["[]"], done.stderr[-2000:]


class TestPyTorch:
    """What only PyTorch has."""

    def test_a_tensor_that_asks_for_gradients_still_does(self):
        import torch

        x = torch.nn.Parameter(torch.ones(3))

        def fn(x):
            return torch.sum(x**2)

        one = written(fn, x, lambda x: torch.autograd.grad(fn(x), x))
        assert agree(one) == {"x": True}
        assert x.grad is None
        assert torch.equal(x, torch.ones(3))

    def test_a_sparse_tensor_is_a_constant(self):
        import torch

        sparse = torch.eye(3).to_sparse()
        one = written(
            lambda x, s: torch.sparse.mm(s.to(x.dtype), x), (torch.ones(3, 2), sparse)
        )
        assert one.leaves[1].array is None
        assert agree(one) == {"x": True}
        with pytest.raises(TypeError, match=r"use \.to_dense\(\)"):
            to_numpy(sparse)
        with pytest.raises(TypeError, match="is no plain array"):
            to_numpy(torch.ones(2, device="meta"))

    def test_a_function_class_is_refused_in_words(self):
        import torch

        class Square(torch.autograd.Function):
            """Without its apply."""

        with pytest.raises(TypeError, match=r"give its function, Square\.apply"):
            written(Square, torch.ones(3))

    def test_parameters_of_a_module_are_checked_by_name(self):
        import torch

        module = torch.nn.Linear(3, 2).double()
        x = torch.ones(4, 3, dtype=torch.float64)

        def fn(parameters):
            return torch.func.functional_call(module, parameters, (x,)) ** 2

        parameters = dict(module.named_parameters())
        assert agree(written(fn, parameters)) == {"weight": True, "bias": True}

    def test_a_conjugated_view_is_read(self):
        import torch

        tensor = torch.conj(torch.tensor([1 + 2j]))
        assert to_numpy(tensor).tolist() == [1 - 2j]

    def test_labels_get_no_gradient(self):
        import torch

        labels = torch.tensor([0, 1, 2, 1])
        one = written(torch.nn.functional.cross_entropy, (torch.as_tensor(X), labels))
        assert one.leaves[1].whole
        arrays = {leaf.path: leaf.array for leaf in one.leaves}
        assert list(one.gradients(arrays, np.array(1.0))) == [(0,)]

    def test_tensors_of_two_frameworks_are_refused_in_words(self):
        import jax.numpy as jnp
        import torch

        with pytest.raises(TypeError, match="tensors of jax and torch are among"):
            written(lambda x, y: x, (torch.ones(2), jnp.ones(2)))


class TestJax:
    """What only JAX has."""

    def test_a_function_of_jax_is_checked_in_float64_on_arrays_of_numpy(self):
        import jax
        import jax.numpy as jnp

        def fn(x):
            return jnp.sum(jnp.sin(x))

        report = check_gradients(fn, X, jax.grad(fn))
        assert report.verdict == "pass", report
        wrong = check_gradients(fn, X, lambda x: 1.0001 * jax.grad(fn)(x))
        assert wrong.verdict == "fail"

    def test_keys_of_random_numbers_are_constants(self):
        import jax
        import jax.numpy as jnp

        def fn(x, key):
            return x * jax.random.normal(key, x.shape, x.dtype)

        one = written(fn, (jnp.asarray(X), jax.random.key(0)))
        assert one.leaves[1].array is None
        assert agree(one) == {"x": True}

    def test_compiled_functions_and_trees_are_taken(self):
        import jax
        import jax.numpy as jnp

        parameters = {"W": jnp.asarray(W), "b": [jnp.ones(2)]}

        @jax.jit
        def fn(p):
            return jnp.tanh(jnp.asarray(X) @ p["W"] + p["b"][0])

        assert agree(written(fn, parameters)) == {"W": True, "b[0]": True}
        both = jax.value_and_grad(lambda p: jnp.sum(fn(p)))
        one = written(both, parameters, value_and_grad=True)
        assert agree(one) == {"W": True, "b[0]": True}


class TestTensorFlow:
    """What only TensorFlow has."""

    def test_a_variable_is_watched_as_one(self):
        import tensorflow as tf

        def grad(v):
            with tf.GradientTape() as tape:
                value = tf.reduce_sum(v**2)
            return tape.gradient(value, v)

        variable = tf.Variable(X)
        assert agree(written(lambda v: tf.reduce_sum(v**2), variable, grad)) == {
            "v": True
        }
        assert agree(written(lambda v: v**2, variable)) == {"v": True}

    def test_a_gradient_of_slices_is_an_array(self):
        import tensorflow as tf

        def fn(e):
            return tf.reduce_sum(tf.gather(e, [0, 0, 2]) ** 2)

        def grad(e):
            with tf.GradientTape() as tape:
                tape.watch(e)
                value = fn(e)
            slices = tape.gradient(value, e)
            assert isinstance(slices, tf.IndexedSlices)
            return slices

        assert agree(written(fn, tf.constant(X), grad)) == {"e": True}

    def test_a_symbolic_tensor_is_refused_in_words(self):
        import tensorflow as tf

        @tf.function
        def traced(x):
            with pytest.raises(TypeError, match=r"outside of tf\.function"):
                to_numpy(x)
            return x

        assert traced(tf.ones(2)).shape == (2,)
