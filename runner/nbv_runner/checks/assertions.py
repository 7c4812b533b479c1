"""A1 to A3: whether a notebook checks what it computes."""

from __future__ import annotations

import ast
from typing import Dict, Iterable, Iterator, List, Sequence, Set, Union

from ..analysis.assertion_sites import assertion_sites
from ..analysis.callees import imports_of
from ..analysis.calls import callee_text
from ..analysis.data_steps import JOINS, LOADS, DataSteps
from ..analysis.executed_nodes import functions_of, running_cells
from ..analysis.statement_lines import physical_lines
from ..text import one_line
from .check import CheckContext, Observation
from .static_check import static_check

_DONE = {LOADS: "loads data", JOINS: "joins or reshapes tables"}


def _nothing_asserted(context: CheckContext) -> Iterable[Observation]:
    cells = [cell for cell in running_cells(context.notebook) if cell.text.strip()]
    if not cells or context.config.expected.outputs:
        return
    sites = assertion_sites(context.notebook)
    if sites.any_can_fail():
        return
    some = next(iter(DataSteps(imports_of(context.notebook), functions_of(context.notebook)).of_any(cells)), None)
    evidence = {"name": some.name, "category": some.kind} if some is not None and some.name else {}
    if sites.sites:
        message = "None of the notebook's assertions is run and can fail, so nothing shows that its results are right."
    else:
        message = "The notebook asserts nothing, so nothing shows that its results are right."
    yield Observation(message, evidence)


def _unchecked_steps(context: CheckContext) -> Iterator[Observation]:
    notebook = context.notebook
    steps = DataSteps(imports_of(notebook), functions_of(notebook))
    checked = assertion_sites(notebook).checked_cells | _expected_cells(context)
    cells = [cell for cell in running_cells(notebook) if cell.text.strip()]
    for cell, following in zip(cells, [*cells[1:], None]):
        if cell.tree is None or cell.index in checked or (following is not None and following.index in checked):
            continue
        step = next(iter(steps.of(cell.tree)), None)
        if step is None:
            continue
        what = _DONE.get(step.kind, "trains a model")
        result = "`%s`" % step.name if step.name else "the result"
        yield Observation(
            "The cell %s by %s, and neither it nor the next one checks %s." % (what, one_line(step.callee, 80), result),
            {
                "call": one_line(step.callee, 120),
                "line": step.call.lineno,
                "category": step.kind,
                **({"name": step.name} if step.name else {}),
            },
            cell.index,
        )


def _expected_cells(context: CheckContext) -> Set[int]:
    """Cells whose result the job itself checks, by index over all cells."""
    by_code = {cell.code_index: cell.index for cell in context.notebook.cells}
    expected = context.config.expected.outputs
    by_index = {each.cell for each in expected if each.cell is not None}
    return by_index | {by_code[each.code_cell] for each in expected if each.code_cell in by_code}


def _futile(context: CheckContext) -> Iterator[Observation]:
    lines: Dict[int, List[str]] = {}
    for site in assertion_sites(context.notebook).sites:
        if site.why_futile is None or not isinstance(site.node, (ast.Assert, ast.Call)):
            continue
        if site.cell not in lines:
            cell = context.notebook.cell(site.cell)
            lines[site.cell] = physical_lines(cell.code) if cell is not None else []
        text = one_line(_segment(lines[site.cell], site.node) or callee_text(site.node), 120)
        yield Observation(
            "The assertion in line %d can't fail: %s." % (site.node.lineno, site.why_futile),
            {"line": site.node.lineno, "text": text, "pattern": site.why_futile},
            site.cell,
        )


def _segment(lines: Sequence[str], node: Union[ast.stmt, ast.expr]) -> str:
    """As `ast.get_source_segment`, which takes the whole cell apart for each of its nodes."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    if last >= len(lines) or node.end_col_offset is None:
        return ""
    data = "".join(lines[first : last + 1]).encode("utf-8", "replace")
    after = len(lines[last].encode("utf-8", "replace")) - node.end_col_offset
    return data[node.col_offset : len(data) - after].decode("utf-8", "replace")


ASSERTS_NOTHING = static_check("A1", _nothing_asserted)
UNCHECKED_STEP = static_check("A2", _unchecked_steps)
FUTILE_ASSERTION = static_check("A3", _futile)
