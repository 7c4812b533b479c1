"""How log records look, and where their level stands. A table to append to."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Optional

from .remark import Kind

_LEVELS: Dict[str, Kind] = {
    **dict.fromkeys(
        ("TRACE", "DEBUG", "VERBOSE", "FINE", "CONFIG", "INFO", "INFORMATION", "NOTICE", "SUCCESS"), Kind.QUIET
    ),
    **dict.fromkeys(("WARN", "WARNING"), Kind.LOGGED_WARNING),
    **dict.fromkeys(
        ("ERROR", "ERR", "SEVERE", "EXCEPTION", "CRITICAL", "FATAL", "ALERT", "EMERGENCY", "PANIC"), Kind.ERROR
    ),
}
_LETTERS = {
    "T": "DEBUG", "D": "DEBUG", "I": "INFO", "W": "WARNING", "E": "ERROR", "C": "CRITICAL", "F": "FATAL"
}  # fmt: skip
_NUMBERS = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}
_JSON_KEYS = ("level", "levelname", "severity", "lvl", "log_level", "loglevel", "log.level", "levelno")
MAX_JSON = 16 * 1024

_WORD = r"(?P<level>%s)" % "|".join(sorted(_LEVELS, key=len, reverse=True))
_ANY_CASE = r"(?P<level>(?i:%s))" % "|".join(sorted(_LEVELS, key=len, reverse=True))
_DATE = r"(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d{2,4}|\d\d [A-Z][a-z]{2} \d{4}|[A-Z][a-z]{2} [ \d]\d)"
_TIME = r"\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?:\s?[AP]M)?(?:Z|\s?[+-]\d\d:?\d\d)?"
_STAMP = r"[\[(<]?(?:%s(?:[T _,]|\s+))?%s[\])>]?" % (_DATE, _TIME)

_FORMATS: List["re.Pattern[str]"] = [
    re.compile(expression)
    for expression in (
        # glog, absl, TensorFlow, optuna, Jupyter, PyTorch's C++.
        r"(?P<letter>[IWEFD])\d{4,8} \d\d:\d\d:\d\d\.\d+\s",
        _STAMP + r": (?P<letter>[IWEFD]) ",
        r"\[(?P<letter>[TDIWECF])\s+(?:\d|\S+:\d+\])",
        r"\[(?P<letter>[WEIF])\d{3,4} \d\d:\d\d:\d\d",
        # With a time before the level: logging, loguru, structlog, rich, log4j, and most that people make themselves.
        _STAMP + r"[\s|:,;\-\[(]*(?:.{0,160}?[\s|:;\-\[(<])??" + _WORD + r"(?=[\s|:;,\-\])>]|$)",
        _STAMP + r"\s*[\[(<]\s*" + _ANY_CASE + r"\s*[\])>]",
        # basicConfig, and the level alone in front.
        _WORD + r"(?=:[^\s:][^:]*:)",
        _WORD + r"(?=\s*[:|\]\-]|\s+\S)",
        r"[\[(<]\s*" + _ANY_CASE + r"\s*[\])>]",
        r"\[" + _WORD + r"[\s:|]",
        r"\[[\w. -]{1,60}\]\s*[\[(]?" + _WORD + r"(?=[\s\]):|-])",
        # The logger's name in front.
        r"[\w.\-/]{1,80}(?::\d+)?\s*[:|\-]+\s*" + _WORD + r"(?=\s*[:|\-\s])",
        # Key and value.
        r"(?:[\w.@]+=(?:\"[^\"]{0,300}\"|\S{0,300})\s+){0,8}(?:level|lvl|severity|levelname)=\"?" + _ANY_CASE + r"\b",
    )
]
_OF_RICH = re.compile(r"\s{8,}" + _WORD + r"\s+\S")
_OF_COMMAND = re.compile(r"(?:ERROR|FATAL|WARNING|CRITICAL): ")


class LogRecord:
    """The first line of a log record."""

    def __init__(self, level: str, text: str) -> None:
        self.level = level
        self.kind = _LEVELS[level]
        self.is_of_command = _OF_COMMAND.match(text) is not None
        self.announces_more = not text.rstrip() or text.rstrip()[-1] in ":\\"
        """Its message is empty or ends in a colon: a table or a report follows."""


def log_record(text: str) -> Optional[LogRecord]:
    if text.startswith("{"):
        level = _level_of_json(text)
        return LogRecord(level, text) if level is not None else None
    for expression in _FORMATS:
        match = expression.match(text)
        if match is not None:
            found = match.groupdict()
            letter = found.get("letter")
            return LogRecord(_LETTERS[letter] if letter else found["level"].upper(), text)
    match = _OF_RICH.match(text)
    return LogRecord(match["level"], text) if match is not None else None


def _level_of_json(text: str) -> Optional[str]:
    if len(text) > MAX_JSON or not text.rstrip().endswith("}"):
        return None
    try:
        record: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for key in _JSON_KEYS:
        value = record.get(key)
        if isinstance(value, int) and value in _NUMBERS:
            return _NUMBERS[value]
        if isinstance(value, str) and value.upper() in _LEVELS:
            return value.upper()
    return None
