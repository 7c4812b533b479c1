"""What the functions of a project say that they return."""

from __future__ import annotations

import ast
import os
import stat
from enum import Enum
from typing import Dict, FrozenSet, Iterable, List, Optional, Tuple, Union

from .calls import call_of, is_none
from .cell_source import MAX_TREE_SOURCE, NotebookSource, parse_cell

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]

GIVES_NOTHING = frozenset(
    "print display show sleep info debug warning error exception critical log append extend sort update write"
    " close seed savefig tight_layout pprint set_option".split()
)
"""Callees whose None is all that `return f(…)` hands on."""


class Returns(Enum):
    NOTHING = "nothing"
    """A procedure: no path returns a value."""
    NONE = "none"
    """Every return says None in so many words."""
    MAYBE = "maybe"
    """Annotated as optional: None is one of its answers."""
    VALUE = "value"


class Functions:
    """The functions of a notebook, and those of the repository's modules on request."""

    def __init__(self, notebook: NotebookSource) -> None:
        self._cells = [(cell.index, list(_functions(cell.tree))) for cell in notebook.cells if cell.tree is not None]
        self._files: Dict[str, List[Tuple[str, Function]]] = {}

    def of_notebook(self, name: str, index: int) -> Optional[Function]:
        """The latest of that name up to a cell; a later one may have run if the cell was not the first to call it."""
        found = [
            function for cell, functions in self._cells if cell <= index for each, function in functions if each == name
        ]
        return found[-1] if found else None

    def of_file(self, path: str, name: str, line: int) -> Optional[Function]:
        """By the line at which it begins, decorators included."""
        if path not in self._files:
            tree = parse_cell(_read(path))
            self._files[path] = list(_functions(tree)) if tree is not None else []
        named = [function for each, function in self._files[path] if each == name]
        return next((function for function in named if _first_line(function) == line), None)

    def returns(self, function: Function, index: int, seen: FrozenSet[int] = frozenset()) -> Returns:
        if isinstance(function, ast.Lambda):
            return Returns.NOTHING if self._is_nothing(function.body, index, seen) else Returns.VALUE
        if _is_optional(function.returns):
            return Returns.MAYBE
        if is_none(function.returns):
            return Returns.NOTHING
        own = list(_own_nodes(function))
        if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own):
            return Returns.VALUE
        values = [node.value for node in own if isinstance(node, ast.Return) and node.value is not None]
        seen = seen | {id(function)}
        told = [value for value in values if not is_none(value)]
        if any(not self._is_nothing(value, index, seen) for value in told):
            return Returns.VALUE
        return Returns.NONE if values and not told else Returns.NOTHING

    def _is_nothing(self, value: ast.expr, index: int, seen: FrozenSet[int]) -> bool:
        call = call_of(value)
        if call is None:
            return is_none(value)
        if call.method in GIVES_NOTHING:
            return True
        function = self.of_notebook(call.callee, index) if not call.is_method else None
        if function is None or id(function) in seen:
            return False
        return self.returns(function, index, seen) in (Returns.NOTHING, Returns.NONE)


def mentions_infinity(node: ast.AST) -> bool:
    """`np.inf`, `float("inf")`, `1e999`: the author means it."""
    return any(_is_named(each, ("inf", "Inf", "infty", "PINF", "NINF", "Infinity")) for each in ast.walk(node)) or any(
        isinstance(each, ast.Constant)
        and (each.value in (float("inf"),) or str(each.value).lower().lstrip("+-") in ("inf", "infinity"))
        for each in ast.walk(node)
    )


def mentions_nan(node: ast.AST) -> bool:
    """`np.nan`, `float("nan")`, `pd.NA`: the author means it."""
    return any(_is_named(each, ("nan", "NaN", "NAN", "NA", "NaT")) for each in ast.walk(node)) or any(
        isinstance(each, ast.Constant) and str(each.value).lower() == "nan" for each in ast.walk(node)
    )


def _is_named(node: ast.AST, names: Tuple[str, ...]) -> bool:
    return getattr(node, "attr", getattr(node, "id", None)) in names


def _functions(tree: Optional[ast.AST]) -> Iterable[Tuple[str, Function]]:
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _own_nodes(function: ast.AST) -> Iterable[ast.AST]:
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield child
            yield from _own_nodes(child)


def _is_optional(annotation: Optional[ast.expr]) -> bool:
    if annotation is None or is_none(annotation):
        return False
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return "Optional" in annotation.value or "None" in annotation.value
    return any(is_none(each) or _is_named(each, ("Optional",)) for each in ast.walk(annotation))


def _first_line(function: Function) -> int:
    decorators = getattr(function, "decorator_list", [])
    return int(min([function.lineno, *(each.lineno for each in decorators)]))


def _read(path: str) -> str:
    """A module's text. The path comes from the kernel: no device, no pipe, nothing huge is opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError):
        return ""
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_TREE_SOURCE:
            return ""
        return file.read(MAX_TREE_SOURCE).decode("utf-8", "replace")
