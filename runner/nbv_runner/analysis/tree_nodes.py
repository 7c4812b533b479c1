"""The nodes of a tree, and the way up from each."""

from __future__ import annotations

import ast
from typing import Dict, Iterator, Optional, Tuple

from .remembered import remembered


@remembered
def nodes_of(tree: Optional[ast.AST]) -> Tuple[ast.AST, ...]:
    """All of them, outer ones first; none for a cell without a tree."""
    return tuple(ast.walk(tree)) if tree is not None else ()


@remembered
def calls_of(tree: Optional[ast.AST]) -> Tuple[ast.Call, ...]:
    return tuple(node for node in nodes_of(tree) if isinstance(node, ast.Call))


@remembered
def parents_of(tree: ast.AST) -> Dict[ast.AST, ast.AST]:
    return {child: node for node in nodes_of(tree) for child in ast.iter_child_nodes(node)}


def ancestors(node: ast.AST, parents: Dict[ast.AST, ast.AST]) -> Iterator[Tuple[ast.AST, ast.AST]]:
    """Each surrounding node, innermost first, with its child on the way."""
    while node in parents:
        yield parents[node], node
        node = parents[node]
