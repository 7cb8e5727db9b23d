"""The colours that every drawing shares: the same thing looks the same everywhere."""

INK = "#2b2b2b"  # lines and letters
INPUT = "#f6d7a7"  # what is given
UNIT = "#a9c9e8"  # what computes: a neuron, a kernel
