"""Mutate a part of the package at random, and see whether its tests notice.

Each mutant is src/byhand/gradients, or src/byhand/shapes, with one place changed: an
operator, a comparison, a number, a condition, a returned value, a call. Its tests run
in a copy of the tree; a mutant is killed where a test fails, or where the tests do not
end in time. A survivor shows what no test holds, or a change that changes nothing. A
mutant that can only move what is drawn is counted apart: what a picture is to look
like, a person sees, and few tests do.

    python benchmarks/mutants.py --count 200 --results mutants.json
    python benchmarks/mutants.py --results mutants.json --survivors
    python benchmarks/mutants.py --package shapes --results shapes.json

The results are kept after every mutant, and a run that was stopped goes on from them.
"""

import argparse
import ast
import concurrent.futures
import dataclasses
import hashlib
import io
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tokenize
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
CODE = Path("src/byhand")
TESTS = Path("tests")
COPIED = ["src/byhand", "tests", "pyproject.toml"]

OPERATORS = {
    "+": ["-"],
    "-": ["+"],
    "*": ["/"],
    "/": ["*"],
    "//": ["*"],
    "%": ["+"],
    "**": ["*"],
    "@": ["*"],
    "&": ["|"],
    "|": ["&"],
    "<<": [">>"],
    ">>": ["<<"],
    "<": ["<=", ">"],
    "<=": ["<", ">"],
    ">": [">=", "<"],
    ">=": [">", "<"],
    "==": ["!="],
    "!=": ["=="],
    "in": ["not in"],
    "not in": ["in"],
    "is": ["is not"],
    "is not": ["is"],
    "and": ["or"],
    "or": ["and"],
    "+=": ["-="],
    "-=": ["+="],
    "*=": ["/="],
    "/=": ["*="],
    "|=": ["&="],
    "&=": ["|="],
}

# Functions that are taken for one another.
CALLS = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "fmin": "fmax",
    "fmax": "fmin",
    "nanmin": "nanmax",
    "nanmax": "nanmin",
    "argmin": "argmax",
    "argmax": "argmin",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
    "isnan": "isfinite",
    "isfinite": "isnan",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "median": "max",
    "abs": "float",
}

# What is left alone, and said to be in the output.
LEFT_ALONE = (
    "docstrings, annotations, decorators, texts (messages and names), imports, "
    "TYPE_CHECKING, __all__, and the drawing of reports "
    "(plot, _repr_html_, __repr__)"
)
NOT_LOGIC = {"plot", "_repr_html_", "__repr__"}
NOT_VALUES = {"__all__", "TYPE_CHECKING"}

HANG = 4.0  # times as long as the tests take without a change, and then some seconds
MEMORY = 16 * 2**30  # bytes of address space, for mutants that never stop to ask for it


@dataclasses.dataclass(frozen=True)
class Package:
    """A part of byhand that is mutated.

    Attributes
    ----------
    name : str
        Its folder in src/byhand, and that of its tests.
    drawing : set of str
        Its modules, or folders of modules, that draw and do nothing else.
    """

    name: str
    drawing: frozenset[str] = frozenset()

    @property
    def code(self):
        """Return the folder of its modules, from the root of the tree."""
        return CODE / self.name

    @property
    def tests(self):
        """Return the folder of its tests, from the root of the tree."""
        return TESTS / self.name

    def draws(self, mutant):
        """Return whether a mutant can only move what is drawn."""
        return not self.drawing.isdisjoint(modules(mutant.file))


PACKAGES = {
    package.name: package
    for package in (
        Package("gradients"),
        Package("shapes", drawing=frozenset({"drawing"})),
    )
}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change of one place.

    Attributes
    ----------
    file : str
        Path from the root of the tree.
    line : int
        Line of the place, from 1.
    start, end : int
        The place in the file's bytes.
    before, after : str
        What stands there, and what does in the mutant.
    kind : str
        Which rule made it.
    digest : str
        Of the file, so that results of another version are not taken for this one's.
    """

    file: str
    line: int
    start: int
    end: int
    before: str
    after: str
    kind: str
    digest: str

    def key(self):
        """Return what tells this mutant from every other."""
        return f"{self.file}:{self.digest}:{self.start}:{self.end}:{self.after}"

    def applied(self, source):
        """Return the mutated file."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def __str__(self):
        before, after = (" ".join(t.split()) for t in (self.before, self.after))
        return f"{self.file}:{self.line}: {before[:70]} -> {after[:70]} ({self.kind})"


