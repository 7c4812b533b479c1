"""Values that a cell left, and what a check says of one."""

from __future__ import annotations

import ast
from typing import Any, Dict, Iterator

from ..analysis.assignments import Binding
from ..cell_run import CellRun
from ..value_facts import AssignedValue, ValueFacts
from .check import Observation


def values_of(run: CellRun, *kinds: str) -> Iterator[AssignedValue]:
    return (value for value in run.values.all if value.facts.kind in kinds and not value.name.startswith("_"))


def last_of(value: AssignedValue) -> Binding:
    """The last thing that was done to the value."""
    return max((*value.bindings, *value.changes), key=lambda each: each.line)


def expressions_of(value: AssignedValue) -> Iterator[ast.expr]:
    return (each.value for each in (*value.bindings, *value.changes) if each.value is not None)


def observed(
    value: AssignedValue, what: str, more: str = "", part: str = "", source: str = ", from", **evidence: Any
) -> Observation:
    """One sentence: the name, or a part of the value, what is wrong with it, where it comes from."""
    last = last_of(value)
    call = last.call.callee if last.call is not None else None
    name = (part or value.name) if value.name else None
    shown = "`%s` of the value that the cell shows" % part if part else "The value that the cell shows"
    where = "`%s`" % name if name else shown
    origin = "%s %s()" % (source, call) if call else ""
    facts: Dict[str, Any] = {"name": name, "type": value.facts.type_name, "call": call, "line": last.line}
    if value.facts.shape is not None:
        facts["shape"] = _shape(value.facts)
    facts.update(evidence)
    message = "%s%s%s%s (line %d)." % (where, what, origin, more, last.line)
    return Observation(message, {key: each for key, each in facts.items() if each is not None})


def _shape(facts: ValueFacts) -> str:
    return "(%s)" % ", ".join(map(str, facts.shape or ()))
