"""Execute one notebook as a reader's Jupyter does, and see that it shows a figure.

What its cells write to the standard error goes to that of this program.
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
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    for output in outputs:
        if output.get("name") == "stderr":
            sys.stderr.write(output["text"])
    with_figure = [out for out in outputs if "image/png" in out.get("data", {})]
    return "" if with_figure else "it shows no figure"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()) or 0)
