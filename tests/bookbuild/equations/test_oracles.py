"""Each oracle says what a loop written the plain way says, or another library."""

import inspect
import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bookbuild.equations import oracles

lengths = st.integers(1, 12)
kernels = st.integers(1, 5)
strides = st.integers(1, 4)
dilations = st.integers(1, 3)
numbers = st.floats(-3, 3).map(lambda number: round(number, 2))

FUNCTIONS = {
    name
    for name, function in inspect.getmembers(oracles, inspect.isfunction)
    if function.__module__ == oracles.__name__ and not name.startswith("_")
}


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_every_oracle_is_tested():
    tests = "".join(
        inspect.getsource(function)
        for name, function in globals().items()
        if name.startswith("test_") and name != "test_every_oracle_is_tested"
    )
    assert {name for name in FUNCTIONS if f"oracles.{name}(" not in tests} == set()


# -- lengths and parameters ----------------------------------------------------------


def places_of(length, kernel, stride, dilation):
    """Return the first places of a kernel that lies within a line, one by one."""
    reach = [tap * dilation for tap in range(kernel)]
    return [
        start
        for start in range(0, length, stride)
        if all(start + step < length for step in reach)
    ]


@settings(max_examples=60)
@given(lengths, kernels, strides, dilations)
def test_the_length_without_padding(length, kernel, stride, dilation):
    places = places_of(length, kernel, stride, dilation)
    if places:
        found = oracles.output_length(length, kernel, stride, dilation)
        assert found == len(places)


@settings(max_examples=60)
@given(lengths, kernels, strides)
def test_the_length_with_padding(length, kernel, stride):
    found = oracles.same_length(length, kernel, stride)
    assert found == len(range(0, length, stride))


@settings(max_examples=30)
@given(lengths, kernels, strides, dilations)
def test_the_length_of_a_transposed_convolution(length, kernel, stride, dilation):
    """A tap that reaches no further than a stride leaves the stride."""
    assume(stride == 1 or dilation == 1)  # Keras refuses both at once
    effective = (kernel - 1) * dilation + 1
    touched = {
        place * stride + step
        for place in range(length)
        for step in range(max(effective, stride))
    }
    found = oracles.transposed_length(length, kernel, stride, dilation)
    assert found == len(touched)


def test_parameters_are_counted_one_by_one():
    sizes = (5, 4, 3, 2)
    arrays = [
        np.zeros(shape)
        for before, behind in itertools.pairwise(sizes)
        for shape in ((before, behind), (behind,))
    ]
    assert oracles.parameters_of_dense(*sizes) == sum(one.size for one in arrays)
    kernel = np.zeros((3, 3, 2, 7))
    assert oracles.parameters_of_conv2d(3, 2, 7) == kernel.size + 7
    assert oracles.parameters_of_batch_normalization(6) == 4 * 6


def test_the_parameters_of_the_reader_of_digits():
    """The side of the map shrinks by the kernel less one, and is halved."""
    side, channels, count = 32, 1, 0
    for filters, kernel in ((10, 5), (25, 5), (100, 4)):
        count += (kernel * kernel * channels + 1) * filters
        side, channels = (side - kernel + 1) // 2, filters
    count += (side * side * channels + 1) * 10
    assert oracles.parameters_of_digit_reader() == count == 47_645


def test_the_depth_of_a_resnet_is_in_its_name():
    assert oracles.depth_of_resnet() == 152


# -- convolutions --------------------------------------------------------------------


def test_the_convolution_of_mathematics_turns_the_kernel_round(random):
    row, kernel = random.normal(size=7), random.normal(size=3)
    expected = [
        sum(row[place + 2 - tap] * kernel[tap] for tap in range(3))
        for place in range(5)
    ]
    np.testing.assert_allclose(oracles.flipped_convolution(row, kernel), expected)


def test_a_plane_is_seen_through_a_kernel(random):
    image, kernel = random.normal(size=(4, 5)), random.normal(size=(2, 2))
    expected = np.zeros((3, 4))
    for h, v in np.ndindex(3, 4):
        expected[h, v] = 0.5
        for a, b in np.ndindex(2, 2):
            expected[h, v] += image[h + a, v + b] * kernel[a, b]
    np.testing.assert_allclose(oracles.convolved_plane(image, kernel, 0.5), expected)


