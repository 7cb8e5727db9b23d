"""The miniature book that test_pages.py reads, and its later states.

Each page stands for one extension. A build takes seconds, so that all are built
together, and what a reader changes is changed together, too.
"""

import json
import re
import zipfile
from dataclasses import dataclass

from tests import minibook

TRACKER = "https://example.org/reports"

PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "mini"
version = "1.2"

[tool.hatch.build.targets.wheel]
packages = ["src/mini"]
"""

EQUATIONS = """
$$
z = x W + b
$$ (eq-defined)
% definition

$$
a =
g(z)
$$ (eq-quoted)
% quoted: known

$$
P = n + 37
$$ (eq-checked)

```{code-cell} ipython3
:tags: [remove-cell]
:checks: eq-checked

assert 41 == 16 + 20 + 5
```

Inline $x$ and {eq}`eq-checked`.
"""

# What the equations are about, for the reader of equations and for the readers.
NOTATION = """
groups:
  - name: sizes
    letters:
      - {symbol: n, code: n, kind: size, shown: a number, meaning: inputs}
      - {symbol: P, code: P, kind: defined, meaning: parameters}
"""
TABLE = """
letters:
  - {symbol: z, kind: defined, meaning: the sum before the activation}
  - {symbol: x, kind: real, hidden: an input}
settings:
  - name: one neuron in the planted book
    symbols: {n: , P: , z: , x: , W: real, b: real}
    given: ["P = (n + 30) + 7"]
    equations: {eq-defined: , eq-checked: }
    holds: ["z - b = W x"]
unread:
  eq-quoted: its source has no numbers
"""

# A curve and a picture with a number upon it.
FIGURE = """
```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-themes, caption: A curve and a picture.}
---
import matplotlib.pyplot as plt

fig, (curve, picture) = plt.subplots(1, 2)
curve.plot([0, 1], [0, 3])
picture.imshow([[0, 1], [2, 3]], cmap="gray")
picture.text(0, 0, "0", color="#fedcba")
fig.set_label("A line that rises to three & a picture of four cells.")
plt.show()
```
"""

# Pages without a cell of their own.
PAGES = {
    "costs": """
```{costs}
```

```{backends}
```

```{eval-rst}
.. minigallery:: gallery/lines/plot_square.py
```
""",
    "errata": "None yet.",
    "letters": """
```{letters} sizes
```
""",
    "networks": """
Two networks.

```{shapes}
:columns: macs
:draw: graph
:name: fig-graph
:caption: One layer, as a graph.
:explain:

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
```

```{shapes}
:draw:
:name: fig-volumes
:caption: A convolution, $H - 2$ high.
:hide-code:

x = keras.Input((None, None, 3))
model = keras.Model(x, keras.layers.Conv2D(2, 3, name="secret")(x))
```
""",
    "quotes": """
It is {fact}`lines/plot_square length | ,` long, with the constant
{fact}`lines/plot_square constant`.
""",
    "table": """
Known.

```{equations}
```

```{bibliography}
```
""",
    "wheel": "Download {wheel}`the wheel`.",
}

COSTS = {
    "backend": "jax",
    "date": "2026-11-24",
    "device": "Planted Card 80GB",
    "host": "Planted Processor, 2 cores",
    "kind": "gpu",
    "scripts": {
        "lines/plot_square": {
            "wall_s": 123.4,
            "first_step_s": 1.26,
            "steady_step_s": None,
            "host_mib": 512.0,
            "device_mib": 77.0,
        },
        "lines/plot_gone": {"wall_s": 1.0},
    },
    "versions": {"jax": "0.1", "keras": "3.0", "numpy": "2.0", "python": "3.11"},
}
BACKENDS = {
    "date": "2026-11-25",
    "device": "Planted Processor, 2 cores",
    "kind": "backends",
    "scripts": {
        "lines/plot_square": {
            "jax": {"wall_s": 3.0},
            "tensorflow": {"wall_s": 4.0},
            "torch": {"skipped": "planted reason"},
        }
    },
    "versions": {"keras": "3.0"},
}


@dataclass(frozen=True)
class Built:
    """What one build ran and wrote.

    Attributes
    ----------
    executed : list of str
        The pages and scripts that ran.
    pages : dict
        The HTML of each page by its name, without "book/".
    images : dict
        The bytes of each file in "_images" by its name.
    offered : str
        The package in the wheel that a page links to.
    static : set of str
        The files in "_static".
    sheet : str
        The style sheet.
    search : str
        The HTML of the page that searches.
    """

    executed: list[str]
    pages: dict[str, str]
    images: dict[str, bytes]
    offered: str
    static: set[str]
    sheet: str
    search: str

    def foot(self, name):
        return self.pages[name].partition('<footer class="foot">')[2]


def build(book):
    """Build a book that has no fault; return what became of it."""
    status, printed = book.build()
    assert status == 0, printed
    html = book.root / "_build" / "html"
    folder = html / "book"
    pages = {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text()
        for path in folder.rglob("*.html")
    }
    images = {path.name: path.read_bytes() for path in html.glob("_images/*")}
    (link,) = re.findall(r'href="\.\./(\S+mini-1\.2-\S+\.whl)"', pages["wheel"])
    with zipfile.ZipFile(html / link) as archive:
        offered = archive.read("mini/__init__.py").decode()
    static = html / "_static"
    return Built(
        executed=book.executed(),
        pages=pages,
        images=images,
        offered=offered,
        static={
            path.relative_to(static).as_posix()
            for path in static.rglob("*")
            if path.is_file()
        },
        sheet=(static / "site.css").read_text(),
        search=(html / "search.html").read_text(),
    )


def make(root):
    """Return the book as it begins, unbuilt."""
    book = minibook.make(root)
    for name, text in PAGES.items():
        book.write(f"book/{name}.md", f"# {name}\n\n{text}")
    book.page("themes", FIGURE)
    pages = "".join(f"  - file: book/{name}\n" for name in [*PAGES, "themes"])
    book.write("_toc.yml", minibook.TOC + pages)
    script = minibook.SCRIPT + "facts['length'] = 12345\n"
    book.write("gallery/lines/plot_square.py", script)
    book.page("first", EQUATIONS)
    book.write("book/notation.yml", NOTATION)
    book.write("book/equations/first.yml", TABLE)
    book.write("pyproject.toml", PROJECT)
    return book


def measure(book):
    """Add what was measured elsewhere, and nothing that a page runs."""
    book.write("gallery/costs/card.json", json.dumps(COSTS))
    book.write("gallery/costs/backends.json", json.dumps(BACKENDS))


def change(book):
    """Change the package, what a cell checks, and where errors are reported."""
    book.constant(2)
    book.page("first", EQUATIONS.replace(":checks: eq-checked\n", ""))
    config = (book.root / "_config.yml").read_text()
    assert 'book_tracker: ""' in config
    config = config.replace('book_tracker: ""', f"book_tracker: {TRACKER}")
    book.write("_config.yml", config)
