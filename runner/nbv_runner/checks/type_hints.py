"""L4: functions that don't say what they take and give."""

from __future__ import annotations

import ast
from typing import Iterator, List

from ..analysis.executed_nodes import FUNCTIONS, Function, gives_value
from ..text import one_line
from .check import CheckContext, Observation
from .static_check import static_check


def _without_hints(context: CheckContext) -> Iterator[Observation]:
    for cell in context.notebook.cells:
        for function, is_method in _functions(cell.tree) if cell.tree is not None else ():
            missing = _missing(function, is_method)
            if missing:
                what = ", ".join(missing)
                yield Observation(
                    "`%s` (line %d) has no type hints for %s." % (function.name, function.lineno, one_line(what, 200)),
                    {"function": function.name, "line": function.lineno, "text": one_line(what, 200)},
                    cell.index,
                )


def _functions(tree: ast.Module) -> "Iterator[tuple[Function, bool]]":
    """Functions of the cell and methods of its classes, without those inside other functions."""
    pending: "List[tuple[ast.AST, bool]]" = [(statement, False) for statement in reversed(tree.body)]
    while pending:
        node, is_method = pending.pop()
        if isinstance(node, FUNCTIONS):
            yield node, is_method
        elif isinstance(node, (ast.stmt, ast.ExceptHandler)):
            in_class = isinstance(node, ast.ClassDef) or (is_method and isinstance(node, ast.If))
            pending += [(child, in_class) for child in reversed(list(ast.iter_child_nodes(node)))]


def _missing(function: Function, is_method: bool) -> List[str]:
    """Parameters without a hint, and `the result`. Python itself says what special methods take and give."""
    name = function.name
    if name.startswith("__") and name.endswith("__") and name not in ("__init__", "__call__"):
        return []
    arguments = [*function.args.posonlyargs, *function.args.args]
    is_static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in function.decorator_list)
    if is_method and not is_static:
        arguments = arguments[1:]  # `self` or `cls`
    elif arguments and arguments[0].arg in ("self", "cls"):
        arguments = arguments[1:]  # A function that becomes a method.
    arguments += function.args.kwonlyargs
    missing = [each.arg for each in arguments if each.annotation is None and not each.arg.startswith("_")]
    if function.returns is None and name != "__init__" and gives_value(function):
        missing.append("the result")
    return missing


WITHOUT_TYPE_HINTS = static_check("L4", _without_hints)
