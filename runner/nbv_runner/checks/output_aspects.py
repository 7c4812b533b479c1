"""What `expectedOutputs` may ask of a value, one by one: each says what it expected and what it got, or nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable, Optional, Sequence, Tuple

from .. import re2
from ..expected import ExpectedOutput
from ..text import one_line
from ..value_facts import NONE, SCALAR, ValueFacts

MAX_SHOWN_BYTES = 120
MAX_COLUMNS = 10


@dataclass(frozen=True)
class Mismatch:
    expected: str
    actual: str
    column: Optional[str] = None
    pattern: Optional[str] = None
    verbs: Tuple[str, str] = ("should have been", "was")
    """What the value should have done with what is expected, and what it did."""


Texts = Callable[[], Sequence[str]]
"""What `matches` is looked for in."""


def mismatches(expected: ExpectedOutput, facts: Optional[ValueFacts], texts: Texts) -> "list[Mismatch]":
    """All that is not as expected. Without facts, only texts can be looked at: the caller has said so."""
    found = [_matches(expected, texts)]
    if facts is not None:
        aspects = (_type, _shape, _range, _not_empty, _equals, _columns)
        found = [*(aspect(expected, facts) for aspect in aspects), *found]
    return [each for each in found if each is not None]


def _type(expected: ExpectedOutput, facts: ValueFacts) -> Optional[Mismatch]:
    wanted = expected.type
    if wanted is None or wanted == facts.type_name or wanted in facts.type_names:
        return None
    return Mismatch("type %s" % wanted, "type %s" % short_type(facts))


def short_type(facts: ValueFacts) -> str:
    """As people write it: `float`, `pandas.core.frame.DataFrame`."""
    name = facts.type_name
    return name[len("builtins.") :] if name.startswith("builtins.") else name


def _shape(expected: ExpectedOutput, facts: ValueFacts) -> Optional[Mismatch]:
    wanted = expected.shape
    if wanted is None:
        return None
    words = "shape %s" % _shape_text(wanted)
    if facts.shape is None:
        return Mismatch(words, "%s, whose shape can't be told" % _a(facts))
    fits = len(wanted) == len(facts.shape) and all(
        size is None or size == actual for size, actual in zip(wanted, facts.shape)
    )
    return None if fits else Mismatch(words, "shape %s" % _shape_text(facts.shape))


def _shape_text(shape: Sequence[Optional[int]]) -> str:
    return "(%s)" % ", ".join("any" if size is None else str(size) for size in shape)


def _range(expected: ExpectedOutput, facts: ValueFacts) -> Optional[Mismatch]:
    low, high = expected.lowest, expected.highest
    if low is None and high is None:
        return None
    words = _range_text(low, high)
    if facts.nan_count:
        return Mismatch(words, "NaN" if facts.kind == SCALAR else "%d NaN among its numbers" % facts.nan_count)
    if facts.lowest is None or facts.highest is None:
        return Mismatch(words, "%s, in which no numbers can be compared" % _a(facts))
    for bound, number, is_outside in (
        (low, facts.lowest, low is not None and facts.lowest < low),
        (high, facts.highest, high is not None and facts.highest > high),
    ):
        # Numbers alone in a value (or None, which nobody can compare) are covered above.
        if is_outside and bound is not None:
            return Mismatch(words, _number(number))
    return None


def _range_text(low: Optional[float], high: Optional[float]) -> str:
    if low is None:
        return "at most %s" % _number(high)
    return "at least %s" % _number(low) if high is None else "from %s to %s" % (_number(low), _number(high))


def _number(number: Any) -> str:
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return one_line(str(number), MAX_SHOWN_BYTES)


def _not_empty(expected: ExpectedOutput, facts: ValueFacts) -> Optional[Mismatch]:
    if not expected.not_empty or facts.kind == SCALAR or (facts.size or 0) > 0:
        return None
    words = "something that is not empty"
    if facts.kind == NONE:
        return Mismatch(words, "None")
    return Mismatch(words, "an empty %s" % short_type(facts) if facts.size == 0 else "%s of unknown size" % _a(facts))


def _equals(expected: ExpectedOutput, facts: ValueFacts) -> Optional[Mismatch]:
    if not expected.has_equals:
        return None
    words = "the value %s" % _json(expected.equals)
    if facts.has_value:
        return None if _same(expected.equals, facts.value) else Mismatch(words, "the value %s" % _json(facts.value))
    if facts.nan_count and facts.kind == SCALAR:
        return Mismatch(words, "NaN")
    return Mismatch(words, "%s, which can't be compared as JSON" % _a(facts))


def _same(wanted: Any, value: Any) -> bool:
    """As JSON: 1 and 1.0 are the same number, true is none, and NaN is nothing at all."""
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    if isinstance(wanted, (int, float)) and isinstance(value, (int, float)):
        return wanted == value
    if isinstance(wanted, (list, tuple)) and isinstance(value, (list, tuple)):
        return len(wanted) == len(value) and all(map(_same, wanted, value))
    if isinstance(wanted, dict) and isinstance(value, dict):
        return wanted.keys() == value.keys() and all(_same(wanted[key], value[key]) for key in wanted)
    return type(wanted) is type(value) and bool(wanted == value)


def _json(value: Any) -> str:
    return one_line(json.dumps(value, ensure_ascii=False), MAX_SHOWN_BYTES)


def _columns(expected: ExpectedOutput, facts: ValueFacts) -> Optional[Mismatch]:
    if not expected.columns:
        return None
    if facts.columns is None:
        return Mismatch(
            "the columns %s" % ", ".join(expected.columns[:MAX_COLUMNS]),
            "%s without columns" % _a(facts),
            verbs=("should have had", "was"),
        )
    missing = [name for name in expected.columns if name not in facts.columns]
    if not missing:
        return None
    width = facts.shape[1] if facts.shape is not None and len(facts.shape) == 2 else len(facts.columns)
    unseen = width - len(facts.columns)
    there = ", ".join(facts.columns[:MAX_COLUMNS]) + (", …" if width > MAX_COLUMNS else "")
    actual = "the columns %s" % there if not unseen else "%d columns, of which %d could not be read" % (width, unseen)
    named = missing[:MAX_COLUMNS]
    return Mismatch(
        "the column%s %s" % ("s" if len(named) > 1 else "", ", ".join(named)),
        one_line(actual, MAX_SHOWN_BYTES),
        column=named[0],
        verbs=("should have had", "had"),
    )


def _matches(expected: ExpectedOutput, texts: Texts) -> Optional[Mismatch]:
    pattern = expected.matches
    if pattern is None:
        return None
    words = "text that matches %s" % pattern
    try:
        compiled = re2.compile(pattern)
        looked_at = texts()
        if any(compiled.test(text) for text in looked_at):
            return None
    except re2.TooMuchWork as error:
        return Mismatch(words, str(error), pattern=pattern)
    shown = next((text for text in looked_at if text.strip()), "")
    actual = "the text %s" % one_line(shown, MAX_SHOWN_BYTES) if shown else "no text"
    return Mismatch(words, actual, pattern=pattern)


def _a(facts: ValueFacts) -> str:
    return "None" if facts.kind == NONE else "a value of type %s" % short_type(facts)
