"""Which names a piece of code binds, and which it needs from outside."""

from __future__ import annotations

import ast
from typing import Dict, Iterable, Iterator, List, Set, Tuple, Union

from .calls import callee_text
from .executed_nodes import FUNCTIONS, Function
from .tree_nodes import nodes_of

Scope = Union[Function, ast.Lambda]
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LOOKS_UP = frozenset(("globals", "locals", "vars", "dir"))
_NAME_ERRORS = frozenset(("NameError", "UnboundLocalError", "Exception", "BaseException"))


def bound_names(nodes: Iterable[ast.AST]) -> Set[str]:
    """Names that statements bind in their own scope, whichever way they run."""
    found: Set[str] = set()
    pending: List[ast.AST] = list(nodes)
    while pending:
        node = pending.pop()
        found |= binds(node)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            pending += node.decorator_list
        elif isinstance(node, COMPREHENSIONS):
            # `:=` in a comprehension binds outside of it, its targets don't.
            pending += [each for each in ast.walk(node) if isinstance(each, ast.NamedExpr)]
        elif not isinstance(node, ast.Lambda):
            pending += ast.iter_child_nodes(node)
    return found


def binds(node: ast.AST) -> Set[str]:
    """Names that this very node binds."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, (ast.Store, ast.Del)) else set()
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names if alias.name != "*"}
    if isinstance(node, ast.ExceptHandler):
        return {node.name} if node.name else set()
    # `match` came with Python 3.10.
    if type(node).__name__ in ("MatchAs", "MatchStar", "MatchMapping"):
        return {name for name in (getattr(node, "name", None), getattr(node, "rest", None)) if name}
    return set()


def parameters(scope: Scope) -> Set[str]:
    given = scope.args
    every = [
        *given.posonlyargs,
        *given.args,
        *given.kwonlyargs,
        *(each for each in (given.vararg, given.kwarg) if each),
    ]
    return {each.arg for each in every} | {each.name for each in getattr(scope, "type_params", ())}


def needed_names(scope: Scope, certain: bool = False) -> Dict[str, int]:
    """Names that a function's body reads from outside, with the line of the first use.

    With `certain`, only those that every call comes by: nothing below a condition.
    """
    body: List[ast.AST] = [scope.body] if isinstance(scope, ast.Lambda) else list(scope.body)
    declared = {name for node in _own(body) if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
    local = (bound_names(body) | parameters(scope)) - declared
    found: Dict[str, int] = {}
    for name, line in _uses(body, certain):
        if name not in local:
            found.setdefault(name, line)
    return found


def nodes_about(root: ast.AST, name: str) -> Iterator[ast.AST]:
    """The nodes in which the name is the notebook's own: not those of a function that has a local of that name."""
    pending: List[ast.AST] = [root]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, (*FUNCTIONS, ast.Lambda)):
            pending += [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]
            pending += getattr(node, "decorator_list", [])
            if name in needed_names(node):
                pending += [node.body] if isinstance(node, ast.Lambda) else node.body
        elif isinstance(node, ast.ClassDef) and name in bound_names(node.body):
            pending += [*node.bases, *node.decorator_list]
        elif isinstance(node, COMPREHENSIONS) and name in comprehension_names(node):
            pending.append(node.generators[0].iter)
        else:
            pending += ast.iter_child_nodes(node)


def declared_globals(scope: Scope) -> Set[str]:
    """Names of the notebook that a function binds when it is called."""
    return {name for node in ast.walk(scope) if isinstance(node, ast.Global) for name in node.names}


def _own(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    pending: List[ast.AST] = list(nodes)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            pending += ast.iter_child_nodes(node)


def _uses(nodes: Iterable[ast.AST], certain: bool = False) -> Iterator[Tuple[str, int]]:
    """Names read, those of inner functions included that these don't bind themselves."""
    for node in nodes:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                yield node.id, node.lineno
        elif isinstance(node, (*FUNCTIONS, ast.Lambda)):
            outer: List[ast.AST] = [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]
            outer += getattr(node, "decorator_list", [])
            yield from _uses(outer, certain)
            yield from () if certain else needed_names(node).items()
        elif isinstance(node, ast.ClassDef):
            own = bound_names(node.body) | {each.name for each in getattr(node, "type_params", ())}
            yield from _uses([*node.bases, *node.keywords, *node.decorator_list], certain)
            yield from ((name, line) for name, line in _uses(node.body, certain) if name not in own)
        elif isinstance(node, COMPREHENSIONS):
            own = comprehension_names(node)
            yield from ((name, line) for name, line in _uses(ast.iter_child_nodes(node), certain) if name not in own)
        elif isinstance(node, ast.Try) and (certain or takes_name_errors(node)):
            for part in () if certain else (node.handlers, node.orelse, node.finalbody):
                yield from _uses(part)
        elif certain and isinstance(node, (ast.If, ast.IfExp, ast.While)):
            yield from _uses([node.test], certain)
        elif certain and isinstance(node, ast.BoolOp):
            yield from _uses(node.values[:1], certain)
        elif isinstance(node, ast.AnnAssign):
            yield from _uses([each for each in (node.target, node.value) if each is not None], certain)
        else:
            yield from _uses(ast.iter_child_nodes(node), certain)


def comprehension_names(node: ast.AST) -> Set[str]:
    """Targets of a comprehension, those of comprehensions within it left out."""
    generators: List[ast.comprehension] = getattr(node, "generators", [])
    return {each.id for generator in generators for each in ast.walk(generator.target) if isinstance(each, ast.Name)}


def takes_name_errors(node: ast.Try) -> bool:
    """A name may be missing in its block: what then is its own affair."""
    for handler in node.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is None or (isinstance(kind, ast.Name) and kind.id in _NAME_ERRORS) for kind in kinds):
            return True
    return False


def names_asked_for(tree: ast.Module) -> Set[str]:
    """`"df" in globals()`, anywhere: the code answers for it that the name may be missing."""
    return {
        str(node.left.value)
        for node in nodes_of(tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Constant)
        and any(is_look_up(each) for each in node.comparators)
    }


def is_look_up(node: ast.AST) -> bool:
    """`globals()`, `dir()`: the names that are there."""
    return isinstance(node, ast.Call) and callee_text(node.func) in _LOOKS_UP
