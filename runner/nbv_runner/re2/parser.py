"""From a pattern's text to its syntax tree: RE2's syntax, and what it refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import List, Set

from .character_class import ANY, ANY_BUT_NEWLINE, folded, union
from .errors import PatternError
from .escapes import bracket_class, class_escape, escaped_character
from .syntax import (
    BEGIN_LINE,
    BEGIN_TEXT,
    END_LINE,
    END_TEXT,
    NO_WORD_BOUNDARY,
    WORD_BOUNDARY,
    Assertion,
    Characters,
    Choice,
    Node,
    Repetition,
    Sequence,
)

MAX_SOURCE = 512
"""Characters, as admission allows. It also bounds how deep a tree can get."""
MAX_REPEAT = 1000

_COUNT = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}")
_NAME = re.compile(r"\(\?P?<([0-9A-Za-z_]+)>")
_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?([:)])")
_ASSERTIONS = {"A": BEGIN_TEXT, "z": END_TEXT, "b": WORD_BOUNDARY, "B": NO_WORD_BOUNDARY}
_REPEATS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


@dataclass(frozen=True)
class _Flags:
    i: bool = False
    m: bool = False
    s: bool = False
    U: bool = False


@dataclass
class _Group:
    """What was read of a group that is still open; the whole pattern is the outermost."""

    outer_flags: _Flags
    options: List[Node] = field(default_factory=list)
    items: List[Node] = field(default_factory=list)

    def next_option(self) -> None:
        option = _sequence(self.items)
        last = self.options[-1] if self.options else None
        if isinstance(option, Characters) and isinstance(last, Characters):
            self.options[-1] = Characters(union([*last.ranges, *option.ranges]))
        else:
            self.options.append(option)
        self.items = []

    def node(self) -> Node:
        self.next_option()
        return self.options[0] if len(self.options) == 1 else Choice(tuple(self.options))


def _sequence(items: List[Node]) -> Node:
    return items[0] if len(items) == 1 else Sequence(tuple(items))


def parse(pattern: str, multi_line: bool = False) -> Node:
    """Raises PatternError."""
    if len(pattern) > MAX_SOURCE:
        raise PatternError("longer than %d characters" % MAX_SOURCE)
    return _Parser(pattern, _Flags(m=multi_line)).parse()


class _Parser:
    def __init__(self, pattern: str, flags: _Flags) -> None:
        self._pattern = pattern
        self._at = 0
        self._flags = flags
        self._groups = [_Group(flags)]
        self._names: Set[str] = set()

    def parse(self) -> Node:
        was_repeat = False
        while self._at < len(self._pattern):
            begin = self._at
            is_repeat = self._repeat(was_repeat)
            if not is_repeat:
                self._element(self._pattern[begin])
            was_repeat = is_repeat
        if len(self._groups) > 1:
            raise PatternError("missing )")
        return self._groups[0].node()

    def _element(self, char: str) -> None:
        if char == "(":
            self._open()
        elif char == ")":
            self._close()
        elif char == "\\":
            self._escape()
        elif char == "[":
            ranges, self._at = bracket_class(self._pattern, self._at, self._flags.i)
            self._add(Characters(ranges))
        else:
            self._at += 1
            if char == "|":
                self._groups[-1].next_option()
            elif char == "^":
                self._add(Assertion(BEGIN_LINE if self._flags.m else BEGIN_TEXT))
            elif char == "$":
                self._add(Assertion(END_LINE if self._flags.m else END_TEXT))
            elif char == ".":
                self._add(Characters(ANY if self._flags.s else ANY_BUT_NEWLINE))
            else:
                self._literal(ord(char))

    def _add(self, node: Node) -> None:
        self._groups[-1].items.append(node)

    def _literal(self, code: int) -> None:
        one = ((code, code),)
        self._add(Characters(folded(one) if self._flags.i else one))

    def _escape(self) -> None:
        name = self._pattern[self._at + 1 : self._at + 2]
        if name and name in _ASSERTIONS:
            self._at += 2
            self._add(Assertion(_ASSERTIONS[name]))
        elif name == "Q":
            text, end, _ = self._pattern[self._at + 2 :].partition("\\E")
            self._at += 2 + len(text) + len(end)
            for char in text:
                self._literal(ord(char))
        else:
            known = class_escape(self._pattern, self._at, self._flags.i)
            if known is not None:
                ranges, self._at = known
                self._add(Characters(ranges))
            else:
                code, self._at = escaped_character(self._pattern, self._at)
                self._literal(code)

    def _open(self) -> None:
        rest = self._pattern[self._at :]
        if not rest.startswith("(?"):
            self._at += 1
        elif rest.startswith(("(?P<", "(?<")) and not rest.startswith(("(?<=", "(?<!")):
            self._name(rest)
        else:
            match = _FLAGS.match(rest)
            if match is None:
                raise PatternError("`%s` is not supported%s" % (rest[:4], _why_not(rest)))
            inner = replace(self._flags, **dict.fromkeys(match[1], True))
            inner = replace(inner, **dict.fromkeys((match[2] or "")[1:], False))
            self._at += match.end()
            if match[3] == ")":
                self._flags = inner
                return
            self._groups.append(_Group(self._flags))
            self._flags = inner
            return
        self._groups.append(_Group(self._flags))

    def _name(self, rest: str) -> None:
        match = _NAME.match(rest)
        if match is None:
            raise PatternError("invalid name of a group in `%s`" % rest[:20])
        if match[1] in self._names:
            raise PatternError("two groups are named %s" % match[1])
        self._names.add(match[1])
        self._at += match.end()

    def _close(self) -> None:
        if len(self._groups) == 1:
            raise PatternError("unexpected )")
        group = self._groups.pop()
        self._flags = group.outer_flags
        self._at += 1
        self._add(group.node())

    def _repeat(self, after_repeat: bool) -> bool:
        """Reads a repetition if there is one, and applies it to the element before it."""
        char = self._pattern[self._at]
        count = _COUNT.match(self._pattern, self._at)
        if count is None and char not in _REPEATS:
            return False
        begin = self._at
        least, most = _REPEATS.get(char, (0, None))
        self._at += 1
        if count is not None:
            least = _bounded(count[1])
            most = least if count[2] is None else _bounded(count[3]) if count[3] else None
            self._at = count.end()
        is_lazy = self._pattern.startswith("?", self._at)
        self._at += is_lazy
        what = self._pattern[begin : self._at]
        if most is not None and most < least:
            raise PatternError("invalid repeat count `%s`" % what)
        if after_repeat:
            raise PatternError("`%s` repeats a repetition: use a group" % what)
        items = self._groups[-1].items
        if not items:
            raise PatternError("nothing to repeat before `%s`" % what)
        node = Repetition(items[-1], least, most, is_lazy == self._flags.U)
        if max(least, most or 0) >= 2 and not _repeats_at_most(node, MAX_REPEAT):
            raise PatternError("more than %d repetitions by `%s`" % (MAX_REPEAT, what))
        items[-1] = node
        return True


def _bounded(digits: str) -> int:
    count = int(digits) if len(digits) <= 8 else MAX_REPEAT + 1
    if count > MAX_REPEAT:
        raise PatternError("repeats more than %d times" % MAX_REPEAT)
    return count


def _repeats_at_most(node: Node, limit: int) -> bool:
    """Whether counts within counts multiply to no more than `limit`."""
    if isinstance(node, Repetition):
        count = node.least if node.most is None else node.most
        is_counted = (node.least, node.most) not in _REPEATS.values()
        if is_counted and node.most == 0:
            return True
        if is_counted and count > limit:
            return False
        return _repeats_at_most(node.item, limit // count if is_counted and count > 0 else limit)
    if isinstance(node, Sequence):
        return all(_repeats_at_most(item, limit) for item in node.items)
    return not isinstance(node, Choice) or all(_repeats_at_most(option, limit) for option in node.options)


def _why_not(rest: str) -> str:
    if rest.startswith(("(?=", "(?!", "(?<=", "(?<!")):
        return ": there is no lookaround"
    return ": there are no backreferences" if rest.startswith("(?P=") else ""
