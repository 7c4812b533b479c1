"""L6: what a notebook needs besides itself: an order of clicks, luck, one machine, a person, today's package index."""

from __future__ import annotations

from typing import Dict, Iterator, List, Tuple, Union

from ..analysis.absolute_paths import absolute_paths
from ..analysis.callees import imports_of
from ..analysis.calls import callee_text
from ..analysis.executed_nodes import functions_of, running_cells
from ..analysis.installs import unpinned_installs
from ..analysis.name_order import MissingName, missing_names
from ..analysis.randomness import unseeded_draws
from ..analysis.tree_nodes import calls_of
from ..finding import Evidence
from ..text import one_line
from .check import CheckContext, Observation
from .static_check import static_check

Fact = Union[str, int, float, bool, None]
_ASKING = frozenset(("input", "getpass.getpass", "getpass", "raw_input"))


def _depends(context: CheckContext) -> Iterator[Observation]:
    parts = [_names, _counts, _randomness, _paths, _questions, _installs]
    yield from sorted((each for part in parts for each in part(context)), key=_place)


def _place(observation: Observation) -> Tuple[int, int]:
    line = observation.evidence.get("line")
    return observation.cell or 0, line if isinstance(line, int) else 0


def _names(context: CheckContext) -> Iterator[Observation]:
    for missing in missing_names(context.notebook, context.config.parameters):
        evidence: Dict[str, Fact] = {"category": "order", "name": missing.name, "line": missing.line}
        if missing.defined_in is not None:
            evidence["definedIn"] = missing.defined_in
        if missing.function is not None:
            evidence["function"] = missing.function
        yield Observation(_about_name(missing), evidence, missing.cell)


def _about_name(missing: MissingName) -> str:
    name, line = missing.name, missing.line
    use = "`%s` is used in line %d" % (name, line)
    if missing.function is not None:
        use = "`%s` is called in line %d and needs `%s`" % (missing.function, line, name)
    if missing.defined_in is None:
        return "%s, and nothing that runs in the notebook defines it." % use
    if missing.defined_in == missing.cell:
        return "%s before the cell defines it." % use
    if missing.defined_in < missing.cell:
        return "%s, but was deleted after cell %d defined it." % (use, missing.defined_in)
    return "%s, but only cell %d further down defines it." % (use, missing.defined_in)


def _counts(context: CheckContext) -> Iterator[Observation]:
    highest, at = 0, -1
    for cell in context.notebook.cells:
        if cell.stored_count is None:
            continue
        if cell.stored_count <= highest:
            told = "The stored results come from another order: cell %d ran as [%d], cell %d above it as [%d]."
            evidence: Evidence = {"category": "count", "actual": cell.stored_count, "previous": highest}
            yield Observation(told % (cell.index, cell.stored_count, at, highest), evidence, cell.index)
            return
        highest, at = cell.stored_count, cell.index


def _randomness(context: CheckContext) -> Iterator[Observation]:
    told: List[Tuple[int, str]] = []
    for draw in unseeded_draws(context.notebook, imports_of(context.notebook)):
        callee = one_line(callee_text(draw.call.func), 80)
        if (draw.cell, callee) in told:
            continue
        told.append((draw.cell, callee))
        message = "`%s` in line %d gives other numbers in every run: %s." % (callee, draw.call.lineno, draw.fix)
        evidence: Evidence = {"category": "randomness", "call": callee, "line": draw.call.lineno, "seed": draw.fix}
        yield Observation(message, evidence, draw.cell)


def _paths(context: CheckContext) -> Iterator[Observation]:
    for cell in running_cells(context.notebook):
        seen = set()
        for found in absolute_paths(cell.tree) if cell.tree is not None else ():
            path = one_line(found.path, 120)
            if path in seen:
                continue
            seen.add(path)
            message = "The path `%s` in line %d is absolute: other machines don't have it." % (path, found.line)
            evidence: Evidence = {"category": "path", "path": path, "line": found.line}
            yield Observation(message, evidence, cell.index)


def _questions(context: CheckContext) -> Iterator[Observation]:
    imports = imports_of(context.notebook)
    own = functions_of(context.notebook)
    for cell in running_cells(context.notebook):
        for node in calls_of(cell.tree):
            if imports.full_name(node.func) in _ASKING - own.keys():
                callee = callee_text(node.func)
                message = "`%s` in line %d waits for somebody to type, and nobody is there." % (callee, node.lineno)
                evidence: Evidence = {"category": "input", "call": callee, "line": node.lineno}
                yield Observation(message, evidence, cell.index)


def _installs(context: CheckContext) -> Iterator[Observation]:
    for cell in running_cells(context.notebook):
        for found in unpinned_installs(cell.tree) if cell.tree is not None else ():
            packages = one_line(", ".join(found.packages), 200)
            line = found.command.line
            message = "Line %d installs whatever version is newest of %s: pin it with ==." % (line, packages)
            command = one_line(found.command.text, 120)
            evidence: Evidence = {"category": "install", "command": command, "line": line, "text": packages}
            yield Observation(message, evidence, cell.index)


DEPENDS_ON_CIRCUMSTANCES = static_check("L6", _depends)
