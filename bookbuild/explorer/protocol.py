"""Requests of the explorer's page and their answers: plain values in, plain values out.

`{"do": "model", "lines": "..."}`, `{"do": "model", "bytes": "...", "file": "..."}`,
`{"do": "axis", ...}`, `{"do": "fits", ...}`. What cannot be answered is
`{"error": "a sentence"}`.
"""

from __future__ import annotations

from typing import Any

from bookbuild.explorer import axis, fitting, models
from bookbuild.explorer.errors import AskedError

ANSWERS = {"axis": axis.answer, "fits": fitting.answer, "model": models.answer}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to one request.

    Parameters
    ----------
    request : dict
        What is asked, with `do`, one of "axis", "fits" and "model".

    Examples
    --------
    >>> answer({"do": "axis", "input": 7, "kernel": 3, "strides": 1, "dilation": 1,
    ...         "padding": "valid"})["output"]
    5
    >>> answer({"do": "guess"})["error"]
    "do must be one of axis, fits, model, got 'guess'."
    """
    asked = request.get("do")
    if not isinstance(asked, str) or asked not in ANSWERS:
        names = ", ".join(ANSWERS)
        return {"error": f"do must be one of {names}, got {asked!r:.60}."}
    try:
        return ANSWERS[asked](request)
    except AskedError as error:
        return {"error": str(error)}
    except RecursionError:
        return {"error": "The model is nested too deeply to be read."}
    except MemoryError:
        return {"error": "This takes more memory than there is."}
    except Exception as error:
        kind = type(error).__name__
        return {"error": f"This cannot be computed ({kind}: {str(error)[:300]})."}
