"""Where the lines of a cell's source stand in the notebook's file, which is JSON."""

from __future__ import annotations

import json
import re
from typing import Dict, Iterator, List, Optional, Tuple

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.S)


class StoredLines:
    def __init__(self, cells: Dict[int, List[int]]) -> None:
        self._cells = cells

    def line(self, cell: int, line: int) -> Optional[int]:
        """The line of the file, from 1, that holds a line of a cell's source; its last one for those beyond."""
        lines = self._cells.get(cell)
        return lines[min(line, len(lines)) - 1] if lines and line > 0 else None


def stored_lines(text: str) -> StoredLines:
    """Of a text that `json` has read as a notebook already."""
    tokens = _Tokens(text)
    cells: Dict[int, List[int]] = {}
    for key in tokens.entries():
        if key != "cells":
            tokens.skip()
            continue
        for index in tokens.positions():
            for name in tokens.entries():
                if name == "source":
                    # A key that comes twice counts the last time, for `json`, too.
                    cells[index] = tokens.text_lines()
                else:
                    tokens.skip()
    return StoredLines(cells)


class _Tokens:
    """One way through a JSON document that is known to be well formed."""

    def __init__(self, text: str) -> None:
        self._found = _TOKEN.finditer(text)
        self._text = text
        self._at = 0
        self._line = 1
        self._next = self._take()

    def _take(self) -> "Optional[re.Match[str]]":
        return next(self._found, None)

    def _advance(self) -> Tuple[str, int]:
        """The token and the offset where it begins."""
        found = self._next
        self._next = self._take()
        return (found.group(), found.start()) if found is not None else ("", len(self._text))

    def _peek(self) -> str:
        return self._next.group() if self._next is not None else ""

    def entries(self) -> Iterator[str]:
        """The keys of the object that comes next; the value of each is to be taken in between."""
        if self._peek() != "{":
            self.skip()
            return
        self._advance()
        while self._peek() not in ("}", ""):
            key, _ = self._advance()
            self._advance()
            yield str(json.loads(key)) if key.startswith('"') else key
            if self._peek() == ",":
                self._advance()
        self._advance()

    def positions(self) -> Iterator[int]:
        """The positions of the list that comes next; each item is to be taken in between."""
        if self._peek() != "[":
            self.skip()
            return
        self._advance()
        index = 0
        while self._peek() not in ("]", ""):
            yield index
            index += 1
            if self._peek() == ",":
                self._advance()
        self._advance()

    def skip(self) -> None:
        """Takes one value."""
        depth = 0
        while True:
            token, _ = self._advance()
            depth += (token in ("{", "[")) - (token in ("}", "]"))
            if depth <= 0 or token == "":
                return

    def text_lines(self) -> List[int]:
        """The line of the file for each line of a source: a text, or a list of texts."""
        if self._peek() != "[":
            return self._lines_of([self._advance()])
        parts = []
        for _ in self.positions():
            parts.append(self._advance())
        return self._lines_of(parts)

    def _lines_of(self, parts: "List[Tuple[str, int]]") -> List[int]:
        lines: List[int] = []
        is_open = False
        for token, offset in parts:
            self._line += self._text.count("\n", self._at, offset)
            self._at = offset
            try:
                text = str(json.loads(token))
            except ValueError:
                return lines
            begun = text.count("\n") + (1 if text and not text.endswith("\n") else 0)
            # A part need not end with its line: the next one then goes on with it.
            lines += [self._line] * max(0, begun - is_open)
            is_open = not text.endswith("\n") if text else is_open
        return lines or ([self._line] if parts else [])
