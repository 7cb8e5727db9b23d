"""Answers for many seeds, against Keras or a loop, from the question's words alone."""

import itertools
import math
import re

import numpy as np
import pytest

from bookbuild.practice.catalogue import exercise_of
from bookbuild.practice.formulas import Letters

pytestmark = pytest.mark.slow

SEEDS = range(200)
OF_KERAS = range(24)  # a network takes a tenth of a second


def numbers_in(variant):
    """Return the whole numbers of a question, in order, with their signs."""
    text = " ".join(variant.question).replace("−", "-").replace(",000", "000")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return [int(found) for found in re.findall(r"(?<![\d.\w])-?\d+(?![\d.]*\d)", text)]


def rows_in(text):
    """Return the rows of numbers in brackets."""
    text = text.replace("−", "-")
    return [
        [float(value) for value in found.split(",")]
        for found in re.findall(r"\((-?[\d.]+(?:, -?[\d.]+)+)\)", text)
    ]


def answers(variant):
    return [part.answer for part in variant.parts]


def each(label, seeds=SEEDS):
    exercise = exercise_of(label)
    return [exercise.variant(None), *(exercise.variant(seed) for seed in seeds)]


# -- Keras -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.mark.slow
def test_parameters_of_a_convolution(keras):
    for variant in each("ex-channels-count", OF_KERAS):
        filters, kernel, _, channels, side, _, larger, *_ = numbers_in(variant)
        layer = keras.layers.Conv2D(filters, kernel, padding="same")
        layer.build((None, side, side, channels))
        assert layer.count_params() == variant.parts[0].answer
        small = layer.compute_output_shape((None, side, side, channels))
        large = layer.compute_output_shape((None, larger, larger, channels))
        assert math.prod(large[1:]) == variant.parts[1].answer * math.prod(small[1:])


@pytest.mark.slow
def test_lengths_with_both_paddings(keras):
    for variant in each("ex-length-by-hand", OF_KERAS):
        length, kernel, strides = numbers_in(variant)[:3]
        found = [
            keras.layers.Conv1D(
                1, kernel, strides=strides, padding=padding
            ).compute_output_shape((None, length, 1))[1]
            for padding in ("valid", "same")
        ]
        assert found == answers(variant)[:2]


@pytest.mark.slow
def test_zeros_of_same_padding(keras):
    for label, place in (("ex-length-by-hand", 2), ("ex-length-torch", 1)):
        for variant in each(label, OF_KERAS):
            found = numbers_in(variant)
            if label == "ex-length-by-hand":
                length, kernel, strides = found[:3]
            else:
                kernel, strides, _, length = found[2:6]
            # A one at the first element is seen by as many outputs as it is padded.
            layer = keras.layers.Conv1D(
                1,
                kernel,
                strides=strides,
                padding="same",
                kernel_initializer=lambda shape, dtype=None: np.arange(
                    1.0, shape[0] + 1
                ).reshape(shape),
            )
            x = np.zeros((1, length, 1), "float32")
            x[0, 0] = 1
            first = float(keras.ops.convert_to_numpy(layer(x))[0, 0, 0])
            assert first - 1 == variant.parts[place].answer


@pytest.mark.slow
def test_transposed_convolutions(keras):
    for variant in each("ex-transposed-by-hand", OF_KERAS):
        kernel, x = rows_in(" ".join(variant.question))
        strides = int(re.search(r"stride (\d)", variant.question[0])[1])
        layer = keras.layers.Conv1DTranspose(
            1, len(kernel), strides=strides, use_bias=False
        )
        layer.build((None, len(x), 1))
        layer.set_weights([np.reshape(kernel, (len(kernel), 1, 1))])
        z = keras.ops.convert_to_numpy(layer(np.reshape(x, (1, len(x), 1))))
        assert variant.parts[0].answer == z.shape[1]
        assert np.allclose(z.ravel(), variant.parts[1].answer)


def described(variant):
    """Return side, channels, (filters, kernel) three times and the classes."""
    text = " ".join(variant.question)
    side, channels = re.search(r"images of (\d+) × \d+ with (\d+)", text).groups()
    stages = [
        (int(f), int(k)) for f, k in re.findall(r"(\d+) filters of ([3-7]) ×", text)[:3]
    ]
    classes = int(re.search(r"dense layer of (\d+) units", text)[1])
    return int(side), int(channels), stages, classes


def built(keras, side, channels, stages, classes, *, pooling):
    layers = [keras.Input((side, side, channels))]
    for filters, kernel in stages:
        layers.append(keras.layers.Conv2D(filters, kernel))
        if pooling:
            layers.append(keras.layers.MaxPooling2D(2))
    return keras.Sequential(
        [*layers, keras.layers.Flatten(), keras.layers.Dense(classes)]
    )


