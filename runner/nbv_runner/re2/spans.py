"""Where the matches are, in two passes over the text.

The first goes from right to left and notes at each place from which instructions a match can be reached. The second
goes from left to right and always takes the most preferred way among those: it never has to turn back. That makes it
linear for all matches together, and the way it takes is the one that a backtracking search would have found.
"""

from __future__ import annotations

from typing import Dict, FrozenSet, Iterator, List, Set, Tuple

from .alphabet import Alphabet
from .places import NO_CHARACTER, OTHER, holding
from .program import MATCH, Program
from .work import Work

MAX_TRANSITIONS = 10_000
"""Remembered at a time."""

Span = Tuple[int, int]
"""Start and end, in characters; the end is not included."""


class _Outlook(Dict[str, "_Outlook"]):
    """Which instructions lead to a match from a place; by the character before it, the outlook one place earlier."""

    __slots__ = ("after", "alive", "groups", "instructions", "machine", "ways")

    def __init__(self, machine: "SpanMachine", instructions: FrozenSet[int], after: int) -> None:
        super().__init__()
        self.machine = machine
        self.instructions = instructions
        """Only those that take a character, and the match."""
        self.after = after
        self.groups: Dict[int, _Outlook] = {}
        self.alive: Dict[int, Set[int]] = {}
        self.ways: Dict[Tuple[int, int], int] = {}

    def __missing__(self, char: str) -> "_Outlook":
        return self.machine.step(self, char)


class SpanMachine:
    def __init__(self, program: Program, alphabet: Alphabet, work: Work) -> None:
        self._program = program
        self._alphabet = alphabet
        self._work = work
        self._outlooks: Dict[Tuple[FrozenSet[int], int], _Outlook] = {}
        self._transitions = 0
        self._from: List[List[int]] = [[] for _ in range(len(program))]
        """The instructions before each."""
        for at, following in enumerate(program.next):
            for other in following:
                self._from[other].append(at)

    def spans(self, text: str) -> Iterator[Span]:
        """An empty match right after another match is none, as in Go."""
        outlooks = self._outlooks_of(text)
        at, last_end = 0, -1
        while at <= len(text):
            if not self._may_begin(outlooks[at], text, at):
                at += 1
                continue
            end = self._end(outlooks, text, at)
            if end > at or at != last_end:
                yield at, end
            last_end = end
            at = end if end > at else at + 1

    def _outlooks_of(self, text: str) -> List[_Outlook]:
        outlook = self._outlook(frozenset((MATCH,)), NO_CHARACTER)
        outlooks = [outlook]
        for char in reversed(text):
            outlook = outlook[char]
            outlooks.append(outlook)
        outlooks.reverse()
        return outlooks

    def _before(self, text: str, at: int) -> int:
        if not self._program.has_assertions:
            return OTHER
        return self._alphabet.neighbour(ord(text[at - 1])) if at > 0 else NO_CHARACTER

    def _may_begin(self, outlook: _Outlook, text: str, at: int) -> bool:
        return self._program.start in self._alive(outlook, self._before(text, at))

    def _end(self, outlooks: List[_Outlook], text: str, at: int) -> int:
        instruction = self._program.start
        while True:
            outlook = outlooks[at]
            way = (instruction, self._before(text, at))
            leaf = outlook.ways.get(way)
            if leaf is None:
                leaf = outlook.ways[way] = self._preferred(outlook, *way)
                self._transitions += 1
            if leaf == MATCH:
                return at
            instruction = self._program.next[leaf][0]
            at += 1

    def _preferred(self, outlook: _Outlook, instruction: int, before: int) -> int:
        """The first instruction in the order of preference that leads to a match. There is one."""
        program = self._program
        holds = holding(before, outlook.after)
        seen: Set[int] = set()
        open_ = [instruction]
        while open_:
            at = open_.pop()
            if at in seen:
                continue
            seen.add(at)
            if at in outlook.instructions:
                self._work.add(len(seen))
                return at
            needs = program.needs[at]
            if at == MATCH or program.takes_character(at) or (needs and not needs & holds):
                continue
            open_ += reversed(program.next[at])
        raise AssertionError("no way to a match")

    def _outlook(self, instructions: FrozenSet[int], after: int) -> _Outlook:
        key = (instructions, after)
        known = self._outlooks.get(key)
        if known is None:
            self._remember(1 + len(instructions))
            known = self._outlooks[key] = _Outlook(self, instructions, after)
        return known

    def _remember(self, cost: int) -> None:
        self._transitions += cost
        if self._transitions > MAX_TRANSITIONS:
            for outlook in self._outlooks.values():
                outlook.clear()
                outlook.groups.clear()
            self._outlooks.clear()
            self._transitions = cost

    def step(self, outlook: _Outlook, char: str) -> _Outlook:
        code = ord(char)
        group = self._alphabet.group(code)
        earlier = outlook.groups.get(group)
        if earlier is None:
            alive = self._alive(outlook, self._alphabet.neighbour(code))
            takers = self._alphabet.takers(code)
            taking = {at for other in alive for at in self._from[other] if self._alphabet.takes(at, takers)}
            self._work.add(len(alive))
            earlier = self._outlook(frozenset(taking | {MATCH}), self._alphabet.neighbour(code))
        self._remember(1)
        outlook.groups[group] = outlook[char] = earlier
        return earlier

    def _alive(self, outlook: _Outlook, before: int) -> Set[int]:
        """Every instruction that leads to a match from this place."""
        known = outlook.alive.get(before)
        if known is not None:
            return known
        program = self._program
        holds = holding(before, outlook.after)
        alive = set(outlook.instructions)
        open_ = list(alive)
        while open_:
            for at in self._from[open_.pop()]:
                needs = program.needs[at]
                if at not in alive and not program.takes_character(at) and (not needs or needs & holds):
                    alive.add(at)
                    open_.append(at)
        self._work.add(len(alive))
        self._remember(len(alive))
        outlook.alive[before] = alive
        return alive
