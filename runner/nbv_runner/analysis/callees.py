"""What a call calls, by its full name where the notebook's imports tell it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Dict, Mapping, Optional

from .calls import callee_text
from .cell_source import NotebookSource
from .remembered import remembered
from .tree_nodes import nodes_of


@dataclass(frozen=True)
class Imports:
    """What the notebook's names mean: `pd` → `pandas`, `read_csv` → `pandas.read_csv`."""

    names: Mapping[str, str] = field(default_factory=dict)

    def full_name(self, node: ast.AST) -> str:
        """`pandas.read_csv` for `pd.read_csv`. A name that no import explains stays as it is."""
        text = callee_text(node)
        base, dot, rest = text.partition(".")
        return self.names.get(base, base) + dot + rest


@remembered
def imports_of(notebook: NotebookSource) -> Imports:
    """Imports anywhere in the notebook, those of functions included."""
    names: Dict[str, str] = {}
    for cell in notebook.cells:
        for node in nodes_of(cell.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    base = alias.name.partition(".")[0]
                    names[alias.asname or base] = alias.name if alias.asname else base
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    names[alias.asname or alias.name] = "%s.%s" % (node.module, alias.name)
    return Imports(names)


def last_name(node: ast.AST) -> str:
    """`merge` for `df.merge`; empty for what has no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def argument(call: ast.Call, name: str, position: Optional[int] = None) -> Optional[ast.expr]:
    """The argument that is given by name, or by position."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is not None and position < len(call.args):
        return call.args[position]
    return None


def has_unpacked(call: ast.Call) -> bool:
    """`f(*args)`, `f(**options)`: what else is given can't be seen."""
    return any(isinstance(each, ast.Starred) for each in call.args) or any(k.arg is None for k in call.keywords)
