"""Places between two characters: what an assertion can tell of them."""

from __future__ import annotations

from .syntax import BEGIN_LINE, BEGIN_TEXT, END_LINE, END_TEXT, NO_WORD_BOUNDARY, WORD_BOUNDARY

NO_CHARACTER, NEWLINE, WORD_CHARACTER, OTHER = range(4)
"""A neighbour of a place, as far as assertions tell characters apart."""


def holding(before: int, after: int) -> int:
    """Which assertions hold between two neighbours, as bits."""
    is_boundary = (before == WORD_CHARACTER) != (after == WORD_CHARACTER)
    bits = WORD_BOUNDARY if is_boundary else NO_WORD_BOUNDARY
    if before == NO_CHARACTER:
        bits |= BEGIN_TEXT | BEGIN_LINE
    elif before == NEWLINE:
        bits |= BEGIN_LINE
    if after == NO_CHARACTER:
        bits |= END_TEXT | END_LINE
    elif after == NEWLINE:
        bits |= END_LINE
    return bits
