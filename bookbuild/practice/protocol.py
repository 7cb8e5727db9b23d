"""What the page asks and is told, as dictionaries that JSON can carry."""

import json
from typing import Any

from bookbuild.practice.catalogue import exercise_of
from bookbuild.practice.errors import RequestError
from bookbuild.practice.judging import RIGHT, judge
from bookbuild.practice.variants import Variant

LONGEST_NAME = 100
LARGEST_SEED = 2**53  # what JSON carries without loss everywhere


def answer(request: object) -> dict[str, Any]:
    """Return the reply to a request.

    Parameters
    ----------
    request : dict
        ``do`` is "variant", "judge" or "explain"; ``exercise`` is a label, ``seed`` a
        whole number or None, ``typed`` (to judge) one text for each part. ``chapter``
        may say where the exercise stands, which saves time.

    Returns
    -------
    dict
        The reply, or ``{"error": sentence}`` where the request makes no sense.

    Examples
    --------
    >>> request = {"do": "judge", "exercise": "ex-images-window", "seed": None}
    >>> answer({**request, "typed": ["7,592,200", "27"]})["parts"][1]["name"]
    'bias forgotten'
    """
    try:
        return _reply(request)
    except RequestError as error:
        return {"error": f"{error}."}


def answer_text(request: str) -> str:
    """Return the reply to a request, both as JSON."""
    try:
        read = json.loads(request)
    except (ValueError, RecursionError) as error:
        return json.dumps({"error": f"The request is no JSON: {error}."})
    return json.dumps(answer(read))


def _reply(request: object) -> dict[str, Any]:
    if not isinstance(request, dict):
        raise RequestError(f"a request is a dictionary, not {type(request).__name__}")
    do = request.get("do")
    if do not in ("variant", "judge", "explain"):
        raise RequestError(
            f"there is nothing to do of the name {_shown(do)}; "
            "ask for 'variant', 'judge' or 'explain'"
        )
    variant = _variant(request)
    if do == "variant":
        return {
            "question": list(variant.question),
            "parts": [
                {"label": part.label, "kind": part.kind, "hint": part.hint}
                for part in variant.parts
            ],
        }
    if do == "explain":
        return {
            "answers": [part.written for part in variant.parts],
            "explanation": list(variant.explanation),
        }
    typed = request.get("typed")
    if not isinstance(typed, list) or not all(isinstance(one, str) for one in typed):
        raise RequestError("'typed' holds a list of texts, one for each part")
    verdicts = judge(variant, typed)
    return {
        "parts": [
            {"verdict": one.verdict, "name": one.name, "say": one.say}
            for one in verdicts
        ],
        "solved": all(one.verdict == RIGHT for one in verdicts),
    }


def _variant(request: dict[str, Any]) -> Variant:
    label = request.get("exercise")
    if not isinstance(label, str) or len(label) > LONGEST_NAME:
        raise RequestError(
            f"'exercise' is the label of an exercise, not {_shown(label)}"
        )
    seed = request.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise RequestError(f"'seed' is a whole number or null, not {_shown(seed)}")
    if seed is not None and abs(seed) > LARGEST_SEED:
        raise RequestError(f"'seed' lies beyond {LARGEST_SEED}; take a smaller one")
    chapter = request.get("chapter")
    return exercise_of(label, chapter if isinstance(chapter, str) else "").variant(seed)


def _shown(value: object) -> str:
    """Return a value as a message shows it, shortened."""
    text = repr(value)
    return text if len(text) < 60 else f"{text[:57]}..."
