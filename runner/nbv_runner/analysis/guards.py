"""Whether the author deals with a value that may be missing: asks for None, for NaN, for emptiness, or catches."""

from __future__ import annotations

import ast
from typing import Callable, Dict, Iterator, List, Optional, Sequence

from .assignments import CellAssignments, How
from .calls import is_none
from .cell_source import NotebookSource
from .executed_nodes import FUNCTIONS
from .scopes import bound_names, nodes_about

ASKS_WHAT_IT_IS = frozenset(("isinstance", "bool", "type", "callable", "hasattr", "isna", "isnull", "notna", "notnull"))
EMPTINESS = frozenset(("empty", "size", "shape", "is_empty", "height"))
_SHOWS = frozenset("head tail sample describe info to_string tolist value_counts round".split())
_CAUGHT = frozenset(("Exception", "BaseException", "TypeError", "AttributeError"))

Guard = Callable[[ast.AST, str], bool]


def asks_for_none(node: ast.AST, name: str) -> bool:
    """`x is None`, `if x:`, `not x`, `x or …`, `assert x`, `isinstance(x, …)`, `match x`, uses of x in try … except."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return any(_is(side, name) for side in sides) and any(_speaks_of_none(side) for side in sides)
    if isinstance(node, ast.Call):
        function = node.func
        asked = getattr(function, "id", getattr(function, "attr", ""))
        return asked in ASKS_WHAT_IT_IS | {"all", "any"} and any(_is_in(each, name) for each in node.args)
    if isinstance(node, ast.Try):
        return any(_catches(handler) for handler in node.handlers) and any(
            _reads(each, name) and not _binds(each, name) for each in node.body
        )
    if node.__class__.__name__ == "Match":
        return _is(getattr(node, "subject", None), name)
    return any(_is(each, name) for each in _conditions(node))


def asks_for_emptiness(node: ast.AST, name: str) -> bool:
    """`if x.empty`, `len(x) == 0`, `assert x.shape[0] > 0`: where something depends on it, not where it is printed."""
    if isinstance(node, ast.Compare):
        return any(_tells_size(side, name) for side in [node.left, *node.comparators])
    return any(_tells_size(each, name) for each in _conditions(node))


def is_guarded(
    guard: Guard, name: str, notebook: NotebookSource, index: int, line: int, within: Optional[int] = None
) -> bool:
    """In the same cell from the assignment on, or in a later one before the name gets another value.

    `within`: the guard has to stand in one of the first so many later cells that make use of the name.
    """
    for cell in notebook.cells:
        if cell.index < index or cell.tree is None:
            continue
        if cell.index == index:
            if any(guard(node, name) for node in nodes_about(cell.tree, name) if _last_line(node) >= line):
                return True
            continue
        met = _meets(guard, cell.tree.body, name)
        if met is not None:
            return met
        if within is not None and _makes_use_of(cell.tree, name):
            within -= 1
            if within <= 0:
                return False
    return False


def _meets(guard: Guard, statements: Sequence[ast.stmt], name: str) -> Optional[bool]:
    """Whether the guard comes (True) before the name gets another value (False); None for neither."""
    for statement in statements:
        blocks = _blocks(statement)
        if any(guard(node, name) for node in _heads(statement, name)):
            return True
        ends = [_meets(guard, block, name) for block in blocks]
        if True in ends:
            return True
        if blocks and not isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
            bound = all(end is False for end in ends) and _is_exhaustive(statement)
        else:
            bound = name in bound_names([statement]) and not blocks
        if bound:
            return False
    return None


def _blocks(statement: ast.stmt) -> List[List[ast.stmt]]:
    """The ways through a statement that holds others."""
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return []
    body: List[ast.stmt] = list(getattr(statement, "body", []))
    otherwise: List[ast.stmt] = list(getattr(statement, "orelse", []))
    branches = [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]
    if hasattr(statement, "handlers"):
        return [body + otherwise, *(branch.body for branch in branches)]
    return [block for block in (body, otherwise, *(branch.body for branch in branches)) if block]


def _heads(statement: ast.stmt, name: str) -> Iterator[ast.AST]:
    """The nodes of a statement outside of its blocks; all nodes of one that has none."""
    inner = _blocks(statement)
    if not inner:
        yield from nodes_about(statement, name)
        return
    yield statement
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            continue
        if hasattr(child, "body") and isinstance(child.body, list):
            child = getattr(child, "guard", None) or ast.Pass()
        yield from nodes_about(child, name)


def _is_exhaustive(statement: ast.stmt) -> bool:
    return bool(getattr(statement, "orelse", [])) if isinstance(statement, ast.If) else not hasattr(statement, "cases")


def _makes_use_of(tree: ast.AST, name: str) -> bool:
    """Reads the name for more than to show it. What functions do when they are called is left out."""
    looks = {id(each) for node in ast.walk(tree) for each in _looked_at(node)}
    return any(
        _is(node, name) and isinstance(getattr(node, "ctx", None), ast.Load) and id(node) not in looks
        for statement in getattr(tree, "body", ())
        if not isinstance(statement, (*FUNCTIONS, ast.ClassDef))
        for node in nodes_about(statement, name)
    )


def is_only_looked_at(name: str, notebook: NotebookSource, index: int, line: int) -> bool:
    """Something counts or shows it, and nothing is made from it."""
    looked = made = 0
    for cell in notebook.cells:
        if cell.index < index or cell.tree is None:
            continue
        looks = [each for node in ast.walk(cell.tree) for each in _looked_at(node)]
        for node in ast.walk(cell.tree):
            after = cell.index > index or getattr(node, "lineno", 0) > line
            if after and _is(node, name) and isinstance(getattr(node, "ctx", None), ast.Load):
                is_look = any(node is each for each in looks)
                looked, made = looked + is_look, made + (not is_look)
    return looked > 0 and made == 0


def _looked_at(node: ast.AST) -> Sequence[ast.AST]:
    """What the node only counts or shows: `len(x)`, `x.shape`, `print(x)`, `x` and `x.head()` on a line of its own."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("len", "print", "display", "list", "set"):
        return [_inner(each) for each in node.args]
    if isinstance(node, ast.FormattedValue):
        return [node.value]
    if isinstance(node, ast.Attribute) and node.attr in EMPTINESS:
        return [_inner(node.value)]
    if not isinstance(node, ast.Expr):
        return []
    value = node.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _SHOWS:
        value = value.func.value
    return [_inner(value)]


