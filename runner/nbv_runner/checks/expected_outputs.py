"""X1: the results of cells are as `expectedOutputs` says. X2: it names only cells that have a result to look at."""

from __future__ import annotations

from typing import Dict, Iterable, List, Optional, Sequence, Tuple, Union

from ..cell_run import CellRun, Ended
from ..expected import ExpectedOutput
from ..tags import SKIP_EXECUTION
from ..text import one_line
from ..value_facts import NONE, AssignedValue, CellValues, ValueFacts
from .check import CellCheck, CheckContext, NotebookCheck, Observation, RunCheck
from .output_aspects import Mismatch, mismatches, short_type

ID = "X1"
PRINTING = frozenset({"print", "display", "plt.show", "pprint"})
"""Calls whose own result nobody means: what the cell assigned before is looked at."""


def _expected_of(run: CellRun, context: CheckContext) -> List[ExpectedOutput]:
    return [
        each
        for each in context.config.expected.outputs
        if run.index == each.cell or (each.code_cell is not None and run.code_index == each.code_cell)
    ]


def _unlike_expected(run: CellRun, context: CheckContext) -> Iterable[Observation]:
    for expected in _expected_of(run, context):
        yield from _compared(run, expected)


def _compared(run: CellRun, expected: ExpectedOutput) -> Iterable[Observation]:
    name, facts = _result(run.values)
    if facts is None and not _asks_for_text_only(expected):
        yield _nothing_to_check(run)
        return
    is_shown = facts is not None and facts is run.values.shown

    def texts() -> Sequence[str]:
        of_value = [facts.text] if facts is not None and facts.text is not None else []
        return of_value if is_shown and of_value else [*of_value, run.outputs.text()]

    for mismatch in mismatches(expected, facts, texts):
        evidence: "Dict[str, Union[str, int, float, bool, None]]" = {
            "expected": mismatch.expected,
            "actual": mismatch.actual,
        }
        if name:
            evidence["name"] = name
        if facts is not None:
            evidence["type"] = short_type(facts)
            if facts.shape is not None:
                evidence["shape"] = "(%s)" % ", ".join(map(str, facts.shape))
        if mismatch.column is not None:
            evidence["column"] = mismatch.column
        if mismatch.pattern is not None:
            evidence["pattern"] = mismatch.pattern
        what = "`%s`" % name if name else "The cell's result"
        yield Observation("%s %s %s, and it %s %s." % (what, *_words(mismatch)), evidence)


def _words(mismatch: Mismatch) -> Tuple[str, str, str, str]:
    should, did = mismatch.verbs
    return should, mismatch.expected, did, mismatch.actual


def _result(values: CellValues) -> "Tuple[Optional[str], Optional[ValueFacts]]":
    """Name, if it has one, and facts of what is checked: the last expression, else the last assigned name."""
    shown = values.shown
    if shown is not None and not (shown.kind == NONE and values.shown_call in PRINTING):
        return None, shown
    last: Optional[AssignedValue] = values.assigned[-1] if values.assigned else None
    return (last.name, last.facts) if last is not None else (None, None)


def _asks_for_text_only(expected: ExpectedOutput) -> bool:
    asks_for_value = (
        expected.type is not None
        or expected.shape is not None
        or expected.lowest is not None
        or expected.highest is not None
        or expected.not_empty
        or expected.has_equals
        or len(expected.columns) > 0
    )
    return expected.matches is not None and not asks_for_value


def _nothing_to_check(run: CellRun) -> Observation:
    if run.ended is Ended.RAISED:
        name = one_line(run.error.name, 100) if run.error is not None else "an exception"
        why = "raised %s and has no result" % name
    elif run.ended is Ended.NOT_RUN:
        why = "did not run"
    elif run.ended is Ended.FINISHED:
        why = "has no result: it neither ends in an expression nor assigns a name"
    else:
        why = "was stopped before it had a result"
    return Observation(
        "The result that expectedOutputs asks for can't be checked: the cell %s." % why,
        {"expected": "a result", "actual": "none: the cell %s" % why},
    )


def _not_run(cells: Sequence[CellRun], context: CheckContext) -> Iterable[Observation]:
    for run in cells:
        if run.ended is Ended.NOT_RUN:
            for _ in _expected_of(run, context):
                said = _nothing_to_check(run)
                yield Observation(said.message, said.evidence, run.index)


def _unreachable(context: CheckContext) -> Iterable[Observation]:
    for expected in context.config.expected.outputs:
        index, problem = _locate(expected, context.cell_types)
        if problem is None and index is not None:
            source = context.notebook.cell(index)
            if source is not None and SKIP_EXECUTION in source.tags:
                problem = "cell %d is tagged %s and will not run" % (index, SKIP_EXECUTION)
            elif not context.is_python and not _asks_for_text_only(expected):
                problem = "the kernel of this notebook does not run Python, so only `matches` can be checked"
        if problem is not None:
            evidence = {"expected": "a code cell with a result", "actual": problem}
            yield Observation("expectedOutputs can't be checked: %s." % problem, evidence, index)


def _locate(expected: ExpectedOutput, types: Sequence[str]) -> "Tuple[Optional[int], Optional[str]]":
    """Index over all cells, and what is wrong with it."""
    if expected.code_cell is not None:
        code = [index for index, kind in enumerate(types) if kind == "code"]
        if expected.code_cell < len(code):
            return code[expected.code_cell], None
        return None, "it names codeCell %d, and the notebook has %s" % (expected.code_cell, _count(len(code), "code "))
    index = expected.cell or 0
    if index >= len(types):
        return None, "it names cell %d, and the notebook has %s" % (index, _count(len(types)))
    if types[index] != "code":
        return index, "cell %d is a %s cell, not code" % (index, types[index])
    return index, None


def _count(number: int, kind: str = "") -> str:
    if number == 0:
        return "no %scells" % kind
    return "only one %scell, number 0" % kind if number == 1 else "%scells 0 to %d" % (kind, number - 1)


UNLIKE_EXPECTED = CellCheck(ID, _unlike_expected)
EXPECTED_BUT_NOT_RUN = RunCheck(ID, _not_run)
UNREACHABLE_OUTPUT = NotebookCheck("X2", _unreachable, blocks=True)
