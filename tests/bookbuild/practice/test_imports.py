"""What runs in a browser needs neither NumPy nor anything else that is installed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Every name outside the standard library, byhand and bookbuild raises ImportError.
CODE = """
import sys

for name in ("numpy", "scipy", "yaml", "sphinx", "docutils", "keras", "playwright"):
    sys.modules[name] = None
sys.path[:0] = [{root!r}, {src!r}]

import json
from bookbuild.practice import protocol, sheets
from bookbuild.practice.catalogue import CHAPTERS, exercises_of

replies = []
for chapter in CHAPTERS:
    for label in exercises_of(chapter):
        for seed in (None, 7):
            for do in ("variant", "explain"):
                request = {{"do": do, "exercise": label, "seed": seed}}
                replies.append(protocol.answer(request))
        explained = replies[-1]["answers"]
        request = {{"do": "judge", "exercise": label, "seed": 7, "typed": explained}}
        replies.append(protocol.answer(request))
sheets.key_in_markdown(sheets.sheets("convolution", seed=1, students=2))
there = [name for name, module in sys.modules.items() if module]
loaded = sorted(name.partition(".")[0] for name in there)
print(json.dumps([replies, loaded]))
"""


@pytest.mark.slow
def test_everything_runs_where_numpy_cannot_be_imported():
    code = CODE.format(root=str(ROOT), src=str(ROOT / "src"))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    replies, loaded = json.loads(done.stdout)
    assert not [reply for reply in replies if "error" in reply]
    own = set(loaded) - set(sys.stdlib_module_names) - {"__main__"}
    assert own == {"bookbuild", "byhand"}
    assert all(reply["solved"] for reply in replies if "solved" in reply)
