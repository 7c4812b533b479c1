"""Characters in groups that a program can't tell apart: its automata have one transition per group."""

from __future__ import annotations

from bisect import bisect_right
from typing import Dict, List

from .character_class import NEWLINE, WORD, Ranges, contains
from .places import NEWLINE as NEXT_TO_NEWLINE
from .places import OTHER, WORD_CHARACTER
from .program import Program


class Alphabet:
    def __init__(self, program: Program) -> None:
        self._sets: List[Ranges] = list(dict.fromkeys(program.characters))
        numbers = {ranges: number for number, ranges in enumerate(self._sets)}
        self._bits = [1 << numbers[ranges] for ranges in program.characters]
        self._has_assertions = program.has_assertions
        told_apart = [*self._sets, *([WORD, ((NEWLINE, NEWLINE),)] if program.has_assertions else [])]
        self._begins = sorted({edge for ranges in told_apart for low, high in ranges for edge in (low, high + 1)})
        self._takers: Dict[int, int] = {}

    def group(self, code: int) -> int:
        return bisect_right(self._begins, code)

    def takers(self, code: int) -> int:
        """For `takes`: which sets have the character."""
        group = self.group(code)
        bits = self._takers.get(group)
        if bits is None:
            bits = sum(1 << number for number, ranges in enumerate(self._sets) if contains(ranges, code))
            self._takers[group] = bits
        return bits

    def takes(self, instruction: int, takers: int) -> bool:
        return self._bits[instruction] & takers != 0

    def neighbour(self, code: int) -> int:
        """What the character is to a place beside it; always the same when no assertion asks."""
        if not self._has_assertions:
            return OTHER
        if code == NEWLINE:
            return NEXT_TO_NEWLINE
        return WORD_CHARACTER if contains(WORD, code) else OTHER
