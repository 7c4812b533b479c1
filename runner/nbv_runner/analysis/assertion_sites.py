"""Where a notebook checks what it computes, and which of those checks can fail."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Dict, FrozenSet, Iterator, List, Mapping, Optional, Set

from .callees import last_name
from .cell_source import CellSource, NotebookSource
from .executed_nodes import (
    FUNCTIONS,
    Function,
    executed,
    executed_body,
    functions_of,
    running_cells,
)
from .futile_assertions import swallowed_by, why_futile, why_futile_call
from .remembered import remembered
from .tree_nodes import nodes_of, parents_of

_ASSERTING = re.compile(r"_?assert|expect_|fail(If|Unless)")
_RUNS_TESTS = frozenset(("main", "testmod", "run_tests", "run_docstring_examples"))
_TEST_RUNNERS = frozenset(("unittest", "doctest", "ipytest", "pytest"))
_TEST_MAGICS = frozenset(("ipytest", "run_pytest", "pytest"))
_CHECKING_NAME = re.compile(r"_?(check|validate|verify|ensure|assert|test|require|expect)(_|$|[A-Z])")


@dataclass(frozen=True)
class AssertionSite:
    cell: int
    node: ast.AST
    why_futile: Optional[str] = None
    """Why it can't fail; None when it can."""


class AssertionSites:
    """Every assertion of a notebook, and the cells that check something when they run."""

    def __init__(self, notebook: NotebookSource) -> None:
        functions = functions_of(notebook)
        self.checking_functions = _checking_functions(functions)
        self.sites: List[AssertionSite] = []
        self.checked_cells: Set[int] = set()
        for cell in notebook.cells:
            if cell.tree is None:
                continue
            parents = parents_of(cell.tree)
            sites = [AssertionSite(cell.index, *found) for found in _assertions(cell.tree, parents, functions)]
            self.sites += sites
            futile = {site.node for site in sites if site.why_futile is not None}
            if _checks(cell, futile, self.checking_functions):
                self.checked_cells.add(cell.index)
        self.running = frozenset(cell.index for cell in running_cells(notebook))

    def any_can_fail(self) -> bool:
        return bool(self.checked_cells & self.running)


@remembered
def assertion_sites(notebook: NotebookSource) -> AssertionSites:
    return AssertionSites(notebook)


def _assertions(
    tree: ast.AST, parents: Dict[ast.AST, ast.AST], functions: Mapping[str, Function]
) -> "Iterator[tuple[ast.AST, Optional[str]]]":
    for node in nodes_of(tree):
        if isinstance(node, ast.Assert):
            why = why_futile(node.test, functions)
        elif isinstance(node, ast.Call) and _ASSERTING.match(last_name(node.func)):
            why = why_futile_call(node)
        else:
            continue
        if why is None and swallowed_by(node, parents) is not None:
            why = "its failure is caught and only reported"
        yield node, why


def _checks(cell: CellSource, futile: Set[ast.AST], checking: FrozenSet[str]) -> bool:
    """Whether something that can fail runs with the cell."""
    if cell.tree is None:
        return False
    return any(node not in futile and _is_check(node, checking) for node in executed(cell.tree)) or any(
        isinstance(node, ast.ClassDef) and _is_test_case(node) for node in cell.tree.body
    )


def _is_check(node: ast.AST, checking: FrozenSet[str]) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.If):
        # What `assert` does, in the form that -O does not remove.
        return any(isinstance(statement, ast.Raise) for statement in node.body + node.orelse)
    if isinstance(node, ast.With):
        return any(_is_raises(item.context_expr) for item in node.items)
    return isinstance(node, ast.Call) and _is_checking_call(node, checking)


def _is_checking_call(call: ast.Call, checking: FrozenSet[str]) -> bool:
    name = last_name(call.func)
    if _ASSERTING.match(name) or name in checking or (name == "validate" and bool(call.args)):
        return True
    base = call.func.value if isinstance(call.func, ast.Attribute) else None
    if name in _RUNS_TESTS or name == "run":
        return isinstance(base, ast.Name) and base.id in _TEST_RUNNERS or "TestRunner" in ast.dump(call.func)
    if name in ("run_cell_magic", "run_line_magic") and call.args:
        magic = call.args[0]
        return isinstance(magic, ast.Constant) and magic.value in _TEST_MAGICS
    return False


def _is_raises(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) in ("raises", "assertRaises", "assert_raises", "warns")


def _is_test_case(node: ast.ClassDef) -> bool:
    return any(last_name(base) == "TestCase" for base in node.bases)


def _checking_functions(functions: Mapping[str, Function]) -> FrozenSet[str]:
    """Own functions that assert something when they are called, directly or by another one."""
    found: Set[str] = set()
    for name, function in functions.items():
        nodes = list(executed_body(function))
        can_raise = _CHECKING_NAME.match(name) is not None and any(isinstance(node, ast.Raise) for node in nodes)
        if can_raise or any(_asserts(node, functions) for node in nodes):
            found.add(name)
    callers: Dict[str, List[str]] = {}
    for name, function in functions.items():
        for node in executed_body(function):
            if isinstance(node, ast.Call):
                callers.setdefault(last_name(node.func), []).append(name)
    pending = list(found)
    while pending:
        more = set(callers.get(pending.pop(), ())) - found
        found |= more
        pending += more
    return frozenset(found)


def _asserts(node: ast.AST, functions: Mapping[str, Function]) -> bool:
    if isinstance(node, ast.Assert):
        return why_futile(node.test, functions) is None
    if isinstance(node, FUNCTIONS):
        return False
    return (
        isinstance(node, ast.Call)
        and _ASSERTING.match(last_name(node.func)) is not None
        and why_futile_call(node) is None
    )
