"""Looks for the texts of `expectedLogs` in all that the notebook prints, however much of it is kept."""

from __future__ import annotations

from typing import Dict, Optional, Sequence, Set

from . import re2
from .text import ANSI, without_ansi

MAX_STEPPED = 200_000_000
"""Characters that automata step through, over all expressions: tens of seconds. Most texts are skipped much faster."""

MAX_ESCAPE = 300
"""Characters of an ANSI sequence whose end is waited for."""


def _open_end(text: str) -> int:
    """Where an ANSI sequence or a line end begins that may go on in the next piece; else the end of the text."""
    at = text.find("\x1b", max(0, len(text) - MAX_ESCAPE))
    while at >= 0:
        match = ANSI.match(text, at)
        if match is None or match[0] == "\x1b]":
            return at
        at = text.find("\x1b", match.end())
    return len(text) - text.endswith("\r")


class _Stream:
    """One stream of one cell: a match does not go from one into another."""

    def __init__(self, scanners: "Dict[int, re2.Scanner]") -> None:
        self.scanners = scanners
        self._held = ""

    def plain(self, text: str) -> str:
        """Without ANSI sequences; a carriage return ends a line as well. What is cut at the end waits for the rest."""
        text = self._held + text
        end = _open_end(text)
        self._held = text[end:]
        return self._lines(text[:end])

    def rest(self) -> str:
        return self._lines(self._held)

    @staticmethod
    def _lines(text: str) -> str:
        return without_ansi(text).replace("\r\n", "\n").replace("\r", "\n")


class LogWatch:
    """`^` and `$` match at every line."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        """Raises re2.PatternError."""
        self._patterns = [re2.compile(pattern, multi_line=True) for pattern in patterns]
        self._open = set(range(len(patterns)))
        self._seen: Set[int] = set()
        self._reservations: Dict[int, str] = {}
        self._streams: Dict[str, _Stream] = {}
        self._stepped = 0

    def feed(self, stream: str, text: str) -> None:
        if not self._open:
            return
        if stream not in self._streams:
            self._streams[stream] = _Stream({at: self._patterns[at].scanner() for at in sorted(self._open)})
        current = self._streams[stream]
        self._scan(current, current.plain(text))

    def end_of_cell(self) -> None:
        """Whatever comes next is another text."""
        streams, self._streams = list(self._streams.values()), {}
        for stream in streams:
            self._scan(stream, stream.rest(), is_end=True)

    def note_gap(self, size: int) -> None:
        """An output came that is too large to be read."""
        for at in self._open:
            self._reservations[at] = "an output of %d bytes was too large to be searched" % size

    def was_seen(self, position: int) -> bool:
        return position in self._seen

    def reservation(self, position: int) -> Optional[str]:
        """Why an expression that was not seen may have been printed all the same."""
        return self._reservations.get(position)

    def _scan(self, stream: _Stream, text: str, is_end: bool = False) -> None:
        for at in sorted(self._open & stream.scanners.keys()):
            scanner = stream.scanners[at]
            before = scanner.stepped
            try:
                if scanner.feed(text) or (is_end and scanner.finish()):
                    self._open.discard(at)
                    self._seen.add(at)
            except re2.TooMuchWork as error:
                self._open.discard(at)
                self._reservations[at] = str(error)
            self._stepped += scanner.stepped - before
        if self._stepped > MAX_STEPPED:
            for at in self._open:
                self._reservations[at] = "the notebook printed more than could be searched for it"
            self._open.clear()
