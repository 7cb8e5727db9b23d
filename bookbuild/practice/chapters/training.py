"""Exercises of the chapter on training."""

from fractions import Fraction
from math import ceil, sqrt

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import mean
from bookbuild.practice.numbers import write_value
from bookbuild.practice.parts import number, several, whole
from bookbuild.practice.variants import Draw, Variant, exercise


@exercise("ex-fit-updates")
def number_of_updates(draw: Draw) -> Variant | None:
    """Count updates and epochs."""
    examples = draw.whole(1347, low=500, high=5000)
    batch = draw.one(32, 16, 20, 50, 64)
    wanted = draw.one(1000, 500, 2000)
    updates = ceil(examples / batch)
    last = examples - (updates - 1) * batch
    epochs = ceil(wanted / updates)
    if last == batch or wanted % updates == 0:
        return None
    return Variant(
        question=[
            f"You train on {examples:,} examples in mini-batches of {batch}.",
            "How many updates make an epoch, how many examples does the last "
            f"mini-batch have, and how many epochs give at least {wanted:,} updates?",
        ],
        parts=[
            whole(
                "updates per epoch",
                updates,
                {
                    may.FLOOR_FOR_CEILING: updates - 1,
                    may.NOT_ROUNDED: Fraction(examples, batch),
                    may.RECIPROCAL: Fraction(batch, examples),
                },
            ),
            whole(
                "examples of the last mini-batch",
                last,
                {
                    may.COMPLEMENT: batch - last,
                    may.LAST_BATCH_FULL: batch,
                },
            ),
            whole(
                "epochs",
                epochs,
                {
                    may.FLOOR_FOR_CEILING: epochs - 1,
                    may.NOT_ROUNDED: Fraction(wanted, updates),
                    may.EPOCHS_NOT_COMPLETED: ceil(wanted / (updates - 1)),
                },
            ),
        ],
        explanation=[
            f"{examples:,} / {batch} ≈ {examples / batch:.2f}, so an epoch has "
            f"{updates} updates. {updates - 1} · {batch} = {(updates - 1) * batch:,}, "
            f"so the size of the last mini-batch is {last}.",
            f"{wanted:,} / {updates} ≈ {wanted / updates:.2f}, so it takes {epochs} "
            f"epochs, which make {epochs * updates:,} updates.",
        ],
    )


@exercise("ex-validation-spread")
def standard_error_of_accuracy(draw: Draw) -> Variant:
    """Find the standard error of an accuracy."""
    accuracy = draw.one(95, 90, 80, 98, 85, 92)
    examples = draw.one(475, 100, 900, 400, 2500, 1600, 250)
    p = accuracy / 100
    error = sqrt(p * (1 - p) / examples)
    return Variant(
        question=[
            f"A network has an accuracy of {accuracy} per cent on {examples:,} "
            "validation examples. What is the standard error of this accuracy, as a "
            "fraction?",
        ],
        parts=[
            number(
                "standard error",
                error,
                {
                    may.ROOT_FORGOTTEN: p * (1 - p) / examples,
                    may.NOT_DIVIDED_BY_ROOT: sqrt(p * (1 - p)),
                    may.STOPPED_HALFWAY: 1 / sqrt(examples),
                },
                digits=2,
            )
        ],
        explanation=[
            f"√({p:g} · {1 - p:.2g} / {examples}) = {error:.2g}. A difference no "
            "larger than this may be chance.",
        ],
    )


