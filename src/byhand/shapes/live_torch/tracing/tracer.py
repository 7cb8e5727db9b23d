"""A module's `forward`, run on symbolic tensors.

While it runs, each module has a temporary `forward`: those that PyTorch itself gives
follow a rule, and the others run their own and note what they call. PyTorch is not
imported: where it is loaded, for the module came from it, it is asked about the shapes
of functions without a rule, on tensors that hold no numbers.
"""

from __future__ import annotations

from byhand.shapes.errors import ReadError, ShapeError, UnsupportedError
from byhand.shapes.live_torch.lengths import (
    Batch,
    Lengths,
    MissingAxisError,
    hidden,
    shown,
)
from byhand.shapes.live_torch.modules import LETTERS, PACKED, SEVERAL, rule_of
from byhand.shapes.live_torch.rules import FUNCTIONS, UNCOUNTED
from byhand.shapes.live_torch.steps import Block, Step, TorchNetwork
from byhand.shapes.live_torch.symbols import (
    SymbolicTensor,
    UnknownError,
    is_symbol,
    replaced,
    symbols_in,
)
from byhand.shapes.live_torch.tracing.arguments import (
    filler,
    flat,
    in_examples,
    plain_name,
    rebuilt,
    replaced_result,
)
from byhand.shapes.live_torch.tracing.patching import patched, suspended
from byhand.shapes.live_torch.tracing.walking import (
    all_modules,
    children_of,
    device_of,
    modules_of,
)
from byhand.shapes.live_torch.tracing.words import as_forward, brief, reason
from byhand.shapes.naming import snake_case
from byhand.shapes.outcome import POINT, UNKNOWN, Inner, Outcome, WeightSpec, inside
from byhand.shapes.tensor import Arguments, Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

# Functions that change no number's place or value: they leave no row.
UNSEEN = frozenset(
    """
        contiguous to float double half bfloat16 long int short bool byte char type
        type_as cpu cuda detach detach_ clone requires_grad_ requires_grad positive
        resolve_conj resolve_neg refine_names rename align_to alias view_as_real
        pin_memory retain_grad share_memory_ dequantize lift_fresh
    """.split()
)
QUERIES = frozenset(
    """
        size dim numel nelement is_contiguous is_floating_point is_complex stride
        element_size get_device
    """.split()
)
DTYPES = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "bfloat16": "bfloat16",
    "long": "int64",
    "int": "int32",
    "bool": "bool",
}
COMPARISONS = frozenset(
    """
        eq ne lt le gt ge isnan isinf isfinite isclose logical_and logical_or
        logical_not logical_xor any all
    """.split()
)