class Places(ast.NodeVisitor):
    """Collect every mutant of one file."""

    def __init__(self, file, source):
        self.file = file
        self.source = source
        self.digest = hashlib.sha256(source).hexdigest()[:12]
        self.mutants = []
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.visit(ast.parse(source))

    def at(self, line, column):
        """Return a place in the file's bytes; columns count bytes."""
        return self.starts[line - 1] + column

    def span(self, node):
        return (
            self.at(node.lineno, node.col_offset),
            self.at(node.end_lineno, node.end_col_offset),
        )

    def text(self, node):
        start, end = self.span(node)
        return self.source[start:end].decode()

    def add(self, start, end, after, kind):
        before = self.source[start:end].decode()
        line = self.source[:start].count(b"\n") + 1
        self.mutants.append(
            Mutant(self.file, line, start, end, before, after, kind, self.digest)
        )

    def replace(self, node, after, kind):
        self.add(*self.span(node), after, kind)

    def between(self, left, right, kind):
        """Change the operator between two nodes."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = self.source[start:end].decode()
        words = []
        try:
            for token in tokenize.generate_tokens(io.StringIO(f"({gap})").readline):
                if token.type in (tokenize.OP, tokenize.NAME) and token.string not in (
                    "(",
                    ")",
                ):
                    words.append(token.string)
        except tokenize.TokenError:
            words = gap.replace("(", " ").replace(")", " ").split()
        operator = " ".join(words)
        at = gap.find(words[0]) if words else -1
        until = gap.rfind(words[-1]) + len(words[-1]) if words else -1
        for other in OPERATORS.get(operator, []):
            first = start + len(gap[:at].encode())
            last = start + len(gap[:until].encode())
            self.add(first, last, other, kind)

    # --- what is left alone

    def visit_JoinedStr(self, node):
        pass

    def visit_Import(self, node):
        pass

    def visit_ImportFrom(self, node):
        pass

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node):
        pass

    def visit_Assign(self, node):
        targets = [t.id for t in node.targets if isinstance(t, ast.Name)]
        if NOT_VALUES.isdisjoint(targets):
            self.generic_visit(node)

    def visit_FunctionDef(self, node):
        if node.name in NOT_LOGIC:
            return
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.visit(default)
        for statement in node.body:
            self.visit(statement)

    def visit_ClassDef(self, node):
        for statement in node.body:
            self.visit(statement)

    # --- what is changed

    def visit_BinOp(self, node):
        self.between(node.left, node.right, "operator")
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        for left, right in itertools.pairwise(node.values):
            self.between(left, right, "and, or")
        self.generic_visit(node)

    def visit_Compare(self, node):
        operands = [node.left, *node.comparators]
        for left, right in itertools.pairwise(operands):
            self.between(left, right, "comparison")
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        self.between(node.target, node.value, "operator")
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.USub | ast.Not):
            self.replace(node, self.text(node.operand), "sign or not left out")
        self.generic_visit(node)

    def visit_Constant(self, node):
        value = node.value
        if isinstance(value, bool):
            self.replace(node, str(not value), "True, False")
        elif isinstance(value, int | float):
            self.replace(node, f"({value!r} + 1)", "number")
            if value:
                self.replace(node, "0" if isinstance(value, int) else "0.0", "number")
            if isinstance(value, float) and value:
                self.replace(node, f"({value!r} * 10)", "number")
                self.replace(node, f"({value!r} / 10)", "number")

    def condition(self, node):
        if "TYPE_CHECKING" in self.text(node.test):
            return
        self.replace(node.test, f"(not ({self.text(node.test)}))", "condition")
        self.generic_visit(node)

    def visit_If(self, node):
        self.condition(node)

    def visit_While(self, node):
        self.condition(node)

    def visit_IfExp(self, node):
        self.condition(node)

    def visit_comprehension(self, node):
        for condition in node.ifs:
            self.replace(condition, f"(not ({self.text(condition)}))", "condition")
        self.generic_visit(node)

    def visit_Return(self, node):
        if node.value is not None:
            if self.text(node.value) != "None":
                self.replace(node.value, "None", "returned value")
            self.generic_visit(node)

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node.value, ast.Call):
            self.replace(node, "pass", "call left out")
        self.generic_visit(node)

    def visit_Raise(self, node):
        self.replace(node, "pass", "raise left out")

    def visit_Continue(self, node):
        self.replace(node, "break", "continue, break")

    def visit_Break(self, node):
        self.replace(node, "continue", "continue, break")

    def visit_Call(self, node):
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in CALLS:
            end = self.span(function)[1]
            start = end - len(function.attr)
            self.add(start, end, CALLS[function.attr], "function")
        elif isinstance(function, ast.Name) and function.id in CALLS:
            self.replace(function, CALLS[function.id], "function")
        self.generic_visit(node)


def all_mutants(root, package, only):
    """Return every mutant of a package, or of some of its modules."""
    found = []
    for path in sorted((root / package.code).rglob("*.py")):
        file = path.relative_to(root)
        if not only or set(modules(file)) & set(only):
            found += Places(str(file), path.read_bytes()).mutants
    return found


def modules(file):
    """Return the names a file's tests may have: its own, then its folders'."""
    _package, *names = Path(file).relative_to(CODE).with_suffix("").parts
    return names[::-1]


def is_change(mutant, root):
    """Return whether a mutant is a program, and another one."""
    source = (root / mutant.file).read_bytes()
    try:
        changed = ast.parse(mutant.applied(source))
    except SyntaxError:
        return False
    return ast.dump(changed) != ast.dump(ast.parse(source))


def drawn(mutants, count, seed, root):
    """Draw mutants at random: first the place, so that each is as likely as any."""
    rng = np.random.default_rng(seed)
    places = {}
    for mutant in mutants:
        places.setdefault((mutant.file, mutant.start, mutant.end), []).append(mutant)
    ordered, chosen = sorted(places), []
    for k in rng.permutation(len(ordered)):
        there = [m for m in places[ordered[k]] if is_change(m, root)]
        if there:
            chosen.append(there[rng.integers(len(there))])
        if len(chosen) == count:
            break
    return chosen


class Tree:
    """A copy of the tree in which tests run, one mutant after the other."""

    def __init__(self, root, folder):
        self.folder = folder
        for name in COPIED:
            source, target = root / name, folder / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, target, ignore=ignored)
            else:
                shutil.copy(source, target)

    def run(self, arguments, limit):
        """Run pytest; return its status (None: not in time), output and seconds."""
        environment = os.environ | {
            "PYTHONPATH": str(self.folder / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header"]
        command += ["-p", "no:cacheprovider", "-p", "no:xdist", "--durations=0"]
        # Of its own: what other runs of pytest leave or clean up is no kill.
        command += [f"--basetemp={self.folder / 'kept'}"]
        began = time.perf_counter()
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=limited_memory,
        )
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            return None, output, time.perf_counter() - began
        return process.returncode, output, time.perf_counter() - began


def limited_memory():
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


NO_TESTS = 5  # what pytest returns where it was given none
SURVIVED = "survived"


class Stages:
    """The tests in the order in which a mutant meets them, quick ones first.

    The files that are named as the mutated module come first, then all others, the
    quicker the sooner; then the files that take long to import, and the doctests; then
    the slow tests but those over many random seeds.
    """

    LONG = 6.0  # seconds for a file, from which on it comes later

    def __init__(self, tree, package, *, fast=False):
        self.seconds = {}
        for path in sorted((tree.folder / package.tests).rglob("test_*.py")):
            name = str(path.relative_to(tree.folder))
            self.seconds[name] = self._timed(tree, [name, "-m", "not slow"])
        self.last = []
        doctests = [str(package.code), "-m", "not slow"]
        slow = [str(package.tests), "-m", "slow and not seeds"]
        for arguments in [doctests] if fast else [doctests, slow]:
            self.last.append((arguments, self._timed(tree, arguments)))

    def _timed(self, tree, arguments):
        """Run tests on the tree as it is; return the seconds that they take."""
        status, output, seconds = tree.run(arguments, None)
        if status not in (0, NO_TESTS):
            shown = " ".join(arguments)
            raise SystemExit(f"{shown} fails without a change:\n{output[-3000:]}")
        print(f"  {seconds:6.1f} s  {' '.join(arguments)}", flush=True)
        return seconds

    def of(self, file):
        """Return the arguments of pytest and the seconds of each stage."""
        own = [f"test_{module}.py" for module in modules(file)]
        names = sorted(
            self.seconds,
            key=lambda name: (Path(name).name not in own, self.seconds[name]),
        )
        quick = [
            name
            for name in names
            if Path(name).name in own or self.seconds[name] < self.LONG
        ]
        late = [name for name in names if name not in quick]
        stages = []
        for group in (quick[:1], quick[1:], *([name] for name in late)):
            if group:
                total = sum(self.seconds[name] for name in group)
                stages.append(([*group, "-m", "not slow"], total))
        return [*stages, *self.last]


def judged(mutant, tree, stages):
    """Run the tests on a mutant until one fails; return what became of it."""
    path = tree.folder / mutant.file
    source = path.read_bytes()
    began = time.perf_counter()
    outcome, by = SURVIVED, ""
    try:
        path.write_bytes(mutant.applied(source))
        for arguments, seconds in stages.of(mutant.file):
            status, output, _ = tree.run(arguments, 20 + HANG * seconds)
            if status is None:
                outcome, by = "killed", f"no end within {20 + HANG * seconds:.0f} s"
                break
            if status not in (0, NO_TESTS):
                outcome, by = "killed", first_failure(output)
                break
    finally:
        path.write_bytes(source)
    return {
        **dataclasses.asdict(mutant),
        "outcome": outcome,
        "by": by,
        "seconds": round(time.perf_counter() - began, 1),
    }


def first_failure(output):
    """Return the test that failed, from pytest's summary."""
    for line in output.splitlines():
        if line.startswith(("FAILED", "ERROR")):
            return line[:160]
    return output.strip()[-160:]