@exercise("ex-cross-choose")
def images_in_a_fold(draw: Draw) -> Variant | None:
    """Count the images and patients of a fold."""
    patients = draw.one(800, 200, 300, 600)
    each = draw.one(6.25, 4, 5, 10)
    folds = draw.one(5, 10, 4)
    images = round(patients * each)
    if images % folds or patients % folds:
        return None
    return Variant(
        question=[
            f"You have {images:,} X-ray images of {patients} patients and use {folds} "
            "grouped folds, with all images of a patient in one fold.",
            "Roughly how many images are in a fold, and of how many patients?",
        ],
        parts=[
            number(
                "images",
                images / folds,
                {
                    may.COMPLEMENT: images - images / folds,
                    may.FOLDS_FOR_TRAINING: images / (folds - 1),
                },
                decimals=0,
            ),
            number(
                "patients",
                patients / folds,
                {
                    may.COMPLEMENT: patients - patients / folds,
                    may.FOLDS_FOR_TRAINING: patients / (folds - 1),
                    may.STOPPED_HALFWAY: patients,
                },
                decimals=0,
            ),
        ],
        explanation=[
            f"{images:,} / {folds} = {images / folds:,.0f} images of {patients} / "
            f"{folds} = {patients / folds:g} patients.",
        ],
    )


def _stopped(losses, patience: int) -> tuple[int, int]:
    """Return after which epoch early stopping stops, and the best epoch then."""
    best, waited = 0, 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[best]:
            best, waited = epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch + 1, best + 1
    return len(losses), best + 1


@exercise("ex-callbacks-patience")
def patience_by_hand(draw: Draw) -> Variant | None:
    """Follow early stopping."""
    own = (0.9, 0.5, 0.6, 0.4, 0.45, 0.44, 0.43, 0.42)
    losses = draw.decimals(own, low=0.3, high=0.95, places=2)
    found = [_stopped(losses, patience) for patience in (1, 2, 4)]
    stops, bests = zip(*found, strict=True)
    if len(set(losses)) < 8 or len(set(stops)) < 3 or stops[0] == 2:
        return None
    if draw.source and stops == (3, 6, 8):  # the chapter's own
        return None
    late = [_stopped(losses, patience + 1)[0] for patience in (1, 2, 4)]
    lowest = losses.index(min(losses)) + 1
    return Variant(
        question=[
            f"The validation losses of eight epochs are "
            f"{', '.join(map(write_value, losses))}, and training ends after the "
            "eighth.",
            "After which epoch does `EarlyStopping` stop (or training end) with a "
            "patience of 1, of 2 and of 4, and which epoch's weights come back with "
            "`restore_best_weights=True`?",
        ],
        parts=[
            several(
                "stops after the epochs",
                stops,
                {
                    may.STEP_TOO_EARLY: [stop - 1 for stop in stops],
                    may.PATIENCE_EXCEEDED: late,
                },
                decimals=0,
            ),
            several(
                "returns the weights of the epochs",
                bests,
                {
                    may.OFF_BY_ONE: [best - 1 for best in bests],
                    may.LAST_EPOCH: stops,
                    may.LOOKED_AHEAD: [lowest] * 3,
                },
                decimals=0,
            ),
        ],
        explanation=[
            "Count the epochs since the best one; training stops when there are as "
            "many as the patience.",
            f"It stops after the epochs {stops[0]}, {stops[1]} and {stops[2]}, and "
            f"returns the weights of the epochs {bests[0]}, {bests[1]} and {bests[2]}.",
        ],
    )


@exercise("ex-callbacks-halve")
def halved_rate(draw: Draw) -> Variant | None:
    """Find a learning rate after some epochs."""
    start = draw.one(0.1, 0.2, 0.01, 0.4)
    factor = draw.one(2, 4, 10)
    epochs = draw.one(5, 3, 4, 6)
    if factor == 10 and epochs > 3:  # too small to train with
        return None
    ending = {2: "", 4: " by four", 10: " by ten"}[factor]
    return Variant(
        question=[
            f"A callback {'halves' if factor == 2 else 'divides'} the learning "
            f"rate{ending} after each epoch. What is the learning rate after {epochs} "
            f"epochs if it was {start:g}?",
        ],
        parts=[
            number(
                "learning rate",
                start / factor**epochs,
                {
                    may.LINEAR_FOR_POWER: start / (factor * epochs),
                    may.STEP_TOO_EARLY: start / factor ** (epochs - 1),
                    may.STOPPED_HALFWAY: start / factor,
                },
                digits=3,
            )
        ],
        explanation=[
            f"{start:g} / {factor}^{epochs} = {start / factor**epochs:.4g}.",
        ],
    )


