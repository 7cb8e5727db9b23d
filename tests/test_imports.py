"""What importing the package costs, and who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "byhand"
HEAVY = ["keras", "tensorflow", "torch", "jax", "matplotlib", "scipy"]

# A module may import those of lines above its own, none beside or below it.
LEVELS = [
    [
        *["shapes.size", "shapes.tensor", "backprop", "datasets"],
        *["figures.animation", "figures.colours", "figures.curves"],
        *["gradients.differences", "gradients.tree", "gradients.slopes"],
        *["gradients.report"],
    ],
    ["shapes.formula", "gradients.jacobian", "gradients.returned"],
    ["gradients.problem"],
    ["gradients.directions"],
    ["gradients.comparing"],
    ["gradients.diagnosis"],
    ["gradients.checking"],
    ["gradients.autodiff"],
    ["gradients.keras"],
    ["gradients.layers"],
    ["gradients"],
    ["shapes.axis", "shapes.explaining", "shapes.drawing"],
    ["shapes.room", "figures.walking"],
    ["shapes.layers.locating"],
    [
        *["shapes.layers.base", "shapes.solving"],
        *["figures.schematics", "figures.flow", "figures.kernels"],
    ],
    [
        *["shapes.layers.dense", "shapes.receptive", "shapes.counting"],
        *["shapes.layers.elementwise", "shapes.layers.normalization"],
    ],
    ["shapes.layers.convolution", "shapes.tables"],
    [
        *[
            "shapes.layers.pooling",
            "shapes.layers.reshaping",
            "shapes.layers.separable",
        ],
        *[
            "shapes.layers.merging",
            "shapes.layers.recurrent",
            "shapes.layers.attention",
        ],
        *["shapes.network"],
    ],
    [
        *["shapes.layers.augmentation", "shapes.layers.wrappers"],
        *["shapes.layers.conv_lstm", "shapes.layers.extras", "shapes.graph"],
    ],
    ["shapes.layers", "shapes.models"],
    ["shapes.configuring"],
    ["shapes.reading"],
    ["shapes"],
    ["figures"],
    ["", "shapes.__main__"],
]
LEVEL = {
    f"byhand.{name}".rstrip("."): level
    for level, names in enumerate(LEVELS)
    for name in names
}


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


def test_the_check_above_can_fail():
    assert "matplotlib" in loaded_by("import matplotlib")


def module_name(path):
    parts = ["byhand", *path.relative_to(SOURCE).with_suffix("").parts]
    return ".".join(parts).removesuffix(".__init__")


def imports_of(text):
    """Return the modules of ours that a source file imports, wherever it does."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"
            # `from package import module` imports the module.
            inner = {f"{node.module}.{name.name}" for name in node.names}
            modules = {name for name in inner if name in LEVEL}
            found |= modules or {node.module}
    return {name for name in found if name.split(".")[0] == "byhand"}


@pytest.mark.parametrize(
    "path", sorted(SOURCE.rglob("*.py")), ids=lambda path: module_name(path)
)
def test_imports_go_one_way(path):
    name = module_name(path)
    assert name in LEVEL, f"say in LEVELS where {name} stands"
    for other in imports_of(path.read_text()):
        # An unused parent is imported by Python itself, and by no line of ours.
        assert LEVEL[other] < LEVEL[name], f"{name} imports {other}"


def test_a_wrong_direction_would_be_seen():
    text = "def f():\n    from byhand.shapes import graph"
    (found,) = imports_of(text)
    assert LEVEL[found] > LEVEL["byhand.shapes.axis"]


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=module_name)
def test_modules_stay_short(path):
    assert len(path.read_text().splitlines()) <= 400
