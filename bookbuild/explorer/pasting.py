"""Run a reader's lines of Keras, with `byhand.shapes` in the place of Keras.

The lines are read before they run: what they import and name must be what building a
model takes. They run where the reader is, in a worker of the browser, which holds
nothing but the book; a line that never ends is ended with the worker.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import sys
from types import ModuleType
from typing import Any

import byhand.shapes
from bookbuild.explorer.errors import AskedError
from byhand.shapes.escaping import visible
from byhand.shapes.network import Network

LONGEST = 200_000  # characters
NAME = "the lines"  # of the code, in tracebacks
PRINTED = 20_000  # characters of what the lines print
DEEPEST = 400  # calls within calls
AS_KERAS = {"keras", "tf_keras"}
# Modules of the standard library that lines which build a model use.
PLAIN = {
    "__future__",
    "collections",
    "dataclasses",
    "functools",
    "itertools",
    "math",
    "random",
    "typing",
}
# What reads files, runs text, or asks the reader.
WITHHELD = (
    "breakpoint",
    "compile",
    "eval",
    "exec",
    "exit",
    "help",
    "input",
    "open",
    "quit",
)
# Names with underscores on both sides that a class or a script writes.
SPECIAL = {"__call__", "__class__", "__init__", "__name__", "__doc__", "__file__"}


class Printed(io.StringIO):
    """What lines print, up to a length."""

    def write(self, text: str) -> int:
        """Keep what there is room for; the rest is dropped."""
        room = PRINTED - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)


class Ran:
    """What lines left.

    Attributes
    ----------
    networks : dict of str to Network
        The models by the names of their variables, in the order in which they were
        first named.
    printed : str
        What was printed.
    """

    def __init__(self, networks: dict[str, Network], printed: str) -> None:
        self.networks = networks
        self.printed = printed


def run(lines: str) -> Ran:
    r"""Run lines that build a model.

    Parameters
    ----------
    lines : str
        Python, as it is written for Keras.

    Returns
    -------
    Ran
        The models that the lines leave, and what they print.

    Raises
    ------
    AskedError
        If the lines cannot be read, are stopped by an error, or leave no model.

    Examples
    --------
    >>> ran = run("import keras\nnet = keras.Sequential([keras.Input((3,))])")
    >>> list(ran.networks)
    ['net']
    """
    code = compiled(lines)
    printed = Printed()
    space: dict[str, Any] = {
        "__name__": "__main__",
        "__builtins__": _builtins(),
        # What a chapter's lines take for granted.
        "keras": byhand.shapes,
        "layers": byhand.shapes.layers,
    }
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(_depth() + DEEPEST)
        with contextlib.redirect_stdout(printed):
            exec(code, space)  # noqa: S102  the reader's own, where the reader is
    except BaseException as error:  # whatever ends them, SystemExit as well
        raise AskedError(_said(error)) from None
    finally:
        sys.setrecursionlimit(limit)
    found = {
        name: value
        for name, value in space.items()
        if isinstance(value, Network) and not name.startswith("_")
    }
    if not found:
        raise AskedError(
            "The lines leave no model: give one a name, as in "
            "model = keras.Sequential([...])."
        )
    return Ran(found, printed.getvalue())


def compiled(lines: str) -> Any:
    """Return lines as code, or refuse what no model needs.

    Parameters
    ----------
    lines : str
        Python.

    Raises
    ------
    AskedError
        If they are too long, no Python, or reach for more than a model takes.
    """
    if len(lines) > LONGEST:
        raise AskedError(
            f"There are {len(lines):,} characters, and at most {LONGEST:,} are read; "
            "paste the lines that build the model alone."
        )
    try:
        tree = ast.parse(lines, NAME)
        for node in ast.walk(tree):
            _look_at(node)
        return compile(tree, NAME, "exec")
    except SyntaxError as error:
        raise AskedError(
            f"Line {error.lineno or 1} is no Python: {error.msg}."
        ) from None
    except ValueError as error:
        if isinstance(error, AskedError):
            raise
        raise AskedError(f"The lines are no Python: {error}.") from None
    except (RecursionError, MemoryError):
        raise AskedError(
            "The lines are nested too deeply to be read; write them in fewer brackets."
        ) from None


def _look_at(node: ast.AST) -> None:
    """Refuse a part of the lines that no model needs."""
    line = getattr(node, "lineno", 1)
    if isinstance(node, ast.Import):
        for alias in node.names:
            _allowed(alias.name, line)
    elif isinstance(node, ast.ImportFrom):
        if node.level:
            raise AskedError(f"Line {line} imports from a package; paste its lines.")
        _allowed(node.module or "", line)
    name = getattr(node, "attr", None) or getattr(node, "id", None)
    if (
        isinstance(name, str)
        and name.startswith("__")
        and name.endswith("__")
        and name not in SPECIAL
    ):
        raise AskedError(
            f"Line {line} uses {visible(name)}, which building a model does not need; "
            "leave it out."
        )


def _allowed(module: str, line: int) -> None:
    """Refuse a module that is not here."""
    root = module.partition(".")[0]
    if root in AS_KERAS | PLAIN or module in ("byhand", "byhand.shapes"):
        return
    if module.startswith("byhand.shapes.") or module == "tensorflow":
        return
    if module.startswith("tensorflow.keras") or module.startswith(
        "tensorflow.python.keras"
    ):
        return
    raise AskedError(
        f"Line {line} imports {visible(module)}, which is not here: only Keras's "
        f"names are, and of Python {', '.join(sorted(PLAIN - {'__future__'}))}. Paste "
        "the lines that build the model."
    )


class _TensorFlow(ModuleType):
    """TensorFlow, of which Keras alone is here."""

    keras = byhand.shapes

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"tensorflow.{visible(name)} is not here: only tensorflow.keras is"
        )


def _import(
    name: str,
    globals: Any = None,
    locals: Any = None,
    fromlist: Any = (),
    level: int = 0,
) -> Any:
    """Import what a model needs, with `byhand.shapes` for Keras."""
    root, _, rest = name.partition(".")
    if root in PLAIN or root == "byhand":
        return builtins.__import__(name, globals, locals, fromlist, level)
    if root in AS_KERAS:
        top: Any = byhand.shapes
    elif root == "tensorflow":
        top = _TensorFlow("tensorflow")
        rest = rest.removeprefix("python.")
    else:
        raise ImportError(f"{visible(name)} is not here: only Keras's names are")
    leaf = top
    for part in rest.split(".") if rest else []:
        try:
            leaf = getattr(leaf, part)
        except AttributeError as error:
            raise ImportError(str(error)) from None
    return leaf if fromlist else top


def _builtins() -> dict[str, Any]:
    """Return what lines may call without an import."""
    held = {name: getattr(builtins, name) for name in dir(builtins)}
    for name in WITHHELD:
        held[name] = _withheld(name)
    held["__import__"] = _import
    return held


def _withheld(name: str) -> Any:
    """Return what says that a function is not here."""

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError(f"{name}() is not here; leave it out")

    return refuse


def _depth() -> int:
    """Return how many calls are open."""
    frame = sys._getframe()
    depth = 0
    while frame:
        depth += 1
        frame = frame.f_back  # type: ignore[assignment]
    return depth


def _said(error: BaseException) -> str:
    """Return an error of a reader's lines as a sentence."""
    line = _line_of(error)
    where = f"Line {line}: " if line else ""
    if isinstance(error, RecursionError):
        return f"{where}a function calls itself without end, or too deeply."
    # A length that no address of 32 bits reaches, as the browser's Python has them.
    too_long = isinstance(error, OverflowError) and "index-sized" in str(error)
    if isinstance(error, MemoryError) or too_long:
        return f"{where}this takes more memory than there is."
    if isinstance(error, SystemExit):
        return f"{where}the lines end themselves; leave that out."
    said = visible(" ".join(str(error).split()), most=2000)
    kind = type(error).__name__
    words = (
        isinstance(error, ValueError | TypeError | ImportError | AttributeError)
        and said
    )
    text = said if words else f"{kind}: {said}" if said else kind
    return f"{where}{text}"


def _line_of(error: BaseException) -> int:
    """Return the last of the reader's lines that an error passed; 0 if none."""
    line = 0
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
