"""Which top-level names a cell assigns, from what, and which of the assignments may count at its end."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Dict, FrozenSet, Iterable, List, Optional, Sequence, Tuple

from .calls import CallSite, alternatives, call_of, names_in
from .cell_source import CellSource, NotebookSource

SHOWS_ITS_RESULT = ("%%time",)
"""Cell magics that give the value of their body's last expression."""


class How(Enum):
    WHOLE = "whole"
    """The name itself: `x = …`, `x: T = …`, `(x := …)`."""
    UNPACKED = "unpacked"
    """One of several: `x, y = …`."""
    CHANGED = "changed"
    """The value that the name holds, or a part of it: `x += …`, `x["a"] = …`."""
    BY_CALL = "by call"
    """What a call may change in place: `x.drop(…, inplace=True)`, `clean(x)`."""
    SHOWN = "shown"
    """No name: the cell's last expression."""
    OTHER = "other"
    """A loop's target, `with … as x`, `import`, `def`, a parameter of `except`."""


@dataclass(frozen=True)
class Binding:
    name: str
    line: int
    how: How
    value: Optional[ast.expr] = field(default=None, compare=False, repr=False)
    """What is assigned; None for OTHER."""
    call: Optional[CallSite] = None
    """When the value is what a call gives."""
    column: Optional[str] = None
    """The key or attribute, when one part changed: `x["a"] = …`."""

    @property
    def inputs(self) -> FrozenSet[str]:
        """Names that the value is made from."""
        names = names_in(self.value) if self.value is not None else frozenset()
        return names | {self.name} if self.how in (How.CHANGED, How.BY_CALL) else names

    @property
    def reads_itself(self) -> bool:
        """The new value is made from the old one: `x["a"] = x["a"] * 2`, `x = x.dropna()`."""
        if self.value is None or self.name not in names_in(self.value):
            return False
        words = [getattr(each, "value", getattr(each, "attr", None)) for each in ast.walk(self.value)]
        return self.column is None or self.column in [word for word in words if isinstance(word, str)]


Reaching = Dict[str, Tuple[Binding, ...]]


@dataclass(frozen=True)
class CellAssignments:
    names: "Dict[str, Tuple[Binding, ...]]" = field(default_factory=dict)
    """Names that the cell binds, in order of their last binding, with every binding that may hold at its end."""
    changed: Tuple[Binding, ...] = ()
    """Changes of what names hold, in order: of names that the cell binds, too."""
    shown: Optional[Binding] = None
    bound_before: FrozenSet[str] = frozenset()
    """Names that earlier cells bind."""


@lru_cache(maxsize=2)
def assignments_of(notebook: NotebookSource) -> Dict[int, CellAssignments]:
    """By index of the cell: the cells run in order, each once."""
    reaching: Reaching = {}
    result: Dict[int, CellAssignments] = {}
    for cell in notebook.cells:
        if cell.tree is None:
            continue
        before = frozenset(reaching)
        flow = _Flow(reaching)
        reaching = flow.run(cell.tree.body, reaching)
        bound = [name for name in flow.order if name in reaching]
        result[cell.index] = CellAssignments(
            {name: reaching[name] for name in bound if any(each.how is not How.OTHER for each in reaching[name])},
            tuple(flow.changed),
            _shown(cell),
            before,
        )
    return result


def _shown(cell: CellSource) -> Optional[Binding]:
    """The last expression, unless a semicolon or a magic hides its value."""
    last = cell.tree.body[-1] if cell.tree is not None and cell.tree.body else None
    if not isinstance(last, ast.Expr):
        return None
    if cell.text.lstrip().startswith("%%") and not cell.text.lstrip().startswith(SHOWS_ITS_RESULT):
        return None
    lines = cell.code.splitlines()
    end = (last.end_lineno or last.lineno) - 1
    rest = lines[end].encode()[last.end_col_offset or 0 :] if end < len(lines) else b""
    if rest.strip().startswith(b";"):
        return None
    return Binding("", last.lineno, How.SHOWN, last.value, call_of(last.value))


