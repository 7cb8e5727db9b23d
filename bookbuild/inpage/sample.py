# Runs in Pyodide, within Node: see packing.py, which reads this as text. `asked` is
# JSON: our own modules, modules of others that they import, and requests.
# ruff: noqa: D100, F821, S101
import importlib
import json
import sys

LIBRARY = f"/lib/python{sys.version_info[0]}{sys.version_info[1]}.zip/"


def run(told):
    """Import all there is to import, and answer every request."""
    for name in told["foreign"]:
        try:
            importlib.import_module(name)
        except ImportError:  # what a browser has not, such as h5py
            continue
    for name in told["own"]:
        importlib.import_module(name)
    answer = importlib.import_module("bookbuild.inpage.answering").answer
    return [answer(request) for request in told["requests"]]


def library():
    """Return the modules of the standard library that were imported, by their paths."""
    found = {}
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        origin = getattr(spec, "origin", None) or ""
        if origin.startswith(LIBRARY):
            found[origin.removeprefix(LIBRARY)] = name
    return found


def compiled(path, source):
    """Return the bytes of a compiled module that is never compared with its source."""
    from importlib import _bootstrap_external

    code = compile(source, path, "exec", dont_inherit=True, optimize=told["optimize"])
    data = _bootstrap_external._code_to_hash_pyc(code, bytes(8), False)
    return bytes(data)


def of_archive(archive, names):
    """Return compiled modules of an archive in base64, by the paths that they get."""
    import base64
    import zipfile

    with zipfile.ZipFile(archive) as opened:
        return {
            f"{name.removesuffix('.py')}.pyc": base64.b64encode(
                compiled(name, opened.read(name))
            ).decode()
            for name in sorted(names)
        }


sys.path.insert(0, "/book.zip")
told = json.loads(asked)
answers = run(told)
paths = library()  # before anything is imported that only this script needs
with_sources = {
    "library": of_archive(LIBRARY.rstrip("/"), paths),
    "book": of_archive("/book.zip", told["paths"]),
    "answers": answers,
}
json.dumps(with_sources)
