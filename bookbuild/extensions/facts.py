"""Let a page quote what an example of the gallery found, never a typed copy of it.

Each script keeps its results in a dict `facts`; gallery_figures.py writes them beside
the script's figures while it runs. The role `fact` reads them:
{fact}`training/plot_digits_convnet accuracy | .1%` is the script, the key and how to
print the number. A page that quotes is read again when the results change.
"""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from bookbuild import files
from bookbuild.checks import finite
from bookbuild.extensions import roles


def keep(script: Path, facts: dict[str, Any]) -> None:
    """Write a script's facts beside it."""
    path = script.with_suffix(".facts.json")
    files.write_json(path, facts, default=finite.plain)


class Fact(roles.BookRole):
    """One number that a script of the gallery found."""

    def run(self) -> roles.Returned:
        """Return the number as text."""
        script, _, rest = self.text.partition(" ")
        key, _, form = rest.partition(" | ")
        name = f"book/gallery/{script}.facts.json"
        path = Path(self.env.srcdir) / name
        self.env.note_dependency(name)
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
        except OSError:
            return self.fault(
                f"the gallery has no facts of {script}; name an example that runs, as "
                "theme/plot_name"
            )
        except ValueError:
            return self.fault(
                f"the facts of {script} cannot be read; build again, which runs it anew"
            )
        try:
            text = format(facts[key], form)
        except KeyError:
            known = ", ".join(map(repr, facts))
            return self.fault(
                f"{script} has no fact {key!r}; name one of those that it has: {known}"
            )
        except (TypeError, ValueError) as error:
            return self.fault(
                f"the fact {key!r} of {script} cannot be shown as {form!r} ({error}); "
                "correct the format behind the bar"
            )
        return [nodes.Text(text)], []


def connect(app: Sphinx) -> None:
    """Register the role."""
    app.add_role("fact", Fact())