@pytest.mark.slow
def test_a_whole_network(keras):
    for variant in each("ex-convnet-sequential", OF_KERAS):
        model = built(keras, *described(variant), pooling=True)
        counts = [layer.count_params() for layer in model.layers]
        assert answers(variant) == [counts[2], counts[-1], model.count_params()]


@pytest.mark.slow
def test_a_network_without_pooling(keras):
    for variant in each("ex-cost-without-pooling", OF_KERAS):
        model = built(keras, *described(variant), pooling=False)
        assert variant.parts[0].answer == model.count_params()
        work = 0
        for layer in model.layers:
            if layer.weights:
                positions = math.prod(layer.output.shape[1:-1])
                work += positions * math.prod(layer.kernel.shape)
        assert variant.parts[1].answer == work


@pytest.mark.slow
def test_a_larger_image(keras):
    for variant in each("ex-cost-larger-image", OF_KERAS):
        _, channels, stages, classes = described(variant)
        larger = int(re.search(r"built for images of (\d+)", variant.question[1])[1])
        model = built(keras, larger, channels, stages, classes, pooling=True)
        assert variant.parts[0].answer == model.layers[-1].count_params()
        maps = model.layers[-3].output.shape
        assert variant.parts[1].answer == (None, *maps[1:3], classes)


@pytest.mark.slow
def test_dense_layers(keras):
    for variant in each("ex-parameters-image", OF_KERAS):
        side, _, colours, units, *_ = numbers_in(variant)
        layer = keras.layers.Dense(units)
        layer.build((None, side * side * colours))
        assert variant.parts[0].answer == layer.count_params()
    for variant in each("ex-layer-shapes", OF_KERAS):
        (batch, inputs), (_, units) = rows_in(variant.question[0])
        layer = keras.layers.Dense(int(units))
        layer.build((int(batch), int(inputs)))
        kernel, bias = (tuple(weight.shape) for weight in layer.weights)
        assert answers(variant) == [kernel, bias, kernel[::-1]]


@pytest.mark.slow
def test_normalisations(keras):
    for variant in each("ex-bn-count", OF_KERAS):
        first, kernel, _, channels, second, *_ = numbers_in(variant)
        model = keras.Sequential(
            [
                keras.Input((24, 24, channels)),
                keras.layers.Conv2D(first, kernel, use_bias=False),
                keras.layers.BatchNormalization(),
                keras.layers.Conv2D(second, kernel, use_bias=False),
                keras.layers.BatchNormalization(),
            ]
        )
        trained = sum(math.prod(one.shape) for one in model.trainable_variables)
        assert answers(variant)[:2] == [model.count_params(), trained]


@pytest.mark.slow
def test_frozen_networks(keras):
    for variant in each("ex-data-frozen-count", OF_KERAS):
        classes = int(re.search(r"dense layer of (\d+)", variant.question[0])[1])
        side = int(re.search(r"images of (\d+)", variant.question[0])[1])
        filters = int(re.search(r"Conv2D\((\d+)", variant.question[0])[1])
        model = keras.Sequential(
            [
                keras.Input((side, side, 1)),
                keras.layers.Conv2D(filters, 5, strides=2),
                keras.layers.Conv2D(filters, 3, strides=2),
                keras.layers.Flatten(),
                keras.layers.Dense(classes),
            ]
        )
        head = model.layers[-1]
        wanted = [head.input.shape[1], head.count_params(), model.count_params()]
        assert answers(variant) == wanted


# -- loops -----------------------------------------------------------------------------


def test_feature_maps_by_a_loop():
    for variant in each("ex-convolution-by-hand"):
        rows = rows_in(" ".join(variant.question))
        image, kernel = np.array(rows[:4]), np.array(rows[6:8])
        text = variant.question[1].replace("−", "-")
        bias = int(re.search(r"bias to (-?\d)", text)[1])
        z = []
        for u in range(3):
            for v in range(3):
                z.append(np.sum(image[u : u + 2, v : v + 2] * kernel) + bias)
        assert list(variant.parts[0].answer) == z
        assert (np.array(rows[4:6])[::-1, ::-1] == kernel).all()


def test_pooled_maps_by_a_loop():
    for variant in each("ex-pooling-by-hand"):
        table = np.array(rows_in(variant.question[0]))
        window = int(re.search(r"windows of (\d)", variant.question[0])[1])
        size = 4 - window + 1
        found = [
            table[u : u + window, v : v + window].max()
            for u in range(size)
            for v in range(size)
        ]
        assert answers(variant) == [size, tuple(found)]


