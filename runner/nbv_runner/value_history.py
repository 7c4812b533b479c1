"""What to ask the probe about a cell's values, and what its answer means beside all that was seen before."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Mapping, Optional, Set, Tuple

from .analysis.assignments import Binding, CellAssignments, How, assignments_of
from .analysis.calls import CallSite
from .analysis.cell_source import NotebookSource
from .analysis.functions import mentions_infinity, mentions_nan
from .value_answer import parse_answer
from .value_facts import AssignedValue, Callee, CellValues, ValueFacts

MAX_NAMES = 40
MAX_CALLEES = 40


class ValueHistory:
    """Asked in the order in which the cells run."""

    def __init__(self, notebook: NotebookSource) -> None:
        self._assignments = assignments_of(notebook)
        self._known: Dict[str, ValueFacts] = {}
        self._nan_columns: Set[str] = set()
        self._written = _Written()

    def question(self, index: int) -> Optional[str]:
        """JSON text for the probe; None when there is nothing to ask."""
        cell = self._assignments.get(index)
        if cell is None:
            return None
        names, paths = _names(cell), _paths(cell)
        if not names and cell.shown is None:
            return None
        return json.dumps({"names": names, "callees": paths, "shown": cell.shown is not None})

    def values(self, index: int, answer: Any, raised: bool) -> CellValues:
        """What the cell left. After an exception, only names that did not exist before it: they were reached."""
        cell = self._assignments.get(index)
        if cell is None:
            return CellValues()
        facts, callees, shown = parse_answer(answer)
        if raised:
            facts = {name: each for name, each in facts.items() if name not in cell.bound_before}
            shown = None
        if cell.shown is None:
            shown = None
        self._written.learn(cell)
        by_path = dict(zip(map(tuple, _paths(cell)), callees))
        make = _Making(self._known, facts, frozenset(self._nan_columns), self._written, by_path)
        assigned = [
            make.value(name, facts[name], bindings, _changes(cell, name))
            for name, bindings in cell.names.items()
            if name in facts
        ]
        changed = [
            make.value(name, facts[name], (changes[-1],), changes)
            for name in dict.fromkeys(each.name for each in cell.changed)
            for changes in [_changes(cell, name)]
            if name in facts and name not in cell.names
        ]
        shown_value = make.value("", shown, (cell.shown,), ()) if shown is not None and cell.shown is not None else None
        self._learn(cell, [*assigned, *changed], facts)
        return CellValues(
            shown=shown,
            shown_call=shown_value.call if shown_value is not None else None,
            shown_origin=shown_value.origin if shown_value is not None else None,
            assigned=tuple(assigned),
            changed=tuple(changed),
            shown_value=shown_value,
        )

    def _learn(self, cell: CellAssignments, values: Iterable[AssignedValue], facts: Mapping[str, ValueFacts]) -> None:
        for name in cell.names:
            self._known.pop(name, None)
        self._known.update(facts)
        for value in values:
            self._nan_columns.update(value.facts.nan_columns)


@dataclass
class _Written:
    """Names of values that the author wrote down with NaN or infinity in them."""

    nan: Set[str] = field(default_factory=set)
    infinity: Set[str] = field(default_factory=set)

    def learn(self, cell: CellAssignments) -> None:
        self.nan.difference_update(cell.names)
        self.infinity.difference_update(cell.names)
        for each in (*(each for bindings in cell.names.values() for each in bindings), *cell.changed):
            if each.value is not None and mentions_nan(each.value):
                self.nan.add(each.name)
            if each.value is not None and mentions_infinity(each.value):
                self.infinity.add(each.name)


class _Making:
    """Joins what the source says with what the probe saw."""

    def __init__(
        self,
        before: Mapping[str, ValueFacts],
        now: Mapping[str, ValueFacts],
        nan_columns: "frozenset[str]",
        written: _Written,
        callees: Mapping[Tuple[str, ...], Callee],
    ) -> None:
        self._before = dict(before)
        self._now = now
        self._nan_columns = nan_columns
        self._written = written
        self._callees = callees

    def value(
        self, name: str, facts: ValueFacts, bindings: Tuple[Binding, ...], changes: Tuple[Binding, ...]
    ) -> AssignedValue:
        last = bindings[-1]
        callee = self._callees.get(last.call.path, Callee()) if last.call is not None else Callee()
        inputs = {each for binding in (*bindings, *changes) for each in binding.inputs}
        known = [self._known(each, name) for each in sorted(inputs)]
        return AssignedValue(
            name=name,
            facts=facts,
            call=last.call.callee if last.call is not None else None,
            origin=callee.origin,
            line=last.line,
            callee=callee,
            bindings=bindings,
            changes=changes,
            inputs=tuple(each for each in known if each is not None),
            known_nan_columns=self._nan_columns,
            from_nan=bool(inputs & self._written.nan),
            from_infinity=bool(inputs & self._written.infinity),
        )

    def _known(self, name: str, of: str) -> Optional[ValueFacts]:
        """Of another name as the cell leaves it; of the name itself as it was before."""
        return self._before.get(name) if name == of or name not in self._now else self._now[name]


def _changes(cell: CellAssignments, name: str) -> Tuple[Binding, ...]:
    return tuple(each for each in cell.changed if each.name == name)


def _names(cell: CellAssignments) -> List[str]:
    changed = dict.fromkeys(each.name for each in cell.changed if each.name not in cell.names)
    return [*changed, *cell.names][-MAX_NAMES:]


def _calls(cell: CellAssignments) -> Iterable[CallSite]:
    bindings = [each for name in cell.names.values() for each in name] + list(cell.changed)
    for binding in [*bindings, cell.shown] if cell.shown is not None else bindings:
        if binding.call is not None and binding.how is not How.OTHER:
            yield binding.call


def _paths(cell: CellAssignments) -> List[List[str]]:
    paths = dict.fromkeys(call.path for call in _calls(cell) if call.path)
    return [list(path) for path in list(paths)[-MAX_CALLEES:]]
