"""What stands for characters in a pattern: escapes and classes in brackets."""

from __future__ import annotations

import re
from typing import List, Optional, Tuple

from .character_class import HIGHEST, PERL, POSIX, Ranges, folded, negated, union
from .errors import PatternError
from .unicode_tables import unicode_class

_HEX = re.compile(r"x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_UNICODE = re.compile(r"\\([pP])(?:\{([^}]*)\}|([^{]))", re.S)
_ALPHANUMERIC = re.compile(r"[0-9A-Za-z]")


def escaped_character(pattern: str, at: int) -> Tuple[int, int]:
    """The code point that the escape at `at` (a backslash) stands for, and where it ends. Raises PatternError."""
    if at + 1 >= len(pattern):
        raise PatternError("trailing backslash")
    for expression in (_HEX, _OCTAL):
        match = expression.match(pattern, at + 1)
        if match is not None:
            code = int(match[1] or match[2], 16) if expression is _HEX else int(match[0], 8)
            if code > HIGHEST:
                break
            return code, match.end()
    char = pattern[at + 1]
    if char in _CONTROL:
        return _CONTROL[char], at + 2
    if ord(char) > 0x7F or _ALPHANUMERIC.match(char):
        raise PatternError("invalid escape sequence `\\%s`%s" % (char, _why_not(char)))
    return ord(char), at + 2


def _why_not(char: str) -> str:
    if char in "123456789":
        return ": there are no backreferences"
    return ": the end of the text is \\z" if char == "Z" else ""


def class_escape(pattern: str, at: int, is_folded: bool) -> Optional[Tuple[Ranges, int]]:
    r"""`\d`, `\pL`, `\p{Greek}` and the like: the set, and where it ends. Raises PatternError."""
    name = pattern[at + 1 : at + 2]
    if name.lower() in PERL and name:
        ranges = folded(PERL[name.lower()]) if is_folded else PERL[name.lower()]
        return (ranges if name.islower() else negated(ranges)), at + 2
    if name not in ("p", "P"):
        return None
    match = _UNICODE.match(pattern, at)
    if match is None:
        raise PatternError("incomplete class `%s`" % pattern[at : at + 20])
    name = match[2] if match[2] is not None else match[3]
    is_negated = (match[1] == "P") != name.startswith("^")
    known = unicode_class(name[1:] if name.startswith("^") else name)
    if known is None:
        raise PatternError("no such class of characters: `%s`" % match[0])
    ranges = folded(known) if is_folded else known
    return (negated(ranges) if is_negated else ranges), match.end()


def bracket_class(pattern: str, at: int, is_folded: bool) -> Tuple[Ranges, int]:
    """The set in brackets that begins at `at`, and where it ends. Raises PatternError."""
    begin, at = at, at + 1
    is_negated = pattern.startswith("^", at)
    at += is_negated
    parts: List[Ranges] = []
    first = at
    while at == first or not pattern.startswith("]", at):
        if at >= len(pattern):
            raise PatternError("missing ] after `%s`" % pattern[begin : begin + 40])
        special = _posix(pattern, at, is_folded) or (
            class_escape(pattern, at, is_folded) if pattern.startswith("\\", at) else None
        )
        if special is None:
            low, high, at = _range(pattern, at, begin)
            special = (folded(((low, high),)) if is_folded else ((low, high),), at)
        part, at = special
        parts.append(part)
    ranges = union(pair for part in parts for pair in part)
    return (negated(ranges) if is_negated else ranges), at + 1


def _posix(pattern: str, at: int, is_folded: bool) -> Optional[Tuple[Ranges, int]]:
    end = pattern.find(":]", at) if pattern.startswith("[:", at) else -1
    if end < 0:
        return None
    name = pattern[at + 2 : end]
    ranges = POSIX.get(name[1:] if name.startswith("^") else name)
    if ranges is None:
        raise PatternError("no such class of characters: `%s`" % pattern[at : end + 2])
    ranges = folded(ranges) if is_folded else ranges
    return (negated(ranges) if name.startswith("^") else ranges), end + 2


def _range(pattern: str, at: int, begin: int) -> Tuple[int, int, int]:
    from_ = at
    low, at = _class_character(pattern, at, begin)
    high = low
    if pattern.startswith("-", at) and not pattern.startswith("]", at + 1):
        high, at = _class_character(pattern, at + 1, begin)
        if high < low:
            raise PatternError("the range `%s` runs backwards" % pattern[from_:at])
    return low, high, at


def _class_character(pattern: str, at: int, begin: int) -> Tuple[int, int]:
    if at >= len(pattern):
        raise PatternError("missing ] after `%s`" % pattern[begin : begin + 40])
    return escaped_character(pattern, at) if pattern[at] == "\\" else (ord(pattern[at]), at + 1)
