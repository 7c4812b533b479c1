"""Python source with its tokens marked, by the standard library's tokenizer; anything else as it is."""

from __future__ import annotations

import io
import keyword
import token
import tokenize
from html import escape
from typing import Dict, FrozenSet, List, Optional, Tuple

MAX_CHARACTERS = 50_000
"""Longer cells are not worth the time."""
_KINDS: Dict[int, str] = {token.STRING: "s", token.NUMBER: "n", tokenize.COMMENT: "c"}
_FSTRING = {getattr(token, name) for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END") if hasattr(token, name)}
Mark = Tuple[int, int, str]


def highlighted(source: str, marked_lines: FrozenSet[int] = frozenset()) -> str:
    """As the content of a `<pre>`. `marked_lines` (1-based) are those that findings name."""
    lines = source.split("\n")
    marks = _marks(source) if len(source) <= MAX_CHARACTERS else {}
    written = [_line(line, marks.get(number, ())) for number, line in enumerate(lines, 1)]
    if not any(1 <= number <= len(lines) for number in marked_lines):
        return "\n".join(written)
    return "\n".join(
        '<mark class="line">%s</mark>' % line if number in marked_lines else line
        for number, line in enumerate(written, 1)
    )


def _line(line: str, marks: "Tuple[Mark, ...] | List[Mark]") -> str:
    parts: List[str] = []
    at = 0
    for start, end, kind in marks:
        if start < at:
            continue
        parts.append(escape(line[at:start], quote=False))
        parts.append('<i class="%s">%s</i>' % (kind, escape(line[start:end], quote=False)))
        at = end
    parts.append(escape(line[at:], quote=False))
    return "".join(parts)


def _marks(source: str) -> Dict[int, List[Mark]]:
    """By line. Up to where the tokenizer gives up: magics and broken code are often in the middle of a cell."""
    marks: Dict[int, List[Mark]] = {}
    previous = ""
    try:
        for part in tokenize.generate_tokens(io.StringIO(source).readline):
            kind = _kind(part, previous)
            if part.type == token.NAME:
                previous = part.string
            elif part.type not in (tokenize.NL, tokenize.COMMENT):
                previous = ""
            if kind is not None:
                _add(marks, part, kind, source)
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        pass
    return marks


def _kind(part: tokenize.TokenInfo, previous: str) -> Optional[str]:
    if part.type == token.NAME:
        if keyword.iskeyword(part.string):
            return "k"
        return "f" if previous in ("def", "class") else None
    return "s" if part.type in _FSTRING else _KINDS.get(part.type)


def _add(marks: Dict[int, List[Mark]], part: tokenize.TokenInfo, kind: str, source: str) -> None:
    (first, start), (last, end) = part.start, part.end
    for number in range(first, last + 1):
        left = start if number == first else 0
        right = end if number == last else len(source)
        if right > left:
            marks.setdefault(number, []).append((left, right, kind))
