"""NaN and None in the plain containers that results come in: dictionaries of measures, lists of predictions."""

from __future__ import annotations

import ast
from typing import Iterable, Iterator, Optional, Tuple

from ..analysis.assignments import Binding, How
from ..analysis.calls import CallSite, call_of, is_none
from ..analysis.functions import mentions_nan
from ..cell_run import CellRun
from ..value_facts import CONTAINER, SCALAR, AssignedValue
from .check import Observation
from .observed_value import expressions_of, observed, values_of

_CONVERSIONS = frozenset(("float", "round", "int", "dict", "list", "tuple"))


def nan_in_dictionaries(run: CellRun) -> Iterable[Observation]:
    """A dictionary that the notebook computes holds NaN. What a library gives may: settings, rows of data."""
    for value in values_of(run, CONTAINER):
        known = {way for each in value.inputs for way in each.nan_keys}
        if value.from_nan or any(each.kind == SCALAR and each.nan_count for each in value.inputs):
            continue
        found = [way for way in value.facts.nan_keys if way not in known and _is_computed(value, way[0])]
        if not found:
            continue
        key = "".join("[%r]" % part for part in found[0])
        more = ", and so %s" % ("is 1 other" if len(found) == 2 else "are %d others" % (len(found) - 1))
        part = "%s%s" % (value.name, key) if value.name else key
        yield observed(value, " is NaN", more if len(found) > 1 else "", part=part)


def is_nan_throughout(value: AssignedValue) -> bool:
    """A list or tuple of nothing but NaN, which neither the author wrote nor the data had."""
    if value.facts.kind != CONTAINER or not value.facts.all_nan:
        return False
    expressions = list(expressions_of(value))
    if value.from_nan or any(map(mentions_nan, expressions)):
        return False
    if any(each.all_nan or (each.kind == SCALAR and each.nan_count) for each in value.inputs):
        return False
    return not _has_gaps(value) or any(map(_computes_items, expressions))


def repeated_call(binding: Binding) -> Optional[CallSite]:
    """`load(path)` of `[load(path) for path in paths]`."""
    return call_of(binding.value.elt) if isinstance(binding.value, ast.ListComp) else None


def asks_for_missing_items(node: ast.AST, name: str) -> bool:
    """`None in x`, `filter(None, x)`, loops over x that choose: the author knows that an item may be None."""
    if isinstance(node, ast.Compare):
        return is_none(node.left) and any(_reads(each, name) for each in node.comparators)
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") == "filter" and any(_reads(each, name) for each in node.args)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return any(_reads(each.iter, name) for each in node.generators) and _chooses(node)
    return isinstance(node, (ast.For, ast.AsyncFor)) and _reads(node.iter, name) and _chooses(node)


def _is_computed(value: AssignedValue, key: str) -> bool:
    """The notebook made what stands under the key, and the author did not write NaN there."""
    if value.callee.is_own:
        return True
    parts = [part for each in (*value.bindings, *value.changes) for part in _parts(each, key)]
    return any(_computes(part) and not mentions_nan(part) for part in parts)


def _parts(binding: Binding, key: str) -> Iterator[ast.expr]:
    """The expressions that may have given the item under the key."""
    node = binding.value
    if binding.how is How.CHANGED:
        if node is not None and binding.column in (None, key):
            yield node
    elif isinstance(node, ast.Dict):
        pairs: Iterable[Tuple[Optional[ast.expr], ast.expr]] = zip(node.keys, node.values)
        yield from (each for name, each in pairs if not isinstance(name, ast.Constant) or name.value == key)
    elif isinstance(node, ast.DictComp):
        yield node.value
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dict":
        yield from (each.value for each in node.keywords if each.arg == key)


def _computes(node: Optional[ast.AST]) -> bool:
    while isinstance(node, ast.Call) and getattr(node.func, "id", "") in _CONVERSIONS and node.args:
        node = node.args[0]
    return node is not None and any(isinstance(each, (ast.Call, ast.BinOp)) for each in ast.walk(node))


def _computes_items(node: ast.expr) -> bool:
    """`[score(x) for x in rows]`, `(low.mean(), high.mean())`."""
    items = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [getattr(node, "elt", None)]
    return any(map(_computes, items))


def _has_gaps(value: AssignedValue) -> bool:
    return any(each.nan_count or each.nan_columns or each.some_nan_columns for each in value.inputs)


def _reads(node: ast.AST, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))


def _chooses(node: ast.AST) -> bool:
    choices = (ast.If, ast.IfExp, ast.Compare, ast.BoolOp, ast.Try)
    return any(isinstance(each, choices) or bool(getattr(each, "ifs", ())) for each in ast.walk(node))