def test_gradients_of_a_convolution_by_differences():
    for variant in each("ex-conv-gradient-by-hand"):
        x, kernel, delta = map(np.array, rows_in(variant.question[0]))

        def loss(x, kernel, bias, delta=delta):
            z = [x[u : u + 2] @ kernel + bias for u in range(2)]
            return np.dot(z, delta)

        # The loss is linear in each, so that a whole step gives the slope.
        base = loss(x, kernel, 0.0)
        of_kernel = [loss(x, kernel + one, 0.0) - base for one in np.eye(2)]
        of_bias = loss(x, kernel, 1.0) - base
        of_input = [loss(x + one, kernel, 0.0) - base for one in np.eye(3)]
        assert np.allclose(variant.parts[0].answer, of_kernel)
        assert np.allclose(variant.parts[1].answer, of_bias)
        assert np.allclose(variant.parts[2].answer, of_input)


def test_receptive_fields_by_marking_what_is_seen():
    for variant in each("ex-field-by-hand"):
        k1, s1, k2, s2, k3, s3 = numbers_in(variant)
        fields, spacings = [], []
        stack = [(k1, s1), (k2, s2), (k3, s3)]
        for depth in range(1, 4):
            seen = []
            for place in (0, 1):
                inputs = {place}
                for kernel, strides in reversed(stack[:depth]):
                    inputs = {o * strides + n for o in inputs for n in range(kernel)}
                seen.append(inputs)
            fields.append(max(seen[0]) - min(seen[0]) + 1)
            spacings.append(min(seen[1]) - min(seen[0]))
        assert [list(answer) for answer in answers(variant)] == [fields, spacings]


def test_updates_by_going_through_them():
    for variant in each("ex-fit-updates"):
        examples, batch, wanted = numbers_in(variant)
        sizes = [
            len(range(at, min(at + batch, examples)))
            for at in range(0, examples, batch)
        ]
        epochs = updates = 0
        while updates < wanted:
            epochs, updates = epochs + 1, updates + len(sizes)
        assert answers(variant) == [len(sizes), sizes[-1], epochs]


def test_batch_normalisation_by_differences():
    for variant in each("ex-bn-backward-hand"):
        z, *upstream = map(np.array, rows_in(variant.question[0]))
        for part, u in zip(variant.parts, upstream, strict=True):

            def loss(z, u=u):
                return u @ ((z - z.mean()) / z.std())

            step = np.eye(4) * 1e-5
            slopes = [(loss(z + one) - loss(z - one)) / 2e-5 for one in step]
            assert np.allclose(part.answer, slopes, atol=1e-6)


def test_a_test_in_a_clinic_by_counting_patients():
    for variant in each("ex-whynow-base-rate"):
        found, cleared, ill = numbers_in(variant)
        patients = 100 * 100
        sick = patients * ill // 100
        true = sick * found / 100
        false = (patients - sick) * (100 - cleared) / 100
        assert math.isclose(variant.parts[0].answer, true / (true + false))


def test_functions_of_a_perceptron_by_trying_weights():
    for variant in each("ex-whynow-sixteen-functions")[:9]:
        words = ("one input", "two inputs")
        inputs = [word in variant.question[0] for word in words].index(True) + 1
        biases = [0] if "no bias" in variant.question[0] else np.arange(-3.5, 4, 0.5)
        corners = list(itertools.product((0, 1), repeat=inputs))
        learnable = {
            tuple(np.dot(weights, corner) + bias > 0 for corner in corners)
            for weights in itertools.product(range(-2, 3), repeat=inputs)
            for bias in biases
        }
        assert answers(variant) == [2 ** len(corners), len(learnable)]


def test_offsets_without_locality_by_listing_them():
    for variant in each("ex-translation-alone")[:40]:
        (part,) = variant.parts
        text = variant.question[0]
        i, o = re.search(r"maps (\w) inputs to (\w) outputs", text).groups()
        found = re.search(r"offset j − (\d?) ?u", text)[1]
        strides = int(found) if found else 1
        for inputs, outputs in ((9, 4), (6, 2), (11, 5)):
            offsets = {j - strides * u for j in range(inputs) for u in range(outputs)}
            here = Letters({i: (inputs, inputs), o: (outputs, outputs)})
            assert here.values(here.read(part.answer))[0] == len(offsets)


