"""What `except` clauses catch, and what they do about it."""

from __future__ import annotations

import ast
from typing import List, Sequence

from .callees import last_name
from .calls import callee_text

BROAD = frozenset(("Exception", "BaseException"))
_REPORTERS = frozenset(("print", "display", "pprint", "print_exc", "format_exc", "warn", "showtraceback"))
_LOGGERS = frozenset(
    ("logging", "logger", "log", "_logger", "_log", "LOGGER", "LOG", "warnings", "traceback", "console")
)
_EXITS = frozenset(("exit", "_exit", "quit", "abort", "fail", "skip"))


def caught(handler: ast.ExceptHandler) -> List[str]:
    """Last names of the exceptions; empty for a bare `except`."""
    if handler.type is None:
        return []
    kinds: Sequence[ast.expr] = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [last_name(kind) for kind in kinds]


def is_broad(handler: ast.ExceptHandler) -> bool:
    """It takes every error."""
    return handler.type is None or any(name in BROAD for name in caught(handler))


def clause(handler: ast.ExceptHandler) -> str:
    """As written: `except (OSError, ValueError)`."""
    return "except" if handler.type is None else "except " + ast.unparse(handler.type)


def reraises(handler: ast.ExceptHandler) -> bool:
    """Some way through the handler raises or leaves the process."""
    return any(
        isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and last_name(node.func) in _EXITS)
        for statement in handler.body
        for node in ast.walk(statement)
    )


def is_silent(statement: ast.stmt) -> bool:
    """`pass`, `...`, a text: nothing happens."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def is_report(statement: ast.stmt) -> bool:
    """It prints or logs."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and is_reporting(statement.value)


def is_reporting(call: ast.Call) -> bool:
    text = callee_text(call.func)
    return last_name(call.func) in _REPORTERS or text.split(".")[0] in _LOGGERS or text.startswith("self.log")


def is_exit(statement: ast.stmt) -> bool:
    """Nothing after it runs: it raises, returns, leaves the loop or the process."""
    if isinstance(statement, (ast.Raise, ast.Return, ast.Continue, ast.Break)):
        return True
    is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    return is_call and last_name(statement.value.func) in _EXITS  # type: ignore[attr-defined]
