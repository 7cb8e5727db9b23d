"""The sources of the project offend no rule, and a project that does is told where."""

import subprocess

import pytest

from bookbuild import linting
from bookbuild.__main__ import main
from bookbuild.errors import CommandError

LONG = "\n".join(f"x = {k}" for k in range(26)) + "  #" + 80 * "-"
PAGE = (
    f"""---
myst: {{}}
---
# A topic

$$ x = y
$$ (eq-two)

It is 12.5 % right. It is typed.

```{{code-cell}} ipython3
%pip install keras
def forward(x):
    return x
net.fit(x, y, epochs=2)
```

```{{code-cell}} ipython3
:checks: eq-gone

{LONG}
```

```{{code-cell}} ipython3
import import
```

```{{code-cell}} ipython3
fig.set_label("A line that rises from 0.37")
```

```{{figure}} gallery/lines/images/sphx_glr_plot_line_001.png
:alt: A line that rises to 0.48.
:name: fig-line
```

$$
x = y
$$ (eq-one)

$$
x = y
$$ (eq-one)

$$
x = y
$$

## A statement

```{{exercise}}
:label: ex-one
```

## Another statement

```{{eval-rst}}
.. minigallery:: gallery/lines/plot_gone.py
```

```{{solution}} ex-other
Because.
```

```{{exercise}}
:label: ex-two
```

````{{solution}} ex-two
:class: dropdown
```
"""
    + 13 * "% reasoned: taste\n"
)

SCRIPT = """
import scipy
os.environ
net.fit(x, y)
load_sample_image("china.jpg")
fig, ax = plt.subplots()
fig.set_label("A line that rises from 0.37")

# %%
# It falls by 12.5 % at last.

# Runs on: jax

bands = {}
SEEDS, SIZES = range(3), (8, 32)
assert SEEDS
net.fit(x, y, 128, 80)


def helper():
    x = 1
    y = 2
    z = 3
    return x + y + z
"""
SCRIPT += 40 * "x = 1\n"

FILES = {
    ".ci/run": "",
    "CHANGELOG.md": "",
    "CONTRIBUTING.md": "`src/gone.py`",
    "LICENSE-TEXT": "",
    "Makefile": "book:\n",
    "README.md": "`make bok`, under the G" + "PL.",
    "_toc.yml": "root: book/index\n",
    "book/one.md": PAGE,
    "book/two.md": PAGE,
    "book/three.md": "| | $x$ |\n|---|---|\n| 1 | 2 |\n",
    "book/glossary.md": "```{glossary}\nwormhole\n  A word of no page.\n```\n",
    "book/index.md": "# A page without a cell\n\nIt is 12.5 % right.\n",
    "book/since-the-lecture.md": "| A slide of another lecture | was | is | gone |\n",
    "book/references.bib": "@misc{one,\n}\n",
    "bookbuild/templates/licence.html": "",
    "gallery/bands.toml": '["lines/plot_gone"]\nx = 1\n',
    "gallery/lines/plot_line.py": SCRIPT,
    "gallery/lines/plot_broken.py": "import import\n",
    "gallery/requirements.txt": "mxnet\n",
    "gallery/thumbnails.toml": '"lines/plot_gone" = { panel = 2 }\n',
    "requirements.lock": "",
}


@pytest.fixture
def offending(tmp_path):
    """Return a folder with a project that offends every rule."""
    for place, text in FILES.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


def test_each_rule_sees_what_offends_it(offending, capsys):
    assert main(["lint", "--root", str(offending)]) == 1
    printed = capsys.readouterr().out
    assert [
        rule.name for rule in linting.RULES if f"{rule.name}:\n" not in printed
    ] == []
    assert printed.endswith(
        f"\n0 of {len(linting.RULES)} rules for the sources hold.\n"
    )


def test_a_rule_lists_all_that_offends_it_and_where(offending, capsys):
    linting.lint(offending)
    printed = capsys.readouterr().out
    _, _, behind = printed.partition("cells are narrow:\n")
    listed, _, _ = behind.partition("\n\n")
    line = PAGE.split("\n").index(LONG.split("\n")[-1]) + 1
    remedy = "the line has 89 columns, where 79 are the most; break it"
    assert listed.splitlines() == [
        f"  book/one.md:{line}: {remedy}",
        f"  book/two.md:{line}: {remedy}",
    ]


def test_each_kind_of_source_of_which_there_are_few_is_named(offending):
    found = " ".join(fault.what for fault in linting.sources_are_found(offending))
    assert [
        kind for kind in linting.LEAST if f" {kind} are found in" not in found
    ] == []


def test_the_names_of_rules_tell_them_apart():
    names = [rule.name for rule in linting.RULES]
    assert len(set(names)) == len(names)


def test_a_file_that_the_rules_are_about_and_that_is_missing_is_named(
    offending, capsys
):
    (offending / "Makefile").unlink()
    assert main(["lint", "--root", str(offending)]) == 1
    assert "Makefile: there is no such file in" in capsys.readouterr().err


def test_a_folder_that_is_no_clone_is_refused(offending):
    (offending / ".git").rename(offending / "no-git")
    with pytest.raises(CommandError, match="git cannot list the files of"):
        list(linting.no_other_licence_is_named(offending))


def test_what_git_ignores_and_data_may_name_any_licence(offending):
    named = FILES["README.md"]
    for place in ("ignored.md", "data.json", "added.md"):
        (offending / place).write_text(named)
    (offending / ".gitignore").write_text("ignored.md\n")
    found = linting.no_other_licence_is_named(offending)
    assert {fault.place for fault in found} == {"README.md", "added.md"}
