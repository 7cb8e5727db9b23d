"""Exercises of the chapter on data."""

from fractions import Fraction
from math import exp, log

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import entropy
from bookbuild.practice.numbers import write_value, write_values
from bookbuild.practice.parts import number, several, whole
from bookbuild.practice.variants import Draw, Variant, exercise


@exercise("ex-data-standard-error")
def part_of_a_standard_error(draw: Draw) -> Variant | None:
    """Find how many measurements reduce a standard error."""
    error = draw.one(0.2, 0.4, 0.3, 1.0, 0.6)
    count = draw.one(25, 16, 9, 100, 36)
    factor = draw.one(4, 2, 3, 5)
    wanted = error / factor
    needed = count * factor**2
    if abs(round(wanted, 3) - wanted) > 1e-9:  # it is shown as it is
        return None
    return Variant(
        question=[
            f"A brightness has the standard error {error:g} from {count} measurements. "
            f"How many are needed for a standard error of {wanted:.3g}?",
        ],
        parts=[
            whole(
                "measurements",
                needed,
                {
                    may.SQUARE_FORGOTTEN: count * factor,
                    may.STOPPED_HALFWAY: factor**2,
                    may.RECIPROCAL: Fraction(count, factor**2),
                },
            )
        ],
        explanation=[
            f"An error {factor} times smaller needs {factor}² = {factor**2} times as "
            f"many measurements, {factor**2} · {count} = {needed:,}.",
        ],
    )


@exercise("ex-data-all-parameters")
def as_many_parameters_as_examples(draw: Draw) -> Variant:
    """Find the losses of a linear model with P parameters."""
    parameters, examples = draw.one(
        (8, 8), (8, 16), (5, 20), (10, 50), (4, 40), (15, 20), (4, 5), (9, 30)
    )
    ratio = Fraction(parameters, examples)
    train, new = 1 - ratio, 1 + ratio
    return Variant(
        question=[
            "A linear model with P parameters is fitted to N noisy targets whose noise "
            "has the variance σ². Its training loss is σ² (1 − P/N) on average, and "
            "its loss on new targets at the same inputs σ² (1 + P/N).",
            f"For P = {parameters} and N = {examples}, how many times σ² is the "
            "training loss, and how many times σ² is the loss on new targets?",
        ],
        parts=[
            number(
                "training loss / σ²",
                train,
                {may.WRONG_ONE: new, may.STOPPED_HALFWAY: ratio if train else None},
            ),
            number(
                "new loss / σ²",
                new,
                {may.NOTHING_CHANGES: 1, may.WRONG_ONE: train},
            ),
        ],
        explanation=[
            f"P/N = {write_value(ratio)}, so they are {write_value(train)} σ² and "
            f"{write_value(new)} σ². The model has fitted a part of the noise and adds "
            "it to every prediction.",
        ],
    )


@exercise("ex-data-power-by-hand")
def power_law(draw: Draw) -> Variant | None:
    """Find the exponent of a power law and extrapolate."""
    start = draw.one(1000, 500, 2000)
    data, errors = draw.one((4, 2), (9, 3), (8, 2), (16, 4), (16, 2))
    error = draw.one(8, 16, 24)
    more = draw.one(4, 2)
    omega = log(errors) / log(data)
    now, count = error / errors, start * data
    needed = round(count * more ** (1 / omega))
    if 100 * error % (errors * more):  # the errors are shown as they are
        return None
    return Variant(
        question=[
            f"A network misclassifies {error} % of new images after {start:,} training "
            f"examples and {now:.3g} % after {count:,}; the error follows a power law, "
            "proportional to N^(−ω).",
            "What is ω, and how many examples would bring the error to "
            f"{now / more:.3g} % if the law held?",
        ],
        parts=[
            number(
                "ω",
                omega,
                {
                    may.SIGN: -omega,
                    may.RECIPROCAL: 1 / omega,
                    may.RATIO_WITHOUT_LOGARITHMS: errors / data
                    if abs(errors / data - omega) > 0.02
                    else None,
                },
                decimals=2,
            ),
            number(
                "examples",
                needed,
                {
                    may.LINEAR_FOR_POWER: count * more,
                    may.INVERSE_POWER: count * more**omega,
                },
                digits=3,
            ),
        ],
        explanation=[
            f"{data} times the data divide the error by {errors}, so {data}^ω = "
            f"{errors} and ω = {omega:.3g}.",
            f"Another factor of {more} in the error needs {more}^(1/ω) = "
            f"{more ** (1 / omega):.3g} times the data, or {needed:,} examples.",
        ],
    )


