"""Calls as they are written: the callee's text, and the names that lead to it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import FrozenSet, List, Optional, Tuple

MAX_TEXT = 80
MAX_PATH = 8
INSTANCE = "()"
"""In a path: what was called is a class, and the next name is a method of its instances."""

PASSES_ON = frozenset(("run", "run_until_complete", "wait_for", "shield"))
"""Callees that give what the call in their first argument gives (`asyncio.run(main())`)."""


@dataclass(frozen=True)
class CallSite:
    callee: str
    """As written, without arguments: `load_data`, `pd.read_csv`, `load().dropna`."""
    path: Tuple[str, ...]
    """The same as names to look up, one after the other; empty when only running the code would tell."""
    line: int
    node: ast.Call = field(compare=False, repr=False)

    @property
    def method(self) -> str:
        """The last name: `read_csv`."""
        return self.callee.rsplit(".", 1)[-1]

    @property
    def root(self) -> str:
        return self.path[0] if self.path else self.callee.split(".", 1)[0].rstrip(INSTANCE)

    @property
    def is_method(self) -> bool:
        return "." in self.callee

    def keyword(self, name: str) -> Optional[ast.expr]:
        return next((each.value for each in self.node.keywords if each.arg == name), None)

    @property
    def names_none(self) -> bool:
        """None stands among the arguments, as the default of a lookup does."""
        values = [*self.node.args, *(each.value for each in self.node.keywords if each.arg == "default")]
        return any(is_none(value) for value in values)


def call_of(value: ast.expr) -> Optional[CallSite]:
    """The call that gives the value: the outermost one, behind `await`, `:=` and `asyncio.run`."""
    while isinstance(value, (ast.Await, ast.NamedExpr)):
        value = value.value
    if not isinstance(value, ast.Call):
        return None
    site = CallSite(callee_text(value.func)[-MAX_TEXT:], _path(value.func), value.lineno, value)
    if site.method in PASSES_ON and site.is_method and value.args:
        return call_of(value.args[0]) or site
    return site


def alternatives(value: ast.expr) -> List[ast.expr]:
    """The expressions of which one gives the value, if the value is None."""
    if isinstance(value, ast.IfExp):
        return alternatives(value.body) + alternatives(value.orelse)
    if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
        return alternatives(value.values[-1])
    return [value]


def is_none(node: Optional[ast.AST]) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def names_in(node: ast.AST) -> FrozenSet[str]:
    """Names that the code reads."""
    return frozenset(
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    )


def callee_text(node: ast.AST) -> str:
    """As written, without arguments: `df.groupby().mean` for the callee of `df.groupby("a").mean()`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return callee_text(node.value) + "." + node.attr
    if isinstance(node, ast.Call):
        return callee_text(node.func) + "()"
    if isinstance(node, ast.Subscript):
        return callee_text(node.value) + "[…]"
    if isinstance(node, ast.Await):
        return callee_text(node.value)
    return "lambda" if isinstance(node, ast.Lambda) else "…"


def _path(node: ast.AST) -> Tuple[str, ...]:
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        inner, last = _path(node.value), node.attr
    elif isinstance(node, ast.Call):
        inner, last = _path(node.func), INSTANCE
    else:
        return ()
    return (*inner, last) if inner and len(inner) < MAX_PATH else ()