def test_images_are_seen_through_kernels(random):
    images = random.normal(size=(2, 4, 5, 3))
    kernels = random.normal(size=(2, 2, 3, 4))
    biases = random.normal(size=4)
    expected = np.zeros((2, 3, 4, 4))
    for r, h, v, m in np.ndindex(expected.shape):
        expected[r, h, v, m] = biases[m]
        for a, b, j in np.ndindex(2, 2, 3):
            expected[r, h, v, m] += images[r, h + a, v + b, j] * kernels[a, b, j, m]
    found = oracles.convolved_images(images, kernels, biases)
    np.testing.assert_allclose(found, expected)


def test_the_largest_and_the_mean_of_windows(random):
    plane = random.normal(size=(6, 4))
    expected = np.array(
        [
            [plane[2 * h : 2 * h + 2, 2 * v : 2 * v + 2].max() for v in range(2)]
            for h in range(3)
        ]
    )
    assert np.array_equal(oracles.largest_of_windows(plane), expected)
    means = [
        [
            sum(plane[h + a, v + b] for a in range(3) for b in range(3)) / 9
            for v in range(0, 2, 2)
        ]
        for h in range(0, 4, 2)
    ]
    np.testing.assert_allclose(oracles.means_of_windows(plane, 3, 2), means)


# -- layers --------------------------------------------------------------------------


def test_a_batch_is_normalised(random):
    z, gamma, beta = random.normal(size=(5, 3)), random.normal(size=3), np.ones(3)
    found = oracles.batch_normalized(z, gamma, beta, 0.1)
    for m in range(3):
        mean = sum(z[:, m]) / 5
        variance = sum((one - mean) ** 2 for one in z[:, m]) / 5
        for r in range(5):
            expected = gamma[m] * (z[r, m] - mean) / math.sqrt(variance + 0.1) + 1
            assert found[r, m] == pytest.approx(expected)


def test_attention_takes_a_mean_of_values(random):
    x = random.normal(size=(4, 3))
    query, key, value = random.normal(size=(3, 3, 3))
    found = oracles.attention(x, query, key, value)
    for r in range(4):
        scores = [
            math.exp(float((x[r] @ query) @ (x[j] @ key)) / math.sqrt(3))
            for j in range(4)
        ]
        expected = sum(score * (x[j] @ value) for j, score in enumerate(scores))
        np.testing.assert_allclose(found[r], expected / sum(scores))


# -- losses and scores ---------------------------------------------------------------


def test_the_mean_squared_error():
    y, y_t = np.array([1.0, 2.0, 4.0]), np.array([0.0, 2.5, 1.0])
    found = oracles.mean_squared_error(y, y_t)
    assert found == pytest.approx((1 + 0.25 + 9) / 3)


@pytest.mark.parametrize("labels", [[1, 1, 2], [1, 2, 3, 3], [2, 1, 1, 1, 3]])
def test_no_constant_answer_has_a_lower_loss(labels):
    lowest = oracles.lowest_constant_loss(labels)
    classes = max(labels)
    grid = np.linspace(0.005, 0.995, 199)
    losses = []
    for parts in itertools.product(grid, repeat=classes - 1):
        if (rest := 1 - sum(parts)) > 0.001:
            shares = [*parts, rest]
            losses.append(-np.mean([math.log(shares[one - 1]) for one in labels]))
    assert lowest <= min(losses) + 1e-9
    assert lowest == pytest.approx(min(losses), abs=1e-3)


@settings(max_examples=50)
@given(
    st.lists(numbers, min_size=1, max_size=6), st.lists(numbers, min_size=1, max_size=6)
)
def test_the_area_counts_pairs_in_the_right_order(zeros, ones):
    pairs = list(itertools.product(zeros, ones))
    won = sum(1.0 if low < high else 0.5 if low == high else 0.0 for low, high in pairs)
    assert oracles.area_under_roc(zeros, ones) == pytest.approx(won / len(pairs))


