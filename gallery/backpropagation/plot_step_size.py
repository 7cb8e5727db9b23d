"""
Too long a step, too short a step
=================================

Which step makes a difference quotient most exact?
A long step misses the curve of the function, a short one subtracts numbers
that are nearly equal and keeps little but their rounding. Between the two lies
a best step, and it depends on the quotient and on the precision of numbers.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import matplotlib.pyplot as plt
import numpy as np
from byhand import numerical_gradient


# %%
# A function with a known derivative
# ----------------------------------
#
# The derivative of exp(sin x) is cos x exp(sin x). Below, x is 1.
def function(x):
    return np.exp(np.sin(x))


x = 1.0
true = np.cos(x) * function(x)
STEPS = 10.0 ** np.arange(-15, 0.25, 0.25)
WIDE, NARROW = np.float64, np.float32
CURVES = {
    "forward, float64": ("forward", WIDE),
    "central, float64": ("central", WIDE),
    "complex, float64": ("complex", WIDE),
    "forward, float32": ("forward", NARROW),
    "central, float32": ("central", NARROW),
}


# %%
# The error at each step
# ----------------------
#
# In float32 a step below a ten-millionth of x does not move it at all: the
# quotient is then without meaning, and is left out.
def error(method, dtype, step):
    point = np.array(x, dtype=dtype)
    if method != "complex" and point + dtype(step) == point:
        return np.nan
    found = numerical_gradient(function, point, method=method, step=step)
    return abs(float(found) - true) / true


errors = {
    n: np.array([error(*c, h) for h in STEPS]) for n, c in CURVES.items()
}
facts = {}
for name, found in errors.items():
    worse = np.fmax(found[:-1], found[1:])  # one step alone may be lucky
    n = np.nanargmin(worse)
    facts[name] = float(STEPS[n]), float(worse[n])
    print(f"{name}: least error {worse[n]:.1e} at a step of {STEPS[n]:.1e}")
assert facts["central, float64"][1] < 1e-9
assert facts["complex, float64"][1] < 1e-15
assert facts["central, float32"][1] > 1e-8

# %%
# Two slopes make a V
# -------------------
#
# To the right of each tip the error falls with the step, or with its square
# where the quotient is central; to the left it rises as the step shrinks. The
# complex step subtracts nothing, and has no left side. An error of zero is
# drawn at 1e-17.
fig, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
for name, found in errors.items():
    style = {"forward": "-", "central": "--", "complex": ":"}[name[:7]]
    width = 1 if "32" in name else 2
    shown = np.maximum(found, 1e-17)
    ax.loglog(STEPS, shown, style, lw=width, label=name)
ax.set(xlabel="step", ylabel="relative error", ylim=(3e-18, 10))
ax.grid(alpha=0.3)
ax.legend()
tips = [f"{name}, {e:.0e} at {h:.0e}" for name, (h, e) in facts.items()]
fig.set_label(f"Error against step, mostly a V. Tips: {'; '.join(tips)}.")
plt.show()

# %%
# Figure: The relative error of each difference quotient against its step, both
# axes logarithmic. The tip of a V is the best step.

# %%
# What to try next
# ----------------
#
# - Differentiate at 1000 instead of 1: where do the tips go, and why?
# - Leave out ``step`` and ``method``: how exact is the extrapolation?
