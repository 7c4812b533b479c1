"""One cell's outputs in the form in which they are compared: streams joined by name, the rest in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, FrozenSet, List, Mapping, Sequence

from .comparable_cell import Output

MAX_ITEMS = 200
"""Rich outputs of a cell that are matched with each other; beyond them they are compared in order."""


@dataclass(frozen=True)
class RichOutput:
    kind: str
    """`display_data` or `execute_result`."""
    data: Mapping[str, Any]
    execution_count: Any = None


@dataclass
class CellOutputView:
    streams: Dict[str, str] = field(default_factory=dict)
    rich: List[RichOutput] = field(default_factory=list)


def view(outputs: Sequence[Output], ignored: FrozenSet[str], with_stderr: bool) -> CellOutputView:
    """Outputs without what is ignored by output type, stream name or MIME type; errors are compared on their own."""
    seen = CellOutputView()
    for output in outputs:
        kind = output["output_type"]
        if kind in ignored:
            continue
        if kind == "stream":
            name = output["name"]
            if name not in ignored and (with_stderr or name != "stderr") and output["text"]:
                seen.streams[name] = seen.streams.get(name, "") + output["text"]
        elif kind in ("display_data", "execute_result"):
            data = {mime: value for mime, value in output["data"].items() if mime not in ignored}
            if data:
                seen.rich.append(RichOutput(kind, data, output.get("execution_count")))
    return seen
