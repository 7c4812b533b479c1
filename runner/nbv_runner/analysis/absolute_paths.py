"""Paths that lead somewhere on one machine only."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Dict, FrozenSet, Iterator, Optional

from .callees import last_name
from .calls import callee_text
from .commands import commands_of
from .tree_nodes import ancestors, calls_of, nodes_of, parents_of

_PERSONAL = re.compile(
    r"(file://)?(/(home|Users)/[^/\s:]+(/|$)|/(root|content|kaggle|Volumes|databricks|dbfs|workspace|workspaces)/\S"
    r"|[A-Za-z]:[\\/]+[^\\/\s]|\\\\[\w.-]+\\)"
)
_IN_COMMAND = re.compile(
    r"(?<![\w./~:-])(/(?:home|Users)/[\w.-]+/[^\s'\"]*|/(?:root|content|kaggle|Volumes)/[^\s'\"]+|[A-Z]:\\[^\s'\"]+)"
)
_ANYWHERE = re.compile(r"/(tmp|dev|proc|sys|etc|usr|bin|opt|var|run|lib)(/|$)")
"""Every container has them."""
_ASKS = frozenset(("exists", "is_dir", "is_file", "isdir", "isfile", "is_mount"))
_ABSOLUTE = re.compile(r"/[\w.@-]+(/[\w.@ *?{}…-]+)+/?$|/[\w@-]+\.\w{1,8}$")
_TAKES_PATH = re.compile(
    r"(open|Path|PurePath|chdir|listdir|makedirs|mkdir|exists|isfile|isdir|glob|iglob|walk|scandir|remove|load|loadtxt"
    r"|genfromtxt|save|savez|savetxt|savefig|dump|imread|imwrite|imsave|ZipFile|connect|from_pretrained|load_model"
    r"|copy|copyfile|copytree|move|rmtree|fromfile|read_\w+|scan_\w+|to_(csv|parquet|excel|json|pickle"
    r"|feather|hdf|html))$"
)
_OF_PATHS = re.compile(r"(os\.path|posixpath|ntpath|path)\.join$|sys\.path\.(append|insert)$")


@dataclass(frozen=True)
class AbsolutePath:
    path: str
    line: int


def absolute_paths(tree: ast.Module) -> Iterator[AbsolutePath]:
    parents = parents_of(tree)
    asked_for = _asked_for(tree)
    for node in nodes_of(tree):
        if isinstance(node, ast.Constant) and asked_for and _is_candidate(node, asked_for, parents):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_absolute(node, node.value, parents):
            yield AbsolutePath(node.value, node.lineno)
    for command in commands_of(tree):
        found = _IN_COMMAND.search(command.text)
        if found is not None:
            yield AbsolutePath(found.group(), command.line)


def _is_absolute(node: ast.Constant, text: str, parents: Dict[ast.AST, ast.AST]) -> bool:
    if len(text) > 1024 or "\n" in text or not text[:1].strip():
        return False
    call = _taken_by(node, parents)
    if call is not None and callee_text(call.func).startswith("get_ipython"):
        return False
    if _PERSONAL.match(text):
        # A sentence that begins with a path is no path; what is said is not used.
        return _is_used(node, parents) and (" " not in text or call is not None)
    takes_path = call is not None and (
        _TAKES_PATH.match(last_name(call.func)) or _OF_PATHS.search(callee_text(call.func))
    )
    return bool(takes_path and _ABSOLUTE.match(text) and not _ANYWHERE.match(text))


def _asked_for(tree: ast.AST) -> FrozenSet[str]:
    """The texts of which a cell asks whether they are there; empty when it asks nothing of the kind."""
    asking = [call for call in calls_of(tree) if last_name(call.func) in _ASKS]
    texts = {each.value for call in asking for each in ast.walk(call) if isinstance(each, ast.Constant)}
    return frozenset({"", *(text for text in texts if isinstance(text, str))}) if asking else frozenset()


def _is_candidate(node: ast.Constant, asked_for: FrozenSet[str], parents: Dict[ast.AST, ast.AST]) -> bool:
    """One of several places, of which the first that is there is taken."""
    if node.value in asked_for:
        return True
    return any(isinstance(parent, (ast.List, ast.Tuple)) for parent, _ in ancestors(node, parents))


def _taken_by(node: ast.AST, parents: Dict[ast.AST, ast.AST]) -> Optional[ast.Call]:
    """The call whose argument it is, directly or as the beginning of an f-string."""
    parent = parents.get(node)
    if isinstance(parent, ast.JoinedStr):
        if parent.values[0] is not node:
            return None
        node, parent = parent, parents.get(parent)
    if isinstance(parent, ast.keyword):
        parent = parents.get(parent)
    return parent if isinstance(parent, ast.Call) and node is not parent.func else None


def _is_used(node: ast.AST, parents: Dict[ast.AST, ast.AST]) -> bool:
    """Not a docstring, not a part of a sentence or a comparison, not printed."""
    for parent, _ in ancestors(node, parents):
        if isinstance(parent, (ast.Expr, ast.Compare, ast.Assert, ast.Raise)):
            return False
        if isinstance(parent, ast.JoinedStr) and parent.values[0] is not node:
            return False
        if isinstance(parent, ast.Call):
            return last_name(parent.func) not in _SAYS
        if isinstance(parent, ast.stmt):
            return True
    return False


_SAYS = frozenset(
    (
        "print",
        "display",
        "replace",
        "startswith",
        "endswith",
        "split",
        "strip",
        "removeprefix",
        "info",
        "debug",
        "warning",
    )
    + ("error", "get", "post", "put", "route", "match", "search", "sub", "findall", "compile", "Markdown", "HTML")
)
