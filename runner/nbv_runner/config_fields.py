"""Reading one JSON object of a configuration; every refusal names the field's full path."""

from __future__ import annotations

import math
from typing import Any, Dict, List, NoReturn, Optional, Tuple

from . import re2
from .outcome import Outcome, RunStopped


def bad(message: str) -> NoReturn:
    raise RunStopped(Outcome.BAD_CONFIGURATION, "Bad runner configuration: " + message)


def _require_regex(pattern: str, where: str) -> None:
    try:
        re2.compile(pattern)
    except re2.PatternError as error:
        bad("%s is no regular expression of RE2: %s" % (where, error))


class Fields:
    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            bad("%s must be an object" % (path or "config.json"))
        self._value: Dict[str, Any] = value
        self._path = path

    def at(self, name: str) -> str:
        return "%s.%s" % (self._path, name) if self._path else name

    def has(self, name: str) -> bool:
        return name in self._value

    def optional(self, name: str) -> Any:
        return self._value.get(name)

    def fields(self, name: str) -> "Fields":
        return Fields(self._value.get(name), self.at(name))

    def optional_fields(self, name: str) -> "Optional[Fields]":
        return self.fields(name) if self._value.get(name) is not None else None

    def each(self, name: str) -> "List[Fields]":
        """The objects of a list; none when the field is absent."""
        return [Fields(item, "%s[%d]" % (self.at(name), index)) for index, item in enumerate(self._list(name))]

    def text(self, name: str) -> str:
        value = self._value.get(name)
        if not isinstance(value, str) or "\x00" in value:
            bad("%s must be a string" % self.at(name))
        return value

    def optional_text(self, name: str) -> Optional[str]:
        return self.text(name) if self._value.get(name) is not None else None

    def texts(self, name: str) -> Tuple[str, ...]:
        values = self._list(name)
        if not all(isinstance(value, str) for value in values):
            bad("%s must be a list of texts" % self.at(name))
        return tuple(values)

    def regex(self, name: str) -> str:
        """An RE2 expression. Admission has seen it; what the runner can't match must never count as matched."""
        pattern = self.text(name)
        _require_regex(pattern, self.at(name))
        return pattern

    def optional_regex(self, name: str) -> Optional[str]:
        return self.regex(name) if self._value.get(name) is not None else None

    def regexes(self, name: str) -> Tuple[str, ...]:
        patterns = self.texts(name)
        for index, pattern in enumerate(patterns):
            _require_regex(pattern, "%s[%d]" % (self.at(name), index))
        return patterns

    def flag(self, name: str, default: Optional[bool] = None) -> bool:
        value = self._value.get(name, default)
        if not isinstance(value, bool):
            bad("%s must be true or false" % self.at(name))
        return value

    def number(self, name: str) -> float:
        value = self._value.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            bad("%s must be a number" % self.at(name))
        return float(value)

    def optional_number(self, name: str) -> Optional[float]:
        return self.number(name) if self._value.get(name) is not None else None

    def seconds(self, name: str) -> float:
        value = self._value.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
            bad("%s must be a positive number of seconds" % self.at(name))
        return float(value)

    def positive_integer(self, name: str) -> int:
        value = self._value.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            bad("%s must be a positive integer" % self.at(name))
        return value

    def count(self, name: str, default: int = 0) -> int:
        value = self._value.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            bad("%s must be a whole number" % self.at(name))
        return value

    def counts(self, name: str) -> Tuple[int, ...]:
        values = self._list(name)
        if not all(isinstance(value, int) and not isinstance(value, bool) and value >= 0 for value in values):
            bad("%s must be a list of whole numbers" % self.at(name))
        return tuple(values)

    def _list(self, name: str) -> List[Any]:
        value = self._value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            bad("%s must be a list" % self.at(name))
        return value
