"""Data that needs no network: handwritten digits, and what is simulated.

The digits are small (`digits`, 8 x 8 pixels) or larger (`mnist`, 28 x 28); galaxies and
spectra are simulated. `three_way` splits data into what a network learns from, what
choices are made on, and what is looked at once, at the end. NumPy is imported with this
package; mlxtend, scikit-learn, astropy and SciPy when a function that needs them is
called.
"""

from byhand.datasets.digits import Split, digits
from byhand.datasets.galaxies import ELLIPTICAL, LENS, SPIRAL, galaxies
from byhand.datasets.mnist import mnist
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
    "mnist",
    "spectra",
    "three_way",
]
