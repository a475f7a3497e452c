"""Runs the notebooks of examples/ and keeps what they show: ``python docs/notebooks.py``."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = ("where_runs_end", "starts_and_rates")
_LONGEST = 300  # seconds of a cell


def executed(path: Path, folder: Path, further: str = "") -> Any:
    """Run a notebook in a process of its own.

    Parameters
    ----------
    path : Path
        The notebook, which stays as it is.
    folder : Path
        Where its cells run.
    further : str
        Code of one more cell at the end.

    Returns
    -------
    nbformat.NotebookNode
        The notebook with what its cells show, and with nothing that differs from run to run.
    """
    notebook = nbformat.read(path, as_version=4)
    if further:
        notebook.cells.append(nbformat.v4.new_code_cell(further))
    with TemporaryDirectory() as place:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=_LONGEST,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
            config=_piped(place),
        )
        client.execute()
    notebook.metadata = {"kernelspec": notebook.metadata.kernelspec}
    return notebook


def _piped(place: str) -> Config:
    """Let the process be spoken to through pipes in a folder, so that no port is opened."""
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{place}/kernel"}})


def main() -> None:
    """Run each notebook, and write what it shows beside its code."""
    for name in NOTEBOOKS:
        path = EXAMPLES / f"{name}.ipynb"
        nbformat.write(executed(path, EXAMPLES), path)


if __name__ == "__main__":
    main()
