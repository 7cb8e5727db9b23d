"""Hypothesis strategies that more than one test uses."""

from hypothesis import strategies as st

lengths = st.integers(1, 40)
kernels = st.integers(1, 9)


@st.composite
def steps(draw):
    """Draw strides and dilation, of which Keras lets only one exceed 1."""
    value = draw(st.integers(1, 5))
    return draw(st.sampled_from([(value, 1), (1, value)]))
