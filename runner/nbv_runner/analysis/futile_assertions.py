"""Assertions that hold whatever the notebook computes."""

from __future__ import annotations

import ast
from typing import Dict, Mapping, Optional

from .callees import last_name
from .executed_nodes import Function
from .handlers import caught, is_broad, is_report, is_silent
from .tree_nodes import ancestors

_MEASURES = frozenset(("size", "ndim", "nbytes", "length"))
_PURE_CALLS = frozenset(("len", "type", "id", "str", "repr", "int", "float", "bool", "sorted", "list", "set", "sum"))
_OPPOSITE = {ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn}
_TWINS = frozenset(
    ("assertEqual", "assertIs", "assert_equal", "assert_array_equal", "assert_allclose", "assert_frame_equal")
    + ("assert_series_equal", "assert_index_equal", "assert_almost_equal", "assert_array_almost_equal", "assert_close")
)


def why_futile(test: ast.expr, functions: Mapping[str, Function]) -> Optional[str]:
    """Why a condition always holds: one clause; None when it may not."""
    if isinstance(test, ast.Constant):
        if not test.value:
            return None
        return "a text that is not empty is always true" if isinstance(test.value, str) else "it is a constant"
    if isinstance(test, ast.Tuple) and test.elts:
        return "a tuple that is not empty is always true: leave the parentheses out"
    if isinstance(test, (ast.List, ast.Set)) and any(not isinstance(each, ast.Starred) for each in test.elts):
        return "a %s that is not empty is always true" % type(test).__name__.lower()
    if isinstance(test, ast.Dict) and any(key is not None for key in test.keys):
        return "a dictionary that is not empty is always true"
    if isinstance(test, ast.JoinedStr):
        has_text = any(isinstance(part, ast.Constant) and part.value for part in test.values)
        return "a text that is not empty is always true" if has_text else None
    if isinstance(test, (ast.Lambda, ast.GeneratorExp)):
        what = "function" if isinstance(test, ast.Lambda) else "generator"
        return "a %s is always true, whatever it would give" % what
    if isinstance(test, ast.Name) and test.id in functions:
        return "the function %s is not called" % test.id
    if isinstance(test, ast.NamedExpr):
        return why_futile(test.value, functions)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return "it is a constant" if _is_false(test.operand) else None
    if isinstance(test, ast.BoolOp):
        return _why_combined(test, functions)
    if isinstance(test, ast.Compare):
        return _why_comparison(test)
    if isinstance(test, ast.Call):
        return _why_call(test)
    return None


def why_futile_call(call: ast.Call) -> Optional[str]:
    """The same for `assertTrue(True)` and `assert_frame_equal(df, df)`."""
    name = last_name(call.func)
    if name in ("assertTrue", "assert_") and call.args:
        return why_futile(call.args[0], {})
    if name in _TWINS and len(call.args) >= 2 and _is_same(call.args[0], call.args[1]):
        return "both sides are the same expression"
    return None


def swallowed_by(node: ast.AST, parents: Dict[ast.AST, ast.AST]) -> Optional[ast.ExceptHandler]:
    """The handler that takes the assertion's error and goes on as if it had held."""
    for parent, child in ancestors(node, parents):
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return None
        if isinstance(parent, ast.Try) and child in parent.body:
            for handler in parent.handlers:
                if _takes_assertions(handler):
                    return handler if _only_reports(handler) else None
    return None


def _takes_assertions(handler: ast.ExceptHandler) -> bool:
    return is_broad(handler) or "AssertionError" in caught(handler)


def _only_reports(handler: ast.ExceptHandler) -> bool:
    """It passes, or prints and logs: a count of failures, a flag or an exit would be an answer."""
    return all(is_silent(each) or is_report(each) or isinstance(each, ast.Continue) for each in handler.body)


def _is_false(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return not node.value
    return isinstance(node, (ast.Tuple, ast.List)) and not node.elts


def _why_combined(test: ast.BoolOp, functions: Mapping[str, Function]) -> Optional[str]:
    reasons = [why_futile(value, functions) for value in test.values]
    if isinstance(test.op, ast.And):
        return reasons[0] if all(reasons) else None
    for reason in reasons:
        if reason:
            return "one side of `or` always holds: " + reason
    if any(_is_opposite(a, b) for a in test.values for b in test.values):
        return "one of the two sides always holds"
    return None


def _is_opposite(a: ast.expr, b: ast.expr) -> bool:
    if isinstance(b, ast.UnaryOp) and isinstance(b.op, ast.Not):
        return _is_same(a, b.operand)
    if not (isinstance(a, ast.Compare) and isinstance(b, ast.Compare) and len(a.ops) == len(b.ops) == 1):
        return False
    turned = _OPPOSITE.get(type(a.ops[0]))
    return turned is type(b.ops[0]) and _is_same(a.left, b.left) and _is_same(a.comparators[0], b.comparators[0])


def _why_comparison(test: ast.Compare) -> Optional[str]:
    if len(test.ops) != 1:
        return None
    left, op, right = test.left, test.ops[0], test.comparators[0]
    if isinstance(op, (ast.Eq, ast.Is, ast.LtE, ast.GtE)) and _is_same(left, right):
        return "both sides are the same expression"
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return "it compares two constants" if _holds(left.value, op, right.value) else None
    if isinstance(left, ast.Constant):
        left, right, op = right, left, _turned(op)
    is_size = _is_size(left)
    if is_size and isinstance(op, ast.GtE) and _number(right) is not None and (_number(right) or 0) <= 0:
        return "a size is never below zero"
    if is_size and isinstance(op, (ast.Gt, ast.NotEq)) and (_number(right) or 0) < 0:
        return "a size is never below zero"
    return None


def _turned(op: ast.cmpop) -> ast.cmpop:
    return {ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Lt: ast.Gt, ast.Gt: ast.Lt}.get(type(op), type(op))()


def _holds(left: object, op: ast.cmpop, right: object) -> bool:
    if isinstance(op, (ast.Eq, ast.Is)):
        return bool(left == right)
    if isinstance(op, (ast.NotEq, ast.IsNot)):
        return bool(left != right)
    if not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
        return False
    if isinstance(op, ast.Lt):
        return left < right
    if isinstance(op, ast.LtE):
        return left <= right
    return left > right if isinstance(op, ast.Gt) else isinstance(op, ast.GtE) and left >= right


def _number(node: ast.expr) -> Optional[float]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return -inner if inner is not None else None
    is_number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return float(node.value) if is_number and isinstance(node, ast.Constant) else None  # type: ignore[arg-type]


def _is_size(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "len"
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return isinstance(node, ast.Attribute) and node.attr in _MEASURES


def _why_call(call: ast.Call) -> Optional[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in ("isinstance", "issubclass") and len(call.args) == 2:
        kinds = call.args[1].elts if isinstance(call.args[1], ast.Tuple) else [call.args[1]]
        if any(isinstance(kind, ast.Name) and kind.id == "object" for kind in kinds):
            return "everything is an object"
    if name == "bool" and len(call.args) == 1:
        return why_futile(call.args[0], {})
    return None


def _is_same(a: ast.expr, b: ast.expr) -> bool:
    """The same expression twice, of a kind that gives the same value twice."""
    return ast.dump(a) == ast.dump(b) and all(_is_pure(node) for node in ast.walk(a))


def _is_pure(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _PURE_CALLS
    return not isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda))
