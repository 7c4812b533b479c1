"""N1 to N4: None where a value was meant, and nobody asks for it."""

from __future__ import annotations

from typing import Callable, Iterable, Iterator, NamedTuple, Optional, Sequence

from ..analysis.assignments import Binding, How
from ..analysis.calls import CallSite
from ..analysis.functions import Function, Functions, Returns
from ..analysis.guards import Guard, asks_for_none, is_guarded, is_read_later
from ..cell_run import CellRun
from ..finding import Evidence
from ..value_facts import NONE, AssignedValue
from .callables import is_optional, is_own_optional
from .check import CellCheck, CheckContext, Observation
from .plain_containers import asks_for_missing_items, repeated_call

OWN, LIBRARY, LOOKUP, SHOWN = "N1", "N2", "N3", "N4"
SHELL = "get_ipython"
SAYS_IT_FAILED = ("err", "exc", "warn", "msg", "message", "reason", "status", "extra", "rest", "info", "meta")
"""Beginnings of names for which None, among several results, is the good news."""


class _Nothing(NamedTuple):
    """A value that is None, and what would have given it."""

    check: str
    value: AssignedValue
    call: CallSite


def _own_function(value: AssignedValue, call: CallSite, functions: Functions, index: int) -> Optional[Function]:
    callee = value.callee
    if callee.function and callee.file and callee.origin == "repository":
        return functions.of_file(callee.file, callee.function, callee.line)
    name = callee.function if callee.origin == "notebook" and call.is_method and callee.function else call.method
    return functions.of_notebook(name, index)


def _is_own(value: AssignedValue, call: CallSite, functions: Functions, index: int) -> bool:
    if value.callee.is_own:
        return True
    # A name that the cell has given to something else by now: `load = load()`.
    unknown = value.callee.origin is None or call.root == value.name
    return unknown and not call.is_method and functions.of_notebook(call.callee, index) is not None


def _check_of(value: AssignedValue, call: CallSite, binding: Binding, run: CellRun, context: CheckContext) -> str:
    """Which of the checks a None from this call concerns; empty for none."""
    functions = Functions(context.notebook)
    if call.root == SHELL:
        return ""
    if not _is_own(value, call, functions, run.index):
        if binding.how is How.UNPACKED:
            return ""
        return LOOKUP if is_optional(call) else LIBRARY
    if binding.how is How.UNPACKED and value.name.lower().startswith(SAYS_IT_FAILED):
        return ""
    function = _own_function(value, call, functions, run.index)
    returns = functions.returns(function, run.index) if function is not None else Returns.VALUE
    if returns is Returns.MAYBE or is_own_optional(call):
        return LOOKUP
    if returns is not Returns.VALUE and not is_read_later(value.name, context.notebook, run.index, value.line):
        return ""  # What a procedure gives, and nobody uses.
    return OWN


def _assigned(run: CellRun, context: CheckContext) -> Iterator[_Nothing]:
    for value in run.values.assigned:
        if value.facts.kind != NONE or value.name.startswith("_"):
            continue
        # A None that may come from an assignment of None itself is the author's.
        if any(each.call is None or each.how not in (How.WHOLE, How.UNPACKED) for each in value.bindings):
            continue
        binding = value.bindings[-1]
        if binding.call is None:
            continue
        check = _check_of(value, binding.call, binding, run, context)
        if check and not is_guarded(asks_for_none, value.name, context.notebook, run.index, binding.line, within=1):
            yield _Nothing(check, value, binding.call)


def _lists(run: CellRun, context: CheckContext) -> Iterator[_Nothing]:
    """A list that is made by calling a function of the notebook for each item, and holds None only."""
    for value in run.values.assigned:
        binding = value.bindings[-1]
        call = repeated_call(binding)
        if not value.facts.all_none or call is None or call.is_method or value.name.startswith("_"):
            continue
        if Functions(context.notebook).of_notebook(call.callee, run.index) is None:
            continue
        guards: Sequence[Guard] = (asks_for_none, asks_for_missing_items)
        at = (context.notebook, run.index, binding.line)
        if _check_of(value, call, binding, run, context) == OWN and not any(
            is_guarded(guard, value.name, *at, within=1) for guard in guards
        ):
            yield _Nothing(OWN, value, call)


_SENTENCES = {
    OWN: "`%(name)s` is None: %(call)s, a function of this project, returned no value in line %(line)d.",
    LIBRARY: "`%(name)s` is None: %(call)s in line %(line)d returned no value.",
    LOOKUP: "`%(name)s` is None: %(call)s in line %(line)d found nothing, and nothing asks whether it did.",
}
_LIST_SENTENCE = "`%(name)s` holds None only: %(call)s, a function of this project, returned no value in line %(line)d."


def _about_assigned(check: str) -> Callable[[CellRun, CheckContext], Iterable[Observation]]:
    def observe(run: CellRun, context: CheckContext) -> Iterable[Observation]:
        for found in (*_assigned(run, context), *_lists(run, context)):
            if found.check == check:
                is_list = found.value.facts.all_none
                words = {"name": found.value.name, "call": found.call.callee + "()", "line": found.value.line}
                evidence: Evidence = {
                    "name": found.value.name,
                    "type": found.value.facts.type_name,
                    "call": found.call.callee,
                    "function": found.value.callee.function or found.call.method,
                    "line": found.value.line,
                }
                yield Observation((_LIST_SENTENCE if is_list else _SENTENCES[check]) % words, evidence)

    return observe


def _shown(run: CellRun, context: CheckContext) -> Iterable[Observation]:
    value = run.values.shown_value
    call = value.bindings[-1].call if value is not None else None
    if value is None or call is None or value.facts.kind != NONE or call.root == SHELL:
        return
    functions = Functions(context.notebook)
    if not _is_own(value, call, functions, run.index) or is_own_optional(call):
        return
    function = _own_function(value, call, functions, run.index)
    if function is None or functions.returns(function, run.index) is not Returns.VALUE:
        return
    yield Observation(
        "The cell ends in %s(), a function of this project that returns values, and shows None." % call.callee,
        {
            "type": value.facts.type_name,
            "call": call.callee,
            "function": value.callee.function or call.method,
            "line": value.line,
        },
    )


OWN_CALL_GAVE_NONE = CellCheck(OWN, _about_assigned(OWN))
LIBRARY_CALL_GAVE_NONE = CellCheck(LIBRARY, _about_assigned(LIBRARY))
LOOKUP_FOUND_NOTHING = CellCheck(LOOKUP, _about_assigned(LOOKUP))
SHOWN_VALUE_IS_NONE = CellCheck(SHOWN, _shown)
