"""Numbers as they stand in texts, and when two of them are close enough."""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from decimal import Decimal
from typing import Optional, Union

NUMBER = (
    # Digits in groups of three, but no list that was written without spaces.
    r"(?:(?<![\w.,\[])(?:(?<![)\]])[+-])?\d{1,3}(?:,\d{3}){1,20}(?:\.\d{0,400})?(?![\w,])(?!\.\d)"
    r"|(?<![\w.])(?:(?<![)\]])[+-])?(?:"
    r"(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,9})?[jJ]?(?!\w)(?!\.\d)"
    r"|(?i:nan|inf(?:inity)?)j?(?!\w)))"
)
"""A regular expression. A sign belongs to its number unless it stands between two operands; `0x1F`, `v2` and `1.2.3`
are no numbers."""

LONGEST = 400
"""Characters of a number beyond which it is only a text."""
_EXACT = decimal.Context(prec=LONGEST, Emin=-10_000, Emax=10_000, traps=[])

Number = Union[int, float, Decimal]


def decimal_of(value: Number) -> Decimal:
    """As it is written: the float 0.1 is one tenth."""
    return value if isinstance(value, Decimal) else _EXACT.create_decimal(repr(value))


@dataclass(frozen=True)
class Tolerance:
    """`|a - b| ≤ max(absolute, relative · max(|a|, |b|))`. NaN equals NaN, an infinity one of the same sign."""

    absolute: Decimal
    relative: Decimal

    @classmethod
    def of(cls, absolute: float, relative: float) -> "Tolerance":
        return cls(decimal_of(absolute), decimal_of(relative))

    def holds(self, one: Decimal, other: Decimal) -> bool:
        if one.is_nan() or other.is_nan():
            return one.is_nan() and other.is_nan()
        if one.is_infinite() or other.is_infinite():
            return one == other
        difference = _EXACT.abs(_EXACT.subtract(one, other))
        if difference <= self.absolute:
            return True
        largest = max(_EXACT.abs(one), _EXACT.abs(other))
        return difference <= _EXACT.multiply(self.relative, largest)


def parse_number(text: str) -> Optional[Decimal]:
    """What a text that matches NUMBER says, `j` left out; None when it is too long or too large to be one."""
    if len(text) > LONGEST:
        return None
    value = _EXACT.create_decimal(text.rstrip("jJ").replace(",", ""))
    return None if value.is_infinite() and "inf" not in text.lower() else value
