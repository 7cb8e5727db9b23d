"""Networks of live PyTorch modules, held against what PyTorch itself computes."""

import re
import time

import pytest

torch = pytest.importorskip("torch")
# ruff: noqa: E402  what follows needs PyTorch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from byhand.shapes import ShapeError
from byhand.shapes.live_torch import from_torch
from tests.backends.torch_modules import MODULES, BasicBlock

pytestmark = [
    pytest.mark.backends,
    pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning"),
]


def entry(name):
    """Return a module, its sizes and its dtypes."""
    make, sizes, *dtypes = MODULES[name]
    torch.manual_seed(0)
    return make().eval(), sizes, dtypes[0] if dtypes else None


def tensors(sizes, dtypes):
    """Return real inputs, all zeros, by position and by name."""

    def zeros(name, size):
        dtype = dtypes.get(name) if isinstance(dtypes, dict) else dtypes
        return torch.zeros(size, dtype=dtype)

    if isinstance(sizes, dict):
        return [], {name: zeros(name, size) for name, size in sizes.items()}
    several = sizes if isinstance(sizes, list) else [sizes]
    return [zeros(None, size) for size in several], {}


def flat(value):
    """Return the shapes of the tensors of a structure, in order."""
    if isinstance(value, torch.Tensor):
        return [tuple(value.shape)]
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, list | tuple) or not isinstance(value, torch.Tensor | None):
        return [shape for part in value for shape in flat(part)]
    return []


def run(module, sizes, dtypes):
    """Return the output, and the shapes that each module within gave, by its path."""
    seen = {}
    paths = {id(one): path for path, one in module.named_modules()}
    handles = [
        one.register_forward_hook(
            lambda one, _, out: seen.setdefault(paths[id(one)], []).append(
                [shape for value in [out] if value is not None for shape in flat(value)]
            )
        )
        for one in module.modules()
        if one is not module
    ]
    args, kwargs = tensors(sizes, dtypes)
    with torch.no_grad():
        output = module(*args, **kwargs)
    for handle in handles:
        handle.remove()
    return output, seen


def lstm_macs(module, seen):
    """Return an example's multiply-accumulates of LSTMs, which PyTorch leaves out."""
    total = 0
    for path, one in module.named_modules():
        if isinstance(one, nn.LSTM) and not one.proj_size:
            first = seen[path][0][0]
            steps = first[1] if one.batch_first else first[0]
            matrices = [p.numel() for p in one.parameters() if p.dim() == 2]
            total += steps * sum(matrices) * len(seen[path])
    return total


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_the_shapes_and_the_counts_of_pytorch(name):
    module, sizes, dtypes = entry(name)
    net = from_torch(module, sizes, dtypes=dtypes)
    output, seen = run(module, sizes, dtypes)
    assert [tensor.shape for tensor in net.outputs] == flat(output)
    assert net.count_params() == sum(p.numel() for p in module.parameters())
    free = [p.numel() for p in module.parameters() if p.requires_grad]
    assert net.trainable_params == sum(free)
    ours = {}
    for row in net.all_rows(nested=True):
        if row.call is not None:
            ours.setdefault(row.name, []).append(row.outputs)
    compared = 0
    for path, shapes in seen.items():
        if "parametrizations" in path or path not in ours:
            continue
        if name == "packed":
            continue  # PyTorch has the steps of all examples in one row
        compared += len(shapes)
        assert ours[path] == shapes, path
    assert compared or not seen or name in ("transformer encoder", "packed")
    assert not any(row.note for row in net.rows)


@pytest.mark.parametrize("name", MODULES)
def test_an_open_batch_is_none(name):
    module, sizes, dtypes = entry(name)
    if name == "seq2seq with attention":
        pytest.skip("its first axis is not the batch")

    def opened(size):
        return (None, *size[1:])

    if isinstance(sizes, dict):
        left = {key: opened(size) for key, size in sizes.items()}
    elif isinstance(sizes, list):
        left = [opened(size) for size in sizes]
    else:
        left = opened(sizes)
    net = from_torch(module, left, dtypes=dtypes)
    output, _ = run(module, sizes, dtypes)
    assert [tensor.shape for tensor in net.outputs] == [
        opened(shape) for shape in flat(output)
    ]
    assert net.macs == from_torch(module, sizes, dtypes=dtypes).macs


