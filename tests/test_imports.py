"""What a fresh interpreter loads with the package."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # each starts an interpreter

HEAVY = ["keras", "tensorflow", "torch", "jax", "matplotlib", "scipy"]


def loaded_by(statement):
    """Return the modules that a fresh interpreter holds after a statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_import_byhand_loads_no_framework():
    assert not loaded_by("import byhand") & {*HEAVY, "numpy"}
    assert not loaded_by("import byhand.figures") & {*HEAVY, "numpy"}


def test_shapes_need_the_standard_library_only():
    found = {name.partition(".")[0] for name in loaded_by("import byhand.shapes")}
    assert "byhand" in found
    outside = found - set(sys.stdlib_module_names) - {"byhand", "__main__"}
    # An editable installation loads its own finder before anything else.
    assert not {name for name in outside if "editable" not in name} - baseline()


def baseline():
    """Return what this environment loads by itself, before any import."""
    return {name.partition(".")[0] for name in loaded_by("pass")}


def test_gradients_load_numpy_alone():
    loaded = loaded_by("import byhand; byhand.numerical_gradient")
    assert "numpy" in loaded
    assert not loaded & set(HEAVY)


NO_KERAS = "sys.modules['keras'] = None"  # importing it then raises ImportError


@pytest.mark.parametrize("module", ["byhand", "byhand.gradients"])
def test_a_star_needs_no_keras(module):
    assert "numpy" in loaded_by(f"{NO_KERAS}; from {module} import *; check_layer")


@pytest.mark.parametrize("module", ["byhand", "byhand.gradients"])
def test_what_needs_keras_fails_without_it(module):
    with pytest.raises(subprocess.CalledProcessError) as caught:
        loaded_by(f"{NO_KERAS}; from {module} import check_model")
    assert "import of keras halted" in caught.value.stderr


@pytest.mark.slow
def test_the_check_above_can_fail():
    assert "matplotlib" in loaded_by("import matplotlib")
