"""A compiled pattern."""

from __future__ import annotations

import re
from typing import Iterator, Optional, Tuple

from .errors import PatternError

Span = Tuple[int, int]
"""Start and end, in characters; the end is not included."""


class Pattern:
    def __init__(self, source: str, multi_line: bool = False) -> None:
        self.source = source
        try:
            self._interim = re.compile(source, re.M if multi_line else 0)
        except re.error as error:
            raise PatternError(str(error)) from error

    def test(self, text: str) -> bool:
        """Whether `text` contains a match. May raise TooMuchWork."""
        return self._interim.search(text) is not None

    def search(self, text: str) -> Optional[Span]:
        """The leftmost match. May raise TooMuchWork."""
        return next(self.spans(text), None)

    def spans(self, text: str) -> Iterator[Span]:
        """Matches that don't overlap, from left to right, found as Go and RE2 find them. May raise TooMuchWork."""
        return (match.span() for match in self._interim.finditer(text))

    def replace(self, text: str, replacement: str) -> str:
        """`text` with `replacement`, taken literally, in the place of every match. May raise TooMuchWork."""
        parts = []
        end_of_last = 0
        for start, end in self.spans(text):
            parts += [text[end_of_last:start], replacement]
            end_of_last = end
        return "".join([*parts, text[end_of_last:]])


def compile(source: str, multi_line: bool = False) -> Pattern:
    """Raises PatternError. With `multi_line`, `^` and `$` match at line ends, too, as under `(?m)`."""
    return Pattern(source, multi_line)
