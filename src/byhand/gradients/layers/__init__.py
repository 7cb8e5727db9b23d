"""Check layers written by hand, however they keep parameters and gradients.

A layer is studied first, on copies: what its forward pass reads, and what its backward
pass writes. Whatever the output depends on is then checked, or listed with the reason
why it was not.
"""

from byhand.gradients.layers.checking import check_layer

__all__ = ["check_layer"]
