"""From a syntax tree to a small machine without a stack: what an automaton walks over."""

from __future__ import annotations

from typing import List, Tuple

from .character_class import Ranges
from .errors import PatternError
from .syntax import (
    Assertion,
    Characters,
    Choice,
    Node,
    Repetition,
    Sequence,
    can_be_empty,
)

MAX_INSTRUCTIONS = 10_000
"""Admission allows 2,000 of its own (src/api/schema/names.ts), which are at most a few of these each."""

MATCH = 0
"""The instruction that every program begins with."""

NO_CHARACTER, NEWLINE, WORD_CHARACTER, OTHER = range(4)
"""Neighbours of a place in the text, as far as assertions can tell them apart."""


class Program:
    """Instructions in parallel lists. Each is a set of characters, an assertion or a fork; number 0 is the match."""

    def __init__(self, tree: Node) -> None:
        self.characters: List[Ranges] = [()]
        """What instruction i takes; empty when it takes nothing."""
        self.needs: List[int] = [0]
        """What assertion i asks for; 0 when it is none."""
        self.next: List[Tuple[int, ...]] = [()]
        """Where to go from i; of two, the first is preferred."""
        self.start = self._add(tree, MATCH)
        self.has_assertions = any(self.needs)

    def __len__(self) -> int:
        return len(self.next)

    def takes_character(self, at: int) -> bool:
        return at != MATCH and not self.needs[at] and len(self.next[at]) == 1

    def _emit(self, next_: Tuple[int, ...], characters: Ranges = (), needs: int = 0) -> int:
        if len(self.next) >= MAX_INSTRUCTIONS:
            raise PatternError("too large: it repeats too much")
        self.next.append(next_)
        self.characters.append(characters)
        self.needs.append(needs)
        return len(self.next) - 1

    def _add(self, node: Node, then: int) -> int:
        """Puts `node` before `then`; the instruction to begin with."""
        if isinstance(node, Characters):
            return self._emit((then,), characters=node.ranges)
        if isinstance(node, Assertion):
            return self._emit((then,), needs=node.kind)
        if isinstance(node, Sequence):
            for item in reversed(node.items):
                then = self._add(item, then)
            return then
        if isinstance(node, Choice):
            begin = self._add(node.options[-1], then)
            for option in reversed(node.options[:-1]):
                begin = self._fork(self._add(option, then), begin, True)
            return begin
        return self._repeat(node, then)

    def _repeat(self, node: Repetition, then: int) -> int:
        if node.most is None:
            then = self._without_end(node, then)
            copies = node.least - 1
        else:
            after = then
            for _ in range(node.most - node.least):
                then = self._fork(self._add(node.item, then), after, node.is_greedy)
            copies = node.least
        for _ in range(copies):
            then = self._add(node.item, then)
        return then

    def _without_end(self, node: Repetition, then: int) -> int:
        """`x+`, and `x*` as `(x+)?` where x can be empty: else the order of preference would be lost in the loop."""
        loop = self._emit(())
        body = self._add(node.item, loop)
        self.next[loop] = (body, then) if node.is_greedy else (then, body)
        if node.least > 0:
            return body
        return self._fork(body, then, node.is_greedy) if can_be_empty(node.item) else loop

    def _fork(self, wanted: int, other: int, is_greedy: bool) -> int:
        return self._emit((wanted, other) if is_greedy else (other, wanted))
