"""Q1 to Q5: numbers and tables that hold nothing usable. Each is told where it arises, not again where it arrives."""

from __future__ import annotations

import ast
from typing import Iterable, Optional

from ..analysis.assignments import Binding, How, assignments_of
from ..analysis.calls import call_of, is_none
from ..analysis.functions import Functions, mentions_infinity, mentions_nan
from ..analysis.guards import asks_for_emptiness, is_bound_later, is_changed_later, is_guarded, is_only_looked_at
from ..cell_run import CellRun
from ..value_facts import ARRAY, CONTAINER, FRAME, SCALAR, SERIES, AssignedValue, ValueFacts
from .callables import (
    FILTERS,
    INFINITE,
    OWN_FILTERS,
    PLACEHOLDERS,
    SUBSETS,
    SUMMARIES,
    is_reader,
    searches_for_trouble,
)
from .check import CellCheck, CheckContext, Observation
from .observed_value import expressions_of, last_of, observed, values_of
from .plain_containers import is_nan_throughout, nan_in_dictionaries

NUMBERS = (ARRAY, SERIES, FRAME)
SENTINEL_NAMES = ("nan", "na", "missing", "null", "empty", "invalid", "fill", "placeholder", "sentinel", "default")


def _scalar_nan(run: CellRun, context: CheckContext) -> Iterable[Observation]:
    for value in values_of(run, SCALAR):
        if not value.facts.nan_count or any(each.kind == SCALAR and each.nan_count for each in value.inputs):
            continue
        if any(each.all_nan and not each.nan_columns for each in value.inputs):
            continue
        if not value.name and (value.from_nan or any(map(mentions_nan, expressions_of(value)))):
            continue
        if all(map(_is_literal, expressions_of(value))) and _is_sentinel(value, run, context):
            continue
        yield observed(value, " is NaN")
    yield from nan_in_dictionaries(run)


def _is_literal(node: ast.expr) -> bool:
    """`np.nan`, `float("nan")`: written, not computed."""
    if isinstance(node, ast.Call):
        return all(isinstance(each, ast.Constant) for each in node.args) and mentions_nan(node)
    return isinstance(node, (ast.Attribute, ast.Name, ast.Constant))


def _is_sentinel(value: AssignedValue, run: CellRun, context: CheckContext) -> bool:
    words = value.name.lower().split("_")
    return (
        value.name.isupper()
        or any(word.startswith(SENTINEL_NAMES) for word in words)
        or is_bound_later(value.name, assignments_of(context.notebook), run.index)
    )


def _infinite(run: CellRun, context: CheckContext) -> Iterable[Observation]:
    for value in values_of(run, SCALAR, *NUMBERS):
        if not value.facts.inf_count or any(each.inf_count for each in value.inputs):
            continue
        expressions = list(expressions_of(value))
        if value.from_infinity or any(map(mentions_infinity, expressions)) or not any(map(_computes, expressions)):
            continue
        call = last_of(value).call
        if call is not None and (call.method in INFINITE or _own_means_infinity(value, run, context)):
            continue
        count = value.facts.inf_count
        numbers = "1 infinite number" if count == 1 else "%d infinite numbers" % count
        what = " is infinite" if value.facts.kind == SCALAR else " holds %s" % numbers
        yield observed(value, what)


def _computes(node: ast.expr) -> bool:
    return any(isinstance(each, (ast.BinOp, ast.Call, ast.UnaryOp)) for each in ast.walk(node))


def _own_means_infinity(value: AssignedValue, run: CellRun, context: CheckContext) -> bool:
    call = last_of(value).call
    function = Functions(context.notebook).of_notebook(call.method, run.index) if call is not None else None
    return function is not None and mentions_infinity(function)