def test_networks_for_xor_by_going_through_their_inputs():
    for variant in each("ex-network-xor"):
        text = " ".join(variant.question).replace("−", "-")
        low, high = map(int, re.search(r"that are (-?\d) or (\d)", text).groups())
        values = list(map(float, variant.parts[0].answer))
        hidden, output = np.reshape(values[:4], (2, 2)), np.array(values[6:8])
        for x in itertools.product((low, high), repeat=2):
            a = (x @ hidden + values[4:6] > 0) * 1.0
            is_yes = a @ output + values[8] > 0
            assert is_yes == ((x[0] != x[1]) != ("opposite" in text))


def test_a_product_as_an_input_by_going_through_the_inputs():
    for variant in each("ex-xor-product"):
        text = " ".join(variant.question).replace("−", "-")
        low, high = map(int, re.search(r"each (-?\d) or (\d)", text).groups())
        *w, b = map(float, variant.parts[0].answer)
        for one, other in itertools.product((low, high), repeat=2):
            is_yes = np.dot(w, (one, other, one * other)) + b > 0
            assert is_yes == ((one != other) != ("opposite" in text))


LOSSES = {
    "|y − t|": lambda e, y, t: abs(e),
    "|2 y − t|": lambda e, y, t: abs(2 * y - t),
    "|y − t|³": lambda e, y, t: abs(e) ** 3,
    "|y − t|⁵": lambda e, y, t: abs(e) ** 5,
    "log(1 + (y − t)²)": lambda e, y, t: math.log(1 + e * e),
    "log cosh(y − t)": lambda e, y, t: math.log(math.cosh(e)),
    "√(1 + (y − t)²)": lambda e, y, t: math.sqrt(1 + e * e),
}
FUNCTIONS = {
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "exp": math.exp,
    "the sigmoid σ": lambda z: 1 / (1 + math.exp(-z)),
    "the square, g(z) = z²": lambda z: z**2,
    "the third power, g(z) = z³": lambda z: z**3,
}


def points_of(letters):
    """Return the values of each letter at the points where formulas are compared."""
    return [letters.values(letters.read(letter)) for letter in letters.ranges]


def test_derivatives_of_losses_by_differences():
    seen = set()
    for variant in each("ex-differentiable-abs")[:40]:
        name = re.search(r"ℓ = (.*?)\. What", variant.question[0])[1]
        seen.add(name)
        (part,) = variant.parts
        found = part.letters.values(part.letters.read(part.answer))
        for value, y, t in zip(found, *points_of(part.letters), strict=True):
            up, down = (LOSSES[name](y + s - t, y + s, t) for s in (1e-6, -1e-6))
            assert math.isclose(value, (up - down) / 2e-6, rel_tol=1e-5, abs_tol=1e-5)
    assert seen == set(LOSSES)


def test_derivatives_by_a_shared_weight_by_differences():
    seen = set()
    for variant in each("ex-paths-shared")[:60]:
        name = re.search(r"where g is (.*)\.$", variant.question[0])[1]
        seen.add(name)
        g, part = FUNCTIONS[name], variant.parts[1]
        found = part.letters.values(part.letters.read(part.answer))
        for value, w, x in zip(found, *points_of(part.letters), strict=True):
            up, down = (v * g(v * x) for v in (w + 1e-6, w - 1e-6))
            slope = (g(up) - g(down)) / 2e-6
            assert math.isclose(value, slope, rel_tol=1e-5, abs_tol=1e-5)
    assert seen == set(FUNCTIONS)


def test_factors_of_a_chain_by_differences():
    for variant in each("ex-recursion-bound"):
        text = " ".join(variant.question).replace("−", "-")
        found = r"weight is (\d+).*bias is (-?[\d.]+) and the input is ([\d.]+)\?"
        weight, bias, x = map(float, re.search(found, text).groups())
        g = FUNCTIONS["the sigmoid σ"]
        slope = (g(weight * (x + 1e-6) + bias) - g(weight * (x - 1e-6) + bias)) / 2e-6
        most = max(weight * g(z) * (1 - g(z)) for z in np.linspace(-4, 4, 81))
        assert math.isclose(float(variant.parts[0].answer), most)
        assert math.isclose(variant.parts[1].answer, slope, rel_tol=1e-6)


