"""Sets of code points as sorted ranges."""

from __future__ import annotations

from bisect import bisect_right
from typing import Iterable, List, Tuple

from .unicode_tables import folds_within

Ranges = Tuple[Tuple[int, int], ...]
"""Lowest and highest of each run, sorted, no two touching."""

HIGHEST = 0x10FFFF
ANY: Ranges = ((0, HIGHEST),)
NOTHING: Ranges = ()
NEWLINE = 0x0A
ANY_BUT_NEWLINE: Ranges = ((0, NEWLINE - 1), (NEWLINE + 1, HIGHEST))


def union(ranges: Iterable[Tuple[int, int]]) -> Ranges:
    merged: List[Tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def negated(ranges: Ranges) -> Ranges:
    gaps: List[Tuple[int, int]] = []
    begin = 0
    for low, high in ranges:
        if begin < low:
            gaps.append((begin, low - 1))
        begin = high + 1
    if begin <= HIGHEST:
        gaps.append((begin, HIGHEST))
    return tuple(gaps)


def folded(ranges: Ranges) -> Ranges:
    """With everything that differs only in case from what is in it."""
    more = [(code, code) for low, high in ranges for code in folds_within(low, high)]
    return union([*ranges, *more])


def contains(ranges: Ranges, code: int) -> bool:
    at = bisect_right(ranges, (code, HIGHEST + 1)) - 1
    return at >= 0 and code <= ranges[at][1]


def size(ranges: Ranges) -> int:
    return sum(high - low + 1 for low, high in ranges)


def _of(*pairs: str) -> Ranges:
    """From texts such as `a-z`."""
    return union((ord(pair[0]), ord(pair[2])) for pair in pairs)


DIGIT = _of("0-9")
WORD = _of("0-9", "A-Z", "a-z", "_-_")
SPACE: Ranges = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))

PERL = {"d": DIGIT, "s": SPACE, "w": WORD}

POSIX = {
    "alnum": _of("0-9", "A-Z", "a-z"),
    "alpha": _of("A-Z", "a-z"),
    "ascii": ((0, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0, 0x1F), (0x7F, 0x7F)),
    "digit": DIGIT,
    "graph": _of("!-~"),
    "lower": _of("a-z"),
    "print": ((0x20, 0x7E),),
    "punct": _of("!-/", ":-@", "[-`", "{-~"),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": _of("A-Z"),
    "word": WORD,
    "xdigit": _of("0-9", "A-F", "a-f"),
}
