"""Where statements begin, in text that need not be Python yet."""

from __future__ import annotations

import re
from typing import List

_TOKEN = re.compile(r"""'''|\"\"\"|'|"|\#|[()\[\]{}]|\\(?:\r?\n|.)?|[^'"#()\[\]{}\\]+""", re.S)

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def physical_lines(text: str) -> List[str]:
    """With their ends. Python's own idea of a line: form feeds and U+2028 end none."""
    return _LINE.findall(text)


class StatementLines:
    """Asked about lines in their order: which of them begin outside of texts, brackets and continued lines."""

    def __init__(self, lines: List[str]) -> None:
        self._lines = lines
        self._next = 0
        self._depth = 0
        self._quote = ""
        """The quotes that end the text that is open."""
        self._continued = False

    def begins(self, index: int) -> bool:
        """Whether a statement begins in this line."""
        while self._next < index:
            self._pass(self._lines[self._next])
            self._next += 1
        return self._depth == 0 and not self._quote and not self._continued

    def skip(self, index: int) -> None:
        """Lines before `index` are no Python."""
        self._next = index

    def _pass(self, line: str) -> None:
        self._continued = False
        position = 0
        while position < len(line):
            if self._quote:
                position = self._leave_text(line, position)
                continue
            found = _TOKEN.match(line, position)
            if found is None:
                return
            token, position = found.group(), found.end()
            if token == "#":
                return
            if token[0] in "'\"":
                self._quote = token
            elif token in ("(", "[", "{"):
                self._depth += 1
            elif token in (")", "]", "}"):
                self._depth = max(0, self._depth - 1)
            elif token[0] == "\\":
                self._continued = position >= len(line)

    def _leave_text(self, line: str, position: int) -> int:
        """The position after the open text's end, or the end of the line."""
        while position < len(line):
            if line[position] == "\\":
                position += 3 if line[position + 1 : position + 3] == "\r\n" else 2
            elif line.startswith(self._quote, position):
                position += len(self._quote)
                self._quote = ""
                return position
            elif line[position] in "\r\n" and len(self._quote) == 1:
                self._quote = ""  # A text that nobody closed: the line's end closes it.
                return len(line)
            else:
                position += 1
        return len(line)
