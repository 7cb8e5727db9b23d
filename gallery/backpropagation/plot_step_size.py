"""
Too large a step, too small a step
==================================

Which step size makes a difference quotient most accurate?
A derivative can be checked with two values of the function, a small step
apart. If the step is large, the curvature of the function spoils the result.
If it is small, two nearly equal numbers are subtracted, and little more than
their rounding errors remains. The best step lies in between. It depends on the
quotient and on the floating-point format, and there is a rule of thumb for it.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# byhand is the book's package; the page of its gallery says how to install it.
# fig.set_label(...) describes a figure for readers who cannot see it.

import matplotlib.pyplot as plt
import numpy as np
from byhand import numerical_gradient

N = 200  # points at which the function is differentiated
STEPS = 10.0 ** np.arange(-15, 0.25, 0.25)
SMALL = 1e-9  # complex steps below this make no truncation error that shows
FORMATS = ["float64", "float32"]  # floating-point numbers of 64 and 32 bits


# %%
# A function with a known derivative
# ----------------------------------
#
# To know the error of a numerical derivative we need the exact one. For
# exp(sin x) the chain rule gives cos x exp(sin x). At a single point the error
# may be small by luck, since rounding errors scatter. We therefore take many
# points at random. The errors and the derivatives of all of them enter as root
# mean squares.
def function(x):
    return np.exp(np.sin(x))


def exact_derivative(x):
    return np.cos(x) * function(x)


def rms(values):
    """Return the root mean square."""
    return np.sqrt(np.mean(values**2))


points = np.random.default_rng(0).uniform(-3, 3, size=N)


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
def forward(f, x, step):
    return (f(x + step) - f(x)) / step


def central(f, x, step):
    return (f(x + step) - f(x - step)) / (2 * step)


def complex_step(f, x, step):
    return np.imag(f(x + 1j * step)) / step


# %%
# A rule of thumb
# ---------------
#
# The error of a difference quotient has two parts. The truncation error is
# what Taylor's formula leaves. The rounding error is about ε / h, where h is
# the step and ε the distance between 1 and the next number that the format can
# hold. Together they are about h + ε / h for the forward and h² + ε / h for
# the central quotient. Setting the derivative with respect to h to zero gives,
# apart from a factor near 1, the best steps √ε and ∛ε.
#
# The rule assumes that x, the function and its derivatives are of the order of
# 1, as they are here. What counts for other functions is the distance over
# which their derivative changes.
rule = {}
for number_format in FORMATS:
    epsilon = np.finfo(number_format).eps
    rule[forward, number_format] = np.sqrt(epsilon)
    rule[central, number_format] = np.cbrt(epsilon)


# %%
# The error at each step
# ----------------------
#
# NumPy computes in the format of its inputs, so the same quotients can be
# tried in double precision and in single precision, the default of Keras. A
# step can be so small that adding it does not change x. The forward quotient
# is then zero, and its relative error is 1. A complex step has no such limit,
# because x and the step stay apart as real and imaginary part.
def relative_error(quotient, number_format, step):
    """Return the error of a quotient, relative to the exact derivative."""
    x = points.astype(number_format)
    derivative = quotient(function, x, x.dtype.type(step))
    exact = exact_derivative(x.astype("float64"))
    return rms(derivative - exact) / rms(exact)


errors = {}
for quotient, number_format in [*rule, (complex_step, "float64")]:
    errors[quotient, number_format] = np.array(
        [relative_error(quotient, number_format, step) for step in STEPS]
    )
at_rule = [relative_error(*key, step) for key, step in rule.items()]

# %%
# Two slopes make a V
# -------------------
#
# On the right of each minimum the truncation error dominates. It rises with
# the step, and for the central quotient twice as steeply on these logarithmic
# axes. On the left the rounding error dominates. The error of the complex step
# falls like that of the central quotient, but has no left side.
STYLES = {
    (forward, "float64"): {"color": "C0", "linestyle": "-"},
    (central, "float64"): {"color": "C1", "linestyle": "--"},
    (forward, "float32"): {"color": "C3", "linestyle": "-"},
    (central, "float32"): {"color": "C4", "linestyle": "--"},
    (complex_step, "float64"): {"color": "C2", "linestyle": ":"},
}
lowest = [f"{np.nanmin(errors[key]):.0e}" for key in rule]

fig, ax = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
for key, style in STYLES.items():
    quotient, number_format = key
    label = f"{quotient.__name__}, {number_format}"
    linewidth = 2 if number_format == "float64" else 1
    ax.plot(STEPS, errors[key], label=label, linewidth=linewidth, **style)
ax.plot(rule.values(), at_rule, "D", color="k", label="rule of thumb")
ax.set(xscale="log", yscale="log", ylim=(1e-17, 100))
ax.set(xlabel="step", ylabel="relative error of the derivative")
ax.grid(alpha=0.3)
ax.legend(loc="lower left", bbox_to_anchor=(0, 0.12))
fig.set_label(
    "Relative error against step, both logarithmic. Four curves have the "
    f"shape of a V, with their lowest points at {', '.join(lowest)}."
)
plt.show()

# %%
# Figure: The relative error of each quotient against the step, in double
# precision (thick) and single precision (thin). The diamonds are the steps of
# the rule of thumb, each on the curve that it belongs to. On the right the
# dotted curve of the complex quotient lies on that of the central one.

# %%
# The best steps
# --------------
#
# For each difference quotient we take the step with the smallest error. It is
# within a factor of three of the rule of thumb. At the step of the rule the
# error is less than twice as large as the smallest one. The complex quotient
# needs no such choice, because at all small steps its error is below ε.
best_step = {}
best_error = {}
for key, step in rule.items():
    best = np.nanargmin(errors[key])  # NaN where a step is rounded to zero
    best_step[key] = STEPS[best]
    best_error[key] = errors[key][best]
    quotient, number_format = key
    print(
        f"{quotient.__name__}, {number_format}: error {best_error[key]:.0e} "
        f"at a step of {best_step[key]:.0e}, which is "
        f"{best_step[key] / step:.1f} times the rule's"
    )

complex_error = errors[complex_step, "float64"][STEPS < SMALL].max()
print(
    f"complex_step, float64: error of at most {complex_error:.0e} "
    f"at all steps below {SMALL:g}"
)

# %%
# Without choosing a step
# -----------------------
#
# One can also leave the choice to a program. By default ``numerical_gradient``
# computes central quotients at several steps and extrapolates them to a step
# of zero (Ridders 1982, doi:10.1016/S0141-1195(82)80057-0). It begins with
# steps that are a tenth of x, asks much shorter steps whether they agree, and
# estimates the error that is left. Here it is more accurate than the best
# central quotient, and the estimate is at least as large as the error at every
# point. Nothing protects against a function that changes over still shorter
# distances than those it has tried.
#
# SciPy offers both ways. ``scipy.optimize.approx_fprime`` makes a forward
# quotient with a step of √ε unless told otherwise, and
# ``scipy.differentiate.derivative`` reduces the step until its estimate of the
# error is small enough. The backends of Keras differentiate without any step.
# They apply the chain rule to each operation, as we did by hand for the exact
# derivative.
derivatives = []
estimates = []
for x in points:
    derivative, estimate = numerical_gradient(function, x, return_error=True)
    derivatives.append(derivative)
    estimates.append(estimate)
exact = exact_derivative(points)
extrapolated_error = rms(derivatives - exact) / rms(exact)
estimated_error = rms(np.array(estimates)) / rms(exact)
print(f"extrapolated: error {extrapolated_error:.0e}")
print(f"its own estimate of the error: {estimated_error:.0e}")

# %%
# What to try next
# ----------------
#
# - Add 1000 to the points. The function changes over the same distances as
#   before, but the rounding error of x is far larger. How much larger are the
#   best steps in double precision? What is the error at a step of 1000 √ε?
#   Does ``numerical_gradient`` still find the derivative, or say that it does
#   not?
# - Rounding also changes the step itself. Begin the forward quotient with
#   ``step = (x + step) - x``, the step that is really made. Which part of the
#   curve gets lower? Where no step is made, it has no value.
# - Try the function abs(x) at points near zero. Which quotients fail?
# - Add ``"float16"`` to the formats. How many digits of the derivative are
#   left?

# %%
# Numbers and checks
# ------------------
#
# The book's tests compare these numbers between the backends of Keras, and its
# build fails unless the assertions hold. Both belong to the settings above:
# leave this cell out of what you copy.
facts = {
    "complex, float64, error": complex_error,
    "extrapolated, error": extrapolated_error,
}
for quotient, number_format in rule:
    name = f"{quotient.__name__}, {number_format}"
    facts[f"{name}, best step"] = best_step[quotient, number_format]
    facts[f"{name}, error"] = best_error[quotient, number_format]

for error, (key, step) in zip(at_rule, rule.items()):
    assert 1 / 3 < best_step[key] / step < 3
    assert error < 2 * best_error[key]
for quotient in (forward, central):
    assert best_error[quotient, "float64"] < best_error[quotient, "float32"]
for number_format in FORMATS:
    assert (
        best_error[central, number_format] < best_error[forward, number_format]
    )
assert errors[forward, "float32"][0] == 1  # no step is made

# The truncation error rises with the step and with its square.
large = (STEPS > 1e-4) & (STEPS < 0.05)
for quotient, power in [(forward, 1), (central, 2), (complex_step, 2)]:
    line = np.polyfit(
        np.log(STEPS[large]), np.log(errors[quotient, "float64"][large]), deg=1
    )
    assert abs(line[0] - power) < 0.05
both = errors[complex_step, "float64"] / errors[central, "float64"]
assert np.all(np.abs(both[large] - 1) < 0.1)  # the curves lie on each other

assert complex_error < np.finfo("float64").eps
assert extrapolated_error < best_error[central, "float64"] / 10
assert np.all(np.abs(derivatives - exact) <= estimates)
