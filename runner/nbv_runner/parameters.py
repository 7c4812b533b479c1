"""Parameters, papermill style: a cell after the one tagged `parameters`, else in front of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Mapping, Optional

from .tags import tags_of

if TYPE_CHECKING:
    import nbformat

INJECTED = "injected-parameters"


def parameters_source(parameters: Mapping[str, Any]) -> str:
    """Assignments of Python literals. Names were checked with the configuration."""
    lines = ["# Parameters of the validation job"]
    return "\n".join(lines + ["%s = %s" % (name, literal(value)) for name, value in parameters.items()])


def literal(value: Any) -> str:
    """A JSON value as Python source."""
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%r: %s" % (key, literal(item)) for key, item in value.items())
    if isinstance(value, list):
        return "[%s]" % ", ".join(literal(item) for item in value)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "float(%r)" % str(value)  # 1e999 is legal JSON.
    return ascii(value)


def insert_position(cells: "List[nbformat.NotebookNode]") -> int:
    """Where the injected cell goes."""
    for index, cell in enumerate(cells):
        if cell["cell_type"] == "code" and "parameters" in tags_of(cell):
            return index + 1
    return 0


def injected_cell(parameters: Mapping[str, Any], minor: int) -> "nbformat.NotebookNode":
    import nbformat  # Here, so that what else is in here needs nothing but the standard library.

    cell = nbformat.v4.new_code_cell(parameters_source(parameters), metadata={"tags": [INJECTED]})
    if minor < 5:
        cell.pop("id", None)  # Cell ids came with 4.5.
    return cell


def earlier_injection(cells: "List[nbformat.NotebookNode]") -> Optional[int]:
    """A cell that papermill left from an earlier run: it is replaced, as papermill does, and keeps its place."""
    for index, cell in enumerate(cells):
        if cell["cell_type"] == "code" and INJECTED in tags_of(cell):
            return index
    return None
