"""What a cut left of a secret: its beginning before an ellipsis, its end behind one.

Programs cut before the runner sees a text (pandas, reprlib), and the runner itself marks every cut of its own so.
"""

from __future__ import annotations

import re
from typing import Dict, Iterable, List, Optional, Pattern, Tuple

from .text import common_start

SHORTEST_REMAINS = 8
"""Characters; fewer tell little, and would be found in texts that have nothing to do with a secret."""
_ELLIPSES = ("\N{HORIZONTAL ELLIPSIS}", "...")


class Remains:
    def __init__(self, values: Iterable[str]) -> None:
        self._by_start: Dict[str, List[str]] = {}
        self._by_end: Dict[str, List[str]] = {}
        for value in values:
            if len(value) > SHORTEST_REMAINS:
                self._by_start.setdefault(value[:SHORTEST_REMAINS], []).append(value)
                self._by_end.setdefault(value[-SHORTEST_REMAINS:], []).append(value)
        self._starts, self._ends = _any_of(self._by_start), _any_of(self._by_end)

    def masked(self, text: str, mask: str) -> str:
        if self._starts is None or self._ends is None or not any(each in text for each in _ELLIPSES):
            return text
        spans: List[Tuple[int, int]] = []
        for found in self._starts.finditer(text):
            for value in self._by_start[found.group(1)]:
                start = found.start()
                end = start + common_start(text[start : start + len(value)], value)
                spans += [(start, end)] if text.startswith(_ELLIPSES, end) else []
        for found in self._ends.finditer(text):
            for value in self._by_end[found.group(1)]:
                end = found.end(1)
                start = end - common_start(text[max(0, end - len(value)) : end][::-1], value[::-1])
                spans += [(start, end)] if text.endswith(_ELLIPSES, 0, start) else []
        return _without(text, spans, mask)


def _any_of(parts: Iterable[str]) -> Optional[Pattern[str]]:
    """Also where they overlap."""
    found = "|".join(map(re.escape, sorted(parts)))
    return re.compile("(?=(%s))" % found) if found else None


def _without(text: str, spans: List[Tuple[int, int]], mask: str) -> str:
    parts, at = [], 0
    for start, end in sorted(spans):
        if end > at:
            parts += [text[at:start], mask] if start >= at else []
            at = end
    return "".join([*parts, text[at:]])
