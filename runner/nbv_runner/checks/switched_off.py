"""L5: warnings and assertions that are switched off for everything that follows."""

from __future__ import annotations

import ast
import re
from typing import Dict, Iterator, Optional

from ..analysis.callees import Imports, argument, imports_of, last_name
from ..analysis.commands import commands_of
from ..analysis.tree_nodes import ancestors, nodes_of, parents_of
from ..finding import Evidence
from ..text import one_line
from .check import CheckContext, Observation
from .static_check import static_check

_IGNORING = re.compile(r"(^|[\s;&|])(PYTHONWARNINGS\s*=\s*['\"]?(ignore|i\b)|PYTHONOPTIMIZE\s*=?\s*['\"]?[1-9])")
_PYTHON_OPTION = re.compile(r"(^|[\s;&|/])python[\d.]*\s+(-\w+\s+)*(-W\s*ignore\b|-OO?\b)")
_VARIABLES = {"PYTHONWARNINGS": re.compile(r"i(gnore)?$"), "PYTHONOPTIMIZE": re.compile(r"[1-9]")}
_NARROWING = ("message", "category", "module")
_ALL_WARNINGS = frozenset(("Warning", "Exception"))
_NUMPY = re.compile(r"numpy\.seterr$")


def _switched_off(context: CheckContext) -> Iterator[Observation]:
    imports = imports_of(context.notebook)
    for cell in context.notebook.cells:
        if cell.tree is None:
            continue
        parents = parents_of(cell.tree)
        for node in nodes_of(cell.tree):
            what = _what(node, parents, imports)
            if what is not None:
                line = node.lineno  # type: ignore[attr-defined]
                found: Evidence = {"line": line, "pattern": one_line(ast.unparse(node), 120)}
                yield Observation("Line %d %s." % (line, what), found, cell.index)
        for command in commands_of(cell.tree):
            if _IGNORING.search(command.text) or _PYTHON_OPTION.search(command.text):
                told = "Line %d starts Python with warnings or assertions switched off." % command.line
                evidence: Evidence = {"line": command.line, "command": one_line(command.text, 120)}
                yield Observation(told, evidence, cell.index)


def _what(node: ast.AST, parents: Dict[ast.AST, ast.AST], imports: Imports) -> Optional[str]:
    if isinstance(node, ast.Call):
        return _by_call(node, parents, imports)
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return _by_assignment(node, imports)
    return None


def _by_call(call: ast.Call, parents: Dict[ast.AST, ast.AST], imports: Imports) -> Optional[str]:
    name = imports.full_name(call.func)
    if name in ("warnings.filterwarnings", "warnings.simplefilter"):
        is_wide = _is_text(argument(call, "action", 0), "ignore") and not _is_narrow(call, name)
        return "silences all warnings" if is_wide and not _is_scoped(call, parents, imports) else None
    if _NUMPY.match(name):
        quiet = [keyword.arg for keyword in call.keywords if _is_text(keyword.value, "ignore")]
        return "silences numpy's floating-point warnings" if quiet and not _is_scoped(call, parents, imports) else None
    if name in ("pandas.set_option", "pandas.options.set_option") and len(call.args) == 2:
        option = call.args[0]
        is_chained = isinstance(option, ast.Constant) and str(option.value).endswith("chained_assignment")
        return "silences pandas' chained-assignment warning" if is_chained and _is_none(call.args[1]) else None
    if name == "logging.disable" and not (call.args and _is_low_level(call.args[0])):
        return "switches all logging off"
    if name in ("os.environ.setdefault", "os.putenv") and len(call.args) == 2:
        return _by_variable(call.args[0], call.args[1])
    return None


def _by_assignment(node: ast.Assign, imports: Imports) -> Optional[str]:
    target = node.targets[0]
    if isinstance(target, ast.Subscript) and imports.full_name(target.value) == "os.environ":
        return _by_variable(target.slice, node.value)
    name = imports.full_name(target)
    if name == "pandas.options.mode.chained_assignment" and _is_none(node.value):
        return "silences pandas' chained-assignment warning"
    if name in ("warnings.warn", "warnings.showwarning", "warnings.warn_explicit"):
        return "replaces %s, so that no warning is seen" % name
    if name == "sys.stderr" and _opens_nothing(node.value):
        return "throws everything on stderr away"
    return None


def _by_variable(name: ast.expr, value: ast.expr) -> Optional[str]:
    if not (isinstance(name, ast.Constant) and isinstance(value, ast.Constant)):
        return None
    form = _VARIABLES.get(str(name.value))
    if form is None or not form.match(str(value.value)):
        return None
    what = "assertions" if form is _VARIABLES["PYTHONOPTIMIZE"] else "warnings"
    return "switches %s off by an environment variable" % what


def _is_narrow(call: ast.Call, name: str) -> bool:
    """It names which warnings it means."""
    if name.endswith("simplefilter"):
        return not _is_all(argument(call, "category", 1))
    narrowing = [argument(call, field, position) for position, field in enumerate(_NARROWING, 1)]
    message, category, module = narrowing
    return bool(_says(message) or not _is_all(category) or _says(module))


def _is_all(category: Optional[ast.expr]) -> bool:
    return category is None or last_name(category) in _ALL_WARNINGS


def _says(node: Optional[ast.expr]) -> bool:
    return node is not None and not (isinstance(node, ast.Constant) and node.value in ("", ".*"))


def _is_scoped(call: ast.AST, parents: Dict[ast.AST, ast.AST], imports: Imports) -> bool:
    """A `with` block puts everything back."""
    for parent, _ in ancestors(call, parents):
        if isinstance(parent, (ast.With, ast.AsyncWith)):
            for item in parent.items:
                callee = item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr
                if imports.full_name(callee) in ("warnings.catch_warnings", "numpy.errstate"):
                    return True
    return False


def _is_text(node: Optional[ast.expr], text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_low_level(node: ast.expr) -> bool:
    return last_name(node) in ("NOTSET", "DEBUG", "INFO") or (
        isinstance(node, ast.Constant) and node.value in (0, 10, 20)
    )


def _opens_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ("devnull" in ast.unparse(node) or last_name(node.func) == "StringIO")


SWITCHED_OFF = static_check("L5", _switched_off)