def _all_nan(run: CellRun, context: CheckContext) -> Iterable[Observation]:
    for value in values_of(run, *NUMBERS):
        facts = value.facts
        if not facts.all_nan or not facts.size or _is_placeholder(value, run, context):
            continue
        if _is_whole(facts):
            if (
                not _is_written(value)
                and not _takes_rows(value)
                and _method(last_of(value)) not in SUMMARIES
                and not any(_is_whole(each) for each in value.inputs)
            ):
                yield observed(value, " holds nothing but NaN")
            continue
        for column in facts.nan_columns:
            if _made_the_column(value, column):
                yield observed(value, "'s column `%s` is NaN in every row" % column, column=column)


def _all_nan_or_list(run: CellRun, context: CheckContext) -> Iterable[Observation]:
    yield from _all_nan(run, context)
    for value in values_of(run, CONTAINER):
        if is_nan_throughout(value):
            yield observed(value, " holds nothing but NaN")


def _is_whole(facts: ValueFacts) -> bool:
    return facts.all_nan and bool(facts.size) and facts.nan_count == facts.size


def _is_placeholder(value: AssignedValue, run: CellRun, context: CheckContext) -> bool:
    """Made to be filled, and a later cell fills it."""
    last = last_of(value)
    made = last.value is not None and not last.reads_itself and (_is_unset(last.value) or _method(last) in PLACEHOLDERS)
    return made and is_changed_later(value.name, assignments_of(context.notebook), run.index, last.column)


def _is_written(value: AssignedValue, column: Optional[str] = None) -> bool:
    """The author made it of NaN or None in so many words: `np.full(3, np.nan)`, `DataFrame({"a": [None] * 3})`."""
    last = last_of(value)
    if last.how is How.CHANGED:
        return column is not None and _is_new_constant(value, last, column)
    if last.call is None or last.call.method not in PLACEHOLDERS:
        return False
    given = [*last.call.node.args, *(each.value for each in last.call.node.keywords)]
    if column is not None and given and isinstance(given[0], ast.Dict):
        pairs = zip(given[0].keys, given[0].values)
        given = [each for key, each in pairs if isinstance(key, ast.Constant) and key.value == column]
    return value.from_nan or any(_is_unset(node) for each in given for node in ast.walk(each))


def _is_new_constant(value: AssignedValue, change: Binding, column: str) -> bool:
    """`df["rank"] = np.nan` for a column that the frame did not have: to be filled, or left out."""
    node = change.value
    is_constant = node is not None and (is_none(node) or (_is_literal(node) and mentions_nan(node)))
    before = [each.columns for each in value.inputs if each.columns is not None]
    return is_constant and change.column == column and len(before) == 1 and column not in before[0]


def _is_unset(node: ast.AST) -> bool:
    return mentions_nan(node) or is_none(node)


def _method(binding: Binding) -> str:
    return binding.call.method if binding.call is not None else ""


def _takes_rows(value: AssignedValue) -> bool:
    """What is there was there before: a part of a frame, the rows of a filter."""
    last = last_of(value)
    if last.how in (How.CHANGED, How.BY_CALL):
        return False
    return _method(last) in SUBSETS or isinstance(last.value, (ast.Subscript, ast.Attribute, ast.Name))


def _made_the_column(value: AssignedValue, column: str) -> bool:
    """The cell made it NaN; it did not read it so, nor get it from an earlier cell."""
    if _is_written(value, column) or (last_of(value).column in (None, column) and _chooses_none(last_of(value))):
        return False
    if any(change.column in (None, column) for change in value.changes) and not _had(value, column):
        return True
    last = value.bindings[-1]
    is_read = last.call is not None and is_reader(last.call) and not value.callee.is_own
    if not value.name or is_read or _method(last) in SUMMARIES or last.how in (How.CHANGED, How.BY_CALL):
        return False
    return not _takes_rows(value) and not _had(value, column)


def _chooses_none(binding: Binding) -> bool:
    """`np.where(rows > 60, "hot", None)`: the author says what the other rows get."""
    call = binding.call
    chooses = call is not None and call.method in ("where", "select", "mask")
    return chooses and any(_is_unset(each) for each in (call.node.args if call is not None else ()))