@exercise("ex-speed-formats")
def formats_of_16_bits(draw: Draw) -> Variant | None:
    """Round a weight in two formats of 16 bits."""
    update = draw.one(0.003, 0.002, 0.0015, 0.0035, 0.006, 0.005, 0.01)
    weight = draw.one(1, 1, 2)
    coarse, fine = weight / 2**7, weight / 2**10

    def rounded(step: float) -> float:
        return weight + round(update / step) * step

    below = weight + int(update / coarse) * coarse
    farther = 2 * below + coarse - rounded(coarse)
    if (update / fine) % 1 == 0.5 or (update / coarse) % 1 == 0.5:
        return None
    return Variant(
        question=[
            "The format `bfloat16` keeps 7 binary digits after the leading one, and "
            "`float16` keeps 10.",
            f"How large is the step from {weight} to the next number in `bfloat16`? A "
            f"weight of {weight} receives the update {update:g}, and the result is "
            "rounded to the nearest number of the format. What does it become in "
            "`float16`, and what in `bfloat16`?",
        ],
        parts=[
            number(
                "step in bfloat16",
                coarse,
                {
                    may.DIGIT_TOO_MANY: coarse / 2,
                    may.WRONG_ONE: fine,
                },
                decimals=4,
            ),
            number(
                "weight in float16",
                rounded(fine),
                {may.VALUE_KEPT: weight},
                decimals=3,
            ),
            number(
                "weight in bfloat16",
                rounded(coarse),
                {
                    may.NOT_ROUNDED_TO_FORMAT: weight + update,
                    may.VALUE_KEPT: weight if rounded(coarse) != weight else None,
                    may.FARTHER_NEIGHBOUR: farther if farther != weight else None,
                },
                decimals=4,
            ),
        ],
        explanation=[
            f"The step is {weight} · 2^(−7) ≈ {coarse:.4f}. In `float16` it is "
            f"{weight} · 2^(−10) ≈ {fine:.5f}, and the weight becomes "
            f"{rounded(fine):.4f}.",
            f"In `bfloat16` the update is {update / coarse:.2f} of a step, so the "
            f"weight becomes {rounded(coarse):.6g}.",
        ],
    )


@exercise("ex-further-shards")
def shards_of_unequal_size(draw: Draw) -> Variant | None:
    """Average the gradients of unequal shards."""
    gradients = draw.wholes((1, 3, 5, 7, 9), low=-3, high=12)
    cut = draw.one(3, 2, 4)
    first, second = gradients[:cut], gradients[cut:]
    plain = (mean(first) + mean(second)) / 2
    if draw.source and plain == mean(gradients):
        return None
    return Variant(
        question=[
            "Five examples have the gradients "
            f"{', '.join(map(write_value, gradients))}. The first {cut} lie on one "
            "processor and the rest on another, and each processor computes the mean "
            "of its own.",
            "What do the plain mean of the two results and the mean weighted by the "
            "number of examples give?",
        ],
        parts=[
            number(
                "plain mean",
                plain,
                {may.SUM_FOR_MEAN: 2 * plain, may.WRONG_ONE: mean(gradients)},
                decimals=2,
            ),
            number(
                "weighted mean",
                mean(gradients),
                {may.UNWEIGHTED: plain, may.SUM_FOR_MEAN: sum(gradients)},
                decimals=2,
            ),
        ],
        explanation=[
            f"The processors find {mean(first):.4g} and {mean(second):.4g}, with the "
            f"plain mean {plain:.4g}.",
            f"The mean weighted by {len(first)} and {len(second)} is "
            f"{mean(gradients):.4g}, the mean of all five gradients, which is correct.",
        ],
    )
