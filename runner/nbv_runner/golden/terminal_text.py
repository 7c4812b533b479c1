"""What a terminal would show of a text that moves its cursor."""

from __future__ import annotations

from typing import List

from ..text import clean, without_ansi


def shown(text: str) -> str:
    """Without colours; carriage returns and backspaces have been obeyed, line by line."""
    text = clean(without_ansi(text))
    if "\b" not in text and "\r" not in text:
        return text
    return "\n".join(
        _obeyed(line) if "\b" in line or "\r" in line else line for line in text.replace("\r\n", "\n").split("\n")
    )


def _obeyed(line: str) -> str:
    """Carriage returns begin the line anew; what is longer than the new text stays, as on a terminal."""
    seen = ""
    for part in line.split("\r"):
        written = _without_backspaces(part) if "\b" in part else part
        seen = written + seen[len(written) :]
    return seen


def _without_backspaces(text: str) -> str:
    line: List[str] = []
    cursor = 0
    for character in text:
        if character == "\b":
            cursor = max(0, cursor - 1)
        else:
            line[cursor : cursor + 1] = character
            cursor += 1
    return "".join(line)
