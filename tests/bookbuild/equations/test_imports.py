"""What reads an equation of numbers runs where nothing but Python is installed."""

import subprocess
import sys

import pytest

from bookbuild import places

PLAIN = (
    "errors",
    "tokens",
    "tree",
    "notation",
    "cursor",
    "naming",
    "parsing",
    "printing",
    "evaluation",
)
EVALUATES = r"""
from bookbuild.equations.evaluation import Evaluator, Values
from bookbuild.equations.notation import Notation, entry_of
from bookbuild.equations.parsing import parse_relation
from bookbuild.equations.printing import latex_of

notation = Notation([entry_of("a"), entry_of("b")])
relation = parse_relation(r"a = \sqrt{\frac{b}{2}}", notation)
values = Values({"a": 2.0, "b": 8.0})
assert Evaluator(values).holds(relation, {})
assert latex_of(relation) == r"a = \sqrt{\frac{b}{2}}"
"""


def run(code, *blocked):
    """Run code in a fresh Python that cannot import some modules."""
    without = "".join(f"sys.modules[{name!r}] = None\n" for name in blocked)
    return subprocess.run(
        [sys.executable, "-c", f"import sys\n{without}{code}\nprint(*sys.modules)"],
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_plain_modules_load_the_standard_library_alone():
    code = "\n".join(f"import bookbuild.equations.{name}" for name in PLAIN)
    before, after = run("pass"), run(code, "numpy", "yaml")
    assert after.returncode == 0, after.stderr
    new = {name.partition(".")[0] for name in after.stdout.split()}
    new -= {name.partition(".")[0] for name in before.stdout.split()}
    assert new - set(sys.stdlib_module_names) == {"bookbuild", "numpy", "yaml"}


def test_an_equation_of_numbers_is_evaluated_without_any_library():
    done = run(EVALUATES, "numpy", "yaml", "scipy")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["arrays", "tables"])
def test_the_check_above_can_fail(module):
    done = run(f"import bookbuild.equations.{module}", "numpy", "yaml")
    assert "ModuleNotFoundError: import of" in done.stderr
