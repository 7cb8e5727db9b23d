"""PyTorch's modules by what they have: a stand-in shows that PyTorch is not needed."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from byhand.shapes import ShapeError, from_torch


class Parameter(SimpleNamespace):
    """What is asked of a parameter."""

    def __init__(self, *shape, requires_grad=True):
        super().__init__(shape=shape, requires_grad=requires_grad)


class Module:
    """What is asked of a module, as torch.nn.Module has it."""

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def named_children(self):
        for name, value in list(vars(self).items()):
            if isinstance(value, Module):
                yield name, value

    def named_parameters(self, recurse=True):
        for name, value in vars(self).items():
            if isinstance(value, Parameter):
                yield name, value
        if recurse:
            for name, child in self.named_children():
                for inner, value in child.named_parameters():
                    yield f"{name}.{inner}", value

    def parameters(self):
        return (value for _, value in self.named_parameters())

    def forward(self, *args):
        raise AssertionError("nothing is computed")


Module.__module__ = "torch.nn.modules.module"


def of_torch(cls):
    """Let a class look as if it came from PyTorch."""
    cls.__module__ = "torch.nn.modules.of_its_kind"
    return cls


@of_torch
class Conv2d(Module):
    def __init__(self, c, f, k, stride=1, padding=0):
        self.in_channels, self.out_channels, self.groups = c, f, 1
        self.kernel_size, self.stride, self.padding = (k, k), stride, padding
        self.dilation = (1, 1)
        self.weight, self.bias = Parameter(f, c, k, k), Parameter(f)


@of_torch
class Linear(Module):
    def __init__(self, c, f):
        self.in_features, self.out_features = c, f
        self.weight, self.bias = Parameter(f, c), Parameter(f)


@of_torch
class ReLU(Module):
    pass


class Block(Module):
    def __init__(self):
        self.conv = Conv2d(8, 8, 3, padding=1)
        self.relu = ReLU()

    def forward(self, x):
        return self.relu(self.conv(x) + x)


class Net(Module):
    """Methods of tensors, operators, and a block of its own."""

    def __init__(self, features=8 * 16 * 16):
        self.stem = Conv2d(3, 8, 3, stride=2, padding=1)
        self.block = Block()
        self.head = Linear(features, 10)
        self.scale = Parameter(10, requires_grad=False)

    def forward(self, x):
        x = self.block(self.stem(x))
        self.kept = x
        batch, channels, height, width = x.shape
        x = x.view(batch, channels * height * width)
        assert len(x.size()) == x.dim() == 2
        return self.head(x).softmax(dim=-1)


Net.__module__ = Block.__module__ = "somebody"


def test_a_module_is_walked_without_pytorch():
    net = from_torch(Net(), (3, 32, 32))
    assert net.output_shape == (None, 10)
    assert [row.name for row in net.all_rows(nested=True)] == [
        "input",
        "stem",
        "block",
        "block.conv",
        "add",
        "block.relu",
        "view",
        "head",
        "softmax",
    ]
    assert net.count_params() == 8 * 27 + 8 + 8 * 72 + 8 + 20480 + 10 + 10
    assert net.non_trainable_params == 10
    assert net.macs == 8 * 27 * 256 + 8 * 72 * 256 + 20480
    assert net["block"].receptive_field.size == (7, 7)
    assert "block" in net.table()


def test_the_batch_that_is_given_stays():
    assert from_torch(Net(), (6, 3, 32, 32)).output_shape == (6, 10)


def test_the_module_has_its_own_methods_again_and_nothing_more():
    module = Net()
    before = dict(vars(module)), dict(vars(module.block)), dict(vars(module.stem))
    from_torch(module, (3, 32, 32))
    assert before == (vars(module), vars(module.block), vars(module.stem))
    with pytest.raises(ShapeError, match="made for 7 features"):
        from_torch(Net(features=7), (3, 32, 32))
    assert "forward" not in vars(module.stem)


class Own(Module):
    """A forward that no symbol gets through."""

    def __init__(self):
        self.inner = Linear(4, 4)
        self.after = Linear(4, 2)

    def forward(self, x):
        return self.after(x.no_such_method())


Own.__module__ = "somebody"


class Around(Module):
    def __init__(self):
        self.first, self.own, self.last = Linear(3, 4), Own(), Linear(2, 5)

    def forward(self, x):
        return self.last(self.own(self.first(x)))


Around.__module__ = "somebody"


def test_what_cannot_be_run_is_one_row_and_all_else_is_said():
    net = from_torch(Around(), (None, 3))
    rows = {row.name: row for row in net.rows}
    assert rows["first"].outputs == [(None, 4)]
    assert rows["own"].outputs == [None]
    assert "its forward stopped with AttributeError" in rows["own"].note
    assert (rows["own"].parameters.value, rows["last"].parameters.value) == (30, 15)
    assert net.count_params() == 16 + 30 + 15


def test_where_the_whole_cannot_be_run_its_modules_are_listed():
    net = from_torch(Own(), (None, 4))
    assert [row.name for row in net.rows] == ["input", "inner", "after"]
    assert net.count_params() == 30
    assert net.macs is None


@pytest.mark.slow
def test_pytorch_is_never_imported():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from tests.shapes.test_live_torch import Net\n"
        "from byhand.shapes import from_torch\n"
        "print(from_torch(Net(), (3, 32, 32)).count_params())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "21308\n", done.stderr


def test_a_keras_model_is_told_where_to_go():
    model = SimpleNamespace(get_config=dict)
    with pytest.raises(TypeError, match=r"use from_keras\(model\)"):
        from_torch(model, (1, 3))
