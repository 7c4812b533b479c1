"""L1: errors that are caught and never heard of again."""

from __future__ import annotations

import ast
from typing import Dict, Iterator, Optional, Tuple

from ..analysis.callees import Imports, imports_of, last_name
from ..analysis.executed_nodes import FUNCTIONS
from ..analysis.handlers import BROAD, caught, clause, is_broad, is_report, is_silent, reraises
from ..analysis.tree_nodes import ancestors, nodes_of, parents_of
from .check import CheckContext, Observation
from .static_check import static_check

_MEANT_TO_PASS = frozenset(
    ("ImportError", "ModuleNotFoundError", "KeyboardInterrupt", "StopIteration", "StopAsyncIteration", "GeneratorExit")
    + ("FileExistsError", "Empty", "Full", "CancelledError", "ProcessLookupError", "PackageNotFoundError", "NameError")
)
"""Signals rather than errors: passing over them is how they are used."""
_TIDYING = frozenset(
    ("remove", "unlink", "rmdir", "rmtree", "removedirs", "pop", "discard", "close", "kill", "terminate", "cancel")
    + ("shutdown", "stop", "detach", "drop", "delete", "release", "unregister", "end", "killpg")
)


def _swallowed(context: CheckContext) -> Iterator[Observation]:
    imports = imports_of(context.notebook)
    for cell in context.notebook.cells:
        if cell.tree is None:
            continue
        parents = parents_of(cell.tree)
        for node in nodes_of(cell.tree):
            found = _found(node, parents, imports)
            if found is not None:
                pattern, message = found
                function = _function_of(node, parents)
                evidence = {"line": node.lineno, "pattern": pattern}  # type: ignore[attr-defined]
                yield Observation(message, {**evidence, **({"function": function} if function else {})}, cell.index)


def _found(node: ast.AST, parents: Dict[ast.AST, ast.AST], imports: Imports) -> Optional[Tuple[str, str]]:
    if isinstance(node, ast.ExceptHandler):
        return _in_handler(node, parents)
    if isinstance(node, ast.With):
        for item in node.items:
            if _suppresses_all(item.context_expr, imports):
                text = ast.unparse(item.context_expr)
                return text, "`with %s` in line %d hides every error of its block." % (text, node.lineno)
    if isinstance(node, (ast.Return, ast.Break, ast.Continue)):
        child: ast.AST = node
        for parent, child in ancestors(node, parents):
            if isinstance(parent, (*FUNCTIONS, ast.Lambda)) or _ends_here(node, parent):
                return None
            if isinstance(parent, ast.Try) and child in parent.finalbody:
                word = type(node).__name__.lower()
                return "finally: " + word, "`%s` in `finally` (line %d) drops the error on its way." % (
                    word,
                    node.lineno,
                )
    return None


def _ends_here(node: ast.AST, parent: ast.AST) -> bool:
    return not isinstance(node, ast.Return) and isinstance(parent, (ast.For, ast.AsyncFor, ast.While))


def _in_handler(handler: ast.ExceptHandler, parents: Dict[ast.AST, ast.AST]) -> Optional[Tuple[str, str]]:
    if reraises(handler):
        return None
    text, line = clause(handler), handler.lineno
    if all(is_silent(each) for each in handler.body):
        is_meant = not is_broad(handler) and (
            all(name in _MEANT_TO_PASS for name in caught(handler)) or _is_tidying(parents.get(handler))
        )
        if is_meant:
            return None
        return "%s: pass" % text, "`%s` in line %d swallows the error and does nothing about it." % (text, line)
    if is_broad(handler) and all(_goes_on(each) for each in handler.body):
        if any(is_report(each) for each in handler.body):
            told = "`%s` in line %d takes every error, prints it and goes on as if nothing had happened."
            return "%s: print" % text, told % (text, line)
        word = type(handler.body[-1]).__name__.lower()
        return "%s: %s" % (text, word), "`%s` in line %d takes every error and goes on without a word." % (text, line)
    if handler.type is None:
        return "except:", "The bare `except` in line %d takes every error, an interrupt included." % line
    return None


def _goes_on(statement: ast.stmt) -> bool:
    return is_silent(statement) or is_report(statement) or isinstance(statement, (ast.Continue, ast.Break))


def _is_tidying(statement: Optional[ast.AST]) -> bool:
    """The block only takes something away, which may be gone already."""
    if not isinstance(statement, ast.Try) or len(statement.body) != 1:
        return False
    only = statement.body[0]
    if isinstance(only, ast.Delete):
        return True
    value = only.value if isinstance(only, (ast.Expr, ast.Await)) else None
    return isinstance(value, ast.Call) and last_name(value.func) in _TIDYING


def _suppresses_all(node: ast.expr, imports: Imports) -> bool:
    if not isinstance(node, ast.Call) or imports.full_name(node.func) not in ("contextlib.suppress", "suppress"):
        return False
    return any(last_name(each) in BROAD for each in node.args)


def _function_of(node: ast.AST, parents: Dict[ast.AST, ast.AST]) -> Optional[str]:
    return next((each.name for each, _ in ancestors(node, parents) if isinstance(each, FUNCTIONS)), None)


SWALLOWED_ERROR = static_check("L1", _swallowed)
