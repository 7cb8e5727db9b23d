"""Where things are in the repository. The standard library only."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "gallery"
COSTS = GALLERY / "costs"
BUILD = ROOT / "_build"
HTML = BUILD / "html"
FIGURES = BUILD / "gallery-figures"
# Within the built site: the chapters as notebooks, and how those that ran are named.
NOTEBOOKS = "_downloads/notebooks"
WITH_OUTPUTS = "-with-outputs"
