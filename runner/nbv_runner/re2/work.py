"""How much an automaton may compute. What it has computed before costs nothing again."""

from __future__ import annotations

from .errors import TooMuchWork

MAX_STEPS = 20_000_000
"""Visits of instructions, over all texts that one pattern is matched with: some ten seconds."""


class Work:
    def __init__(self, limit: int = MAX_STEPS) -> None:
        self.steps = 0
        self._limit = limit

    def add(self, steps: int) -> None:
        """Raises TooMuchWork."""
        self.steps += steps
        if self.steps > self._limit:
            raise TooMuchWork("the expression needs too much work on this text: make it simpler")
