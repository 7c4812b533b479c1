"""What IPython adds to Python, as calls: line by line, so that every statement keeps its line.

`%name`, `!command`, `name = !command`, `name = %magic`, `help?` and `%%name`. Where the body of a cell magic, or the
argument of a line magic, is Python that runs in the notebook's namespace (`%%time`, `%time`), it stays there as Python.
"""

from __future__ import annotations

import re
from typing import List, Optional

from .statement_lines import StatementLines, physical_lines

RUNS_ITS_CELL = frozenset(("time", "timeit", "capture", "prun", "memit", "snakeviz", "debug", "ipytest", "run_pytest"))
"""Cell magics whose body is Python of the notebook."""
RUNS_ITS_LINE = frozenset(("time", "prun", "memit"))
"""Line magics whose argument is a statement of the notebook."""
SHOWS_ITS_LINE = "time"
"""The one of them that shows the value of an expression."""

_LINE_MAGIC = re.compile(r"%{1,2}([^\W\d][\w.]*)(?:\s+(.*))?$", re.S)
_ASSIGNED = re.compile(r"""([\w.,*\s\[\]'":-]*[\w\]]\s*=\s*)([!%])(?!=)(.*)$""", re.S)
_HELP = re.compile(r"""(?:\?{1,2}\s*([\w.*%]+)|(%{0,2}[^\W\d][\w.*\[\]'"]*)\s*\?{1,2})\s*;?\s*$""")
_CELL_MAGIC = re.compile(r"%%([^\s%?]+)[ \t]*([^\r\n]*)")


def as_python(text: str) -> str:
    """Python of the same number of lines. Text that holds nothing of IPython's comes back as it is."""
    lines = physical_lines(text)
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    while first < len(lines) and lines[first].startswith("%%"):
        found = _CELL_MAGIC.match(lines[first])
        if found is None:
            break
        name, argument = found.groups()
        if name not in RUNS_ITS_CELL:
            body = "".join(lines[first + 1 :])
            call = "get_ipython().run_cell_magic(%r, %r, %r)" % (name, argument.strip(), body)
            return "".join(lines[:first]) + call + "".join(_line_end(line) for line in lines[first:])
        lines[first] = "get_ipython().run_cell_magic(%r, %r, '')%s" % (name, argument.strip(), _line_end(lines[first]))
        first += 1
    return "".join(_statements(lines))


def _statements(lines: List[str]) -> List[str]:
    result: List[str] = []
    statements = StatementLines(lines)
    index = 0
    while index < len(lines):
        line = lines[index]
        if not (statements.begins(index) and _may_be_special(line)):
            result.append(line)
            index += 1
            continue
        end = index + 1
        while end < len(lines) and lines[end - 1].rstrip("\r\n").endswith("\\"):
            end += 1
        # As IPython joins them: a continued command is one line.
        joined = " ".join([part.rstrip()[:-1] for part in lines[index : end - 1]] + [lines[end - 1].rstrip()])
        python = _special(joined)
        if python is None:
            result.append(line)
            index += 1
            continue
        result.append(python + "".join(_line_end(part) for part in lines[index:end]))
        statements.skip(end)
        index = end
    return result


def _line_end(line: str) -> str:
    return "\n" if line.endswith(("\n", "\r")) else ""


def _may_be_special(line: str) -> bool:
    return any(mark in line for mark in "%!?")


def _special(line: str) -> Optional[str]:
    body = line.lstrip()
    indent = line[: len(line) - len(body)]
    python = _escaped(body)
    if python is not None:
        return indent + python
    helped = _HELP.match(body)
    if helped is not None:
        return indent + "get_ipython().run_line_magic('pinfo', %r)" % (helped.group(1) or helped.group(2))
    assigned = _ASSIGNED.match(body)
    if assigned is None:
        return None
    target, mark, rest = assigned.groups()
    if mark == "!":
        return "%s%sget_ipython().getoutput(%r)" % (indent, target, rest.lstrip("!").strip())
    magic = _LINE_MAGIC.match("%" + rest)
    return indent + target + _magic_call(magic) if magic is not None else None


def _escaped(body: str) -> Optional[str]:
    if body.startswith("!!"):
        return "get_ipython().getoutput(%r)" % body[2:].strip()
    if body.startswith("!"):
        return "get_ipython().system(%r)" % body[1:].strip()
    magic = _LINE_MAGIC.match(body)
    if magic is None or _HELP.match(body) is not None:
        return None
    name, argument = magic.group(1), (magic.group(2) or "").strip()
    # A statement that is more than one line ends on another: leave those to the magic.
    if name in RUNS_ITS_LINE and argument and not argument.startswith("-") and _is_python(argument):
        return argument if name == SHOWS_ITS_LINE or not _is_python(argument + ";") else argument + ";"
    return _magic_call(magic)


def _magic_call(magic: "re.Match[str]") -> str:
    return "get_ipython().run_line_magic(%r, %r)" % (magic.group(1), (magic.group(2) or "").strip())


def _is_python(text: str) -> bool:
    try:
        compile(text, "<magic>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
