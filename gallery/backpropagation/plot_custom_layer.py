"""
A layer of your own, and a check of its gradient
================================================

How do you write a Keras layer, and how do you know its gradient is right?
Two absorption lines of sodium overlap in a spectrum of low resolution. A layer
whose parameters are the centres and widths of lines measures them both. Keras
differentiates such a layer by itself. Whoever writes its backward pass by
hand, to save time or memory or to understand it, needs a check, and a planted
mistake shows what the check reports.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand import check_layer
from keras import layers, ops

SODIUM = np.array([588.995, 589.592])  # nm, the two lines in air
REFERENCE = 589.3  # nm, subtracted from all wavelengths
WIDTH = 0.2  # nm, standard deviation of a line behind the spectrograph
DEPTHS = np.array([0.7, 0.5])  # of the lines, as fractions of the continuum
NOISE = 0.05  # standard deviation of the flux, in the same units
PIXELS = 60
EXPOSURES = 20  # of the same star
BATCH = 40  # pixels in a mini-batch
EPOCHS = 30
GUESS = np.array([-0.5, 0.5])  # nm from the reference, to begin with

keras.utils.set_random_seed(0)


# %%
# The layer
# ---------
#
# A layer of Keras is a class with four methods. ``__init__`` keeps the
# arguments. ``build`` makes the parameters as soon as the shape of the input
# is known. ``call`` computes the output from ``keras.ops`` alone, so that
# every backend can differentiate it. ``get_config`` returns the arguments of
# ``__init__``, because Keras makes the layer anew from them when a model is
# loaded from a file or copied.
#
# For an input x this layer returns exp(-v² / 2) with v = (x - centre) / width,
# the Gaussian profile of a spectral line, for several lines at once.
class LineProfiles(layers.Layer):
    """Turn numbers, (batch, 1), into line profiles, (batch, lines)."""

    def __init__(self, lines, **kwargs):
        super().__init__(**kwargs)
        self.lines = lines

    def build(self, input_shape):
        self.centre = self.add_weight(
            name="centre",
            shape=(self.lines,),
            initializer=keras.initializers.RandomUniform(-1.0, 1.0),
        )
        self.width = self.add_weight(
            name="width",
            shape=(self.lines,),
            initializer="ones",
        )

    def call(self, x):
        v = (x - self.centre) / self.width
        return ops.exp(-ops.square(v) / 2)

    def get_config(self):
        return {**super().get_config(), "lines": self.lines}


# %%
# A spectrum
# ----------
#
# The wavelengths of the two lines are those of the Atomic Spectra Database of
# NIST (doi:10.18434/T4W30F). The spectrograph blurs them until they overlap.
# Each pixel of each exposure is one example, with a wavelength for an input
# and a noisy flux for a target. Wavelengths are counted from the middle of the
# spectrum, since float32 would leave only a few digits of a difference
# between two large numbers.
def simulated_spectrum(wavelength, rng):
    """Return the noisy flux of a star, 1 where nothing is absorbed."""
    distance = wavelength - (SODIUM - REFERENCE)  # (examples, lines)
    absorbed = DEPTHS * np.exp(-((distance / WIDTH) ** 2) / 2)
    noise = NOISE * rng.normal(size=wavelength.shape)
    return 1 - absorbed.sum(axis=1, keepdims=True) + noise


rng = np.random.default_rng(0)
pixels = np.linspace(-1.2, 1.2, PIXELS)  # nm from the reference
x = np.tile(pixels, EXPOSURES)[:, np.newaxis].astype("float32")
flux = simulated_spectrum(x, rng).astype("float32")


# %%
# The fit
# -------
#
# Behind the new layer stands a ``Dense`` layer with one output. Its weights
# are the heights of the lines, negative for absorption, and its bias is the
# continuum. The output is not linear in centres and widths, and the loss has
# several minima. The fit therefore starts from a rough guess of the centres,
# one on each side, and from a flat continuum without lines, so that the data
# decide between absorption and emission. The learning rate falls to zero, and
# the noise of the mini-batches averages out towards the end.
net = keras.Sequential(
    [
        keras.Input((1,)),
        LineProfiles(lines=2, name="profiles"),
        layers.Dense(1, kernel_initializer="zeros", bias_initializer="ones"),
    ]
)
profiles = net.get_layer("profiles")
profiles.set_weights([GUESS, np.full(2, 0.3)])
falling_rate = keras.optimizers.schedules.CosineDecay(
    0.02, decay_steps=EPOCHS * len(x) // BATCH
)
net.compile(optimizer=keras.optimizers.Adam(falling_rate), loss="mse")
history = net.fit(x, flux, batch_size=BATCH, epochs=EPOCHS, verbose=0).history

centre, width = profiles.get_weights()
facts = {}
for number in range(2):
    facts[f"line {number + 1}, nm"] = REFERENCE + centre[number]
    facts[f"width {number + 1}, nm"] = width[number]
facts["remaining noise"] = np.sqrt(history["loss"][-1])
for name, value in facts.items():
    print(f"{name}: {value:.3f}")
assert np.all(np.abs(REFERENCE + centre - SODIUM) < 0.01)
assert np.all(np.abs(width - WIDTH) < 0.02)
assert abs(facts["remaining noise"] - NOISE) < 0.005

# %%
# What the layer has found
# ------------------------
#
# The two profiles can be drawn one by one, because the layer's output holds
# them separately. Their sum with the continuum is what the network predicts.
wavelengths = REFERENCE + pixels
mean_flux = flux.reshape(EXPOSURES, PIXELS).mean(axis=0)
inputs = pixels[:, np.newaxis].astype("float32")
shapes = ops.convert_to_numpy(profiles(inputs))
heights, continuum = net.layers[-1].get_weights()
parts = continuum + shapes * heights[:, 0]

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
ax.plot(wavelengths, mean_flux, "k.", label=f"mean of {EXPOSURES} exposures")
ax.plot(wavelengths, net.predict(inputs, verbose=0), "C0-", label="network")
ax.plot(wavelengths, parts[:, 0], "C1--", label="profile 1")
ax.plot(wavelengths, parts[:, 1], "C2-.", label="profile 2")
ax.set(xlabel="wavelength, nm", ylabel="flux, fraction of the continuum")
ax.legend()
fig.set_label(
    "A spectrum with two overlapping absorption lines. The fitted profiles "
    f"are centred on {facts['line 1, nm']:.2f} and "
    f"{facts['line 2, nm']:.2f} nm."
)
plt.show()

# %%
# Figure: The spectrum, averaged over the exposures (dots), the output of the
# network (line), and each of the two profiles by itself (broken lines).


# %%
# The backward pass by hand
# -------------------------
#
# The same layer in NumPy keeps v and the profile of its forward pass. The
# backward pass receives the upstream gradient, the derivatives of the loss
# with respect to the output. By the chain rule it is multiplied by the
# derivative of the profile with respect to v, which is -v times the profile,
# and then by a derivative of v, which is
#
# - 1 / width with respect to x,
# - -1 / width with respect to the centre,
# - -v / width with respect to the width.
#
# A centre has acted on every example, so its gradient is a sum over the batch.
# An input has acted on every line, so its gradient is a sum over the lines.
class ByHand:
    """The same line profiles, with forward and backward pass in NumPy."""

    def __init__(self, centre, width):
        self.centre = centre.astype("float64")
        self.width = width.astype("float64")

    def forward(self, x):
        self.v = (x - self.centre) / self.width
        self.profile = np.exp(-(self.v**2) / 2)
        return self.profile

    def backward(self, upstream):
        """Return the gradient of the inputs, and keep those of parameters."""
        by_v = -upstream * self.profile * self.v
        self.dcentre = np.sum(-by_v / self.width, axis=0)
        self.dwidth = np.sum(-by_v * self.v / self.width, axis=0)
        return np.sum(by_v / self.width, axis=1, keepdims=True)


by_hand = ByHand(centre, width)
assert np.allclose(by_hand.forward(inputs), shapes, atol=1e-5)

# %%
# The check
# ---------
#
# ``check_layer`` moves each input and each parameter a little to both sides,
# runs the forward pass, and compares the difference quotients with what the
# backward pass has returned. Draw inputs and parameters at random for it. With
# a regular grid of inputs contributions can cancel, and with equal widths a
# mistake that mixes up the lines does not show.
#
# The layer of Keras is checked in the same way. There the gradient comes from
# automatic differentiation, which is wrong if ``call`` hides something from
# it, for instance with ``ops.stop_gradient``.
points = rng.uniform(-1.2, 1.2, size=(8, 1))
drawn_centre = rng.uniform(-1, 1, size=4)  # of four lines
drawn_width = rng.uniform(0.3, 0.9, size=4)
right = check_layer(ByHand(drawn_centre, drawn_width), points)
print(right)
automatic = check_layer(profiles, points)
print(automatic)
assert right.ok
assert automatic.ok


# %%
# A planted mistake
# -----------------
#
# Here the width is forgotten in one place. The gradient keeps its shape and
# its sign, so no error is raised, and gradient descent with it would still
# lower the loss, with steps of the wrong size. The check finds the mistake and
# names it. What it reports is a gradient that has been multiplied by the
# width, and this is the gradient with respect to the logarithm of the width.
class WidthForgotten(ByHand):
    """A backward pass in which the gradient of the width is wrong."""

    def backward(self, upstream):
        """Return the gradient of the inputs, and keep those of parameters."""
        by_x = super().backward(upstream)
        by_v = -upstream * self.profile * self.v
        self.dwidth = np.sum(-by_v * self.v, axis=0)  # not divided by width
        return by_x


wrong = check_layer(WidthForgotten(drawn_centre, drawn_width), points)
print(wrong)
verdicts = {tensor.name: str(tensor.verdict) for tensor in wrong.tensors}
facts["arrays found wrong"] = list(verdicts.values()).count("fail")
facts["evaluations of the layer"] = right.evaluations
assert verdicts == {"x": "pass", "centre": "pass", "width": "fail"}
assert "width itself times what they should be" in wrong.diagnosis

# %%
# Analytic against numerical derivatives
# --------------------------------------
#
# The report keeps every comparison that it made. In a plot of the analytic
# derivative against the numerical one, all points of a correct backward pass
# lie on the diagonal, whatever the scale of the gradient.
fig, axes = plt.subplots(
    1, 2, figsize=(6.4, 3.4), sharex=True, sharey=True, layout="constrained"
)
for ax, title, report in [
    (axes[0], "correct", right),
    (axes[1], "width forgotten", wrong),
]:
    for name, style in {"x": "C0o", "centre": "C1s", "width": "C2^"}.items():
        pairs = [
            (comparison.numerical, comparison.analytic)
            for comparison in report.comparisons
            if comparison.tensor == name
        ]
        numerical, analytic = np.transpose(pairs)
        ax.plot(numerical, analytic, style, fillstyle="none", label=name)
    ax.axline((0, 0), slope=1, color="0.6", zorder=0)
    ax.set(xlabel="numerical derivative", title=title)
axes[0].set_ylabel("analytic derivative")
axes[0].legend()
fig.set_label(
    "Analytic against numerical derivatives. Left, all lie on the diagonal. "
    f"Right, {facts['arrays found wrong']} of {len(verdicts)} arrays lies "
    "off it, the width."
)
plt.show()

# %%
# Figure: Analytic against numerical derivatives with respect to inputs,
# centres and widths. Left, the correct backward pass. Right, the one with the
# planted mistake, in which the derivatives of the widths leave the diagonal.

# %%
# What to try next
# ----------------
#
# - Give ``LineProfiles`` a weight for the logarithm of the width, which then
#   cannot become negative. How do ``call`` and the backward pass change?
# - Plant other mistakes in ``backward``: a mean in place of a sum, another
#   sign, only one of the lines in the gradient of x. What does the check say?
# - Write ``ops.stop_gradient(self.width)`` in the ``call`` of the Keras layer.
#   Can the network still be trained, and what does the check say?
