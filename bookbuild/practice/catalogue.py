"""All exercises that take an answer, by label and by chapter."""

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType

from bookbuild.practice.errors import RequestError
from bookbuild.practice.variants import Exercise

# In the order of the book. A chapter is imported when one of its exercises is asked
# for: in a browser each import costs the reader time.
CHAPTERS = (
    "why-now",
    "neuron",
    "activations",
    "backpropagation",
    "convolution",
    "convnets",
    "preparation",
    "losses",
    "optimisers",
    "training",
    "architectures",
    "monitoring",
    "data",
    "regularisation",
    "batch-normalisation",
    "outlook",
    "capstone",
)


def module_of(chapter: str) -> ModuleType:
    """Return the module that defines the exercises of a chapter."""
    name = chapter.replace("-", "_")
    return import_module(f"bookbuild.practice.chapters.{name}")


def exercises_of(chapter: str) -> Mapping[str, Exercise]:
    """Return the exercises of a chapter by label, in the order of their definitions.

    Raises
    ------
    RequestError
        If there is no such chapter.

    Examples
    --------
    >>> "ex-channels-count" in exercises_of("convolution")
    True
    """
    if chapter not in CHAPTERS:
        raise RequestError(
            f"there is no chapter {chapter!r} with exercises that answer; there are "
            f"{', '.join(CHAPTERS)}"
        )
    defined = vars(module_of(chapter)).values()
    return {one.label: one for one in defined if isinstance(one, Exercise)}


def exercise_of(label: str, chapter: str = "") -> Exercise:
    """Return an exercise.

    Parameters
    ----------
    label : str
        Its label.
    chapter : str, optional
        Its chapter, if that is known: no other one is then imported.

    Raises
    ------
    RequestError
        If there is none of that label.
    """
    if chapter in CHAPTERS and label in (found := exercises_of(chapter)):
        return found[label]
    labels: list[str] = []
    for one in CHAPTERS:
        found = exercises_of(one)
        if label in found:
            return found[label]
        labels += found
    near = get_close_matches(label, labels, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise RequestError(f"no exercise {label!r} takes an answer{hint}")


def labels_that_answer() -> dict[str, str]:
    """Return the chapter of each exercise that takes an answer, by label."""
    return {label: chapter for chapter in CHAPTERS for label in exercises_of(chapter)}