@exercise("ex-data-compute")
def more_computation(draw: Draw) -> Variant:
    """Divide computation between parameters and tokens."""
    factor = draw.one(10, 2, 3, 4, 5, 6, 7, 8, 12, 20)
    return Variant(
        question=[
            "Training a language model of P parameters on N tokens takes about 6 P N "
            f"operations. You get {factor**2} times the computation, and let P and N "
            "grow in equal proportion.",
            "By what factor does each of them grow?",
        ],
        parts=[
            number(
                "factor",
                factor,
                {
                    may.ROOT_FORGOTTEN: factor**2,
                    may.HALVED_FOR_ROOT: factor**2 / 2,
                },
            )
        ],
        explanation=[
            f"6 · f P · f N = f² · 6 P N, and f² = {factor**2} gives f = {factor}."
        ],
    )


@exercise("ex-data-matrix-order")
def two_maps_in_two_orders(draw: Draw) -> Variant | None:
    """Apply a shear and a turn in both orders."""
    slant = draw.one(1, 2, -1, 3)
    v, u = draw.one((0, 1), (1, 0), (1, 1), (-1, 2), (2, 1))
    sheared = (v + slant * u, u)
    first = (sheared[1], -sheared[0])
    turned = (u, -v)
    second = (turned[0] + slant * turned[1], turned[1])
    if first == second:
        return None
    return Variant(
        question=[
            f"A shear takes the position (v, u) to (v + ς u, u), here with ς = "
            f"{write_value(slant)}, and a quarter turn takes (v, u) to (u, −v).",
            f"Where does {write_values((v, u))} go if it is first sheared and then "
            "turned, and where in the other order?",
        ],
        parts=[
            several(
                "sheared, then turned",
                first,
                {may.ORDER_EXCHANGED: second, may.STOPPED_HALFWAY: sheared},
                decimals=0,
            ),
            several(
                "turned, then sheared",
                second,
                {
                    may.ORDER_EXCHANGED: first,
                    may.STOPPED_HALFWAY: turned if turned != second else None,
                },
                decimals=0,
            ),
        ],
        explanation=[
            f"The shear gives {write_values(sheared)}, and the turn then "
            f"{write_values(first)}.",
            f"In the other order the turn gives {write_values(turned)}, and the shear "
            f"then {write_values(second)}.",
        ],
    )


