"""A notebook with stored outputs, read to be compared: everything wrong with it is one sentence and an error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..notebook import parse_document, read_document, read_file
from ..outcome import Outcome, RunStopped
from ..outputs import LEFT_OUT, MAX_CELL_BYTES, CellOutputs, OutputBudget
from ..parameters import INJECTED
from ..redaction import Redactor
from ..tags import tags_of
from .comparable_cell import ComparableCell, Failure, Output

MAX_ID_CHARACTERS = 64


@dataclass(frozen=True)
class StoredNotebook:
    path: str
    """As it is called in messages."""
    total_cells: int
    cells: Tuple[ComparableCell, ...]
    """Its code cells; one that a runner injected parameters by is none of the author's."""


def read_golden(root: str, path: str, redactor: Redactor) -> StoredNotebook:
    """The golden notebook of a job. Raises RunStopped: a golden notebook that is no use is never a pass."""
    try:
        return _stored(read_document(root, path), path, redactor)
    except RunStopped as stopped:
        raise _of_golden(stopped) from stopped


def read_stored(file: str, redactor: Redactor) -> StoredNotebook:
    """A notebook of this computer. Raises RunStopped and FileNotFoundError."""
    return _stored(parse_document(read_file(file, file), file), file, redactor)


def _of_golden(stopped: RunStopped) -> RunStopped:
    return RunStopped(stopped.outcome, "The golden notebook is of no use: " + stopped.message)


def _stored(document: Dict[str, Any], path: str, redactor: Redactor) -> StoredNotebook:
    # Under the same limits as a run's own outputs, so that what is too much is cut at the same place.
    budget = OutputBudget()
    has_counts = any(type(cell.get("execution_count")) is int for cell in document["cells"])
    cells: List[ComparableCell] = []
    for index, cell in enumerate(document["cells"]):
        if cell["cell_type"] != "code" or INJECTED in tags_of(cell):
            continue
        outputs = _outputs(cell, index, path)
        count = cell.get("execution_count")
        cells.append(
            ComparableCell(
                index=index,
                source=cell["source"],
                tags=tags_of(cell),
                cell_id=_cell_id(cell),
                outputs=_kept(outputs, budget, redactor),
                # Some tools strip the counts: then only outputs show that a cell ran.
                was_executed=bool(outputs) or (has_counts and type(count) is int),
                execution_count=count if type(count) is int else None,
                failure=_failure(outputs),
            )
        )
    if not any(cell.was_executed for cell in cells if cell.source.strip()):
        what = "has no outputs" if any(cell.source.strip() for cell in cells) else "has no code cells"
        fix = ": run it and save it with its outputs" if what == "has no outputs" else ""
        raise RunStopped(Outcome.NOTEBOOK_INVALID, "Notebook %s %s%s." % (path, what, fix))
    return StoredNotebook(path, len(document["cells"]), tuple(cells))


def _cell_id(cell: Mapping[str, Any]) -> Optional[str]:
    value = cell.get("id")
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARACTERS else None


def _outputs(cell: Mapping[str, Any], index: int, path: str) -> List[Output]:
    stored = cell.get("outputs", [])
    if not isinstance(stored, list):
        raise _malformed(path, index)
    return [_output(output, index, path) for output in stored]


def _output(output: Any, index: int, path: str) -> Output:
    kind = output.get("output_type") if isinstance(output, dict) else None
    if kind == "stream":
        name, text = output.get("name", "stdout"), joined(output.get("text", ""))
        if isinstance(name, str) and isinstance(text, str):
            return {"output_type": kind, "name": name, "text": text}
    elif kind in ("display_data", "execute_result"):
        data = output.get("data", {})
        if isinstance(data, dict):
            values = {mime: value if _is_json(mime) else joined(value) for mime, value in data.items()}
            count = output.get("execution_count")
            return {"output_type": kind, "data": values, "metadata": {}, "execution_count": count}
    elif kind == "error":
        name, message = output.get("ename", ""), output.get("evalue", "")
        if isinstance(name, str) and isinstance(message, str):
            return {"output_type": kind, "ename": name, "evalue": message, "traceback": []}
    raise _malformed(path, index)


def _is_json(mime: str) -> bool:
    return mime == "application/json" or mime.endswith("+json")


def joined(value: Any) -> Any:
    """A text that may be stored as a list of lines."""
    return "".join(value) if isinstance(value, list) and all(isinstance(line, str) for line in value) else value


def _kept(outputs: List[Output], budget: OutputBudget, redactor: Redactor) -> List[Output]:
    kept = CellOutputs(budget, redactor)
    for output in outputs:
        # What a run of ours cut already is no longer than what it would be cut to.
        if output["output_type"] == "stream" and LEFT_OUT not in output["text"]:
            kept.stream("stderr" if output["name"] == "stderr" else "stdout", output["text"])
        else:
            kept.rich(output, _size(output))
    return kept.documents()


def _size(output: Output) -> int:
    """Roughly as it came from the kernel."""
    if "text" in output:
        return len(output["text"])
    try:
        return sum(
            len(value) if isinstance(value, str) else len(json.dumps(value))
            for value in output.get("data", {}).values()
        )
    except RecursionError:
        return MAX_CELL_BYTES  # Deeper than anybody could show.


def _failure(outputs: List[Output]) -> Optional[Failure]:
    errors = [output for output in outputs if output["output_type"] == "error"]
    return Failure(errors[-1]["ename"], errors[-1]["evalue"]) if errors else None


def _malformed(path: str, index: int) -> RunStopped:
    return RunStopped(Outcome.NOTEBOOK_INVALID, "Notebook %s has malformed outputs in cell %d." % (path, index))
