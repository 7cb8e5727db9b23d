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
# step. The central quotient steps to both sides. The term with the second
# derivative then cancels, and the error is proportional to the square of the
# step.
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
# Where a step is so short that adding it does not change x, a difference
# quotient has no meaning, and its error is left out. A complex step has no
# such limit, because x and the step stay apart as real and imaginary part.
def relative_errors(quotient, number_type):
    """Return the relative error of a quotient at each of the steps."""
    x = number_type(POINT)
    errors = []
    for step in STEPS.astype(number_type):
        if x + step == x and quotient is not complex_step:
            errors.append(np.nan)
        else:
            errors.append(abs(quotient(x, step) - exact) / exact)
    return np.array(errors, dtype="float64")


errors = {
    "forward, float64": relative_errors(forward, np.float64),
    "central, float64": relative_errors(central, np.float64),
    "forward, float32": relative_errors(forward, np.float32),
    "central, float32": relative_errors(central, np.float32),
    "complex, float64": relative_errors(complex_step, np.float64),
}

# %%
# The best step
# -------------
#
# Rounding errors scatter, and a single step can be accurate by luck. We
# therefore judge each step by the larger of two errors, its own and that of
# the next longer step, and take the step where this is smallest. The complex
# quotient needs no such choice, since all short steps are good.
DIFFERENCES = [name for name in errors if not name.startswith("complex")]
best_step = {}
best_error = {}
for name in DIFFERENCES:
    values = errors[name]
    larger = np.fmax(values[:-1], values[1:])
    best = np.nanargmin(larger)
    best_step[name] = STEPS[best]
    best_error[name] = larger[best]
    print(
        f"{name}: best step {best_step[name]:.0e}, where it and the next "
        f"have errors of at most {best_error[name]:.0e}"
    )

complex_error = errors["complex, float64"][STEPS < SHORT].max()
print(
    f"complex, float64: error of at most {complex_error:.0e} at all steps "
    f"below {SHORT:g}"
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
    print(
        f"{name}: rule of thumb {step:.0e}, best step "
        f"{best_step[name] / step:.1f} times as long"
    )

# %%
# Two slopes make a V
# -------------------
#
# On the right of each minimum the truncation error dominates. It rises with
# the step, and for the central quotient twice as steeply on these logarithmic
# axes. On the left the rounding error dominates. The complex step has no left
# side. Its error stays below ε, about one unit in the last place.
STYLES = {
    "forward, float64": {"color": "C0", "linestyle": "-", "linewidth": 2},
    "central, float64": {"color": "C1", "linestyle": "--", "linewidth": 2},
    "forward, float32": {"color": "C3", "linestyle": "-", "linewidth": 1},
    "central, float32": {"color": "C4", "linestyle": "--", "linewidth": 1},
    "complex, float64": {"color": "C2", "linestyle": ":", "linewidth": 2},
}
at_rule = []  # the error at each step of the rule, between two of our steps
for name, step in rule.items():
    log_error = np.interp(np.log(step), np.log(STEPS), np.log(errors[name]))
    at_rule.append(np.exp(log_error))

# %%
# The figure
# ----------
#
# Errors of zero have no place on a logarithmic axis and are drawn at its end.
fig, ax = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
for name, style in STYLES.items():
    ax.plot(STEPS, np.maximum(errors[name], SMALLEST), label=name, **style)
ax.plot(rule.values(), at_rule, "D", color="k", ms=6, label="rule of thumb")
ax.set(
    xscale="log",
    yscale="log",
    xlabel="step",
    ylabel="relative error of the derivative",
    ylim=(SMALLEST / 5, 10),
)
ax.grid(alpha=0.3)
ax.legend()
minima = [
    f"{best_error[name]:.0e} at a step of {best_step[name]:.0e} ({name})"
    for name in DIFFERENCES
]
fig.set_label(
    "Relative error against step, both logarithmic. Four curves have the "
    f"shape of a V, with minima of about {'; '.join(minima)}."
)
plt.show()

# %%
# Figure: The relative error of each quotient against the step, in double
# precision (thick) and single precision (thin). The diamonds are the steps of
# the rule of thumb, each on the curve that it belongs to. On the right the
# dotted curve of the complex quotient lies on that of the central one. Errors
# below 1e-17, zero included, are drawn at 1e-17.

# %%
# Without choosing a step
# -----------------------
#
# In practice one need not choose. By default ``numerical_gradient`` computes
# central quotients at several steps, extrapolates them to a step of zero
# (Ridders 1982, doi:10.1016/S0141-1195(82)80057-0), and estimates the error
# that is left. Here it is more accurate than the best central quotient.
derivative, estimate = numerical_gradient(function, POINT, return_error=True)
extrapolated_error = abs(derivative - exact) / exact
print(f"extrapolated: error {extrapolated_error:.0e}")
print(f"its own estimate of the error: {estimate / exact:.0e}")

# %%
# What to try next
# ----------------
#
# - Differentiate at 1000 in place of 1. Where do the minima go, and does the
#   rule of thumb hold if the step is multiplied by the size of x?
# - Rounding also changes the step itself. Begin the forward quotient with
#   ``step = (x + step) - x``, the step that is really made. Which part of the
#   curve gets lower?
# - Try the function abs(x) at a point near zero. Which quotients fail?
# - Compute in float16. How many digits of the derivative are left?

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {
    "complex, float64, error": complex_error,
    "extrapolated, error": extrapolated_error,
}
for name in DIFFERENCES:
    facts[f"{name}, best step"] = best_step[name]
    facts[f"{name}, error"] = best_error[name]

for name, step in rule.items():
    assert 0.1 < best_step[name] / step < 10
assert best_error["central, float64"] < best_error["forward, float64"]
assert best_error["central, float32"] < best_error["forward, float32"]
assert best_error["central, float64"] < best_error["central, float32"]
assert complex_error < np.finfo("float64").eps
assert extrapolated_error < best_error["central, float64"]
assert abs(derivative - exact) < estimate