class Tracer:
    """One run of a module's `forward`.

    Parameters
    ----------
    module : torch.nn.Module
        What is run.
    batch : Batch or None
        The batch of the inputs.
    torch : module or None
        PyTorch, where it is loaded.
    """

    def __init__(self, module: Any, batch: Batch | None, torch: Any) -> None:
        self.batch = batch
        self.torch = torch
        self.device = device_of(module, torch)
        self.refused: type[ShapeError] | None = None
        self._root = module
        self._frames: list[list[Any]] = [[]]
        self._paths = dict(modules_of(module))
        self._specs: dict[int, WeightSpec] = {}
        self._owned: set[int] = set()  # parameters that a row holds already
        self._kept: list[Any] = []  # so that no identity is used twice
        self._layers: dict[int, Any] = {}
        self._counts: dict[str, int] = {}

    # --- layers

    def layer(self, module: Any) -> Any:
        """Return the layer of a module, the same at every call."""
        layer = self._layers.get(id(module))
        if layer is None:
            layer = self._layers[id(module)] = self._made(module)
        return layer

    def _made(self, module: Any) -> Any:
        """Return a new layer for a module."""
        kind = type(module).__name__
        name = self._paths.get(id(module)) or snake_case(kind)
        rule = rule_of(module)
        if rule is None:
            block = Block(kind, name, self._weights(module, recurse=False))
            self._layers[id(module)] = block
            block.children = [self.layer(child) for child in children_of(module)]
            return block
        known, _ = rule
        weights = self._weights(module, recurse=True, letters=LETTERS.get(known, {}))
        return Step(
            kind,
            name,
            lambda lengths: None,
            self.batch,
            weights,
            several=SEVERAL.get(known, 1),
            pack=PACKED.get(known),
        )

    def _weights(
        self, module: Any, *, recurse: bool, letters: Any = None
    ) -> list[WeightSpec]:
        """Return the specifications of a module's parameters, shared ones the same."""
        found = []
        for name, parameter in module.named_parameters(recurse=recurse):
            found.append(self.spec(parameter, name, (letters or {}).get(name, ())))
        return found

    def spec(
        self, parameter: Any, name: str = "parameter", letters: Sequence[str] = ()
    ) -> WeightSpec:
        """Return the specification of a parameter, the same for the same one.

        Raises
        ------
        UnsupportedError
            If it has no shape before the module has run.
        """
        spec = self._specs.get(id(parameter))
        if spec is None:
            try:
                shape = [int(length) for length in parameter.shape]
            except RuntimeError:
                raise UnsupportedError(
                    f"the parameter {name} has no shape yet, as in PyTorch's lazy "
                    "modules; run the module once on an input, then read it"
                ) from None
            if len(letters) != len(shape):
                letters = [f"n_{k}" for k in range(1, len(shape) + 1)]
            axes = dict(zip(letters, shape, strict=True))
            trainable = bool(parameter.requires_grad)
            spec = self._specs[id(parameter)] = WeightSpec(
                name, axes, trainable=trainable
            )
            self._kept.append(parameter)
        return spec

    # --- calls

    def _called(
        self, layer: Any, symbols: Sequence[SymbolicTensor]
    ) -> list[SymbolicTensor]:
        """Apply a layer, keep the call, and return its outputs."""
        arguments = Arguments([symbol.tensor for symbol in symbols])
        try:
            call = layer._apply_(arguments)
        except ShapeError:
            self.refused = self.refused or getattr(layer, "refused", None)
            raise
        self._frames[-1].append(call)
        dtype = next((symbol.dtype for symbol in symbols), None)
        return [self._symbol(tensor, dtype) for tensor in call.outputs]

    def _symbol(self, tensor: Tensor, dtype: Any = None) -> SymbolicTensor:
        """Return a symbolic tensor that stands for a tensor."""
        unknown = tensor.shape is None
        lengths = None if unknown else hidden(tensor.shape or (), self.batch)
        return SymbolicTensor(self, tensor, lengths, dtype)

    def constant(self, value: Any) -> SymbolicTensor:
        """Return a symbolic tensor for one that does not come from the inputs."""
        shape = tuple(int(length) for length in value.shape)
        return SymbolicTensor(
            self, Tensor(shape), Lengths(shape), getattr(value, "dtype", None)
        )

    def is_real(self, value: Any) -> bool:
        """Return whether a value is a tensor with numbers."""
        kind = getattr(self.torch, "Tensor", None)
        return kind is not None and not is_symbol(value) and isinstance(value, kind)

    def knows(self, name: str) -> bool:
        """Return whether tensors have a method of this name."""
        if name.rstrip("_") in FUNCTIONS or name in UNSEEN or name in QUERIES:
            return True
        return hasattr(getattr(self.torch, "Tensor", None), name)

    def step(self, module: Any, args: Any, kwargs: Any) -> Any:
        """Call one of PyTorch's own modules."""
        layer: Step = self.layer(module)
        packed = next((one for one in args if hasattr(one, "batch_sizes")), None)
        args = replaced(args, self._wrapped)
        kwargs = replaced(kwargs, self._wrapped)
        symbols = list(symbols_in([args, kwargs]))
        _, rule = rule_of(module) or ("", None)
        fill = filler([args, kwargs])

        def bound(lengths: list[Any]) -> Any:
            given, named = fill(lengths)
            try:
                return rule(module, *given, **named)  # type: ignore[misc]
            except ShapeError:
                raise
            except _FAULTS as error:
                said = as_forward(error, rule, layer._kind_)
                note = f"it is called in a way that is not known here: {said}"
                outs = [None] * SEVERAL.get(layer._kind_, 1)
                return Outcome(outs, macs=None, field=UNKNOWN, note=note)

        layer.rule = bound
        outputs = self._called(layer, symbols)
        if layer._specs_ and symbols and layer._kind_.startswith("Embedding"):
            weight = next(iter(module.parameters()), None)
            for symbol in outputs:
                symbol.dtype = getattr(weight, "dtype", None)
        if packed is not None and not is_symbol(packed):
            outputs[0] = type(packed)(outputs[0], *packed[1:])
        return layer.pack(outputs) if layer.pack else outputs[0]

    def _wrapped(self, value: Any) -> Any:
        """Return a symbolic tensor in place of one with numbers."""
        return self.constant(value) if self.is_real(value) else value

    def block(self, module: Any, forward: Any, args: Any, kwargs: Any) -> Any:
        """Run the `forward` of a module that is made of others."""
        layer: Block = self.layer(module)
        symbols = list({id(s): s for s in symbols_in([args, kwargs])}.values())
        outer = [symbol.tensor for symbol in symbols]
        starts = [Tensor(tensor.shape, dtype=tensor.dtype) for tensor in outer]
        for symbol, start in zip(symbols, starts, strict=True):
            symbol.tensor = start
        self._frames.append([])
        why = ""
        try:
            result = forward(*args, **kwargs)
        except ShapeError:
            raise
        except Exception as error:
            # Whatever a reader's own code meets: the rest is still said.
            why = f"its forward stopped{reason(error)}"
            result = self._by_running(module, args, kwargs)
        finally:
            calls = self._frames.pop()
            for symbol, tensor in zip(symbols, outer, strict=True):
                if symbol.tensor in starts:
                    symbol.tensor, kept = tensor, symbol.tensor
                    starts[starts.index(kept)] = kept
                else:
                    symbol.tensor = tensor
        return self._left(layer, result, why, outer, starts, calls)

    def _left(
        self,
        layer: Block,
        result: Any,
        why: str,
        outer: Sequence[Tensor],
        starts: Sequence[Tensor],
        calls: Sequence[Any],
    ) -> Any:
        """Make a module's call of what its `forward` gave."""
        inner_of = dict(zip(map(id, outer), starts, strict=True))
        result = replaced_result(result, lambda symbol: self._again(symbol, inner_of))
        ends = list({id(s): s for s in symbols_in(result)}.values())
        if why:
            shapes = [symbol.tensor.shape for symbol in ends] or [None]
            outcome = Outcome(shapes, macs=None, field=UNKNOWN, note=why)
        else:
            tensors = [symbol.tensor for symbol in ends]
            outcome = inside(Inner(starts, calls, tensors))
        layer.give(outcome)
        call = layer._apply_(Arguments(outer))
        self._frames[-1].append(call)
        for symbol, tensor in zip(ends, call.outputs, strict=False):
            symbol.tensor = tensor
        if why and not ends:
            return self._symbol(call.outputs[0])
        return result

    def _again(self, symbol: SymbolicTensor, inner_of: Any) -> SymbolicTensor:
        """Return a new symbol for an input that is given back as it is."""
        start = inner_of.get(id(symbol.tensor))
        if start is None:
            return symbol
        return SymbolicTensor(self, start, symbol.lengths, symbol.dtype)

    # --- functions

    def function(self, function: Any, args: Any, kwargs: Any) -> Any:
        """Apply one of PyTorch's functions, which met a symbolic tensor."""
        name = str(getattr(function, "__name__", function))
        if name in ("__get__", "__set__"):
            attribute = str(getattr(function.__self__, "__name__", ""))
            if name == "__get__" and is_symbol(args[0]):
                return getattr(args[0], attribute)
            return function(*args, **kwargs)
        return self.named(name, args, kwargs, function)

    def named(self, name: str, args: Any, kwargs: Any, function: Any = None) -> Any:
        """Apply a function by its name."""
        first: Any = args[0] if args else None
        if name in QUERIES and is_symbol(first):
            return getattr(first, name)(*args[1:], **kwargs)
        if name in UNSEEN:
            return self._retyped(name, args, kwargs)
        if name in ("view_as", "reshape_as"):
            name, args = "reshape", (first, *args[1].shape)
        named_here = plain_name(name)
        outputs = self._applied(named_here, name, args, kwargs, function)
        in_place = name.endswith("_") and not name.endswith("__")
        if (in_place or name == "__setitem__") and is_symbol(first):
            (made,) = symbols_in(outputs)
            first.tensor = made.tensor
            return first
        return outputs

    def _retyped(self, name: str, args: Any, kwargs: Any) -> Any:
        """Return the same tensor, perhaps of another type."""
        symbol = next(symbols_in(args), None)
        if symbol is None:
            return args[0]
        dtype = symbol.dtype
        if name in DTYPES and self.torch is not None:
            dtype = getattr(self.torch, DTYPES[name])
        for value in [*args, *kwargs.values()]:
            if self.torch is not None and isinstance(value, self.torch.dtype):
                dtype = value
        return SymbolicTensor(self, symbol.tensor, symbol.lengths, dtype)

    def _applied(
        self, name: str, written: str, args: Any, kwargs: Any, function: Any
    ) -> Any:
        """Make a call of a function."""
        weights: list[WeightSpec] = []

        def taken(value: Any) -> Any:
            if self.is_real(value):
                if id(value) in self._specs and id(value) not in self._owned:
                    self._owned.add(id(value))
                    weights.append(self._specs[id(value)])
                return self.constant(value)
            return value

        args, kwargs = replaced(args, taken), replaced(kwargs, taken)
        symbols = list(symbols_in([args, kwargs]))
        fill = filler([args, kwargs])
        known = FUNCTIONS.get(name)
        dtypes: list[Any] = []

        def rule(lengths: list[Any]) -> Any:
            given, named = fill(lengths)
            refusal: ShapeError | None = None
            if known is not None:
                named = {k: v for k, v in named.items() if k not in _PLACES}
                try:
                    return known(*given, **named)
                except MissingAxisError:
                    raise
                except ShapeError as error:
                    refusal = error  # PyTorch has the last word
                except _FAULTS:
                    pass  # arguments that the rule does not know
            types = [symbol.dtype for symbol in symbols]
            result, found = self._asked(
                written, function, [args, kwargs], lengths, types
            )
            if refusal is not None and not found:
                raise refusal
            dtypes[:] = found
            return result

        number = self._counts[name] = self._counts.get(name, 0) + 1
        label = name if number == 1 else f"{name}_{number - 1}"
        layer = Step(name, label, rule, self.batch, weights)
        outputs = self._called(layer, symbols)
        for symbol, dtype in zip(outputs, dtypes, strict=False):
            symbol.dtype = dtype
        if name in COMPARISONS and self.torch is not None:
            outputs[0].dtype = self.torch.bool
        if name in ("argmax", "argmin") and self.torch is not None:
            outputs[0].dtype = self.torch.int64
        return layer.pack(outputs) if layer.pack else outputs[0]

    def _asked(
        self, name: str, function: Any, given: Any, lengths: Any, dtypes: Any
    ) -> tuple[Any, list[Any]]:
        """Ask PyTorch itself about a function, on tensors that hold no numbers."""
        torch = self.torch
        if function is None and torch is not None:
            function = getattr(torch.Tensor, name, None) or getattr(
                torch.Tensor, f"__{name}__", None
            )
        why = f"no rule is known here for {name}"
        if (
            torch is None
            or function is None
            or any(not isinstance(n, int) for shape in lengths for n in shape)
        ):
            return Outcome([None], macs=None, field=UNKNOWN, note=why), []

        def run(examples: int) -> Any:
            left = iter(zip(lengths, dtypes, strict=True))

            def plain(value: Any) -> Any:
                if is_symbol(value):
                    shape, dtype = next(left)
                    return torch.empty(
                        [in_examples(n, examples) for n in shape],
                        dtype=dtype,
                        device="meta",
                    )
                return in_examples(value, examples)

            args, kwargs = replaced(given, plain)
            kwargs = {k: "meta" if k == "device" else v for k, v in kwargs.items()}
            return function(*args, **kwargs)

        size = self.batch.size if self.batch is not None else 1
        try:
            one = run(size)
        except (NotImplementedError, UnknownError) as error:
            note = f"{why}: {brief(error)}"
            return Outcome([None], macs=None, field=UNKNOWN, note=note), []
        except Exception as error:
            if "meta" in str(error) or "dtype" in str(error):
                note = f"{why}: {brief(error)}"
                return Outcome([None], macs=None, field=UNKNOWN, note=note), []
            raise ShapeError(f"{name} refuses it: {brief(error)}") from None
        try:
            other = run(size + 1) if self.batch is not None else one
        except Exception:
            other = one  # a number that was the batch's is fixed in the module
        return self._answer(name, one, other, lengths)

    def _answer(
        self, name: str, one: Any, other: Any, lengths: Any
    ) -> tuple[Any, list[Any]]:
        """Return an outcome from what two sizes of the batch gave."""
        tensors = [part for part in flat(one) if self.is_real(part)]
        others = [part for part in flat(other) if self.is_real(part)]
        if not tensors:
            raise UnknownError(f"{name} gives no tensor")
        shapes = [
            Lengths(map(self._compared, a.shape, b.shape))
            for a, b in zip(tensors, others, strict=True)
        ]
        counted = name not in UNCOUNTED
        note = "" if counted else f"what {name} costs is not counted"
        first = lengths[0] if lengths else ()
        field = POINT if len(first) <= 2 else UNKNOWN
        outcome = Outcome(shapes, field=field, note=note)
        if not counted:
            outcome.macs = None
        dtypes = [tensor.dtype for tensor in tensors]
        if self.is_real(one):
            return outcome, dtypes

        def pack(parts: Sequence[Any]) -> Any:
            left = iter(parts)
            return rebuilt(one, lambda part: next(left) if self.is_real(part) else part)

        return (outcome, pack), dtypes

    def _compared(self, one: int, other: int) -> Any:
        """Return a length, as a multiple of the batch where it grew with it."""
        if self.batch is not None and other > one:
            times = other - one
            if times * self.batch.size == one:
                return self.batch.scaled(times)
        return int(one)

    def _by_running(self, module: Any, args: Any, kwargs: Any) -> Any:
        """Return what a module gives on tensors that hold no numbers, or unknown."""
        torch = self.torch
        call = getattr(getattr(torch, "func", None), "functional_call", None)
        symbols = list(symbols_in([args, kwargs]))
        if call is None or any(
            symbol.lengths is None
            or not all(isinstance(n, int) for n in symbol.lengths)
            for symbol in symbols
        ):
            return None
        state = {
            name: torch.empty_like(value, device="meta")
            for kind in (module.named_parameters, module.named_buffers)
            for name, value in kind()
        }

        def run(examples: int) -> Any:
            def plain(value: Any) -> Any:
                if is_symbol(value):
                    return torch.empty(
                        [in_examples(n, examples) for n in value.lengths],
                        dtype=value.dtype,
                        device="meta",
                    )
                if self.is_real(value):
                    return torch.empty_like(value, device="meta")
                return in_examples(value, examples)

            given, named = replaced([args, kwargs], plain)
            with suspended(self):
                return call(module, state, tuple(given), named)

        size = self.batch.size if self.batch is not None else 1
        try:
            one = run(size)
            other = run(size + 1) if self.batch is not None else one
        except Exception:
            return None
        others = iter([part for part in flat(other) if self.is_real(part)])

        def symbolic(part: Any) -> Any:
            if not self.is_real(part):
                return part
            lengths = Lengths(map(self._compared, part.shape, next(others).shape))
            return SymbolicTensor(self, Tensor(shown(lengths)), lengths, part.dtype)

        return rebuilt(one, symbolic)

    # --- the whole

    def run(self, args: Any, kwargs: Any) -> TorchNetwork:
        """Run the module on symbolic inputs, and return its network."""
        root = self._root
        for module in self._paths_first():
            self.layer(module)
        inputs = [symbol.tensor for symbol in symbols_in([args, kwargs])]
        kind = type(root).__name__
        note = ""
        result: Any = None
        with patched(self):
            if rule_of(root) is not None:
                result = self.step(root, args, kwargs)
            else:
                try:
                    result = root.forward(*args, **kwargs)
                except ShapeError:
                    raise
                except Exception as error:
                    note = f"forward stopped{reason(error)}"
                    result = self._by_running(root, args, kwargs)
        calls = self._frames[0]
        outputs = list({id(s): s for s in symbols_in(result)}.values())
        layer = self.layer(root)
        whole = isinstance(layer, Step)
        children = [layer] if whole else layer.children
        if note:
            calls += self._not_called(calls, children, note)
        if not calls and not outputs:
            raise ReadError(f"{kind} gives no tensor; there is nothing to show")
        ends = [symbol.tensor for symbol in outputs]
        ends = ends or [tensor for call in calls[-1:] for tensor in call.outputs]
        return TorchNetwork(
            kind,
            Inner(inputs, calls, ends),
            weights=[] if whole else layer._specs_,
            children=children,
        )

    def _not_called(
        self, calls: Sequence[Any], children: Sequence[Any], note: str
    ) -> list[Any]:
        """Return rows of unknown shapes for the modules that were not come to."""
        seen = {id(call.layer) for call in calls}
        rows = []
        for layer in children:
            if id(layer) not in seen:
                outcome = Outcome([None], macs=None, field=UNKNOWN, note=note)
                block = layer if isinstance(layer, Block) else None
                if block is not None:
                    block.give(outcome)
                    rows.append(block._apply_(Arguments()))
                else:
                    layer.rule = lambda lengths, outcome=outcome: outcome
                    rows.append(layer._apply_(Arguments()))
        return rows

    def _paths_first(self) -> Iterator[Any]:
        """Yield every module, the root first."""
        yield self._root
        yield from all_modules(self._root)


# What a rule may do with arguments that it does not expect.
_FAULTS = (
    TypeError,
    AttributeError,
    ValueError,
    LookupError,
    ArithmeticError,
)
_PLACES = ("dtype", "device", "out", "layout", "memory_format", "inplace", "generator")
