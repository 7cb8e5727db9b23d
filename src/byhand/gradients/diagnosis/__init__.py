"""Name the mistake that wrong gradients show.

A pattern is a function that takes the evidence, the slopes of one failing tensor, and
returns one sentence, or None where it does not fit. `table.PATTERNS` lists them all; a
new one stands beside its nearest relative, and in that list before the patterns that
are more general.
"""

from byhand.gradients.diagnosis.evidence import Evidence, sample_places
from byhand.gradients.diagnosis.table import PATTERNS, diagnose

__all__ = ["PATTERNS", "Evidence", "diagnose", "sample_places"]