@exercise("ex-data-mixup")
def mixed_target(draw: Draw) -> Variant:
    """Find the lowest loss of a mixed target."""
    share = draw.one(0.7, 0.55, 0.6, 0.65, 0.75, 0.8, 0.85, 0.9, 0.95)
    lowest = entropy([share, 1 - share])
    return Variant(
        question=[
            "Mixup adds ν times an image of a three and 1 − ν times one of an eight, "
            f"with ν = {share:g}. What target does the network get for the three and "
            "for the eight, and what is the lowest cross-entropy that it can reach on "
            "it?",
        ],
        parts=[
            several(
                "target at the three, at the eight",
                (share, 1 - share),
                {may.NOTHING_CHANGES: (1, 0)},
            ),
            number(
                "lowest cross-entropy",
                lowest,
                {
                    may.STOPPED_HALFWAY: -share * log(share),
                    may.NOTHING_CHANGES: 0,
                    may.BINARY_LOGARITHM: lowest / log(2),
                    may.UNWEIGHTED: -log(share) - log(1 - share),
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"The target has {share:g} at the three and {1 - share:.3g} at the eight. "
            "The cross-entropy is lowest where the prediction equals the target: "
            f"−{share:g} log {share:g} − {1 - share:.3g} log {1 - share:.3g} = "
            f"{lowest:.3f}.",
        ],
    )


@exercise("ex-data-weights")
def importance_weights(draw: Draw) -> Variant | None:
    """Find importance weights."""
    sample = draw.one(70, 80, 60, 50, 75)
    sky = draw.one(10, 20, 5, 25)
    bright = Fraction(sky, sample)
    faint = Fraction(100 - sky, 100 - sample)
    return Variant(
        question=[
            f"A sample holds {sample} % bright and {100 - sample} % faint galaxies, "
            f"the sky {sky} % and {100 - sky} %. What are the importance weights of "
            "the bright and of the faint galaxies, and what is their mean over the "
            "sample?",
        ],
        parts=[
            number(
                "bright",
                bright,
                {may.RECIPROCAL: 1 / bright, may.STOPPED_HALFWAY: Fraction(sky, 100)},
                decimals=3,
            ),
            number(
                "faint",
                faint,
                {
                    may.RECIPROCAL: 1 / faint,
                    may.STOPPED_HALFWAY: Fraction(100 - sky, 100),
                },
                decimals=3,
            ),
            number("mean", 1, {may.UNWEIGHTED: (bright + faint) / 2}, decimals=2),
        ],
        explanation=[
            f"They are {sky} / {sample} = {write_value(bright)} and {100 - sky} / "
            f"{100 - sample} = {write_value(faint)}: the frequency in the sky over "
            "that in the sample. Their mean over the sample is 1, as it must be.",
        ],
    )


@exercise("ex-data-threshold")
def threshold_of_a_search(draw: Draw) -> Variant:
    """Find a threshold from costs."""
    cost = draw.one(19, 3, 4, 5, 7, 9, 14, 24, 39, 49, 99)
    threshold = Fraction(1, 1 + cost)
    return Variant(
        question=[
            f"A missed lens costs as much as {cost} false alarms. From what "
            "probability on do you report a lens? What class weight of the lenses "
            "would lead to the same decisions at the threshold one half?",
        ],
        parts=[
            number(
                "probability",
                threshold,
                {
                    may.COMPLEMENT: 1 - threshold,
                    may.ODDS_FOR_PROBABILITY: Fraction(1, cost),
                    may.NOTHING_CHANGES: Fraction(1, 2),
                },
                decimals=3,
            ),
            number(
                "class weight",
                cost,
                {may.RECIPROCAL: Fraction(1, cost), may.THRESHOLD_INVERTED: cost + 1},
            ),
        ],
        explanation=[
            f"Reporting costs 1 − p on average and not reporting {cost} p, so the "
            f"threshold is 1 / (1 + {cost}) = {float(threshold):.3g}. The class weight "
            f"is {cost}.",
        ],
    )


@exercise("ex-data-noisy-test")
def benchmark_with_wrong_labels(draw: Draw) -> Variant:
    """Find the true accuracy from the one on wrong labels."""
    noise = draw.one(0.1, 0.05, 0.2, 0.15)
    true = draw.one(0.9, 0.95, 0.8, 0.85)
    seen = noise + true * (1 - 2 * noise)
    return Variant(
        question=[
            f"A test set of two classes has {100 * noise:g} % wrong labels at random, "
            f"in both classes alike, and your classifier reaches {seen:.4g} on it. "
            "What is its true accuracy?",
        ],
        parts=[
            number(
                "true accuracy",
                true,
                {
                    may.NOTHING_CHANGES: seen,
                    may.NOISE_ADDED: seen + noise,
                    may.WRONG_MEETS_WRONG: seen / (1 - noise),
                    may.STOPPED_HALFWAY: seen - noise,
                },
                decimals=3,
            )
        ],
        explanation=[
            "An answer agrees with the label if both are right or both are wrong: the "
            "accuracy that is seen is a (1 − ρ) + (1 − a) ρ = ρ + a (1 − 2ρ).",
            f"So a = ({seen:.4g} − {noise:g}) / (1 − {2 * noise:g}) = {true:g}.",
        ],
    )


@exercise("ex-data-leak-count")
def probability_of_a_leak(draw: Draw) -> Variant:
    """Find the probability that a copy has a sibling in the training part."""
    copies = draw.one(8, 4, 5, 3)
    share = draw.one(Fraction(3, 4), Fraction(1, 2), Fraction(4, 5), Fraction(2, 3))
    missed = (1 - share) ** (copies - 1)
    return Variant(
        question=[
            f"Each object has {copies} copies, and a copy lands in the training part "
            f"with the probability {share.numerator}/{share.denominator}, "
            "independently of the others.",
            "What is the probability that a test copy has no sibling in the training "
            "part, and that it has at least one?",
        ],
        parts=[
            number(
                "no sibling",
                missed,
                {
                    may.ITSELF_COUNTED: (1 - share) ** copies,
                    may.COMPLEMENT: 1 - missed,
                    may.STOPPED_HALFWAY: 1 - share,
                },
                decimals=6,
            ),
            number(
                "at least one sibling",
                1 - missed,
                {
                    may.COMPLEMENT: missed,
                    may.ITSELF_COUNTED: 1 - (1 - share) ** copies,
                    may.ALL_FOR_ANY: share ** (copies - 1),
                },
                decimals=6,
            ),
        ],
        explanation=[
            f"All {copies - 1} siblings would have to miss it, with the probability "
            f"({1 - share})^{copies - 1} = {missed}, so at least one is there with the "
            f"probability {1 - missed}.",
        ],
    )


@exercise("ex-data-sersic-gauss")
def gaussian_profile(draw: Draw) -> Variant:
    """Find the constant of a Gaussian profile."""
    share = draw.one(50, 25, 30, 40, 60, 70, 80, 90, 95)
    constant = -log(1 - share / 100)
    words = {50: "half", 25: "a quarter"}.get(share, f"{share} per cent")
    return Variant(
        question=[
            "A Gaussian profile has the brightness F(R) proportional to "
            "exp(−B R² / R_e²), and the light within R is the integral of 2π R' F(R') "
            "from 0 to R.",
            f"For which B does the light within R_e make up {words} of all light?",
        ],
        parts=[
            number(
                "B",
                constant,
                {
                    may.COMPLEMENT: -log(share / 100) if share != 50 else None,
                    may.BINARY_LOGARITHM: constant / log(2),
                    may.LOGARITHM_FORGOTTEN: 1 - share / 100,
                },
                decimals=3,
            )
        ],
        explanation=[
            "With t = B R'² / R_e² the light within R_e is proportional to 1 − e^(−B), "
            "and all of the light to 1.",
            f"So e^(−B) = {1 - share / 100:g} and B = {constant:.3f}.",
        ],
    )


@exercise("ex-data-sersic-centre")
def brightness_of_the_centre(draw: Draw) -> Variant:
    """Find how bright the centre of a profile is."""
    low, flat = draw.one((1, 1.678), (0.5, 0.693), (1.5, 2.674))
    high, steep = draw.one((4, 7.669), (2, 3.672), (3, 5.67), (2.5, 4.671))
    return Variant(
        question=[
            "A Sérsic profile is F(R) = F_e exp(−B ((R / R_e)^(1/S) − 1)). For S = "
            f"{low:g} the constant is B = {flat:g}, and for S = {high:g} it is "
            f"{steep:g}.",
            "How many times brighter is the centre than the profile at R_e, for each?",
        ],
        parts=[
            number(
                f"for S = {low:g}",
                exp(flat),
                {
                    may.POWER_OF_TEN: 10**flat,
                    may.STOPPED_HALFWAY: flat,
                    may.POWER_OF_TWO: 2**flat,
                },
                decimals=1,
            ),
            number(
                f"for S = {high:g}",
                exp(steep),
                {
                    may.POWER_OF_TEN: 10**steep,
                    may.STOPPED_HALFWAY: steep,
                    may.POWER_OF_TWO: 2**steep,
                },
                digits=3,
            ),
        ],
        explanation=[
            "At R = 0 the exponent is B, so the factors are "
            f"e^{flat:g} ≈ {exp(flat):.1f} and e^{steep:g} ≈ {exp(steep):,.4g}.",
        ],
    )