# PyTorch's counter leaves out cells, and fused attention on a CPU.
BY_HAND = {
    "loop over a cell": 6 * (4 * 7 * (5 + 7) + 7 * 2),
    "GPT, fused attention": 319_872 + 2 * 2 * 12 * 12 * 32,
}


@pytest.mark.parametrize("name", [name for name in MODULES if name != "by name"])
def test_multiplications_are_those_that_pytorch_counts(name):
    module, sizes, dtypes = entry(name)
    # In training, attention and encoders take the path whose products are counted.
    module.train()
    for one in module.modules():
        if isinstance(one, nn.modules.batchnorm._BatchNorm | nn.Dropout):
            one.eval()
    first = sizes[0] if isinstance(sizes, list) else sizes
    batch = first[1] if name == "seq2seq with attention" else first[0]
    net = from_torch(module, sizes, dtypes=dtypes)
    args, kwargs = tensors(sizes, dtypes)
    counter = FlopCounterMode(display=False)
    with counter:
        module(*args, **kwargs)
    _, seen = run(module, sizes, dtypes)
    counted = counter.get_total_flops() // 2 // batch
    counted += lstm_macs(module, seen)
    assert net.macs == BY_HAND.get(name, counted)


def settings():
    """Yield length, window, stride, padding and dilation, small ones of every kind."""
    for i in range(3, 13):
        for k, d in [(1, 1), (2, 1), (3, 1), (2, 3), (3, 2)]:
            for s in (1, 2, 3, 5):
                for p in (0, 1):
                    if i + 2 * p > d * (k - 1) and 2 * p <= k:
                        yield i, k, s, p, d


def windowed(k, s, p, d):
    """Return a module of each kind that moves a window."""
    yield nn.Conv1d(1, 2, k, s, p, d)
    yield nn.MaxPool1d(k, s, p, d)
    yield nn.MaxPool1d(k, s, p, d, ceil_mode=True)
    if d == 1:
        yield nn.AvgPool1d(k, s, p, ceil_mode=True)
        yield nn.LPPool1d(2, k, s, ceil_mode=False)
    for extra in range(min(s, 3)):
        yield nn.ConvTranspose1d(1, 2, k, s, p, extra, dilation=d)


def test_windows_take_the_places_that_they_take_in_pytorch():
    compared = 0
    for i, k, s, p, d in settings():
        for module in windowed(k, s, p, d):
            try:
                real = module(torch.zeros(1, 1, i)).shape
            except RuntimeError:
                with pytest.raises(ShapeError):
                    from_torch(module, (1, 1, i))
                continue
            assert from_torch(module, (1, 1, i)).output_shape == real, (module, i)
            compared += 1
    assert compared > 2000


def state_of(module):
    """Return what a module and those within it hold, lists and hooks included."""
    held = []
    for one in module.modules():
        held.append(dict(vars(one)))
        held += [list(v) for v in vars(one).values() if isinstance(v, list | dict)]
    return held


class Remembers(nn.Module):
    """Leaves what it computed in attributes, lists, buffers and hooks."""

    def __init__(self, fails=False):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.again = self.conv  # one object under two names
        self.relu = nn.ReLU(inplace=True)
        self.fails = fails
        self.features, self.seen = [], {}
        self.register_buffer("steps", torch.zeros(()))
        self.conv.register_forward_hook(lambda *given: self.features.append(given))

    def forward(self, x):
        self.steps += 1
        x = self.last = self.relu(self.conv(x))
        self.features.append(x)
        self.seen["x"] = torch.rand(2)
        if self.fails:
            raise KeyboardInterrupt
        return x


@pytest.mark.parametrize("fails", [False, True])
def test_the_module_is_left_as_it_was(fails):
    module = Remembers(fails)
    before, drawn = state_of(module), torch.get_rng_state()
    if fails:
        with pytest.raises(KeyboardInterrupt):
            from_torch(module, (2, 3, 8, 8))
    else:
        net = from_torch(module, (2, 3, 8, 8))
        assert [row.name for row in net.rows] == ["input", "conv", "relu"]
        assert net.count_params() == 112
    after = state_of(module)
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert len(one) == len(other)
        pairs = (
            zip(one.items(), other.items(), strict=True)
            if isinstance(one, dict)
            else zip(one, other, strict=True)
        )
        assert all(a is b or (type(a) is tuple and a[1] is b[1]) for a, b in pairs)
    assert module.steps == 0
    assert torch.equal(torch.get_rng_state(), drawn)
    assert module(torch.zeros(1, 3, 8, 8)).shape == (1, 4, 6, 6) if not fails else True