# -- descent -------------------------------------------------------------------------


def hessian_of(slopes, angle=0.7):
    turn = np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    return turn @ np.diag(slopes) @ turn.T


@pytest.mark.parametrize("slopes", [(1.0, 4.0), (0.5, 0.5), (3.0, 0.2)])
def test_the_steps_of_a_bowl(slopes):
    hessian = hessian_of(slopes)
    np.testing.assert_allclose(oracles.eigenvalues(hessian), sorted(slopes))
    limit = oracles.largest_stable_rate(hessian)
    for rate, grows in ((0.99 * limit, False), (1.01 * limit, True)):
        error = np.array([0.3, -1.0])
        for _ in range(5000):
            error = error - rate * (hessian @ error)
            if np.max(np.abs(error)) > 1e6:
                break
        assert bool(np.max(np.abs(error)) > 1) is grows
    best = oracles.best_rate(hessian)

    def left(rate):
        return max(abs(1 - rate * slope) for slope in slopes)

    assert all(left(best) <= left(rate) + 1e-9 for rate in np.linspace(0, 5, 501))


@pytest.mark.parametrize("curvature", [0.3, 1.0, 8.0])
def test_the_largest_step_of_a_parabola(curvature):
    rate = oracles.largest_learning_rate(curvature)
    assert abs(1 - 0.999 * rate * curvature) < 1
    assert abs(1 - 1.001 * rate * curvature) > 1


@pytest.mark.parametrize("target", [-1.7, -0.2, 0.0, 0.3, 2.0])
def test_nothing_is_cheaper_than_the_lowest_of_lasso(target):
    lowest = oracles.lowest_of_lasso(target, 0.5)

    def price(w):
        return (w - target) ** 2 / 2 + 0.5 * abs(w)

    grid = np.linspace(-3, 3, 6001)
    assert all(price(lowest) <= price(w) + 1e-12 for w in grid)


def test_weights_fit_the_inputs_under_all_masks(random):
    inputs, targets = random.normal(size=(4, 2)), random.normal(size=4)
    found = oracles.weights_under_dropout(inputs, targets, 0.3)

    def loss(weights):
        total = 0.0
        for example, target in zip(inputs, targets, strict=True):
            for mask in itertools.product([0, 1], repeat=2):
                chance = math.prod(0.7 if kept else 0.3 for kept in mask)
                output = sum(
                    kept * x * w / 0.7
                    for kept, x, w in zip(mask, example, weights, strict=True)
                )
                total += chance * (output - target) ** 2
        return total

    for move in itertools.product([-1e-3, 0, 1e-3], repeat=2):
        assert loss(found) <= loss(found + np.array(move)) + 1e-12


# -- galaxies ------------------------------------------------------------------------


@pytest.mark.parametrize("index", [0.5, 1.0, 4.0])
def test_half_of_the_light_is_within_the_radius(index):
    constant = oracles.half_light_constant(index)

    def brightness(distance):
        return math.exp(-constant * (distance ** (1 / index) - 1))

    def light(inner, outer, count=20_000):
        """Add rings whose radii grow by the same factor, from the middle of each."""
        edges = np.geomspace(inner, outer, count + 1)
        middles = np.sqrt(edges[1:] * edges[:-1])
        areas = math.pi * (edges[1:] ** 2 - edges[:-1] ** 2)
        return sum(
            area * brightness(middle)
            for area, middle in zip(areas, middles, strict=True)
        )

    within, beyond = light(1e-4, 1.0), light(1.0, 2e3)
    assert within == pytest.approx(beyond, rel=1e-3)


def test_a_profile_falls_as_its_formula_says():
    constant = oracles.half_light_constant(2.5)
    for distance in (0.5, 1.5, 6.0):
        expected = 3 * math.exp(-constant * ((distance / 1.5) ** (1 / 2.5) - 1))
        found = oracles.sersic_profile(distance, 3.0, 1.5, 2.5)
        assert found == pytest.approx(expected, rel=1e-6)
