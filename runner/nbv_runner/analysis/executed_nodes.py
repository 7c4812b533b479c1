"""What runs when a cell runs, and in which surroundings."""

from __future__ import annotations

import ast
from typing import Dict, FrozenSet, Iterator, List, Union

from ..tags import RAISES_EXCEPTION, SKIP_EXECUTION
from .cell_source import CellSource, NotebookSource
from .remembered import remembered
from .tree_nodes import nodes_of

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NOT_RUN: FrozenSet[str] = frozenset((SKIP_EXECUTION, RAISES_EXCEPTION))
"""Cells that don't run, or show an error on purpose."""


def executed(root: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run with `root`, in order: no bodies of functions, which run when they are called."""
    pending: List[ast.AST] = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(_children(node)))


def _children(node: ast.AST) -> List[ast.AST]:
    if isinstance(node, FUNCTIONS):
        return [*node.decorator_list, *node.args.defaults, *(each for each in node.args.kw_defaults if each)]
    if isinstance(node, ast.Lambda):
        return [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]
    return list(ast.iter_child_nodes(node))


def executed_body(function: Function) -> Iterator[ast.AST]:
    """The nodes that run when a function is called."""
    for statement in function.body:
        yield from executed(statement)


def gives_value(function: Function) -> bool:
    """It returns or yields something other than None."""
    return any(
        isinstance(node, (ast.Yield, ast.YieldFrom))
        or (isinstance(node, ast.Return) and node.value is not None and not is_none(node.value))
        for node in executed_body(function)
    )


def is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def executed_calls(root: ast.AST) -> Iterator[ast.Call]:
    return (node for node in executed(root) if isinstance(node, ast.Call))


def running_cells(notebook: NotebookSource) -> List[CellSource]:
    """Cells with a tree that run to their end."""
    return [cell for cell in notebook.cells if cell.tree is not None and not cell.tags & NOT_RUN]


@remembered
def functions_of(notebook: NotebookSource) -> Dict[str, Function]:
    """The notebook's own functions by name, methods under their bare name; the last definition counts."""
    found: Dict[str, Function] = {}
    for cell in notebook.cells:
        for node in nodes_of(cell.tree):
            if isinstance(node, FUNCTIONS):
                found[node.name] = node
    return found
