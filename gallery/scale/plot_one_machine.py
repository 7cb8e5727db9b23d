"""
Where one machine ends
======================

How large a network fits on one machine, and when are more machines of use?
Memory goes to parameters, what the optimiser keeps for each, and activations:
all can be counted. A step takes a fixed time and a time for each example, both
measured here. They say when more machines are needed, and how many are of use.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
SIZES, GIB, ROOM = (1, 256, 1024), 2**30, {"laptop": 16, "large card": 80}


# The lecture's network, every layer `width` times as wide as there.
def network(width):
    model = keras.Sequential([keras.Input((32, 32, 1))])
    for filters, kernel_size in [(10, 5), (25, 5), (100, 4)]:
        model.add(layers.Conv2D(width * filters, kernel_size))
        model.add(layers.MaxPooling2D(2))
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


# %%
# A step takes t0, whatever the batch, and c for each example: a straight line.
model = network(1)
x, y_t = np.ones((SIZES[-1], 32, 32, 1)), np.arange(SIZES[-1]) % 10
took = []
for N in SIZES:
    steps = (model.train_on_batch(x[:N], y_t[:N]) for _ in range(6))
    laps = [time.perf_counter() for _ in steps]
    took.append(np.diff(laps).min())
c, t0 = np.maximum(np.polyfit(SIZES, took, 1, w=1 / np.array(took)), 1e-6)

# %%
# Weights, gradients and Adam's two moments: 16 bytes a parameter. Outputs wait
# for the way back. Parameters are quadratic in the width: three widths tell.
small = [network(width) for width in (1, 2, 3)]
P, widths = [m.count_params() for m in small], 2 ** np.arange(12)
kept = [sum(np.prod(e.output.shape[1:]) for e in m.layers) for m in small]
parameters = np.polyval(np.polyfit((1, 2, 3), P, 2), widths)
outputs = np.polyval(np.polyfit((1, 2, 3), kept, 1), widths)
need = {N: (16 * parameters + 4 * N * outputs) / GIB for N in (32, 2048)}
facts = {"parameters": P[0], "outputs": int(kept[0])}
facts |= {name: int(widths[need[32] < ROOM[name]].max()) for name in ROOM}
facts["share of t0"], bands = float(t0 / (t0 + 32 * c)), {"share of t0": 1}
print(f"t0 {t0:.1e} s, c {c:.1e} s", facts)
adam = sum(int(np.prod(v.shape)) for v in model.optimizer.variables)
assert adam == 2 * P[0] + 2  # and a counter, and the rate

# %%
# Dealt to B machines, a batch of N takes t0 + c N / B: beyond c N / t0 of them
# most are idle. The model's code stays as it is: on JAX,
# ``keras.distribution.initialize`` joins processes; PyTorch's own
# ``DistributedDataParallel`` wraps the model, in a loop of one's own.
N, images, B = 8192, 90 * 1_280_000, 2 ** np.arange(13)
days = images / N * (t0 + c * N / B) / 86400
fig, axes = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
axes[0].plot(SIZES, took, "o", label="measured")
axes[0].plot(SIZES, t0 + c * np.array(SIZES), "--", label="t0 + c N")
axes[0].set(xlabel="batch N", ylabel="seconds for a step")
for (size, gib), style in zip(need.items(), ("o-", "s--")):
    axes[1].loglog(parameters, gib, style, ms=4, label=f"batch of {size}")
for name, room in ROOM.items():
    axes[1].axhline(room, c="0.4", ls=":")
    axes[1].text(parameters[0], room, f"{name}, {room} GiB", va="bottom")
axes[1].set(xlabel="parameters", ylabel="GiB needed at least")
axes[2].loglog(B, days, "o-", ms=4, label="t0 + c N / B")
axes[2].loglog(B, days[0] / B, "--", c="0.5", label="in proportion")
axes[2].set(xlabel="machines", ylabel="days, width 1, 115 million")
for ax, place in zip(axes, ("best", "lower right", "best")):
    ax.legend(loc=place)
told = f"{days[0]:.2g} days on one machine, {days[-1]:.1g} on {B[-1]}"
fits = f"Batch of {min(need)}: width {facts['laptop']} fits a laptop"
fig.set_label(f"{fits}; the narrowest takes {told}.")
plt.show()

# %%
# Figure: On the left, the time of a step as measured, and as its two parts add
# up. In the middle, the memory that networks need at least, and what machines
# have. On the right, the days of a training against the number of machines,
# and what they would be in proportion.

# %%
# What to try next: the averaging of gradients, a time for each byte, added.