def _had(value: AssignedValue, column: str) -> bool:
    return column in value.known_nan_columns or any(column in each.nan_columns for each in value.inputs)


def _some_nan(run: CellRun, context: CheckContext) -> Iterable[Observation]:
    """Any NaN in a frame; with a limit, what exceeds it, arrays included."""
    limit = context.config.expected.max_nan_fraction
    for value in values_of(run, *(NUMBERS if limit is not None else (FRAME,))):
        fraction = _fraction(value.facts)
        if fraction <= (limit or 0.0) or any(_fraction(each) > (limit or 0.0) for each in value.inputs):
            continue
        columns = [*value.facts.nan_columns, *value.facts.some_nan_columns]
        column = columns[0] if columns else None
        more = ", more than the %.3g %% that the job allows" % (100 * limit) if limit is not None else ""
        what = " is %.3g %% NaN" % (100 * fraction)
        yield observed(value, what, more, fraction=round(fraction, 6), column=column)


def _fraction(facts: ValueFacts) -> float:
    return (facts.nan_count or 0) / facts.size if facts.size else 0.0


def _empty(run: CellRun, context: CheckContext) -> Iterable[Observation]:
    for value in values_of(run, *NUMBERS):
        if value.facts.size != 0 or _rows(value.facts) != 0 or any(_rows(each) == 0 for each in value.inputs):
            continue
        what = _loads_or_filters(value)
        if not what or "Index" in value.facts.type_names or searches_for_trouble(value.name) or _mask_searches(value):
            continue
        at = (run.index, last_of(value).line)
        if value.name and is_guarded(asks_for_emptiness, value.name, context.notebook, *at, within=2):
            continue
        if what == "left" and not last_of(value).reads_itself and is_only_looked_at(value.name, context.notebook, *at):
            continue
        yield observed(value, " has no rows: nothing was %s" % what, source=" by")


def _rows(facts: ValueFacts) -> Optional[int]:
    return facts.shape[0] if facts.shape and facts.kind in NUMBERS else None


def _loads_or_filters(value: AssignedValue) -> str:
    """`loaded` or `left`; empty when no rows is an answer like any other."""
    last = last_of(value)
    if last.call is not None and value.callee.is_own:
        name = last.call.method.lstrip("_")
        if is_reader(last.call):
            return "loaded"
        return "left" if value.name and name.startswith(OWN_FILTERS) and not searches_for_trouble(name) else ""
    node: Optional[ast.AST] = last.call.node if last.call is not None else last.value
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)):
        call = call_of(node) if isinstance(node, ast.Call) else None
        if call is not None and is_reader(call):
            return "loaded"
        if value.name and (_is_mask(node) or (call is not None and call.is_method and call.method in FILTERS)):
            return "left"
        node = node.func if isinstance(node, ast.Call) else node.value
    return ""


def _is_mask(node: ast.AST) -> bool:
    """`df[df.x > 0]`, `df.loc[(a) & (b), "x"]`, `df[mask]`."""
    if not isinstance(node, ast.Subscript):
        return False
    key = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
    return isinstance(key, (ast.Compare, ast.BinOp, ast.UnaryOp, ast.Name, ast.Call, ast.Slice))


def _mask_searches(value: AssignedValue) -> bool:
    """`df[df.duplicated()]`, `df[df.age.isna()]`: looked for, and happily not found."""
    names = {"isna", "isnull", "duplicated", "is_null", "is_nan", "isinf", "isnan", "is_duplicated"}
    return any(getattr(node, "attr", "") in names for each in expressions_of(value) for node in ast.walk(each))


SCALAR_NAN = CellCheck("Q1", _scalar_nan)
INFINITE_NUMBERS = CellCheck("Q2", _infinite)
ALL_NAN = CellCheck("Q3", _all_nan_or_list)
SOME_NAN = CellCheck("Q4", _some_nan)
EMPTY_DATA = CellCheck("Q5", _empty)
