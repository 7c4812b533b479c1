"""From the fragments of a stream to its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator, Sequence

from ..text import without_ansi

MAX_LINE = 64 * 1024
"""Characters; the rest of a longer line is dropped."""

_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Line:
    text: str
    """Without ANSI sequences."""
    is_redrawn: bool
    """A carriage return stood before or after it: a terminal shows it for a moment, as progress is shown."""


class LineAssembler:
    def __init__(self) -> None:
        self._rest = ""
        self._is_redrawn = False
        self._is_cut = False

    def feed(self, text: str) -> Iterator[Line]:
        """The lines that are complete now. Consume all of them before the next call."""
        text = self._rest + text
        # Half of a Windows line end is none yet.
        held = "\r" if text.endswith("\r") else ""
        text = text[: len(text) - len(held)]
        begin = 0
        for end in _END.finditer(text):
            yield from self._line(text[begin : end.start()], end[0] == "\r")
            begin = end.end()
        rest = text[begin:]
        if len(rest) > MAX_LINE and not self._is_cut:
            yield from self._line(rest, False)
            self._is_cut = True
        self._rest = held if self._is_cut else rest + held

    def mentions(self, text: str, words: Sequence[str]) -> bool:
        """Whether a line that `text` continues or completes holds one of the words."""
        text = self._rest + text
        return any(word in text for word in words)

    def pass_over(self, text: str) -> None:
        """As `feed`, for lines that nobody wants to see."""
        self._rest = (self._rest + text).rpartition("\n")[2][-MAX_LINE:]

    def finish(self) -> Iterator[Line]:
        rest, self._rest = self._rest, ""
        yield from self._line(rest.rstrip("\r"), rest.endswith("\r"))

    def _line(self, text: str, is_returned: bool) -> Iterator[Line]:
        if self._is_cut:
            # The end of a line whose beginning was given out already.
            self._is_cut = False
        elif text or not is_returned:
            yield Line(without_ansi(text[:MAX_LINE]), self._is_redrawn or is_returned)
        self._is_redrawn = is_returned
