"""Execute one notebook as a reader's Jupyter does, and see that it shows a figure.

downloads.py copies this beside the notebooks and runs it in their environment.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def main(path: Path) -> str:
    """Execute the notebook; return what is wrong, or an empty text."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, kernel_name="python3", timeout=600)
    # Sockets of the file system work where there is no network at all.
    client.create_kernel_manager().transport = "ipc"
    try:
        client.execute(cwd=str(path.parent))
    except CellExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    outputs = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    ]
    return "" if outputs else "it shows no figure"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()) or 0)