class _Flow:
    """Follows the statements of one cell. Loops run no, one or many times; each branch may be taken."""

    def __init__(self, before: Reaching) -> None:
        self._before = before
        self.order: Dict[str, None] = {}
        self.changed: List[Binding] = []

    def run(self, statements: Sequence[ast.stmt], reaching: Reaching) -> Reaching:
        reaching = dict(reaching)
        for statement in statements:
            reaching = self._statement(statement, reaching)
        return reaching

    def _statement(self, node: ast.stmt, reaching: Reaching) -> Reaching:
        for expression in _own_expressions(node):
            self._walruses(expression, reaching)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value, reaching)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._assign(node.target, node.value, reaching)
        elif isinstance(node, ast.AugAssign):
            self._augment(node, reaching)
        elif isinstance(node, ast.Expr):
            self._changed_by_call(node)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                reaching.pop(getattr(target, "id", ""), None)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._bind(Binding(node.name, node.lineno, How.OTHER), reaching)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                self._bind(Binding((alias.asname or alias.name).split(".")[0], node.lineno, How.OTHER), reaching)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._others(node.target, reaching)
            return self.run(node.orelse, _union(reaching, self.run(node.body, reaching)))
        elif isinstance(node, ast.While):
            return self.run(node.orelse, _union(reaching, self.run(node.body, reaching)))
        elif isinstance(node, ast.If):
            return self._branches([node.body, node.orelse], reaching)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    self._others(item.optional_vars, reaching)
            return self.run(node.body, reaching)
        elif hasattr(node, "handlers"):
            return self._try(node, reaching)
        elif hasattr(node, "cases"):
            return self._branches([case.body for case in node.cases] + [[]], reaching)
        return reaching

    def _branches(self, branches: Sequence[Sequence[ast.stmt]], reaching: Reaching) -> Reaching:
        ends = [self.run(body, reaching) for body in branches if not _leaves(body)]
        return _union(*ends) if ends else reaching

    def _try(self, node: ast.stmt, reaching: Reaching) -> Reaching:
        body: Sequence[ast.stmt] = getattr(node, "body", [])
        tried = self.run(body, reaching)
        ends = [self.run(getattr(node, "orelse", []), tried)]
        for handler in getattr(node, "handlers", []):
            if not _leaves(handler.body):
                ends.append(self.run(handler.body, _union(reaching, tried)))
        return self.run(getattr(node, "finalbody", []), _union(*ends))

    def _assign(self, target: ast.expr, value: ast.expr, reaching: Reaching, how: How = How.WHOLE) -> None:
        if isinstance(target, ast.Name):
            line = target.lineno
            if how is How.WHOLE:
                bindings = [Binding(target.id, line, how, each, call_of(each)) for each in alternatives(value)]
            else:
                bindings = [Binding(target.id, line, how, value, call_of(value))]
            self._bind(bindings[-1], reaching)
            reaching[target.id] = tuple(bindings)
        elif isinstance(target, (ast.Tuple, ast.List)):
            pairs = _pairs(target.elts, value)
            for element, part in pairs or [(element, value) for element in target.elts]:
                self._assign(element, part, reaching, how if pairs else How.UNPACKED)
        elif isinstance(target, ast.Starred):
            self._assign(target.value, value, reaching, How.UNPACKED)
        elif isinstance(target, (ast.Subscript, ast.Attribute)):
            name = _base(target)
            if name is not None:
                self.changed.append(Binding(name, target.lineno, How.CHANGED, value, call_of(value), _column(target)))

    def _augment(self, node: ast.AugAssign, reaching: Reaching) -> None:
        name = _base(node.target)
        if name is None:
            return
        binding = Binding(name, node.lineno, How.CHANGED, node.value, None, _column(node.target))
        if isinstance(node.target, ast.Name):
            self._bind(binding, reaching)
        else:
            self.changed.append(binding)

    def _changed_by_call(self, node: ast.Expr) -> None:
        """`x.dropna(inplace=True)`, and `clean(x)` for a function that is called by its plain name."""
        call = call_of(node.value)
        if call is None:
            return
        names: List[ast.expr] = []
        inplace = call.keyword("inplace")
        if isinstance(inplace, ast.Constant) and inplace.value is True and isinstance(call.node.func, ast.Attribute):
            names = [call.node.func.value]
        elif not call.is_method and any(each.how is How.OTHER for each in self._before.get(call.callee, ())):
            names = list(call.node.args)
        for name in names:
            if isinstance(name, ast.Name):
                self.changed.append(Binding(name.id, node.lineno, How.BY_CALL, node.value, call))

    def _others(self, target: ast.expr, reaching: Reaching) -> None:
        for each in ast.walk(target):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                self._bind(Binding(each.id, each.lineno, How.OTHER), reaching)

    def _walruses(self, expression: ast.expr, reaching: Reaching) -> None:
        for each in _outside_functions(expression):
            if isinstance(each, ast.NamedExpr):
                self._assign(each.target, each.value, reaching)

    def _bind(self, binding: Binding, reaching: Reaching) -> None:
        self.order.pop(binding.name, None)
        self.order[binding.name] = None
        reaching[binding.name] = (binding,)


def _own_expressions(node: ast.stmt) -> Iterable[ast.expr]:
    """Expressions of the statement itself, not of the statements in it."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return []
    return [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]


def _outside_functions(node: ast.AST) -> Iterable[ast.AST]:
    yield node
    if not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)


def _union(*ends: Reaching) -> Reaching:
    names = {name: None for end in ends for name in end}
    return {name: tuple(dict.fromkeys(each for end in ends for each in end.get(name, ()))) for name in names}


def _leaves(body: Sequence[ast.stmt]) -> bool:
    """The branch never gets to what follows it."""
    return bool(body) and isinstance(body[-1], (ast.Raise, ast.Return))


def _pairs(targets: Sequence[ast.expr], value: ast.expr) -> "List[Tuple[ast.expr, ast.expr]]":
    starred = any(isinstance(each, ast.Starred) for each in targets)
    if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(targets) and not starred:
        return list(zip(targets, value.elts))
    return []


def _base(target: ast.expr) -> Optional[str]:
    while isinstance(target, (ast.Subscript, ast.Attribute)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


def _column(target: ast.expr) -> Optional[str]:
    """`x["a"]`, `x.a` and `x.loc[rows, "a"]` change column a."""
    if isinstance(target, ast.Attribute):
        return target.attr
    key = target.slice if isinstance(target, ast.Subscript) else None
    if isinstance(key, ast.Tuple) and key.elts:
        key = key.elts[-1]
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
