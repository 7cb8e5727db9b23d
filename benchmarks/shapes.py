"""From a fresh process to a printed table: byhand.shapes, Keras and torchinfo.

Run with the project's interpreter. The contestants take turns in one run, and what is
compared is the time of the processor, so that a busy machine changes little; only
ratios are worth comparing. torchinfo takes part where it and PyTorch are installed,
or where --torch names an interpreter that has them (they are not among the project's
packages). The run ends with the bars that byhand.shapes is held to, and with status 1
where it misses one.

    python benchmarks/shapes.py
    python benchmarks/shapes.py --rounds 9 --torch /somewhere/bin/python
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.shapes.fuzzing.models import as_keras_2  # noqa: E402 -- a script's path

TIMES_KERAS = 40
TIMES_TORCHINFO = 20
MEGABYTES = 30
IMPORT_SECONDS = 0.030
KERAS_2_SECONDS = 0.3

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

IMPORT = """
import sys, time
start = time.process_time()
import byhand.shapes
print("took", time.process_time() - start, "numpy" in sys.modules)
"""

# Run in a process of its own, so that what it reads of its only child is that child's.
PARENT = """
import resource, subprocess, sys
interpreter, code, proof = sys.argv[1:]
done = subprocess.run([interpreter, "-c", code], capture_output=True, text=True)
if done.returncode or proof not in done.stdout:
    sys.exit(done.stderr + done.stdout)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


@dataclass(frozen=True)
class Contestant:
    """Code that a fresh process runs, and a text that its output must hold."""

    code: str
    proof: str
    interpreter: str = sys.executable


def environment() -> dict[str, str]:
    """Return the variables for every process; what is compiled is kept, as usual."""
    kept = dict(os.environ)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {"TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "120"}


def output_of(interpreter: str, code: str, *arguments: str) -> str:
    """Return what a fresh process prints; end the run where it fails."""
    command = [interpreter, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def compare(
    title: str, contestants: dict[str, Contestant], rounds: int
) -> dict[str, tuple[float, float]]:
    """Measure in turns; print, and return, seconds of the processor and peak MB."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    peak: dict[str, float] = {}
    for one in contestants.values():  # once for nothing, so that all is compiled
        output_of(one.interpreter, one.code)
    for number in range(1, rounds + 1):
        for name, one in contestants.items():
            print(f"  {title}: round {number} of {rounds}, {name}", file=sys.stderr)
            told = output_of(
                sys.executable, PARENT, one.interpreter, one.code, one.proof
            )
            seconds, memory = map(float, told.split())
            taken[name].append(seconds)
            peak[name] = max(peak.get(name, 0.0), memory)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    first = next(iter(medians.values()))
    print(f"\n{title}")
    for name, seconds in medians.items():
        ratio = seconds / first
        print(f"  {name:24}{seconds:8.3f} s {ratio:7.1f}x {peak[name]:7.0f} MB")
    return {name: (medians[name], peak[name]) for name in contestants}


def importing(rounds: int) -> tuple[float, bool]:
    """Return the processor's seconds for the import, and whether NumPy came along."""
    times, numpy = [], False
    for _ in range(rounds):
        _, seconds, found = output_of(sys.executable, IMPORT).split()
        times.append(float(seconds))
        numpy = numpy or found == "True"
    return statistics.median(times), numpy


def written_by_keras(name: str, path: Path) -> None:
    """Write the architecture of an application of Keras as JSON."""
    print(f"  writing {name} with Keras", file=sys.stderr)
    code = (
        f"import keras; model = keras.applications.{name}(weights=None); "
        f"open({str(path)!r}, 'w').write(model.to_json())"
    )
    output_of(sys.executable, code)


def lecture(torch: str | None) -> dict[str, Contestant]:
    """Return who prints the table of the lecture's network."""
    contestants = {
        "byhand.shapes": Contestant(
            "import byhand.shapes as keras" + LECTURE, "47,645"
        ),
        "bare Python": Contestant("print('nothing')", "nothing"),
        "Keras": Contestant("import keras" + LECTURE, "47,645"),
    }
    if torch is not None:
        contestants["torchinfo"] = Contestant(TORCH, "47,645", torch)
    return contestants


def reading(folder: Path) -> dict[str, Contestant]:
    """Return large files, each to its table."""
    read = "from byhand.shapes import from_keras_json; from_keras_json({!r}).summary()"
    files = {}
    for name, proof in [
        ("ResNet50", "25,636,712"),
        ("EfficientNetV2L", "119,027,848"),
        ("NASNetLarge", "88,949,818"),
        ("MobileNet", "4,253,864"),
    ]:
        path = folder / f"{name}.json"
        written_by_keras(name, path)
        files[name] = Contestant(read.format(str(path)), proof)
    path = folder / "MobileNet.json"
    path.write_text(json.dumps(as_keras_2(json.loads(path.read_text()))))
    files["MobileNet of Keras 2"] = files.pop("MobileNet")
    return files


def judge(bars: list[tuple[str, float, str, float]]) -> bool:
    """Print each bar and what was measured; return whether all are met."""
    print("\nbars")
    every = True
    for name, measured, side, bar in bars:
        met = measured >= bar if side == "at least" else measured <= bar
        every = every and met
        word = "met" if met else "MISSED"
        print(f"  {name:36}{measured:9.3f}, {side} {bar:6g}: {word}")
    return every


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each runs")
    own = sys.executable if importlib.util.find_spec("torchinfo") else None
    parser.add_argument(
        "--torch", default=own, help="an interpreter with torch and torchinfo"
    )
    return parser.parse_args()


def main() -> None:
    """Run every comparison, and hold byhand.shapes to its bars."""
    given = options()
    table = compare("the lecture's network", lecture(given.torch), given.rounds)
    with tempfile.TemporaryDirectory() as folder:
        files = reading(Path(folder))
        title = "byhand.shapes from a file to the table"
        read = compare(title, files, given.rounds)
    seconds, numpy = importing(4 * given.rounds)
    ours, megabytes = table["byhand.shapes"]
    bars = [("times Keras", table["Keras"][0] / ours, "at least", TIMES_KERAS)]
    if "torchinfo" in table:
        ratio = table["torchinfo"][0] / ours
        bars.append(("times torchinfo", ratio, "at least", TIMES_TORCHINFO))
    old, _ = read["MobileNet of Keras 2"]
    bars += [
        ("MB for the lecture's network", megabytes, "at most", MEGABYTES),
        ("seconds for the import", seconds, "at most", IMPORT_SECONDS),
        ("NumPy imported", float(numpy), "at most", 0),
        ("seconds for a file of Keras 2", old, "at most", KERAS_2_SECONDS),
    ]
    if not judge(bars):
        sys.exit(1)


if __name__ == "__main__":
    main()
