"""From a fresh process to a printed table: byhand.shapes, Keras and torchinfo.

Run with the project's interpreter. The contestants take turns in one run, so that a
busy machine slows them alike; only ratios are worth comparing. torchinfo takes part
where it and PyTorch are installed (they are not among the project's packages).

    python benchmarks/shapes.py
"""

import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5

LECTURE = """
model = keras.Sequential([
    keras.Input((32, 32, 1)),
    keras.layers.Conv2D(10, 5), keras.layers.MaxPooling2D(2),
    keras.layers.Conv2D(25, 5), keras.layers.MaxPooling2D(2),
    keras.layers.Conv2D(100, 4), keras.layers.MaxPooling2D(2),
    keras.layers.Flatten(), keras.layers.Dense(10),
])
model.summary()
"""

TORCH = """
from torch import nn
from torchinfo import summary
model = nn.Sequential(
    nn.Conv2d(1, 10, 5), nn.MaxPool2d(2),
    nn.Conv2d(10, 25, 5), nn.MaxPool2d(2),
    nn.Conv2d(25, 100, 4), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(100, 10),
)
print(summary(model, (1, 1, 32, 32), verbose=0))
"""

# Read by a child process, so that its peak memory is its own.
CHILD = """
import resource, subprocess, sys, time
start = time.perf_counter()
command = [sys.executable, "-c", sys.argv[1]]
done = subprocess.run(command, capture_output=True, text=True)
took = time.perf_counter() - start
assert done.returncode == 0, done.stderr
assert sys.argv[2] in done.stdout, done.stdout
print(took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def measure(code: str, proof: str) -> tuple[float, float]:
    """Return seconds and peak MB of one fresh process whose output holds `proof`."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, code, proof],
        capture_output=True,
        text=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "120"},
    )
    if done.returncode:
        sys.exit(done.stderr)
    took, peak = done.stdout.split()
    return float(took), float(peak)


def compare(title: str, contestants: dict[str, tuple[str, str]]) -> None:
    """Measure in turns and print a row for each, as ratios to the first."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    peak: dict[str, float] = {}
    for number in range(1, ROUNDS + 1):
        for name, (code, proof) in contestants.items():
            print(f"  {title}: round {number} of {ROUNDS}, {name}", file=sys.stderr)
            seconds, memory = measure(code, proof)
            taken[name].append(seconds)
            peak[name] = max(peak.get(name, 0), memory)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    first = next(iter(medians.values()))
    print(f"\n{title}")
    for name, seconds in medians.items():
        ratio = seconds / first
        print(f"  {name:24}{seconds:8.3f} s {ratio:7.1f}x {peak[name]:7.0f} MB")


def main() -> None:
    """Run every comparison."""
    lecture = {
        "byhand.shapes": ("import byhand.shapes as keras" + LECTURE, "47,645"),
        "bare Python": ("print('nothing')", "nothing"),
        "Keras": ("import keras" + LECTURE, "47,645"),
    }
    if importlib.util.find_spec("torchinfo"):
        lecture["torchinfo"] = (TORCH, "47,645")
    compare("the lecture's network", lecture)
    with tempfile.TemporaryDirectory() as folder:
        read = "from byhand.shapes import from_keras_json; "
        files = {}
        for name, proof in [
            ("ResNet50", "25,636,712"),
            ("EfficientNetV2L", "119,027,848"),
            ("NASNetLarge", "88,949,818"),
        ]:
            path = Path(folder) / f"{name}.json"
            print(f"  writing {name} with Keras", file=sys.stderr)
            code = (
                f"import keras; model = keras.applications.{name}(weights=None); "
                f"open({str(path)!r}, 'w').write(model.to_json())"
            )
            command = [sys.executable, "-c", code]
            subprocess.run(command, check=True, capture_output=True)
            files[name] = (f"{read}from_keras_json({str(path)!r}).summary()", proof)
        compare("byhand.shapes from JSON to the table", files)


if __name__ == "__main__":
    start = time.perf_counter()
    main()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{time.perf_counter() - start:.0f} s in all; this process {own:.0f} MB")
