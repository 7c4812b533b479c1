"""L2: functions that give a value, and None when something went wrong."""

from __future__ import annotations

import ast
import re
from typing import Iterator, List, Optional, Tuple

from ..analysis.executed_nodes import FUNCTIONS, Function, executed, executed_body, gives_value, is_none
from ..analysis.handlers import caught, clause, is_broad, is_exit, is_reporting
from ..analysis.tree_nodes import nodes_of
from .check import CheckContext, Observation
from .static_check import static_check

_ABSENCE = frozenset(
    ("KeyError", "IndexError", "LookupError", "StopIteration", "AttributeError", "ImportError", "ModuleNotFoundError")
)
"""What a lookup that finds nothing raises: None says just that."""
_SAYS_ERROR = re.compile(
    r"\b(error|fail(ed|ure)?|invalid|not found|missing|unable|cannot|can't|could not|couldn't|does not exist|no such"
    r"|doesn't exist|not exist|problem|wrong)\b",
    re.I,
)


def _errors_as_none(context: CheckContext) -> Iterator[Observation]:
    for cell in context.notebook.cells:
        for node in nodes_of(cell.tree):
            if not isinstance(node, FUNCTIONS):
                continue
            found = _found(node)
            if found is not None:
                line, pattern, message = found
                yield Observation(message, {"function": node.name, "line": line, "pattern": pattern}, cell.index)


def _found(function: Function) -> Optional[Tuple[int, str, str]]:
    if not gives_value(function):
        return None
    says_optional = _is_optional(function.returns)
    for node in executed_body(function):
        if isinstance(node, ast.ExceptHandler):
            is_meant = not is_broad(node) and (says_optional or all(name in _ABSENCE for name in caught(node)))
            line = None if is_meant else _returns_none(node, function)
            if line is not None:
                text = clause(node)
                message = "`%s` gives None when `%s` catches an error (line %d)." % (function.name, text, line)
                return line, text, message
        elif isinstance(node, ast.If) and not says_optional:
            for branch in (node.body, node.orelse):
                line = _reports_and_returns_none(branch)
                if line is not None:
                    message = "`%s` reports an error and gives None (line %d)." % (function.name, line)
                    return line, "return None", message
    return None


def _is_optional(annotation: Optional[ast.expr]) -> bool:
    if annotation is None:
        return False
    text = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
    return isinstance(text, str) and re.search(r"\bOptional\b|\bNone\b", text) is not None


def _returns_none(handler: ast.ExceptHandler, function: Function) -> Optional[int]:
    """The line where it returns None, by a statement or by running off the function's end."""
    for statement in handler.body:
        for node in executed(statement):
            if isinstance(node, ast.Return) and (node.value is None or is_none(node.value)):
                return node.lineno
    if is_exit(handler.body[-1]) or any(isinstance(each, (ast.Assign, ast.AugAssign)) for each in handler.body):
        return None
    last = function.body[-1]
    is_at_end = isinstance(last, ast.Try) and handler in last.handlers and not _ends_with_return(last.finalbody)
    return handler.lineno if is_at_end and not _ends_in_exit(handler.body) else None


def _ends_in_exit(body: List[ast.stmt]) -> bool:
    """Every way through its last statement leaves the function."""
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and _ends_in_exit(last.body) and _ends_in_exit(last.orelse)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return _ends_in_exit(last.body)
    return is_exit(last)


def _ends_with_return(body: List[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return)


def _reports_and_returns_none(branch: List[ast.stmt]) -> Optional[int]:
    if not branch or not isinstance(branch[-1], ast.Return):
        return None
    last = branch[-1]
    if last.value is not None and not is_none(last.value):
        return None
    says = any(
        isinstance(call, ast.Call) and is_reporting(call) and _SAYS_ERROR.search(_texts(call)) is not None
        for statement in branch
        for call in ast.walk(statement)
    )
    return last.lineno if says else None


def _texts(call: ast.Call) -> str:
    texts = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return " ".join([*texts, "error" if name in ("error", "critical", "exception") else ""])


ERROR_AS_NONE = static_check("L2", _errors_as_none)