def decimals_in(text):
    """Return the numbers of a text, in order, without signs."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return [float(found) for found in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text)]


class Weights:
    """What early stopping asks of a model: its weights are the number of its epoch."""

    stop_training = False
    epoch = restored = 0

    def get_weights(self):
        return self.epoch

    def set_weights(self, weights):
        self.restored = weights


@pytest.mark.slow
def test_patience_with_the_callback(keras):
    for variant in each("ex-callbacks-patience", OF_KERAS):
        losses = decimals_in(variant.question[0])
        stops, bests = [], []
        for patience in (1, 2, 4):
            callback = keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=patience, restore_best_weights=True
            )
            model = Weights()
            callback.set_model(model)
            callback.on_train_begin()
            for model.epoch, loss in enumerate(losses, start=1):
                callback.on_epoch_end(model.epoch - 1, {"val_loss": loss})
                if model.stop_training:
                    break
            callback.on_train_end()
            stops.append(model.epoch)
            bests.append(model.restored)
        assert [list(answer) for answer in answers(variant)] == [stops, bests]


def test_ranking_by_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    for variant in each("ex-unbalanced-auc"):
        scores = decimals_in(variant.question[0])
        genuine = [1, 1, *[0] * (len(scores) - 2)]
        auc = metrics.roc_auc_score(genuine, scores)
        precision = metrics.average_precision_score(genuine, scores)
        assert np.allclose(
            [float(answer) for answer in answers(variant)], [auc, precision]
        )


def test_a_list_of_candidates_by_all_its_outcomes():
    for variant in each("ex-capstone-list"):
        p = np.array(decimals_in(variant.question[0]))
        outcomes = np.array(list(itertools.product((0, 1), repeat=4)))
        chance = np.prod(np.where(outcomes, p, 1 - p), axis=1)
        lenses = outcomes.sum(axis=1)
        mean = chance @ lenses
        spread = math.sqrt(chance @ (lenses - mean) ** 2)
        precision = chance @ outcomes.mean(axis=1)
        kept = chance @ outcomes[:, :3].mean(axis=1)
        assert np.allclose(answers(variant), [mean, spread, precision, kept])


def test_dropout_by_all_its_masks():
    for variant in each("ex-dropout-by-hand"):
        text = variant.question[0]
        a, mask = np.array(rows_in(text))
        rate = float(re.search(r"rate q = ([\d.]+)", text)[1])
        masks = np.array(list(itertools.product((0, 1), repeat=3)))
        chance = np.prod(np.where(masks, 1 - rate, rate), axis=1)
        third = masks[:, 2] * a[2] / (1 - rate)
        mean = chance @ third
        wanted = [mask * a / (1 - rate), mean, chance @ (third - mean) ** 2]
        for answer, value in zip(answers(variant), wanted, strict=True):
            assert np.allclose(answer, value)
    for variant in each("ex-dropout-relu-mean"):
        a = np.array(rows_in(variant.question[0])[0])
        shift = int(re.search(r"− (\d+)\)", variant.question[0])[1])
        masked = [2 * a * mask for mask in itertools.product((0, 1), repeat=2)]
        values = [max(0, pair.sum() - shift) for pair in masked]
        assert np.allclose(answers(variant), [np.mean(values), max(0, a.sum() - shift)])


def test_siblings_by_all_splits():
    for variant in each("ex-data-leak-count")[:60]:
        copies, above, below = map(int, decimals_in(variant.question[0]))
        share = above / below
        none = 0.0
        for split in itertools.product((0, 1), repeat=copies - 1):
            chance = math.prod(share if one else 1 - share for one in split)
            none += chance * (sum(split) == 0)
        assert np.allclose([float(one) for one in answers(variant)], [none, 1 - none])


def test_boxes_by_going_through_the_maps():
    for variant in each("ex-paper-boxes"):
        text = " ".join(variant.question)
        sides = [
            int(one)
            for one in re.search(r"with ([\d, ]+) positions", text)[1].split(", ")
        ]
        few, many = map(
            int, re.search(r"carry (\d) boxes .* others (\d)", text).groups()
        )
        pixels = int(re.search(r"image of (\d+) pixels", text)[1])
        counts = [few, many, many, many, few, few]
        boxes = [
            sum(count for _ in itertools.product(range(side), repeat=2))
            for side, count in zip(sides, counts, strict=True)
        ]
        assert math.ceil(pixels / 8) == sides[0]
        assert pixels / 4 == pixels // 4
        wanted = [
            sum(boxes),
            boxes[0] / sum(boxes),
            boxes[0] - few * (pixels // 8) ** 2,
        ]
        assert np.allclose([float(one) for one in answers(variant)], wanted)


def test_power_laws_by_their_errors():
    for variant in each("ex-data-power-by-hand"):
        first, start, now, count, _ = decimals_in(
            variant.question[0].replace("(−ω)", "1")
        )
        wanted = decimals_in(variant.question[1])[0]
        omega, examples = answers(variant)
        assert math.isclose(first / now, (count / start) ** omega)
        assert math.isclose(now / wanted, (examples / count) ** omega, rel_tol=1e-3)
