"""JSON values, compared by structure."""

from __future__ import annotations

import json
from typing import Any, Callable, List, Optional, Tuple

from .numbers import Tolerance, decimal_of

Agree = Callable[[str, str], bool]


def first_mismatch(expected: Any, actual: Any, tolerance: Tolerance, agree: Agree) -> Optional[str]:
    """The place of a difference as a path (`$.data[0].y`); None when the values agree. Any depth, no recursion."""
    left: List[Tuple[str, Any, Any]] = [("$", expected, actual)]
    while left:
        path, one, other = left.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                odd = sorted(str(key) for key in one.keys() ^ other.keys())[0]
                return "%s.%s" % (path, odd)
            left += [("%s.%s" % (path[-200:], key), one[key], other[key]) for key in reversed(list(one))]
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return "%s[%d]" % (path, min(len(one), len(other)))
            left += [("%s[%d]" % (path[-200:], index), one[index], other[index]) for index in reversed(range(len(one)))]
        elif not _leaves_agree(one, other, tolerance, agree):
            return path
    return None


def _leaves_agree(one: Any, other: Any, tolerance: Tolerance, agree: Agree) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return agree(one, other)
    if _is_number(one) and _is_number(other):
        return tolerance.holds(decimal_of(one), decimal_of(other))
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def json_text(value: Any) -> str:
    """For diffs: one leaf a line, keys in order."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        return "[a value that has no text]"
