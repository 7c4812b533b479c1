"""Names that a run from top to bottom would not find."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass, field
from typing import Dict, FrozenSet, Iterable, Iterator, List, Optional, Set

from ..tags import RAISES_EXCEPTION, SKIP_EXECUTION
from .calls import callee_text
from .cell_source import CellSource, NotebookSource
from .magic_names import ANYTHING, names_from_magic
from .scopes import (
    COMPREHENSIONS,
    binds,
    bound_names,
    comprehension_names,
    declared_globals,
    is_look_up,
    names_asked_for,
    needed_names,
    takes_name_errors,
)

_GIVEN = frozenset(dir(builtins)) | {"get_ipython", "In", "Out", "exit", "quit", "display", "__name__", "__doc__"}
_GIVEN |= {"__builtins__", "__spec__", "__loader__", "__package__", "__session__", "__annotations__", "reveal_type"}
_GIVEN |= {
    "_oh",
    "_ih",
    "_dh",
    "_exit_code",
    "_sh",
    "WindowsError",
    "anext",
    "aiter",
    "EncodingWarning",
    "PythonFinalizationError",
}
_HISTORY = re.compile(r"_{1,3}$|_i{1,3}$|_i?\d+$")


@dataclass(frozen=True)
class MissingName:
    name: str
    cell: int
    line: int
    defined_in: Optional[int] = None
    """The later cell that defines it (or the same one, further down); None when none does."""
    function: Optional[str] = None
    """The function that needs it, when the line only calls that."""


@dataclass
class _Use:
    name: str
    cell: int
    line: int
    function: Optional[str] = None


def missing_names(notebook: NotebookSource, given: Iterable[str] = ()) -> List[MissingName]:
    """Each name once. Nothing is said of what star imports and the like may have defined."""
    reader = _Reader(frozenset(given) | _GIVEN)
    for cell in notebook.cells:
        if SKIP_EXECUTION not in cell.tags:
            reader.read(cell)
    return list(reader.missing())


@dataclass
class _Reader:
    given: FrozenSet[str]
    defined: Set[str] = field(default_factory=set)
    anything: bool = False
    """Names may have come from where the source does not tell."""
    bound_in: Dict[str, int] = field(default_factory=dict)
    uses: List[_Use] = field(default_factory=list)
    deferred: List[_Use] = field(default_factory=list)
    needs: Dict[str, Dict[str, int]] = field(default_factory=dict)
    """What every call of the notebook's functions needs from outside."""
    asked_for: Set[str] = field(default_factory=set)
    """Names of which the notebook itself asks whether they are there."""
    _cell: int = 0
    _soft: List[Set[str]] = field(default_factory=list)
    _lenient: int = 0
    _depth: int = 0

    def read(self, cell: CellSource) -> None:
        self._cell = cell.index
        if cell.tree is None:
            self.anything = self.anything or bool(cell.text.strip())
            return
        self.asked_for |= names_asked_for(cell.tree)
        if RAISES_EXCEPTION in cell.tags:
            for name in bound_names(cell.tree.body):
                self._bind(name)
            return
        for statement in cell.tree.body:
            self._visit(statement)

    def missing(self) -> Iterator[MissingName]:
        never_bound = [use for use in self.deferred if use.name not in self.bound_in and not self.anything]
        told: Set[str] = set()
        for use in [*self.uses, *never_bound]:
            if use.name not in told and use.name not in self.asked_for:
                told.add(use.name)
                yield MissingName(use.name, use.cell, use.line, self.bound_in.get(use.name), use.function)

    def _bind(self, name: str) -> None:
        self.defined.add(name)
        self.needs.pop(name, None)
        self.bound_in.setdefault(name, self._cell)

    def _use(self, name: str, line: int, function: Optional[str] = None) -> None:
        if name not in self.defined and not self._is_given(name) and not self.anything and not self._lenient:
            self.uses.append(_Use(name, self._cell, line, function))

    def _later(self, names: Dict[str, int]) -> None:
        self.deferred += [_Use(name, self._cell, line) for name, line in names.items() if not self._is_given(name)]

    def _is_given(self, name: str) -> bool:
        is_soft = any(name in soft for soft in self._soft)
        return name in self.given or is_soft or _HISTORY.match(name) is not None

    def _visit_all(self, nodes: Iterable[Optional[ast.AST]]) -> None:
        for node in nodes:
            if node is not None:
                self._visit(node)

    def _visit(self, node: ast.AST) -> None:
        method = getattr(self, "_visit_" + type(node).__name__, None)
        if method is not None:
            method(node)
            return
        self._visit_all(ast.iter_child_nodes(node))
        for name in binds(node):
            self._bind(name)

    def _visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use(node.id, node.lineno)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id)

    def _visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if not isinstance(target, ast.Name):
                self._visit(target)
                continue
            self._use(target.id, node.lineno)
            if self._depth == 0:
                self.defined.discard(target.id)

    def _visit_Assign(self, node: ast.Assign) -> None:
        self._visit(node.value)
        self._visit_all(node.targets)
        if isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
            self.needs[node.targets[0].id] = needed_names(node.value, certain=True)

    def _visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._use(node.target.id, node.lineno)
        self._visit_all([node.value, node.target])

    def _visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_all([node.value])
        if node.value is not None or not isinstance(node.target, ast.Name):
            self._visit(node.target)

    def _visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._visit_all([node.value, node.target])

    def _visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._visit_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        for name in (*declared_globals(node), node.name):
            self._bind(name)
        self.needs[node.name] = needed_names(node, certain=True)
        self._later(needed_names(node))

    _visit_AsyncFunctionDef = _visit_FunctionDef

    def _visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all([*node.args.defaults, *node.args.kw_defaults])
        self._later(needed_names(node))

    def _visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        before = set(self.defined), dict(self.bound_in), dict(self.needs)
        self._soft.append(bound_names(node.body) | {node.name} | {t.name for t in getattr(node, "type_params", ())})
        for statement in node.body:
            self._visit(statement)
        self._soft.pop()
        # What a class body binds are its attributes.
        own = bound_names(node.body)
        self.defined = before[0] | (self.defined - own)
        self.bound_in = {name: cell for name, cell in self.bound_in.items() if name in before[1] or name not in own}
        self.needs = before[2]
        self._bind(node.name)

    def _visit_comprehension_expression(self, node: ast.AST) -> None:
        generators: List[ast.comprehension] = getattr(node, "generators", [])
        self._visit(generators[0].iter)
        self._soft.append(comprehension_names(node))
        for generator in generators:
            self._visit_all([*([] if generator is generators[0] else [generator.iter]), *generator.ifs])
        self._visit_all(getattr(node, part, None) for part in ("key", "value", "elt"))
        self._soft.pop()

    def _visit_For(self, node: ast.For) -> None:
        self._visit_all([node.iter, node.target])
        self._visit_loop([*node.body, *node.orelse])

    _visit_AsyncFor = _visit_For

    def _visit_While(self, node: ast.While) -> None:
        self._visit_loop([node.test, *node.body, *node.orelse])

    def _visit_loop(self, nodes: List[ast.AST]) -> None:
        """What an iteration binds, the next one finds."""
        self._soft.append(bound_names(nodes))
        self._visit_branch(nodes)
        self._soft.pop()

    def _visit_branch(self, nodes: Iterable[ast.AST]) -> None:
        self._depth += 1
        self._visit_all(nodes)
        self._depth -= 1

    def _visit_If(self, node: ast.If) -> None:
        self._visit(node.test)
        self._visit_branch([*node.body, *node.orelse])

    def _visit_Try(self, node: ast.Try) -> None:
        lenient = takes_name_errors(node)
        self._lenient += lenient
        self._visit_branch(node.body)
        self._lenient -= lenient
        for handler in node.handlers:
            self._visit_all([handler.type])
            if handler.name:
                self._bind(handler.name)
            self._visit_branch(handler.body)
        self._visit_branch([*node.orelse, *node.finalbody])

    _visit_TryStar = _visit_Try

    def _visit_Compare(self, node: ast.Compare) -> None:
        # Whoever only asks what there is defines nothing.
        self._visit(node.left)
        self._visit_all(each for each in node.comparators if not is_look_up(each))

    def _visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.anything = self.anything or any(alias.name == "*" for alias in node.names)
        for name in binds(node):
            self._bind(name)

    def _visit_Call(self, node: ast.Call) -> None:
        self._visit_all([node.func, *node.args, *node.keywords])
        callee = callee_text(node.func)
        if callee in ("exec", "globals"):
            self.anything = True
        elif callee.startswith("get_ipython()."):
            names = names_from_magic(node)
            self.anything = self.anything or names is ANYTHING
            for name in names:
                self._bind(name)
        elif isinstance(node.func, ast.Name) and node.func.id in self.needs:
            self._visit_needs(node.func.id, node.lineno)

    def _visit_needs(self, function: str, line: int) -> None:
        """A call needs at once what the function's body needs, and the functions that it calls."""
        seen: Set[str] = set()
        pending = [function]
        while pending:
            current = pending.pop()
            for name in self.needs.get(current, ()) if current not in seen else ():
                if name in self.needs:
                    pending.append(name)
                else:
                    self._use(name, line, current)
            seen.add(current)


for _kind in COMPREHENSIONS:
    setattr(_Reader, "_visit_" + _kind.__name__, _Reader._visit_comprehension_expression)
