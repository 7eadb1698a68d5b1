"""Run the notebook of a report over a snapshot, in a kernel of its own, and make it the same bytes every time."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from campaignkit.assets import asset
from campaignkit.domain.errors import InvalidInput
from campaignkit.report.document import MIME, Document
from campaignkit.report.sealed import digest
from campaignkit.report.wanted import Facts, from_cell, to_cell
from campaignkit.settings import kernel_environment

SECONDS = 300  # a cell
Notebook = dict[str, Any]
_KEPT = ("text/html", "image/svg+xml", "text/markdown", "text/plain")


def load(path: Path | None) -> Notebook:
    """Return the notebook at *path*, else the package's own; raises `InvalidInput` if it is none of a report."""
    path = path or asset("notebooks", "incident_report.ipynb")
    try:
        found: Notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = found["cells"]
        _parameters(found)
    except FileNotFoundError as error:
        raise InvalidInput(
            f"{path} does not exist: name a copy of notebooks/incident_report.ipynb"
        ) from error
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError) as error:
        raise InvalidInput(
            f"{path} is no notebook of a report: it needs a cell with the tag 'parameters'"
        ) from error
    for cell in cells:
        if isinstance(cell.get("source"), list):
            cell["source"] = "".join(cell["source"])
    return found


def given(notebook: Notebook) -> dict[str, Any]:
    """Return the parameters that the notebook sets itself."""
    return from_cell(_parameters(notebook)["source"])


def _parameters(notebook: Notebook) -> dict[str, Any]:
    cell: dict[str, Any] = next(
        cell for cell in notebook["cells"] if "parameters" in cell.get("metadata", {}).get("tags", ())
    )
    return cell


def executed(notebook: Notebook, facts: Facts, snapshot: Path, work: Path) -> Notebook:
    """Return *notebook* with the outputs of a run over *snapshot*; *work* is an empty folder for the kernel.

    Raises `InvalidInput`, naming the cell, if one of them fails.
    """
    import nbformat
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    asked = copy.deepcopy(notebook)
    _parameters(asked)["source"] = to_cell(facts.wanted, "snapshot")
    here = work / "here"
    here.mkdir()
    (here / "snapshot").symlink_to(snapshot.absolute())
    (here / "facts.json").write_text(json.dumps(facts.as_json()), encoding="utf-8")
    kernels = work / "kernels"
    (kernels / "report").mkdir(parents=True)
    spec = {
        "argv": [
            sys.executable,
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
            "--HistoryManager.enabled=False",
        ],
        "display_name": "report",
        "language": "python",
    }
    (kernels / "report" / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    for cell in asked["cells"]:
        cell.pop("execution_count", None)
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    node: Any = nbformat.from_dict(_named(asked))  # type: ignore[no-untyped-call]
    manager = AsyncKernelManager(
        kernel_name="report",
        transport="ipc",  # sockets in the folder: nobody else on this machine can listen
        connection_file=str(work / "kernel.json"),
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(kernels)], ensure_native_kernel=False),
    )
    client = NotebookClient(
        node, km=manager, timeout=SECONDS, record_timing=False, store_widget_state=False, allow_errors=False,
        resources={"metadata": {"path": str(here)}},
    )  # fmt: skip
    try:
        client.execute(cleanup_kc=True, env=kernel_environment(work))
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise InvalidInput(_sentence(error, node)) from error
    return dict(json.loads(nbformat.writes(node)))  # type: ignore[no-untyped-call]


def _sentence(error: Exception, node: Any) -> str:
    """Say which cell failed and how, without a traceback."""
    place = next(
        (
            number
            for number, cell in enumerate(node.cells)
            for output in cell.get("outputs", ())
            if output.output_type == "error"
        ),
        None,
    )
    name, value = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", "it did not finish")
    said = str(value) if name in ("InvalidInput", "NotFound", "Ambiguous") else f"{name}: {value}"
    where = f"cell {place + 1} of the notebook" if place is not None else "the notebook"
    return f"{where} failed: {' '.join(said.split())[:300]}"


def _named(notebook: Notebook) -> Notebook:
    """Return the notebook with its cells named by their places and with none but the tags of their metadata."""
    cells = []
    for number, cell in enumerate(notebook["cells"]):
        tags = cell.get("metadata", {}).get("tags")
        kept = {
            key: cell[key] for key in ("cell_type", "source", "outputs", "execution_count") if key in cell
        }
        cells.append(kept | {"id": f"c{number:03}", "metadata": {"tags": tags} if tags else {}})
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def document_of(notebook: Notebook) -> Document:
    """Return the document that the outputs of a notebook carry; raises `InvalidInput` if they carry none."""
    document = Document()
    for output in _outputs(notebook):
        payload = output.get("data", {}).get(MIME)
        if payload is not None:
            document.add(payload)
    if not document.blocks:
        raise InvalidInput("the notebook shows nothing of a report: it begins with Report.begin and r.head()")
    return document


def prose_of(notebook: Notebook) -> list[tuple[str, str]]:
    """Return the texts of the notebook's cells of words, each with its place."""
    return [
        (f"cell {number} of the notebook", _joined(cell["source"]))
        for number, cell in enumerate(notebook["cells"], 1)
        if cell["cell_type"] == "markdown"
    ]


def _outputs(notebook: Notebook) -> list[dict[str, Any]]:
    return [output for cell in notebook["cells"] for output in cell.get("outputs", ())]


def normalised(notebook: Notebook, shown: list[str]) -> Notebook:
    """Return the notebook as it is sealed: *shown* in place of what the kernel drew, and nothing that varies.

    Raises `InvalidInput` for an output that holds an address in memory, which no second run would repeat.
    """
    found = _named(notebook)
    blocks = iter(shown)
    for number, cell in enumerate(found["cells"]):
        if cell["cell_type"] != "code":
            continue
        cell["execution_count"] = number + 1
        cell["outputs"] = [kept for output in cell["outputs"] if (kept := _kept(output, blocks, number))]
    return found


def _kept(output: Mapping[str, Any], blocks: Any, number: int) -> dict[str, Any] | None:
    kind = output["output_type"]
    if kind == "stream":
        if output["name"] != "stdout":
            return None
        kept: dict[str, Any] = {"output_type": kind, "name": "stdout", "text": _joined(output["text"])}
    elif MIME in output.get("data", {}):
        data = {MIME: output["data"][MIME], "text/html": next(blocks)}
        return {"output_type": "display_data", "data": data, "metadata": {}}
    else:
        data = {mime: _joined(output["data"][mime]) for mime in _KEPT if mime in output.get("data", {})}
        if not data or any(mime.startswith("application/vnd.jupyter.widget") for mime in output["data"]):
            return None
        kept = {"output_type": "display_data", "data": data, "metadata": {}}
    if " at 0x" in json.dumps(kept):
        raise InvalidInput(
            f"cell {number + 1} of the notebook shows an object by its address in memory, which differs in every run:"
            " show a value instead"
        )
    return kept


def _joined(text: Any) -> str:
    return "".join(text) if isinstance(text, list) else str(text)


def source_digest(notebook: Notebook) -> str:
    """Return the SHA-256 of the notebook's sources, its parameters included."""
    return digest([[cell["cell_type"], _joined(cell["source"])] for cell in notebook["cells"]])
