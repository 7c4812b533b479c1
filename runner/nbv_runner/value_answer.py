"""The probe's answer about values, read strictly: it comes from a kernel that a notebook may have got at."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional, Tuple

from .value_facts import (
    ARRAY,
    CONTAINER,
    FRAME,
    NONE,
    OTHER,
    SCALAR,
    SERIES,
    TEXT,
    Callee,
    ValueFacts,
)

KINDS = frozenset((NONE, SCALAR, TEXT, ARRAY, SERIES, FRAME, CONTAINER, OTHER))


def parse_answer(text: Any) -> "Tuple[Dict[str, ValueFacts], List[Callee], Optional[ValueFacts]]":
    """Facts by name, callees in the order of the question, and the shown value's facts."""
    answer = _load(text)
    names, callees = answer.get("names"), answer.get("callees")
    return (
        {name: value_facts(facts) for name, facts in names.items() if isinstance(facts, dict)}
        if isinstance(names, dict)
        else {},
        [_callee(each) for each in callees] if isinstance(callees, list) else [],
        value_facts(answer["shown"]) if isinstance(answer.get("shown"), dict) else None,
    )


def _load(text: Any) -> Mapping[str, Any]:
    try:
        answer = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def value_facts(answer: Mapping[str, Any]) -> ValueFacts:
    kind = answer.get("kind")
    size, nan = _count(answer.get("size")), _count(answer.get("nan"))
    columns = answer.get("columns")
    empty = _texts(answer.get("nan_columns"))
    is_scalar = kind == SCALAR
    whole = nan is not None and nan > 0 and (is_scalar or nan == size)
    return ValueFacts(
        kind=kind if isinstance(kind, str) and kind in KINDS else OTHER,
        type_name=_text(answer.get("type")) or "",
        type_names=frozenset(_texts(answer.get("names"))),
        shape=_shape(answer.get("shape")),
        size=size,
        nan_count=nan,
        inf_count=_count(answer.get("inf")),
        all_nan=whole or bool(empty),
        nan_columns=empty,
        some_nan_columns=_texts(answer.get("some_nan_columns")),
        nan_keys=_ways(answer.get("nan_keys")),
        all_none=answer.get("all_none") is True,
        columns=_texts(columns) if isinstance(columns, list) else None,
        lowest=_number(answer.get("lowest")),
        highest=_number(answer.get("highest")),
        value=answer.get("value"),
        has_value="value" in answer,
        text=_text(answer.get("text")),
    )


def _callee(answer: Any) -> Callee:
    if not isinstance(answer, dict):
        return Callee()
    line = _count(answer.get("line"))
    return Callee(_text(answer.get("origin")), _text(answer.get("function")), _text(answer.get("file")), line or 0)


def _text(value: Any) -> Optional[str]:
    return value if isinstance(value, str) else None


def _texts(value: Any) -> Tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _ways(value: Any) -> Tuple[Tuple[str, ...], ...]:
    ways = [_texts(each) for each in value] if isinstance(value, list) else []
    return tuple(way for way in ways if way)


def _count(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _number(value: Any) -> Optional[float]:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _shape(value: Any) -> Optional[Tuple[int, ...]]:
    if not isinstance(value, list) or any(_count(size) is None for size in value):
        return None
    return tuple(value)
