"""Whether a text contains a match: a deterministic automaton, made while it is needed, from left to right."""

from __future__ import annotations

import re
from typing import Callable, Dict, FrozenSet, List, Optional, Set, Tuple

from .alphabet import Alphabet
from .character_class import ANY, size, union
from .places import NO_CHARACTER, OTHER, holding
from .program import MATCH, Program
from .syntax import BEGIN_TEXT
from .work import Work

MAX_TRANSITIONS = 10_000
"""Remembered at a time."""
MAX_FIRST = 512
"""Characters that a match may begin with, up to which it pays to look for them by other means."""

Skip = Callable[[str, int], int]


class _State(Dict[str, "_State"]):
    """Where the automaton may be, by the next character where to go. Filled in when asked."""

    __slots__ = ("before", "groups", "instructions", "machine", "pauses")

    def __init__(self, machine: "SearchMachine", instructions: FrozenSet[int], before: int, pauses: bool) -> None:
        super().__init__()
        self.machine = machine
        self.instructions = instructions
        self.before = before
        self.groups: Dict[int, _State] = {}
        self.pauses = pauses

    def __missing__(self, char: str) -> "_State":
        return self.machine.step(self, char)


class SearchMachine:
    def __init__(self, program: Program, alphabet: Alphabet, work: Work) -> None:
        self._program = program
        self._alphabet = alphabet
        self._work = work
        self._states: Dict[Tuple[FrozenSet[int], int], _State] = {}
        self._transitions = 0
        self._is_anchored = not self._leaves(frozenset((program.start,)), ~BEGIN_TEXT)
        self._skip = None if self._is_anchored else self._skipping()
        self.found = _State(self, frozenset(), OTHER, True)

    def state(self, instructions: FrozenSet[int], before: int) -> _State:
        key = (instructions, before)
        known = self._states.get(key)
        if known is None:
            # Nothing has begun to match: the rest can't, or there are faster ways to the next place where it may.
            is_idle = not instructions and before != NO_CHARACTER
            known = _State(self, instructions, before, is_idle and (self._is_anchored or self._skip is not None))
            self._remember(1 + len(instructions))
            self._states[key] = known
        return known

    def _remember(self, cost: int) -> None:
        self._transitions += cost
        if self._transitions > MAX_TRANSITIONS:
            for state in self._states.values():
                state.clear()
                state.groups.clear()
            self._states.clear()
            self._transitions = cost

    def step(self, state: _State, char: str) -> _State:
        code = ord(char)
        group = self._alphabet.group(code)
        following = state.groups.get(group)
        if following is None:
            following = self._follow(state, code)
        self._remember(1)
        state.groups[group] = state[char] = following
        return following

    def _follow(self, state: _State, code: int) -> _State:
        after = self._alphabet.neighbour(code)
        leaves = self._leaves(self._begun(state), holding(state.before, after))
        if MATCH in leaves:
            return self.found
        takers = self._alphabet.takers(code)
        taken = frozenset(self._program.next[at][0] for at in leaves if self._alphabet.takes(at, takers))
        if MATCH in taken:
            return self.found
        return self.state(taken, after)

    def ends_in_match(self, state: _State) -> bool:
        """Whether there is a match when no character comes any more."""
        return MATCH in self._leaves(self._begun(state), holding(state.before, NO_CHARACTER))

    def is_dead(self, state: _State) -> bool:
        return self._is_anchored and state.pauses and state is not self.found

    def skip(self, text: str, at: int) -> Tuple[int, _State]:
        """From an idle state to where a match may begin next, or to the end of `text`."""
        assert self._skip is not None
        to = self._skip(text, at)
        return to, self.state(frozenset(), self._alphabet.neighbour(ord(text[to - 1])))

    def _begun(self, state: _State) -> FrozenSet[int]:
        if self._is_anchored and state.before != NO_CHARACTER:
            return state.instructions
        return state.instructions | {self._program.start}

    def _leaves(self, instructions: FrozenSet[int], holds: int) -> Set[int]:
        """Where `instructions` lead without taking a character: instructions that take one, and the match."""
        program = self._program
        seen = set(instructions)
        open_ = list(instructions)
        leaves: Set[int] = set()
        while open_:
            at = open_.pop()
            needs = program.needs[at]
            if at == MATCH or program.takes_character(at):
                leaves.add(at)
            elif not needs or needs & holds:
                fresh = [other for other in program.next[at] if other not in seen]
                seen.update(fresh)
                open_ += fresh
        self._work.add(len(seen))
        return leaves

    def _skipping(self) -> Optional[Skip]:
        prefix = self._prefix()
        if len(prefix) > 1:
            return _to_text(prefix)
        leaves = self._leaves(frozenset((self._program.start,)), ~0)
        if MATCH in leaves:
            return None
        first = union(pair for at in leaves for pair in self._program.characters[at])
        if not first or first == ANY or size(first) > MAX_FIRST:
            return None
        return _to_any("[%s]" % "".join("\\U%08x-\\U%08x" % pair for pair in first))

    def _prefix(self) -> str:
        """What every match begins with; assertions in front of it are looked at when it was found."""
        chars: List[str] = []
        at = self._program.start
        while self._program.needs[at]:
            at = self._program.next[at][0]
        while self._program.takes_character(at) and size(self._program.characters[at]) == 1:
            chars.append(chr(self._program.characters[at][0][0]))
            at = self._program.next[at][0]
        return "".join(chars)


def _to_text(prefix: str) -> Skip:
    def skip(text: str, at: int) -> int:
        found = text.find(prefix, at)
        # The prefix may begin here and end in the next piece of the text.
        return found if found >= 0 else max(at, len(text) - len(prefix) + 1)

    return skip


def _to_any(characters: str) -> Skip:
    search = re.compile(characters).search

    def skip(text: str, at: int) -> int:
        match = search(text, at)
        return match.start() if match is not None else len(text)

    return skip


class Scanner:
    """Looks for a match in a text that comes piece by piece."""

    def __init__(self, machine: SearchMachine) -> None:
        self._machine = machine
        self._state = machine.state(frozenset(), NO_CHARACTER)
        self.stepped = 0
        """Characters that were looked at one by one."""

    def feed(self, text: str) -> bool:
        """Whether there was a match up to here. May raise TooMuchWork."""
        machine, state = self._machine, self._state
        at, end = 0, len(text)
        while at < end and state is not machine.found and not machine.is_dead(state):
            if state.pauses:
                at, state = machine.skip(text, at) if at > 0 else self._skip_first(text, state)
            begin = at
            while at < end:
                state = state[text[at]]
                at += 1
                if state.pauses:
                    break
            self.stepped += at - begin
        self._state = state
        return state is machine.found

    def _skip_first(self, text: str, state: _State) -> Tuple[int, _State]:
        at, skipped = self._machine.skip(text, 0) if text else (0, state)
        return at, skipped if at > 0 else state

    def finish(self) -> bool:
        """Whether there was a match, now that the text has ended. May raise TooMuchWork."""
        return self._state is self._machine.found or self._machine.ends_in_match(self._state)
