"""What the book is made of, as digests: two that are equal stand for equal inputs.

Three questions are asked. Is what was executed still right (`executed`)? Are the
pages read and written as before (`build`)? Has anything at all changed (`everything`)?
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

OWN = Path(__file__).resolve().parent  # this package, wherever the book lies
GENERATED = ("book/gallery",)  # within the sources, made by the build itself
SOURCES = (
    "_config.yml",
    "_toc.yml",
    "book",
    "gallery",
    "src",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
# What runs before the first cell of a page, or takes figures and facts from a script.
EXECUTES = ("kernel_startup.py", "extensions/gallery_figures.py")
# What a number may depend on besides code: settings of Keras, of its backends, of the
# threads that sum and of the instructions they use, and the random order of Python's
# sets.
VARIABLES = re.compile(
    r"KERAS_|TF_|XLA_|JAX_|TORCH_|CUDA_|NVIDIA_|OMP_|MKL_|OPENBLAS_|MPL|"
    r"ONEDNN_|NPY_DISABLE_CPU_FEATURES$|"
    r"PYTHON(HASHSEED|OPTIMIZE|WARNINGS)$"
)
# Where settings are kept, and what is logged: no number depends on them.
HARMLESS = {"KERAS_HOME", "MPLCONFIGDIR", "TF_CPP_MIN_LOG_LEVEL"}
# Settings of the gallery that only arrange what was executed.
ARRANGES = {"subsection_order", "within_subsection_order", "download_all_examples"}


def files_under(top: Path, *, apart: Iterable[Path] = ()) -> Iterator[Path]:
    """Yield the files under a path (or the file itself) in order, less the generated.

    A file that comes and goes while one looks, as an editor's swap file does, is left
    out and is no fault.

    Parameters
    ----------
    top : Path
        A folder or a file.
    apart : iterable of Path
        Folders that are left out.
    """
    left_out = set(apart)
    if top.is_file():
        yield top
    for folder, inside, names in os.walk(top):
        here = Path(folder)
        inside[:] = sorted(
            name
            for name in inside
            if name != "__pycache__" and here / name not in left_out
        )
        for name in sorted(names):
            path = here / name
            if not is_passing(name) and path.is_file():
                yield path


def is_passing(name: str) -> bool:
    """Return whether a file's name is one that editors use for a moment."""
    return name.endswith(("~", ".swp", ".swx", ".tmp")) or name.startswith(
        (".#", "4913")
    )


def sources(root: Path) -> Iterator[Path]:
    """Yield every file that an author writes and that the book is made of."""
    apart = [root / name for name in GENERATED]
    for name in SOURCES:
        yield from files_under(root / name, apart=apart)


def add_files(state: Any, root: Path, paths: Iterable[Path]) -> None:
    """Add names and contents of files to a digest."""
    for path in paths:
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # gone since it was listed
            continue
        name = path.relative_to(root) if path.is_relative_to(root) else path.name
        state.update(f"{name}\0{len(content)}\0".encode())
        state.update(content)


def versions() -> str:
    """Return Python's version and that of every installed package.

    The names of the folders that describe packages hold both; reading what stands in
    them takes twenty times as long.
    """
    found = {
        about.name
        for folder in map(Path, sys.path)
        if folder.is_dir()
        for about in folder.iterdir()
        if about.suffix in {".dist-info", ".egg-info"}
    }
    return "\n".join([sys.version, *sorted(found)])


def settings(root: Path) -> dict[str, Any]:
    """Return the settings of _config.yml that change what is executed, and how."""
    try:
        config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}  # the build says what is wrong with it
    config = config if isinstance(config, Mapping) else {}
    of_sphinx = (config.get("sphinx") or {}).get("config") or {}
    gallery = of_sphinx.get("sphinx_gallery_conf") or {}
    return {
        "execute": config.get("execute"),
        "cells": {
            name: value
            for name, value in of_sphinx.items()
            if name.startswith("nb_execution")
        },
        "gallery": {
            name: value for name, value in gallery.items() if name not in ARRANGES
        },
    }


def executed(root: Path) -> str:
    """Return a digest of all that executed results depend on besides their own text.

    Parameters
    ----------
    root : Path
        The folder of the book.
    """
    state = hashlib.sha256(versions().encode())
    for name, value in sorted(os.environ.items()):
        if VARIABLES.match(name) and name not in HARMLESS:
            state.update(f"{name}={value}\0".encode())
    state.update(json.dumps(settings(root), sort_keys=True, default=str).encode())
    add_files(state, root, files_under(root / "src"))
    add_files(state, OWN, [OWN / name for name in EXECUTES])
    return state.hexdigest()


def build() -> str:
    """Return a digest of the package that builds the book: this one."""
    state = hashlib.sha256()
    add_files(state, OWN, files_under(OWN))
    return state.hexdigest()


def everything(root: Path) -> str:
    """Return a digest of all that the finished book depends on."""
    state = hashlib.sha256(f"{executed(root)} {build()}".encode())
    for name in ("BOOK_URL", "READTHEDOCS", "SOURCE_DATE_EPOCH"):
        state.update(f"{name}={os.environ.get(name)}\0".encode())
    add_files(state, root, sources(root))
    return state.hexdigest()


def state_of(folder: Path) -> str:
    """Return a digest of the names, sizes and times of all files in a folder.

    It tells a folder that somebody changed, without reading the files.
    """
    state = hashlib.sha256()
    for path in files_under(folder):
        found = path.stat()
        name = path.relative_to(folder)
        state.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return state.hexdigest()
