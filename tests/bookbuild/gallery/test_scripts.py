"""What a script says of itself is read, or is a fault."""

import pytest

from bookbuild.gallery import scripts


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", ["tensorflow", "jax", "torch"]),
        ("Runs on: jax (only there)\n", ["jax"]),
        ("Runs on: jax, torch\n", ["jax", "torch"]),
    ],
)
def test_a_script_may_be_for_some_backends_alone(line, names):
    found, reason = scripts.runs_on(f'"""\nTitle\n=====\n\nWhat?\n\n{line}"""\n')
    assert found == names
    assert bool(reason) == bool(line)


@pytest.mark.parametrize("line", ["Runs on: mxnet", "Runs on: JAX", "Runs on:"])
def test_a_backend_that_there_is_not_is_a_fault(line):
    with pytest.raises(scripts.ScriptError, match="the line `Runs on:`"):
        scripts.runs_on(f'"""{line}"""')
