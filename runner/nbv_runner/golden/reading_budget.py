"""How much text one comparison reads token by token; what goes beyond is compared as it is."""

from __future__ import annotations

from typing import Tuple

from ..redaction import Redactor
from ..text import common_start

MAX_CHARACTERS = 24 * 1024 * 1024
"""Both sides together, and only texts that are not equal anyway: about 20 s."""
WINDOW = 32 * 1024


class ReadingBudget:
    def __init__(self) -> None:
        self._left = MAX_CHARACTERS

    def take(self, expected: str, actual: str) -> bool:
        size = len(expected) + len(actual)
        if size > self._left:
            return False
        self._left -= size
        return True


def around_first_difference(expected: str, actual: str, longest_secret: int) -> Tuple[str, str]:
    """From the beginning of the line in which two texts part: WINDOW characters that may be shown, and behind them as
    many as the longest secret has, which the cut may have gone through.
    """
    start = expected.rfind("\n", 0, common_start(expected, actual)) + 1
    room = WINDOW + longest_secret
    return expected[start : start + room], actual[start : start + room]


def without_cut_secret(redactor: Redactor, part: str) -> str:
    """One of the two parts, redacted, without what may be the beginning of a secret."""
    if len(part) < WINDOW + redactor.longest:
        return redactor.text(part)
    redacted = redactor.text(part)
    return redacted[: max(0, len(redacted) - redactor.longest)]
