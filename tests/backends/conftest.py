"""Run each example once on each backend, and end with the table of them all."""

from importlib.util import find_spec

import pytest

from bookbuild import files, places
from bookbuild.gallery import devices, measuring, scripts

RUNS = pytest.StashKey()

# Modules of PyTorch, which the environment of the book does without.
collect_ignore = [] if find_spec("torch") else ["torch_modules.py"]


class Runs:
    """The runs of a session: each made on demand, and only once."""

    def __init__(self, results, *, resume=False):
        self.results = results
        self.resume = resume
        self.outcomes = {}
        self.skipped = {}

    def of(self, script, backend):
        """Return the record of a script on a backend, or what is wrong."""
        key = scripts.name_of(script), backend
        if key not in self.outcomes:
            self.outcomes[key] = measuring.resumed(
                script, self.results, backend=backend, resume=self.resume
            )
        return self.outcomes[key]

    def skip(self, script, backend, reason):
        """Note why a script has no run on a backend."""
        self.skipped[scripts.name_of(script), backend] = reason

    def table(self):
        """Return the table of what ran, as data: small, sorted, without paths."""
        records = [r for r in self.outcomes.values() if isinstance(r, dict)]
        rows = {}
        for (name, backend), outcome in self.outcomes.items():
            failed = isinstance(outcome, str)
            cell = {"failed": outcome} if failed else {"wall_s": outcome["wall_s"]}
            rows.setdefault(name, {})[backend] = cell
        for (name, backend), reason in self.skipped.items():
            rows.setdefault(name, {})[backend] = {"skipped": reason}
        return {
            "date": max((record["date"] for record in records), default=None),
            "device": next((record["device"] for record in records), None),
            "kind": "backends",
            "scripts": rows,
            "versions": {
                name: version
                for record in records
                for name, version in record["versions"].items()
            },
        }

    def lines(self):
        """Yield the table as lines of text."""
        rows = self.table()["scripts"]
        width = max(map(len, rows))
        yield "".join([f"{'seconds':{width}}", *(f"{b:>12}" for b in devices.BACKENDS)])
        for name, row in sorted(rows.items()):
            cells = [row.get(backend, {}) for backend in devices.BACKENDS]
            shown = [
                f"{cell['wall_s']:.0f}" if "wall_s" in cell else next(iter(cell), "-")
                for cell in cells
            ]
            yield "".join([f"{name:{width}}", *(f"{text:>12}" for text in shown)])

    def whole(self, found):
        """Tell whether every script ran on every backend that it runs on."""
        rows = self.table()["scripts"]
        cells = [
            rows.get(name, {}).get(b, {}) for name in found for b in devices.BACKENDS
        ]
        return all("wall_s" in cell or "skipped" in cell for cell in cells)


@pytest.fixture(scope="session")
def runs(request):
    """What every test of the gallery on a backend asks for its runs."""
    results = places.BUILD / "backends"
    results.mkdir(parents=True, exist_ok=True)
    kept = Runs(results, resume=request.config.getoption("--resume"))
    request.config.stash[RUNS] = kept
    return kept


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Show the table, and keep it."""
    runs = config.stash.get(RUNS, None)
    if runs is None or not runs.outcomes:
        return
    tell = terminalreporter.write_line
    terminalreporter.section("examples on Keras's backends")
    for line in runs.lines():
        tell(line)
    for (name, backend), reason in sorted(runs.skipped.items()):
        tell(f"{name} on {backend}: skipped, {reason}")
    files.write_json(places.BUILD / "backends.json", runs.table(), sort_keys=True)
    if config.getoption("--record"):
        found = map(scripts.name_of, scripts.all_scripts(places.GALLERY))
        if exitstatus == pytest.ExitCode.OK and runs.whole(list(found)):
            path = places.COSTS / "backends.json"
            files.write_json(path, runs.table(), sort_keys=True)
            tell("recorded in gallery/costs/backends.json")
        else:
            tell("not recorded: not every script ran, and found the same, everywhere")
