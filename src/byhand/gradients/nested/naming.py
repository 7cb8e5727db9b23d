"""What the name of a gradient says: what it is the gradient of, if it is one."""

from __future__ import annotations

import re

# Words that are said of gradients alone, and the part of a name that is left.
DERIVATIVE = re.compile(r"_*d(?:[LJEC]|loss|cost)_?d_?(.+)")
LOOSE = re.compile(r"_*(?:d|grads?|gradients?|nabla)_(?:of_|wrt_)?(.+)", re.IGNORECASE)
TIGHT = re.compile(r"_*(?:gradients?|grads?|nabla|d)(.+)")
BEHIND = re.compile(r"_*(.+?)[._]?(?:gradients?|grads?)", re.IGNORECASE)
HOLDERS = frozenset({"grad", "grads", "gradient", "gradients", "nabla"})

# What layers learn, by the names that are usual.
LEARNT = (
    "weight",
    "bias",
    "kernel",
    "filter",
    "gamma",
    "beta",
    "alpha",
    "theta",
    "scale",
    "shift",
    "gain",
    "param",
    "embed",
    "coef",
    "slope",
)
GREEK = frozenset(
    {
        *("delta", "epsilon", "eta", "kappa", "lambda", "lam", "mu", "nu", "omega"),
        *("phi", "psi", "rho", "sigma", "tau", "xi", "zeta"),
    }
)
# Words that begin with a d, and are no gradients where others begin so, too.
WORDS = re.compile(
    "data|date|debug|delta|depth|detail|device|diag|dict|diff|dim|dist|docs?$|done"
    "|dots?$|drop|dtype|duration|damp|decay|dens|dilat|domain|description"
)
# What flows between layers, or is said about gradients.
BETWEEN = frozenset(
    {
        *("x", "z", "a", "h", "y", "o", "s", "t", "c", "xhat", "yhat", "xh", "xn"),
        *("in", "out", "input", "inputs", "output", "outputs", "values", "data"),
        *("hidden", "state", "states", "cell", "next", "prev", "act", "activation"),
        *("activations", "logit", "logits", "score", "scores", "prob", "probs"),
        *("pred", "preds", "loss", "cost", "mu", "mean", "var", "std", "sum", "norm"),
        *("norms", "time", "model", "cache", "mask"),
    }
)


def of_what(name: str, *, beside: bool = False) -> str:
    """Return what the name of a gradient says that it is the gradient of.

    Parameters
    ----------
    name : str
        Any.
    beside : bool
        Whether it stands beside gradients whose names begin with a d.

    Returns
    -------
    str
        "" if the name is not clearly that of a gradient: "data" begins with a d, too.

    Examples
    --------
    >>> of_what("dW"), of_what("grad_bias"), of_what("W1_grad"), of_what("dgamma")
    ('W', 'bias', 'W1', 'gamma')
    >>> of_what("data"), of_what("dim"), of_what("dropout_mask"), of_what("grad")
    ('', '', '', '')
    >>> of_what("dlogits"), of_what("dlogits", beside=True)
    ('', 'logits')
    """
    if name.replace("_", "").lower() in HOLDERS:
        return ""
    for pattern in (DERIVATIVE, LOOSE, BEHIND):
        match = pattern.fullmatch(name)
        if match:
            return match[1]
    match = TIGHT.fullmatch(name)
    if match is None:
        return ""
    is_d = beside and name.startswith("d") and not WORDS.match(name)
    return match[1] if is_d or _stands_alone(match[1]) else ""


def _stands_alone(rest: str) -> bool:
    """Return whether what is behind a d may be a name, and no end of a word."""
    letters = re.match("[A-Za-z]*", rest)[0]  # type: ignore[index]
    is_usual = len(letters) == 1 or letters in GREEK or is_learnt(rest)
    return rest[0].isupper() or is_usual


def is_learnt(name: str) -> bool:
    """Return whether a name is usual for what a layer learns.

    Examples
    --------
    >>> is_learnt("W"), is_learnt("bx"), is_learnt("gamma"), is_learnt("well")
    (True, True, True, False)
    """
    word = name.strip("_").lower()
    letters = re.match("[a-z]*", word)[0]  # type: ignore[index]
    return word.startswith(LEARNT) or (word[:1] in ("w", "b") and len(letters) <= 2)


def is_between(name: str) -> bool:
    """Return whether a name is usual for what flows between layers.

    Examples
    --------
    >>> is_between("Z1"), is_between("h_next"), is_between("logits"), is_between("W")
    (True, True, True, False)
    """
    first = name.strip("_").lower().partition("_")[0]
    return first.rstrip("0123456789") in BETWEEN
