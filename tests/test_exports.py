import pytest

import byhand
import byhand.gradients
import byhand.shapes


def test_public_names():
    assert set(byhand.__all__) == {
        *["check_gradients", "check_layer", "numerical_gradient", "shapes"],
    }
    assert set(byhand.gradients.__all__) == {
        *["check_gradients", "check_layer"],
        *["numerical_gradient", "numerical_jacobian"],
        *["GradientError", "GradientReport"],
    }
    assert set(byhand.shapes.__all__) == {
        *["Input", "InputSpec", "KerasTensor", "Layer", "Variable"],
        *["Model", "Sequential", "layers", "models"],
        *["ReadError", "from_config", "from_keras", "from_keras_json", "load"],
        "from_torch",
        *["ReceptiveField", "Setting", "solve", "smallest_input"],
        "ShapeError",
        "conv_output",
        "conv_transpose_output",
        "effective_kernel",
        "pool_output",
        "same_padding",
    }


def test_every_public_name_is_there_and_documented():
    for module in (byhand, byhand.gradients, byhand.shapes):
        for name in module.__all__:
            assert getattr(module, name).__doc__, name
        assert set(module.__all__) <= set(dir(module))


WITH_KERAS = [
    (byhand, "check_model"),
    (byhand.gradients, "check_loss"),
    (byhand.gradients, "check_model"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("module", "name"), WITH_KERAS)
def test_what_needs_keras_is_there_but_not_for_a_star(module, name):
    assert name not in module.__all__
    assert name in dir(module)
    assert getattr(module, name).__module__ == "byhand.gradients.keras"
    assert getattr(module, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = byhand.no_such_name
