"""
Too long a step, too short a step
=================================

Which step makes a difference quotient most accurate?
A derivative can be checked with two values of the function, a small step
apart. If the step is long, the curvature of the function spoils the result. If
it is short, two nearly equal numbers are subtracted, and little more than
their rounding errors remains. The best step lies in between. It depends on the
quotient and on the floating-point format, and there is a rule of thumb for it.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import matplotlib.pyplot as plt
import numpy as np
from byhand import numerical_gradient

POINT = 1.0  # where the function is differentiated
STEPS = 10.0 ** np.arange(-15, 0.25, 0.25)
SHORT = 1e-9  # steps below this make no visible error in the complex quotient
SMALLEST = 1e-17  # an error below this, zero included, is drawn here
STYLES = {
    "forward, float64": "C0-",
    "central, float64": "C1--",
    "complex, float64": "C2:",
    "forward, float32": "C3-",
    "central, float32": "C4--",
}


# %%
# A function with a known derivative
# ----------------------------------
#
# To know the error of a numerical derivative we need the exact one. For
# exp(sin x) the chain rule gives cos x exp(sin x).
def function(x):
    return np.exp(np.sin(x))


exact = np.cos(POINT) * function(POINT)


# %%
# Three quotients
# ---------------
#
# By Taylor's formula the forward quotient has an error proportional to the
# step. The central or centred quotient steps to both sides. The term with the
# second derivative then cancels, and the error is proportional to the square
# of the step.
#
# The third quotient makes an imaginary step (Squire and Trapp 1998,
# doi:10.1137/S003614459631241X). The imaginary part of f(x + ih) is h f'(x),
# up to a term with the third power of h, and no two numbers are subtracted.
# This needs a function that is analytic and can be computed with complex
# numbers, which excludes the absolute value and ReLU.
def forward(x, step):
    return (function(x + step) - function(x)) / step


def central(x, step):
    return (function(x + step) - function(x - step)) / (2 * step)


def complex_step(x, step):
    return np.imag(function(x + 1j * step)) / step


# %%
# The error at each step
# ----------------------
#
# NumPy computes in the format of its inputs, so the same quotients can be
# tried in double precision and in single precision, the default of Keras.
# Where a step is so short that adding it does not change x, the quotient has
# no meaning, and the error is left out.
def relative_errors(quotient, number_type):
    """Return the relative error of a quotient at each of the steps."""
    x = number_type(POINT)
    errors = []
    for step in STEPS.astype(number_type):
        if quotient is not complex_step and x + step == x:
            errors.append(np.nan)
        else:
            errors.append(abs(quotient(x, step) - exact) / exact)
    return np.array(errors, dtype="float64")


curves = {
    "forward, float64": relative_errors(forward, np.float64),
    "central, float64": relative_errors(central, np.float64),
    "complex, float64": relative_errors(complex_step, np.float64),
    "forward, float32": relative_errors(forward, np.float32),
    "central, float32": relative_errors(central, np.float32),
}

# %%
# The best step
# -------------
#
# Rounding errors scatter, and a single step can be accurate by luck. The best
# step is therefore chosen by the larger error of two neighbouring steps.
facts = {}
for name, errors in curves.items():
    if name.startswith("complex"):
        continue  # it has many equally good steps
    larger = np.fmax(errors[:-1], errors[1:])
    best = np.nanargmin(larger)
    facts[f"{name}, best step"] = STEPS[best]
    facts[f"{name}, error"] = larger[best]
    print(f"{name}: error {larger[best]:.0e} at a step of {STEPS[best]:.0e}")

short = STEPS < SHORT
facts["complex, float64, error"] = curves["complex, float64"][short].max()
print(
    f"complex, float64: error {facts['complex, float64, error']:.0e} "
    f"or less at all steps below {SHORT:g}"
)

# %%
# A rule of thumb
# ---------------
#
# The rounding error of a quotient is about ε / h, where ε is the distance
# between 1 and the next number that the format can hold. Together with the
# truncation error the total is about h + ε / h for the forward and h² + ε / h
# for the central quotient. Setting the derivative with respect to h to zero
# gives, apart from a factor near 1, the best steps √ε and ∛ε. The rule assumes
# that x, the function and its derivatives are of the order of 1. For other x,
# multiply the step by the size of x.
#
# Here the best steps that we found are within a factor of ten of the rule.
rule = {}
for number_type in ("float64", "float32"):
    epsilon = np.finfo(number_type).eps
    rule[f"forward, {number_type}"] = np.sqrt(epsilon)
    rule[f"central, {number_type}"] = np.cbrt(epsilon)
for name, step in rule.items():
    print(f"{name}: rule of thumb {step:.0e}")
    assert 0.1 < facts[f"{name}, best step"] / step < 10

assert facts["central, float64, error"] < facts["forward, float64, error"]
assert facts["central, float32, error"] < facts["forward, float32, error"]
assert facts["central, float64, error"] < facts["central, float32, error"]
assert facts["complex, float64, error"] < np.finfo("float64").eps

# %%
# Two slopes make a V
# -------------------
#
# On the right of each minimum the truncation error dominates. It rises with
# the step, and for the central quotient twice as steeply on these logarithmic
# axes. On the left the rounding error dominates. The complex step has no left
# side and is exact to the last digit.
fig, ax = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
for name, errors in curves.items():
    thick = 2 if "float64" in name else 1
    shown = np.maximum(errors, SMALLEST)
    ax.loglog(STEPS, shown, STYLES[name], lw=thick, label=name)
for number, (name, step) in enumerate(rule.items()):
    at_rule = np.interp(np.log(step), np.log(STEPS), curves[name])
    label = "rule of thumb" if number == 0 else None
    ax.plot(step, at_rule, "kD", ms=6, zorder=3, label=label)
ax.set(xlabel="step", ylabel="relative error", ylim=(SMALLEST / 5, 10))
ax.grid(alpha=0.3)
ax.legend()
fig.set_label(
    "Relative error against step, both logarithmic. Four curves have the "
    "shape of a V, with minima of "
    + "; ".join(
        f"{facts[f'{name}, error']:.0e} at a step of "
        f"{facts[f'{name}, best step']:.0e} ({name})"
        for name in rule
    )
    + "."
)
plt.show()

# %%
# Figure: The relative error of each difference quotient against the step, in
# double precision (thick) and single precision (thin). The minimum of each V
# is the best step, and the diamonds are the steps of the rule of thumb.

# %%
# Without choosing a step
# -----------------------
#
# In practice one need not choose. By default ``numerical_gradient`` computes
# central quotients at several steps, extrapolates them to a step of zero
# (Ridders 1982, doi:10.1016/S0141-1195(82)80057-0), and estimates the error
# that is left. It is more accurate than the best central quotient.
found, estimate = numerical_gradient(function, POINT, return_error=True)
facts["extrapolated, error"] = abs(found - exact) / exact
print(f"extrapolated: error {facts['extrapolated, error']:.0e}")
print(f"its own estimate of the error: {estimate / exact:.0e}")
assert facts["extrapolated, error"] < facts["central, float64, error"]
assert abs(found - exact) < estimate

# %%
# What to try next
# ----------------
#
# - Differentiate at 1000 in place of 1. Where do the minima go, and does the
#   rule of thumb hold if the step is multiplied by the size of x?
# - Try the function abs(x) at a point near zero. Which quotients fail?
# - Compute in float16. How many digits of the derivative are left?
