"""What the search shows of a text: its first words, with what they refer to.

A page is searched as it was read, when nobody knows yet what its references will say.
Marks stand in their places until all pages are read, and in those of its formulas.
"""

import posixpath
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

MARK = "\x00"  # around what stands for a reference: its kind, a blank, its target
FORMULA = "\x01"  # around a formula
OMITTED = "…"
LENGTH = 170  # characters of a section that a result shows
MARKED = re.compile(f"{MARK}(\\S+) (.*?){MARK}", re.DOTALL)
FORMULAS = re.compile(f"{FORMULA}(.*?){FORMULA}", re.DOTALL)
GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "kappa"),
    *("mu", "pi", "rho", "sigma", "tau", "phi", "chi", "omega"),
)
SIGNS = {
    **{name: unicodedata.lookup(f"GREEK SMALL LETTER {name}") for name in GREEK},
    "lambda": "λ",
    **{"cdot": "·", "times": "\N{MULTIPLICATION SIGN}", "pm": "±", "approx": "≈"},
    **{"ne": "≠", "neq": "≠", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥"},
    **{
        "to": "→",
        "infty": "∞",
        "ell": "\N{SCRIPT SMALL L}",
        "partial": "∂",
        "dots": "…",
        "ldots": "…",
    },
    **{name: name for name in ("log", "exp", "max", "min", "tanh")},
}
RAISED = str.maketrans("0123456789-+nT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿᵀ")
LOWERED = str.maketrans("0123456789-+ijn", "₀₁₂₃₄₅₆₇₈₉₋₊ᵢⱼₙ")
BESIDE_THE_TEXT = {"example-head", "chapter-notebooks", "sphx-glr-footer"}
KINDS = {"figure": "Figure", "table": "Table", "code-block": "Listing"}


def mark_of(node: addnodes.pending_xref) -> str:
    """Return what stands for a reference until all pages are read."""
    kind, target = node.get("reftype", "ref"), node["reftarget"]
    if node.get("refdomain") == "cite":
        kind = f"cite:{kind}"
    if kind == "doc":
        folder = posixpath.dirname(node.get("refdoc", ""))
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return f"{MARK}{kind} {target}{MARK}"


def formula_of(latex: str) -> str:
    r"""Return a formula as plain text, an ellipsis where that would be hard to read.

    Examples
    --------
    >>> formula_of(r"\eta = 0.1"), formula_of("x^2 + b_1"), formula_of(r"\frac{1}{2}")
    ('η = 0.1', 'x² + b₁', '…')
    """
    text = latex.replace(r"\left", "").replace(r"\right", "")
    text = re.sub(r"\\[,;:! ]", " ", text).replace(r"\%", "%").replace("~", " ")
    text = re.sub(r"\\([a-z]+)\b", lambda name: SIGNS.get(name[1], name[0]), text)
    for sign, letters in (("^", RAISED), ("_", LOWERED)):
        pattern = re.escape(sign) + r"(?:\{([^{}]+)\}|([^\\{}\s]))"

        def moved(found: re.Match[str], letters: Any = letters) -> str:
            said = found[1] or found[2]
            known = all(ord(letter) in letters for letter in said)
            return said.translate(letters) if known else found[0]

        text = re.sub(pattern, moved, text)
    text = re.sub(r"\{,\}", ",", text).replace("-", "\N{MINUS SIGN}")
    return OMITTED if re.search(r"[\\{}^_&]", text) else " ".join(text.split())


def numbered(app: Sphinx, label: str) -> str:
    """Return what a reference to a figure or table says, or an empty text."""
    domain: Any = app.env.get_domain("std")
    document, anchor, *_ = domain.anonlabels.get(label, ("", ""))
    for kind, numbers in app.env.toc_fignumbers.get(document, {}).items():
        if anchor in numbers and kind in KINDS:
            return f"{KINDS[kind]} {'.'.join(map(str, numbers[anchor]))}"
    return ""


def equation(app: Sphinx, label: str) -> str:
    """Return what a reference to an equation says."""
    domain: Any = app.env.get_domain("math")
    document, _ = domain.equations.get(label, ("", 0))
    known = app.env.toc_fignumbers.get(document, {}).get("displaymath", {})
    number = known.get(f"equation-{label}", ())
    return f"equation {'.'.join(map(str, number))}".strip()


def authors(names: Sequence[str]) -> str:
    """Return the authors of a source as a text names them.

    Examples
    --------
    >>> authors(["Adam"]), authors(["Kingma", "Ba"]), authors(["A", "B", "C"])
    ('Adam', 'Kingma and Ba', 'A et al.')
    """
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."


def citation(app: Sphinx, keys: str, *, in_brackets: bool) -> str:
    """Return what a citation says, an empty text for sources that nobody knows."""
    domain: Any = app.env.get_domain("cite")
    entries = domain.bibdata.data.entries
    said = []
    for key in keys.split(","):
        if (entry := entries.get(key.strip())) is None:
            continue
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        names = [" ".join([*one.prelast_names, *one.last_names]) for one in people]
        who = re.sub(r"[{}]", "", authors(names)) or str(entry.fields.get("title", ""))
        year = entry.fields.get("year", "")
        said.append(f"{who}, {year}" if in_brackets else f"{who} ({year})")
    return f"({'; '.join(said)})" if in_brackets and said else "; ".join(said)


def said_by(app: Sphinx, text: str) -> str:
    """Return a text with what its references say."""
    labels = app.env.get_domain("std").data["labels"]

    def said(found: re.Match[str]) -> str:
        kind, target = found.groups()
        if kind.startswith("cite:"):
            return citation(app, target, in_brackets=not kind.endswith(":t"))
        if kind == "eq":
            return equation(app, target)
        if kind == "numref" and (number := numbered(app, target)):
            return number
        if target in labels:
            # The title of a figure may refer to something itself.
            return MARKED.sub("", str(labels[target][2]))
        if target in app.env.titles:
            return app.env.titles[target].astext()
        return "" if kind == "doc" else target

    return MARKED.sub(said, text)


def searched(text: str) -> str:
    """Return what is searched of a text: all but its formulas."""
    return FORMULAS.sub(" ", text)


def beginning(text: str) -> str:
    """Return the first words of a text, as a result shows them."""
    text = FORMULAS.sub(lambda found: formula_of(found[1]), text)
    text = re.sub(r"\s+(?=[,.;:)])|(?<=\()\s+", "", " ".join(text.split()))
    if len(text) <= LENGTH:
        return text
    cut = text[: LENGTH + 1].rpartition(" ")[0] or text[:LENGTH]
    return cut.rstrip(" ,;:(") + OMITTED


def is_beside_the_text(node: nodes.Node) -> bool:
    """Return whether a node offers what a page can be got as, and tells nothing."""
    classes = node.get("classes", []) if isinstance(node, nodes.Element) else []
    return bool(BESIDE_THE_TEXT.intersection(classes))