class Results:
    """What became of each mutant, in a file that is written after each."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.entries = {}
        if path is not None and path.exists():
            for entry in json.loads(path.read_text(encoding="utf-8")):
                fields = [field.name for field in dataclasses.fields(Mutant)]
                mutant = Mutant(**{name: entry[name] for name in fields})
                self.entries[mutant.key()] = entry

    def keep(self, mutant, entry):
        with self.lock:
            self.entries[mutant.key()] = entry
            if self.path is not None:
                beside = self.path.with_suffix(".part")
                text = json.dumps(list(self.entries.values()), indent=1)
                beside.write_text(text, encoding="utf-8")
                beside.replace(self.path)


def run(mutants, results, workers, root, package, *, fast=False):
    """Judge mutants of a package in so many copies of the tree at once."""
    with tempfile.TemporaryDirectory() as name:
        trees = []
        for k in range(workers):
            trees.append(Tree(root, Path(name) / str(k)))
        print("the tests without a change:", flush=True)
        stages = Stages(trees[0], package, fast=fast)
        free, done = threading.Lock(), 0

        def one(mutant):
            nonlocal done
            with free:
                tree = trees.pop()
            entry = judged(mutant, tree, stages)
            results.keep(mutant, entry)
            with free:
                trees.append(tree)
                done += 1
                print(
                    f"{done:4} of {len(mutants)}  {entry['outcome']:8} "
                    f"{entry['seconds']:6.1f} s  {mutant}",
                    flush=True,
                )

        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            for future in [pool.submit(one, mutant) for mutant in mutants]:
                future.result()


def summary(mutants, results, package):
    """Print the survivors and the share that was killed, of drawings apart."""
    print(f"\nleft alone: {LEFT_ALONE}")
    logic = [mutant for mutant in mutants if not package.draws(mutant)]
    drawing = [mutant for mutant in mutants if package.draws(mutant)]
    if drawing:
        print("\nThese can only move what is drawn:")
        summary_of(drawing, results)
        print("\nAll others:")
    if logic:
        summary_of(logic, results)


def summary_of(mutants, results):
    """Print the survivors of some mutants, and which share of them was killed."""
    survivors = [m for m in mutants if results.entries[m.key()]["outcome"] == SURVIVED]
    print("\nsurvivors:")
    for mutant in sorted(survivors, key=lambda m: (m.file, m.line)):
        print(f"  {mutant}")
    total, lost = Counter(m.file for m in mutants), Counter(m.file for m in survivors)
    print("\nkilled, by module:")
    for file, count in sorted(total.items()):
        print(
            f"  {'.'.join(modules(file)[::-1]):24} {count - lost[file]:4} of {count:4}"
        )
    killed = len(mutants) - len(survivors)
    print(f"  {'all':24} {killed:4} of {len(mutants):4}: {killed / len(mutants):.1%}")


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--package", choices=PACKAGES, default="gradients", help="what to mutate"
    )
    parser.add_argument("--count", type=int, default=200, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--only", action="append", help="a module, such as search")
    parser.add_argument("--workers", type=int, default=2, help="how many at once")
    parser.add_argument(
        "--results", type=Path, help="a JSON file to keep and go on from"
    )
    parser.add_argument("--fast", action="store_true", help="leave out the slow tests")
    parser.add_argument(
        "--survivors", action="store_true", help="judge the survivors once more"
    )
    parser.add_argument(
        "--list", action="store_true", help="print the mutants and run nothing"
    )
    return parser.parse_args()


def main():
    given = options()
    package = PACKAGES[given.package]
    everything = all_mutants(ROOT, package, given.only)
    if not everything:
        raise SystemExit(f"no mutant in {given.only or package.code}")
    mutants = drawn(everything, given.count, given.seed, ROOT)
    print(f"{len(mutants)} of {len(everything)} mutants, seed {given.seed}")
    if given.list:
        for mutant in mutants:
            print(f"  {mutant}{' [drawing]' if package.draws(mutant) else ''}")
        return
    results = Results(given.results)
    if given.survivors:
        for key, entry in list(results.entries.items()):
            if entry["outcome"] == SURVIVED:
                del results.entries[key]
    rest = [m for m in mutants if m.key() not in results.entries]
    if len(rest) < len(mutants):
        print(f"{len(mutants) - len(rest)} of them were judged before")
    if rest:
        run(rest, results, given.workers, ROOT, package, fast=given.fast)
    summary(mutants, results, package)


if __name__ == "__main__":
    main()
