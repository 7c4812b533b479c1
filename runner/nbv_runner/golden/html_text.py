"""The text that people read in a piece of HTML: table cells in their rows, no scripts, styles or attributes."""

from __future__ import annotations

import html
import re
from typing import List

_MARKUP = re.compile(r"<!--|<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>|<![^<>]*>")
_UNSHOWN = frozenset({"script", "style", "template", "head"})
_CELLS = frozenset({"td", "th"})
_LINES = frozenset(
    ["br", "p", "div", "li", "ul", "ol", "table", "tr", "thead", "tbody", "caption", "pre", "hr", "section", "dt", "dd"]
    + ["h%d" % level for level in range(1, 7)]
)
_PICTURES = frozenset({"img", "svg", "canvas", "video", "audio", "iframe", "object"})


def html_text(source: str) -> str:
    """One line per table row or block, cells separated by ` | `. Linear in the source, whatever it holds."""
    parts: List[str] = []
    position = 0
    while True:
        match = _MARKUP.search(source, position)
        if match is None:
            parts.append(source[position:])
            break
        parts.append(source[position : match.start()])
        position = match.end()
        closing, name = match[1], (match[2] or "").lower()
        if match[0] == "<!--":
            end = source.find("-->", position)
            position = len(source) if end < 0 else end + 3
        elif name in _UNSHOWN and not closing:
            end = _closing_tag(source, name, position)
            position = len(source) if end < 0 else end
        elif name in _CELLS:
            parts.append(" | " if closing else "")
        elif name in _LINES:
            parts.append("\n")
        elif name in _PICTURES and not closing:
            parts.append(" ‹%s› " % name)
    lines = (" ".join(line.split()) for line in html.unescape("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)


def _closing_tag(source: str, name: str, position: int) -> int:
    match = re.compile("</%s" % name, re.I).search(source, position)
    return match.start() if match is not None else -1
