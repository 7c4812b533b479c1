"""A compiled pattern."""

from __future__ import annotations

from typing import Iterator, Optional

from .alphabet import Alphabet
from .parser import parse
from .program import Program
from .search import Scanner, SearchMachine
from .spans import Span, SpanMachine
from .work import Work


class Pattern:
    """Made by `compile`. What it computes for one text it remembers for the next."""

    def __init__(self, source: str, multi_line: bool = False) -> None:
        self.source = source
        self.work = Work()
        program = Program(parse(source, multi_line))
        alphabet = Alphabet(program)
        self._search = SearchMachine(program, alphabet, self.work)
        self._spans = SpanMachine(program, alphabet, self.work)

    def test(self, text: str) -> bool:
        """Whether `text` contains a match. May raise TooMuchWork."""
        scanner = self.scanner()
        return scanner.feed(text) or scanner.finish()

    def scanner(self) -> Scanner:
        """For a text that comes piece by piece."""
        return Scanner(self._search)

    def search(self, text: str) -> Optional[Span]:
        """The leftmost match. May raise TooMuchWork."""
        return next(self.spans(text), None)

    def spans(self, text: str) -> Iterator[Span]:
        """Matches that don't overlap, from left to right, found as Go and RE2 find them. May raise TooMuchWork.

        It takes about ten bytes of memory per character: give it pieces of a text that may be large.
        """
        return self._spans.spans(text) if self.test(text) else iter(())

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