class Chooses(nn.Module):
    """A path that depends on numbers, inside a network that does not."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x):
        return self.a(x) if x.sum() > 0 else self.b(x)


class Counts(nn.Module):
    def forward(self, x):
        return x[: int(x.max())]


def test_what_depends_on_numbers_is_one_row_with_a_note():
    module = nn.Sequential(nn.Linear(4, 6), Chooses(), nn.Linear(6, 2), Counts())
    net = from_torch(module, (5, 4))
    rows = {row.name: row for row in net.rows}
    assert rows["0"].outputs == [(5, 6)]
    assert rows["1"].outputs == [None]
    assert "forward stopped, for its path depends on numbers" in rows["1"].note
    assert rows["1"].parameters.value == 84
    assert rows["2"].parameters.value == 14
    assert net.count_params() == sum(p.numel() for p in module.parameters())
    assert net.macs is None
    assert "?" in net.table()


class Odd(nn.Module):
    """A class of PyTorch's mechanics that does not take what is no tensor."""

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            return grad

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, x):
        return self.Cube.apply(self.linear(x))


def test_a_forward_that_takes_no_symbols_is_run_on_tensors_without_numbers():
    net = from_torch(nn.Sequential(Odd(), nn.Linear(3, 2)), (None, 4))
    assert [row.outputs for row in net.rows] == [[(None, 4)], [(None, 3)], [(None, 2)]]
    assert "its forward stopped with" in net.rows[1].note
    assert net.count_params() == 15 + 8


def test_an_input_without_its_batch_is_that_of_one_example():
    for size in [(3, 16, 16), (None, 3, 16, 16)]:
        net = from_torch(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten()), size)
        assert [t.shape for t in net.outputs] == [(None, 784)]
    assert from_torch(nn.Linear(4, 2), (4,)).output_shape == (None, 2)
    assert from_torch(nn.Linear(4, 2), (7, 4)).output_shape == (7, 2)
    recurrent = nn.LSTM(4, 2, batch_first=True)
    assert from_torch(recurrent, (9, 4)).outputs[0].shape == (None, 9, 2)
    assert from_torch(nn.BatchNorm1d(4), (4,)).output_shape == (None, 4)


def test_open_lengths_are_letters():
    module = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.MaxPool2d(2), nn.ConvTranspose2d(8, 3, 2, 2)
    )
    net = from_torch(module, (None, 3, None, None))
    at = {"H": 20, "W": 31}
    *_, height, width = net.output_shape
    assert (height.substitute(at), width.substitute(at)) == (20, 30)
    real = from_torch(module, (1, 3, 20, 31))
    assert net.macs.substitute(at) == real.macs


def test_steps_first_has_its_batch_on_the_second_axis():
    net = from_torch(nn.LSTM(8, 5), (10, 3, 8))
    assert [t.shape for t in net.outputs] == [(10, 3, 5), (1, 3, 5), (1, 3, 5)]
    assert net.macs == 10 * 4 * 5 * (8 + 5)


@pytest.mark.parametrize(
    ("module", "size", "fragments"),
    [
        (nn.Linear(4, 2), (2, 5), ["made for 4 features, got 5", "in_features=5"]),
        (nn.Conv2d(3, 4, 3), (1, 8, 8, 3), ["3 channels, got 8", "channels first"]),
        (nn.Conv2d(3, 4, 3), (8, 8), ["takes an input of 4 axes", "channels, height"]),
        (nn.Conv2d(1, 4, 9), (1, 1, 6, 6), ["a window of 9 is larger than the 6"]),
        (nn.LayerNorm(5), (1, 4, 6), [r"last axes of (5,)", "(1, 4, 6)"]),
        (
            nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(100, 2)),
            (1, 1, 8, 8),
            ["layer 3, '2' (Linear)", "100 features, got 144", "(1, 4, 6, 6)"],
        ),
    ],
)
def test_what_does_not_fit_says_where_and_how_to_mend_it(module, size, fragments):
    with pytest.raises(ShapeError) as caught:
        from_torch(module, size)
    for fragment in fragments:
        assert fragment in str(caught.value)
    args, _ = tensors(size, None)
    with pytest.raises((RuntimeError, ValueError, IndexError)):
        module(*args)


