"""A miniature book with the real configuration and extensions, built for real."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
myst:
  html_meta:
    description: A page of a miniature book.
---

# {title}

{text}

```{{code-cell}} ipython3
import mini
print("constant", mini.CONSTANT)
open(mini.RUNS, "a").write("{title}\\n");
```
"""

# Without a cell: nothing starts a kernel for it.
PROSE = """---
myst:
  html_meta:
    description: A page of a miniature book.
---

# {title}

{text}
"""

SCRIPT = '''"""
A square
========

What does a square look like, drawn by a script of a miniature gallery?
"""

import matplotlib.pyplot as plt
import mini

open(mini.RUNS, "a").write("script\\n")
print("constant", mini.CONSTANT)
fig, ax = plt.subplots()
ax.plot([0, mini.CONSTANT], [0, 1])
fig.set_label("A line that rises from nothing to one, for want of more.")
facts = {"constant": mini.CONSTANT}
plt.show()

# %%
# Figure: A line that rises with ``CONSTANT``.
'''

TOC = """format: jb-book
root: book/index
chapters:
  - file: book/first
  - file: book/second
  - file: book/gallery/index
"""

BIBLIOGRAPHY = "@misc{known, author = {A. Known}, title = {What is known}, year = 2000}"


class MiniBook:
    """A folder with a small book in it, and ways to change and build it."""

    def __init__(self, root, template=PAGE):
        self.root = root
        self.template = template
        self.runs = root / "runs.txt"
        self.wait = root / "wait"
        self.environment = os.environ | {"PYTHONPATH": str(root / "src")}

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def page(self, name, text="", title=None):
        self.write(
            f"book/{name}.md", self.template.format(title=title or name, text=text)
        )

    def constant(self, value):
        text = (
            f"CONSTANT = {value}\nRUNS = {str(self.runs)!r}\n"
            f"WAIT = {str(self.wait)!r}\n"
        )
        self.write("src/mini/__init__.py", text)

    def command(self):
        return [sys.executable, "-m", "bookbuild", "build", "--root", str(self.root)]

    def start(self, **options):
        return subprocess.Popen(
            self.command(),
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def build(self):
        """Build; return the exit status and what was printed."""
        process = self.start()
        printed, _ = process.communicate(timeout=300)
        return process.returncode, printed

    def executed(self):
        """Return what ran since the last call, in order."""
        ran = self.runs.read_text().split() if self.runs.exists() else []
        self.runs.unlink(missing_ok=True)
        return ran

    def html(self, name):
        return (self.root / "_build" / "html" / "book" / f"{name}.html").read_text()


def listed(printed):
    """Return the faults that a build lists at its end, without their remedies."""
    _, _, tail = printed.partition("The book is not built")
    return [line.strip() for line in re.findall(r"^  (\S.*)$", tail, re.MULTILINE)]


def make(root, template=PAGE):
    """Return an unbuilt miniature book: two chapters, a script, the real settings."""
    book = MiniBook(root, template)
    config = (ROOT / "_config.yml").read_text()
    book.write("_config.yml", config.replace("doc_module: byhand", "doc_module: mini"))
    book.write("_toc.yml", TOC)
    book.write("book/references.bib", BIBLIOGRAPHY)
    book.write("book/index.md", "# Mini\n\nA miniature book, built to be broken.\n")
    book.write("gallery/GALLERY_HEADER.rst", "Gallery\n=======\n\nOf one.\n")
    book.write("gallery/lines/GALLERY_HEADER.rst", "Lines\n-----\n\nStraight ones.\n")
    book.write("gallery/lines/plot_square.py", SCRIPT)
    book.constant(1)
    book.page("first")
    book.page("second")
    return book
