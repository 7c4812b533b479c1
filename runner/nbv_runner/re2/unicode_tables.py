"""Unicode's classes and case foldings, from one file that is generated from what admission uses.

Python's own `unicodedata` would differ with the version of Python that the notebook's image happens to have.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import Any, Dict, Iterator, List, Optional, Tuple

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "unicode_tables.json")


def unicode_class(name: str) -> "Optional[Tuple[Tuple[int, int], ...]]":
    """The code points of a category (`Lu`), script (`Greek`) or property; None when there is no such name."""
    packed = _tables()["classes"].get(name)
    if packed is None:
        return None
    ends = _unpack(packed)
    return tuple(zip(ends[::2], ends[1::2]))


def folds_within(low: int, high: int) -> Iterator[int]:
    """What differs only in case from some code point of the range."""
    codes, relatives = _folds()
    for at in range(bisect_left(codes, low), bisect_right(codes, high)):
        yield from relatives[codes[at]]


@lru_cache(maxsize=1)
def _tables() -> Dict[str, Any]:
    with open(_FILE, encoding="ascii") as file:
        tables: Dict[str, Any] = json.load(file)
    return tables


@lru_cache(maxsize=1)
def _folds() -> Tuple[List[int], Dict[int, List[int]]]:
    relatives = {code: orbit for orbit in map(_unpack, _tables()["folds"]) for code in orbit}
    return sorted(relatives), relatives


def _unpack(packed: str) -> List[int]:
    """Differences in base 36."""
    numbers: List[int] = []
    last = 0
    for digits in packed.split():
        last += int(digits, 36)
        numbers.append(last)
    return numbers
