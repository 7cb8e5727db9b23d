"""Modules with temporary methods `forward`, and an ear on functions of PyTorch."""

from __future__ import annotations

from byhand.shapes.live_torch.modules import rule_of
from byhand.shapes.live_torch.symbols import (
    OPERATORS,
    holds_batch,
    symbols_in,
)
from byhand.shapes.live_torch.tracing.walking import all_modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from byhand.shapes.live_torch.tracing.tracer import Tracer

HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
)


class patched:  # noqa: N801  read as a statement: with patched(tracer)
    """While it is entered, every module has a `forward` of the tracer's.

    Whatever `forward` leaves in attributes, lists and dictionaries of the modules is
    taken back at the end, and so is what it drew of random numbers.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def __enter__(self) -> None:
        tracer = self._tracer
        root = tracer._root
        modules = [root, *all_modules(root)]
        self._before = [(module, _kept(vars(module))) for module in modules]
        torch = tracer.torch
        self._mode: Any = None
        self._random: Any = None
        for module in modules:
            held = vars(module)
            for name in HOOKS:
                if held.get(name):
                    held[name] = type(held[name])()
            if module is not root:
                held["forward"] = _replacement(tracer, module)
        if torch is not None:
            self._random = torch.get_rng_state()
            self._mode = _mode(tracer)
            self._mode.__enter__()

    def __exit__(self, *error: Any) -> None:
        if self._mode is not None:
            self._mode.__exit__(*error)
        for module, before in self._before:
            _restore(vars(module), before)
        if self._random is not None:
            self._tracer.torch.set_rng_state(self._random)


class suspended:  # noqa: N801  read as a statement
    """While it is entered, the modules have their own `forward` again."""

    def __init__(self, tracer: Tracer) -> None:
        self._modules = list(all_modules(tracer._root))

    def __enter__(self) -> None:
        self._held = [vars(module).pop("forward", None) for module in self._modules]

    def __exit__(self, *error: Any) -> None:
        for module, forward in zip(self._modules, self._held, strict=True):
            if forward is not None:
                vars(module)["forward"] = forward


def _replacement(tracer: Tracer, module: Any) -> Any:
    """Return the temporary `forward` of a module."""
    if rule_of(module) is not None:
        return lambda *args, **kwargs: tracer.step(module, args, kwargs)
    own = module.forward
    return lambda *args, **kwargs: tracer.block(module, own, args, kwargs)


def _mode(tracer: Tracer) -> Any:
    """Return a mode of PyTorch in which the tracer sees every function."""
    torch = tracer.torch
    # In place on a tensor with numbers, such as a counter: not to be done.
    owned = {
        id(value)
        for kind in (tracer._root.named_parameters, tracer._root.named_buffers)
        for _, value in kind()
    }

    class Mode(torch.overrides.TorchFunctionMode):  # type: ignore[misc,name-defined]
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = kwargs or {}
            name = str(getattr(function, "__name__", ""))
            if any(True for _ in symbols_in([args, kwargs])) or holds_batch(
                [args, kwargs]
            ):
                return tracer.function(function, args, kwargs)
            changes = name.endswith("_") and not name.endswith("__")
            changes = changes or name in ("__setitem__", "__set__", *IN_PLACE)
            if changes and args and id(args[0]) in owned:
                return args[0]
            return function(*args, **kwargs)

    return Mode()


def _kept(held: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a module's attributes, and what those that can grow hold."""
    contents = {
        name: value.copy()
        for name, value in held.items()
        if isinstance(value, list | dict | set)
    }
    return dict(held), contents


def _restore(held: dict[str, Any], before: tuple[Any, Any]) -> None:
    """Give a module its attributes back."""
    attributes, contents = before
    held.clear()
    held.update(attributes)
    for name, content in contents.items():
        value = held[name]
        if isinstance(value, list):
            value[:] = content
        else:
            value.clear()
            value.update(content)


IN_PLACE = {f"__i{name}__" for name in OPERATORS}
