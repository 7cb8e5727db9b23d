"""Hypothesis strategies that more than one test uses."""

from hypothesis import strategies as st

lengths = st.integers(1, 40)
kernels = st.integers(1, 9)

steps = st.tuples(st.integers(1, 5), st.integers(1, 4))  # strides and dilation
