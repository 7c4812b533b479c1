"""Texts that differ between any two runs and mean nothing: each gives way to a word that says what was there.

Every expression is linear in the text: no repetition stands beside another that could take the same characters.
"""

from __future__ import annotations

import re
from typing import List, Pattern, Sequence, Tuple

from .. import re2
from ..comparison_config import ComparisonConfig

Rule = Tuple[str, Pattern[str], str]
"""A word that must be in the text for the rule to be tried (empty = always), the expression, what takes its place."""

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[AaPp][Mm]\b)?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})\b)?"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)"
_UNIT = (
    r"(?:ns|[µμu]s|ms|s|secs?|seconds?|milliseconds?|microseconds?|nanoseconds?|min|mins|minutes?|h|hrs?|hours?)"
    r"(?![\w])"
)
_AMOUNT = r"(?<![\w.])\d{1,18}(?:[.,]\d{1,18})?(?:[eE][+-]?\d{1,3})?"

ALWAYS: Sequence[Rule] = (
    (" at 0x", re.compile(r"(?<= at )0x[0-9A-Fa-f]+"), "‹address›"),
    ("0x", re.compile(r"(?<!\w)0x[0-9A-Fa-f]{8,16}(?!\w)"), "‹address›"),
    (
        "-",
        re.compile(
            r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?!\w)"
        ),
        "‹uuid›",
    ),
    ("tmp", re.compile(r"(?<![\w/.])(?:/private)?(?:/var)?/tmp/[^\s'\"<>:,;)\]]+"), "‹temporary path›"),
    ("/var/folders/", re.compile(r"(?:/private)?/var/folders/[^\s'\"<>:,;)\]]+"), "‹temporary path›"),
    ("Temp", re.compile(r"[A-Za-z]:(?:\\[^\\\s'\"<>:]{1,255}){1,16}\\Temp\\[^\s'\"<>:,;)\]]+"), "‹temporary path›"),
    ("ipykernel_", re.compile(r"ipykernel_\d+(?:[/\\]\d+\.py)?"), "‹cell›"),
    ("ipython-input-", re.compile(r"ipython-input-\d+-[0-9a-f]+"), "‹cell›"),
    ("Figure size", re.compile(r"Figure size [\d.]+x[\d.]+"), "Figure size ‹size›"),
)

PROMPTS: Sequence[Rule] = (("[", re.compile(r"\b(In|Out) ?\[\d+\]"), r"\1[‹count›]"),)

TIMES: Sequence[Rule] = (
    ("per loop", re.compile(r"^[^\n]{0,80}? per loop \([^\n]{0,200}?\)", re.M), "‹timing›"),
    (
        "-",
        re.compile(r"(?<![\w.-])\d{4}-\d{2}-\d{2}(?:[T ]" + _CLOCK + _ZONE + r")?(?![\w-])"),
        "‹time›",
    ),
    (
        "/",
        re.compile(r"(?<![\w./])(?:\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}/\d{4})(?:,? " + _CLOCK + r")?(?![\w/])"),
        "‹time›",
    ),
    ("T", re.compile(r"(?<!\w)\d{8}T\d{6}Z?(?!\w)"), "‹time›"),
    (
        "",
        re.compile(
            r"(?<!\w)(?:" + _WEEKDAY + r",? )?"
            r"(?:" + _MONTH + r" {1,2}\d{1,2}(?!\d)|\d{1,2} " + _MONTH + r"(?!\w))"
            r"(?:,? " + _CLOCK + _ZONE + r")?(?:,? \d{4}(?!\w))?(?:,? " + _CLOCK + _ZONE + r")?"
        ),
        "‹time›",
    ),
    (":", re.compile(r"(?<![\w.:])" + _CLOCK + _ZONE + r"(?![\w:])"), "‹time›"),
    (
        "/",
        re.compile(r"(?<![\w.])(?:\d{1,18}(?:\.\d{1,18})?|\?) ?[kKMGT]?i?(?:it|B|s|rows|batch(?:es)?)/(?:s|it)(?!\w)"),
        "‹rate›",
    ),
    ("", re.compile(_AMOUNT + " ?" + _UNIT + "(?: " + _AMOUNT + " ?" + _UNIT + "){0,4}"), "‹duration›"),
)


class Sanitizers:
    """Of one comparison. Raises re2.PatternError when a custom pattern is none."""

    def __init__(self, config: ComparisonConfig) -> None:
        self._rules: List[Rule] = []
        if not config.is_exact:
            self._rules += ALWAYS
            self._rules += PROMPTS if config.ignore_execution_count else ()
            self._rules += TIMES if config.ignore_timestamps else ()
        self._custom = [re2.compile(pattern) for pattern in config.custom_patterns]
        self.given_up: List[str] = []
        """Custom patterns that were too much work for some text, which was compared without them."""

    def apply(self, text: str) -> str:
        for pattern in self._custom:
            try:
                text = pattern.replace(text, "‹ignored›")
            except re2.TooMuchWork:
                if pattern.source not in self.given_up:
                    self.given_up.append(pattern.source)
        for word, expression, replacement in self._rules:
            if word in text:
                text = expression.sub(replacement, text)
        return text