def test_where_pytorch_refuses_a_function_so_does_this():
    class Wrong(nn.Module):
        def forward(self, x):
            return torch.linalg.cross(x, x)

    with pytest.raises(ShapeError, match="cross"):
        from_torch(Wrong(), (2, 5))


@pytest.mark.parametrize(
    ("value", "size", "fragment"),
    [
        (object(), (1, 3), "pass a torch.nn.Module"),
        (nn.Linear, (1, 3), "make a module of it"),
        (nn.Linear(3, 3).state_dict(), (1, 3), "pass the module itself"),
        (nn.Linear(3, 3), 3, "input_size is a shape"),
        (nn.Linear(3, 3), (1, "3"), "whole number"),
        (nn.Linear(3, 3), [], "input_size is a shape"),
    ],
)
def test_what_is_no_module_or_no_size_gets_a_sentence(value, size, fragment):
    with pytest.raises(TypeError, match=fragment):
        from_torch(value, size)


def test_frozen_shared_and_unused_parameters_count_as_in_pytorch():
    class Shares(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Linear(4, 4), nn.Linear(4, 4)
            self.two.weight = self.one.weight
            self.unused = nn.Linear(10, 10)
            self.norm = nn.BatchNorm1d(4)
            self.one.bias.requires_grad_(False)

        def forward(self, x):
            return self.norm(self.two(self.one(self.one(x))))

    module = Shares()
    net = from_torch(module, (2, 4))
    assert net.count_params() == 16 + 4 + 4 + 110 + 8
    assert net.trainable_params == net.count_params() - 4
    assert [row.first for row in net.rows if row.name == "one"] == [True, False]
    assert net.macs == 48


def fields(module, size, axis=-1):
    """Return (size, stride, padding) of what an output element sees, by gradients."""
    for one in module.modules():
        if isinstance(one, nn.Conv1d | nn.Conv2d | nn.ConvTranspose2d):
            nn.init.ones_(one.weight)
    x = torch.rand(size, dtype=torch.float64, requires_grad=True)
    out = module.double()(x)
    seen = []
    for place in (out.shape[axis] // 2, out.shape[axis] // 2 + 1):
        (grad,) = torch.autograd.grad(
            out.select(axis, place).sum(), x, retain_graph=True
        )
        on = grad.abs().sum(dim=tuple(range(x.dim() - 1))).nonzero().flatten()
        seen.append((int(on[0]), int(on[-1]), place))
    (first, last, place), (second, _, _) = seen
    stride = second - first
    return last - first + 1, stride, place * stride - first


class FirstHalf(nn.Module):
    def forward(self, x):
        return x.chunk(2, dim=1)[0]


WIDE = (1, 1, 9, 40)


@pytest.mark.parametrize(
    ("module", "size"),
    [
        (nn.Sequential(nn.Conv2d(1, 2, 7, 2, 3), nn.AvgPool2d(3, 2, 1)), (1, 1, 9, 64)),
        (nn.Sequential(nn.Conv2d(1, 2, 3, dilation=2, padding=1)), WIDE),
        (nn.Sequential(nn.ZeroPad2d(2), nn.Conv2d(1, 1, 5, stride=3)), (1, 1, 9, 60)),
        (
            nn.Sequential(nn.Conv1d(1, 2, 5, padding="same"), nn.Conv1d(2, 1, 3)),
            (1, 1, 50),
        ),
        (nn.Sequential(nn.Conv2d(1, 2, 3, 2, 1), BasicBlock(2, 4, 2)), (1, 1, 40, 80)),
        (nn.Sequential(nn.Conv2d(1, 7, 3), FirstHalf(), nn.Conv2d(4, 1, 3)), WIDE),
    ],
)
def test_an_output_element_sees_what_gradients_say(module, size):
    net = from_torch(module.eval(), size)
    field = net.rows[-1].receptive_field
    got = field.size[-1], field.stride[-1], field.padding[-1]
    assert got == fields(module, size)


def sees_all(module, size):
    """Return whether an output element depends on every place of its own example."""
    x = torch.rand(size, dtype=torch.float64, requires_grad=True)
    out = module.double().eval()(x)
    middle = [0, 0, *(length // 2 for length in out.shape[2:])]
    (grad,) = torch.autograd.grad(out[tuple(middle)], x)
    return bool((grad[0].abs().sum(dim=0) > 0).all())


NORMS = {
    "group": (lambda: nn.GroupNorm(2, 4), "whole input"),
    "one group": (lambda: nn.GroupNorm(1, 4), "whole input"),
    "instance": (lambda: nn.InstanceNorm2d(4), "whole input"),
    "instance, with means kept": (
        lambda: nn.InstanceNorm2d(4, track_running_stats=True),
        3,
    ),
    "batch": (lambda: nn.BatchNorm2d(4), 3),
    "batch, without means kept": (
        lambda: nn.BatchNorm2d(4, track_running_stats=False),
        "whole input",
    ),
    "layer, of places": (lambda: nn.LayerNorm((7, 6)), "whole input"),
    "layer, of all": (lambda: nn.LayerNorm((4, 7, 6)), "whole input"),
    "layer, of rows": (lambda: nn.LayerNorm(6), "unknown"),
    "root mean square, of places": (lambda: nn.RMSNorm((7, 6)), "whole input"),
    "local response": (lambda: nn.LocalResponseNorm(2), 3),
    "shares of channels": (lambda: nn.Softmax(1), 3),
    "shares of channels, by name": (lambda: nn.Softmax2d(), 3),
    "shares of rows": (lambda: nn.Softmax(-1), "unknown"),
    "a linear layer over rows": (lambda: nn.Linear(6, 6), "unknown"),
}


@pytest.mark.parametrize("name", NORMS)
def test_what_takes_means_over_places_sees_them(name):
    make, expected = NORMS[name]
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), make())
    field = from_torch(module.eval(), (1, 3, 9, 8)).rows[-1].receptive_field
    if expected in ("whole input", "unknown"):
        assert field == expected
    else:
        assert field.size == (expected, expected)
    assert sees_all(module, (1, 3, 9, 8)) == (field == "whole input")


# Means of a wanted number of windows: (wanted, long, what an output element sees).
ADAPTIVE = [
    (1, 8, "whole input"),
    (2, 8, (4, 4, 0)),
    (4, 8, (2, 2, 0)),
    (3, 8, "unknown"),  # windows of 3, 4 and 3
]


@pytest.mark.parametrize(("wanted", "length", "expected"), ADAPTIVE)
def test_an_adaptive_window_sees_what_gradients_say(wanted, length, expected):
    module, size = nn.AdaptiveAvgPool1d(wanted), (1, 1, length)
    field = from_torch(module, size).rows[-1].receptive_field
    x = torch.rand(size, dtype=torch.float64, requires_grad=True)
    widths, firsts = [], []
    for place in range(wanted):
        (grad,) = torch.autograd.grad(module(x)[0, 0, place], x)
        seen = grad[0, 0].nonzero().flatten()
        widths.append(len(seen))
        firsts.append(int(seen[0]))
    if isinstance(expected, tuple):
        window, stride, _ = expected
        assert (field.size[0], field.stride[0], field.padding[0]) == expected
        assert set(widths) == {window}
        assert firsts == [stride * place for place in range(wanted)]
    else:
        assert field == expected
        assert (widths == [length]) == (expected == "whole input")


@pytest.mark.parametrize("make", [lambda: nn.LayerNorm(4), lambda: nn.Softmax(-1)])
def test_a_step_of_a_sequence_sees_itself(make):
    module = nn.Sequential(nn.Linear(4, 4), make())
    rows = from_torch(module, (1, 7, 4)).rows
    assert [str(row.receptive_field) for row in rows[1:]] == [
        "ReceptiveField(size=(), stride=(), padding=())"
    ] * 2
    assert from_torch(module, (2, 4)).rows[-1].receptive_field == "whole input"


def test_its_calls_are_made_again_for_another_input():
    module, _, _ = entry("MobileNetV2")
    net = from_torch(module, (None, 3, None, None))
    again = net._infer_([(None, 3, 64, 64)], None)
    assert again.shapes == [(None, 10)]
    assert again.macs.value == from_torch(module, (5, 3, 64, 64)).macs


def test_views_work_on_it():
    module, sizes, _ = entry("U-Net")
    net = from_torch(module, sizes)
    for format in ("text", "markdown", "html", "csv", "json"):
        assert "Conv" in net.table(format=format, nested=True)
    text = str(from_torch(nn.Conv2d(3, 8, 3, 2, 1), (1, 3, 32, 32)).rows[-1].explain())
    assert "(i + 2 * p - d * (k - 1) - 1) // s + 1" in text
    assert "f * c * k_h * k_w + f = 8 * 3 * 3 * 3 + 8 = 224" in text
    assert net.memory(batch=2).total.value > 0


def test_it_takes_a_moment_for_a_large_network():
    module, _, _ = entry("ResNet-50")
    from_torch(module, (1, 3, 224, 224))
    times = []
    for _ in range(3):
        began = time.process_time()
        net = from_torch(module, (1, 3, 224, 224))
        times.append(time.process_time() - began)
    # What other tests have left to be collected only adds to the time.
    assert min(times) < 0.5
    assert net.macs == 4_089_184_256


class Through(nn.Module):
    """A module whose forward is a function of the module inside and the input."""

    def __init__(self, use, inside):
        super().__init__()
        self.use, self.inside = use, inside

    def forward(self, x):
        return self.use(self.inside, x)


@pytest.mark.parametrize(
    ("use", "inside", "words"),
    [
        (lambda m, x: m(x), nn.MultiheadAttention(8, 2), "missing 2 required"),
        (lambda m, x: m(x, x), nn.Linear(8, 2), "takes 2 positional arguments"),
        (lambda m, x: m(x, bogus=1), nn.LSTM(8, 2), "keyword argument 'bogus'"),
        (lambda m, x: torch.cat(x), nn.Linear(8, 2), "not SymbolicTensor"),
        (lambda m, x: x if x.sum() > 0 else m(x), nn.Linear(8, 2), "depends on num"),
        (lambda m, x: x * x.item(), nn.Linear(8, 2), "stopped, for a number"),
    ],
)
def test_a_note_names_what_a_reader_wrote_and_nothing_of_this_package(
    use, inside, words
):
    net = from_torch(Through(use, inside), (5, 8))
    note = next(row.note for row in net.rows if row.note)
    assert words in note
    kind = type(inside).__name__
    assert f"{kind}.forward()" in note or "forward stopped" in note
    assert not re.search(r"(?<![\w.])_\w|UnknownError|locals", note)


def rows_of(use, size, inside=None):
    """Return the rows of a forward, whose output has PyTorch's own shape."""
    module = Through(use, inside or nn.Linear(6, 6))
    net = from_torch(module, size)
    assert net.output_shape == tuple(module(torch.zeros(size)).shape)
    assert not any(row.note for row in net.rows)
    return [row.name for row in net.rows[1:]]


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (lambda m, x: x - 1, "sub"),
        (lambda m, x: 1 - x, "sub"),
        (lambda m, x: torch.zeros(6) - x, "sub"),
        (lambda m, x: torch.fmod(x, 2), "fmod"),  # no operator, for all its ending
        (lambda m, x: torch.rsub(x, 1), "rsub"),
        (lambda m, x: (x - 1).relu_().mul_(2), "sub relu mul"),
    ],
)
def test_an_operator_has_the_name_of_its_function_and_a_function_its_own(use, name):
    assert rows_of(use, (4, 6)) == name.split()


@pytest.mark.parametrize(
    ("module", "size"),
    [
        (nn.Fold((8, 6), (3, 2)), (2, 12, 30)),
        (nn.Fold(5, 3, padding=1), (2, 27, 25)),
    ],
)
def test_columns_of_windows_become_an_image(module, size):
    assert from_torch(module, size).output_shape == module(torch.zeros(size)).shape


@pytest.mark.parametrize("target", [(5, 7), (4, 7), (25,)])
def test_a_view_that_does_not_hold_what_there_is_is_refused(target):
    module = Through(lambda m, x: x.view(target), nn.Linear(6, 6))
    with pytest.raises(RuntimeError):
        module(torch.zeros(4, 6))
    with pytest.raises(ShapeError, match="view"):
        from_torch(module, (4, 6))


@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_a_lazy_module_is_asked_to_run_first():
    module = nn.Sequential(nn.LazyLinear(3), nn.ReLU())
    with pytest.raises(TypeError, match="run the module once on an input"):
        from_torch(module, (4, 6))
    module(torch.zeros(4, 6))
    assert from_torch(module, (4, 6)).count_params() == 21
