# Runs in Pyodide, within Node: see packing.py, which reads this as text. `asked` is
# JSON: our own modules, modules of others that they import, and requests.
# ruff: noqa: D100, F821
import importlib
import json
import sys

LIBRARY = f"/lib/python{sys.version_info[0]}{sys.version_info[1]}.zip"


def begin(told):
    """Answer what a visit may begin with; return the modules that this takes."""
    answer = importlib.import_module("bookbuild.inpage.answering").answer
    for request in told["first"]:
        answer(request)
    return held(LIBRARY) | held(BOOK)


def run(told):
    """Import all there is to import, and answer every request.

    What a browser has not, such as h5py, is returned as well.
    """
    absent = []
    for name in told["foreign"]:
        try:
            importlib.import_module(name)
        except ImportError:
            absent.append(name)
    for name in told["own"]:
        importlib.import_module(name)
    answer = importlib.import_module("bookbuild.inpage.answering").answer
    return [answer(request) for request in told["requests"]], absent


def held(archive):
    """Return the paths of the imported modules that lie in an archive."""
    origins = (
        getattr(getattr(module, "__spec__", None), "origin", None) or ""
        for module in list(sys.modules.values())
    )
    start = f"{archive}/"
    return {one.removeprefix(start) for one in origins if one.startswith(start)}


def bare(code):
    """Return code without its table of lines, a fifth of its bytes."""
    inner = tuple(
        bare(one) if isinstance(one, type(code)) else one for one in code.co_consts
    )
    return code.replace(co_linetable=b"", co_consts=inner)


def compiled(path, source):
    """Return the bytes of a compiled module that is never compared with its source."""
    from importlib import _bootstrap_external

    # Nobody reads docstrings or the lines of a traceback there.
    code = compile(source, path, "exec", dont_inherit=True, optimize=2)
    return bytes(_bootstrap_external._code_to_hash_pyc(bare(code), bytes(8), False))


def of_archive(archive, paths, early):
    """Return the modules of an archive in base64 by their paths.

    The early ones are compiled, which saves time, the others if that is shorter.
    """
    import base64
    import zipfile
    import zlib

    found = {}
    with zipfile.ZipFile(archive) as opened:
        for path in sorted(paths):
            content = opened.read(path)
            made = compiled(path, content)
            if path in early or len(zlib.compress(made)) < len(zlib.compress(content)):
                path, content = f"{path}c", made
            found[path] = base64.b64encode(content).decode()
    return found


BOOK = "/book.zip"
sys.path.insert(0, BOOK)
told = json.loads(asked)
early = begin(told)
answers, absent = run(told)
library = held(LIBRARY)  # before what only this script imports
json.dumps(
    {
        "library": of_archive(LIBRARY, library, early),
        "book": of_archive(BOOK, told["paths"], early),
        "answers": answers,
        "absent": absent,
    }
)
