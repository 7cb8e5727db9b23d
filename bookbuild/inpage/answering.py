"""Where requests of a page enter Python: JSON in, JSON out.

Runs in the reader's browser, unchanged in the tests.
"""

from __future__ import annotations

import json
from typing import Any

from bookbuild.explorer import protocol

MOST = 1000  # requests in one


def answer(text: str) -> str:
    """Return the answer to a request.

    Parameters
    ----------
    text : str
        A request as JSON: one that names an exercise goes to the exercises, one of
        `{"do": "many", "requests": [...]}` to each in turn, all others to the explorer.

    Returns
    -------
    str
        JSON: the answer, or `{"error": "a sentence"}`.

    Examples
    --------
    >>> answer("nonsense")
    '{"error": "The request is no JSON."}'
    """
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        return json.dumps({"error": "The request is no JSON."})
    try:
        return json.dumps(answered(request))
    except RecursionError:
        return json.dumps({"error": "This is nested too deeply to be answered."})
    except MemoryError:
        return json.dumps({"error": "This takes more memory than there is."})


def answered(request: Any) -> dict[str, Any]:
    """Return the answer to a request that has been read.

    Parameters
    ----------
    request : object
        What JSON held.
    """
    if not isinstance(request, dict):
        return {"error": "A request is an object with do."}
    if request.get("do") == "many":
        requests = request.get("requests")
        if not isinstance(requests, list) or len(requests) > MOST:
            return {"error": f"many takes a list of at most {MOST} requests."}
        return {"answers": [answered(one) for one in requests]}
    if "exercise" in request:
        # Imported when it is asked for, so that the explorer begins sooner.
        from bookbuild.practice import protocol as exercises

        return exercises.answer(request)
    return protocol.answer(request)
