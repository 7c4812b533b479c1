"""Shell commands and magics of a cell: `!command`, `%magic`, `os.system`, `subprocess.run`."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Iterator, List, Optional

from .calls import callee_text
from .tree_nodes import calls_of

_SHELLS = frozenset(("bash", "sh", "script", "system", "sx", "!"))


@dataclass(frozen=True)
class Command:
    text: str
    """`pip install numpy`, also for `%pip install numpy`."""
    line: int


def commands_of(tree: ast.Module) -> Iterator[Command]:
    for call in calls_of(tree):
        yield from _of_call(call)


def _of_call(call: ast.Call) -> Iterator[Command]:
    callee = callee_text(call.func)
    texts = [_text(each) for each in call.args]
    if callee.startswith("get_ipython()."):
        method = callee.split(".", 1)[1]
        if method in ("system", "getoutput") and texts and texts[0]:
            yield Command(texts[0], call.lineno)
        elif method == "run_line_magic" and len(texts) >= 2 and texts[0]:
            name = texts[0]
            text = texts[1] or ""
            yield Command(text if name in _SHELLS else "%s %s" % (name, text), call.lineno)
        elif method == "run_cell_magic" and len(texts) >= 3 and texts[0] in _SHELLS:
            for offset, line in enumerate(_logical_lines(texts[2] or ""), 1):
                yield Command(line, call.lineno + offset)
    elif callee in ("os.system", "os.popen") or callee.split(".")[0] in ("subprocess", "sp"):
        if texts and texts[0]:
            yield Command(texts[0], call.lineno)
        elif call.args and isinstance(call.args[0], (ast.List, ast.Tuple)):
            words = [_text(each) or "{%s}" % ast.unparse(each) for each in call.args[0].elts]
            yield Command(" ".join(words), call.lineno)


def _logical_lines(text: str) -> List[str]:
    """Continued lines count as blank ones after the first, so that each command keeps its line."""
    return re.sub(r"((?:[^\n]*\\\n)+)([^\n]*)", _joined, text).split("\n")


def _joined(found: "re.Match[str]") -> str:
    continued = found.group(1)
    return continued.replace("\\\n", " ") + found.group(2) + "\n" * continued.count("\n")


def _text(node: ast.expr) -> Optional[str]:
    """A text as written, with `{…}` where it is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values]
        return "".join(parts)
    return None