def is_read_later(name: str, notebook: NotebookSource, index: int, line: int) -> bool:
    """Something uses the name after the line."""
    return any(
        _is(node, name) and isinstance(getattr(node, "ctx", None), ast.Load) and getattr(node, "lineno", 0) > least
        for cell in notebook.cells
        if cell.index >= index and cell.tree is not None
        for least in [line if cell.index == index else 0]
        for node in ast.walk(cell.tree)
    )


def is_changed_later(
    name: str, assignments: Dict[int, CellAssignments], index: int, column: Optional[str] = None
) -> bool:
    """A later cell fills the value, or its column, from elsewhere: it was a placeholder."""
    return any(
        change.name == name
        and change.how is How.CHANGED
        and (column is None or change.column in (None, column))
        and not change.reads_itself
        for later, cell in assignments.items()
        if later > index
        for change in cell.changed
    )


def is_bound_later(name: str, assignments: Dict[int, CellAssignments], index: int) -> bool:
    return any(
        each.how is not How.OTHER
        for later, cell in assignments.items()
        if later > index
        for each in cell.names.get(name, ())
    )


def _conditions(node: ast.AST) -> Sequence[Optional[ast.AST]]:
    if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
        return [node.test]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return [node.operand]
    if isinstance(node, ast.BoolOp):
        return node.values
    return node.ifs if isinstance(node, ast.comprehension) else []


def _is(node: Optional[ast.AST], name: str) -> bool:
    if isinstance(node, ast.NamedExpr):
        node = node.target
    return isinstance(node, ast.Name) and node.id == name


def _is_in(node: ast.AST, name: str) -> bool:
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    return any(_is(each, name) for each in parts)


def _speaks_of_none(node: ast.AST) -> bool:
    return is_none(node) or any(is_none(each) for each in getattr(node, "elts", ()))


def _tells_size(node: Optional[ast.AST], name: str) -> bool:
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and node.args:
        return _is(_inner(node.args[0]), name)
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Attribute) and node.attr in EMPTINESS and _is(_inner(node.value), name)


def _inner(node: ast.AST) -> ast.AST:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in _CAUGHT for kind in kinds)


def _reads(node: ast.AST, name: str) -> bool:
    return any(_is(each, name) and isinstance(getattr(each, "ctx", None), ast.Load) for each in ast.walk(node))


def _binds(node: ast.AST, name: str) -> bool:
    return any(_is(each, name) and isinstance(getattr(each, "ctx", None), ast.Store) for each in ast.walk(node))


def _last_line(node: ast.AST) -> int:
    return getattr(node, "end_lineno", None) or getattr(getattr(node, "target", None), "end_lineno", None) or 0
