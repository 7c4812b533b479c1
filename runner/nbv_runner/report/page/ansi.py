"""Terminal text as HTML: the sixteen colours and bold of escape sequences; all other sequences vanish."""

from __future__ import annotations

import re
from html import escape
from typing import List

from ...text import without_ansi, without_cell_files, without_overwritten

_COLOUR = re.compile(r"\x1b\[([0-9;]{0,40})m")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MAX_SPANS = 5_000


def terminal_html(text: str) -> str:
    text = without_cell_files(without_overwritten(text))
    if "\x1b" not in text:
        return escape(_CONTROL.sub("", text), quote=False)
    parts: List[str] = []
    classes: List[str] = []
    at = 0
    for count, sequence in enumerate(_COLOUR.finditer(text)):
        if count >= MAX_SPANS:
            break
        _append(parts, text[at : sequence.start()], classes)
        classes = _next(classes, sequence.group(1))
        at = sequence.end()
    _append(parts, text[at:], classes)
    return "".join(parts)


def _append(parts: List[str], text: str, classes: List[str]) -> None:
    plain = escape(_CONTROL.sub("", without_ansi(text)), quote=False)
    if plain:
        parts.append('<span class="%s">%s</span>' % (" ".join(classes), plain) if classes else plain)


def _next(classes: List[str], codes: str) -> List[str]:
    numbers = [int(code) if code else 0 for code in codes.split(";")]
    if len(numbers) > 2 and numbers[0] in (38, 48):
        return classes  # Of 256 colours and more: left as it is.
    for number in numbers:
        if number == 0:
            classes = []
        elif number == 1:
            classes = [*[name for name in classes if name != "bold"], "bold"]
        elif 30 <= number <= 37 or 90 <= number <= 97:
            classes = [*[name for name in classes if name == "bold"], "ansi%d" % (number % 10)]
        elif number == 39:
            classes = [name for name in classes if name == "bold"]
    return classes
