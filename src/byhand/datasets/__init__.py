"""Data that needs no network: handwritten digits, and what is simulated.

Galaxies and spectra are simulated; `three_way` splits data into what a network learns
from, what choices are made on, and what is looked at once, at the end. NumPy is
imported with this package; scikit-learn, astropy and SciPy when a function that needs
them is called.
"""

from byhand.datasets.digits import Split, digits
from byhand.datasets.galaxies import ELLIPTICAL, LENS, SPIRAL, galaxies
from byhand.datasets.spectra import LINES, spectra
from byhand.datasets.splits import Splits, three_way

__all__ = [
    "ELLIPTICAL",
    "LENS",
    "LINES",
    "SPIRAL",
    "Split",
    "Splits",
    "digits",
    "galaxies",
    "spectra",
    "three_way",
]
