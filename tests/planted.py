"""Small scripts for a gallery, whole or with a silent failure planted in them."""

import textwrap

GOOD = '''"""
A line
======

Does a line rise? Drawn in a moment.
"""

import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot([0, 1])
fig.set_label("A line that rises from nothing to one, for want of more.")
facts = {"height": 1, "slope": {"mean": 0.5}}
print("slope", facts["slope"]["mean"])
plt.show()
'''

USES_KERAS = GOOD.replace("import mat", "import keras\nimport mat", 1)

# Enough of Keras and of PyTorch to stand for a machine with, or without, a card.
KERAS = """
    from types import SimpleNamespace

    __version__ = "3.0"
    backend = SimpleNamespace(backend=lambda: "torch")

    class Callback:
        pass

    class CallbackList:
        pass

    class Model:
        def fit(self, x=None, callbacks=None):
            pass

    callbacks = SimpleNamespace(Callback=Callback, CallbackList=CallbackList)
"""
TORCH = """
    from types import SimpleNamespace

    __version__ = "2.0"
    cuda = SimpleNamespace(
        is_available=lambda: {there},
        get_device_name=lambda number: "Planted Card 80GB",
        max_memory_allocated=lambda: {held},
    )
"""


def write(folder, text, name="plot_line"):
    """Write a script as the only theme of a gallery; return its path."""
    path = folder / "gallery" / "lines" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def stand_ins(folder, *, there=True, held=0):
    """Write the stand-ins for Keras and PyTorch; return the folder for the path."""
    for name, text in (("keras", KERAS), ("torch", TORCH)):
        text = text.format(there=there, held=held) if name == "torch" else text
        path = folder / "stand-ins" / name / "__init__.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        about = path.parent.parent / f"{name}-1.0.dist-info" / "METADATA"
        about.parent.mkdir(exist_ok=True)
        about.write_text(f"Name: {name}\nVersion: 1.0\n")
    return folder / "stand-ins"
