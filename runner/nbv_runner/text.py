"""Cutting and cleaning text that came from a notebook."""

from __future__ import annotations

import re

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")

_CELL_FILE = re.compile(r"(?<![^\s\"'()<>=,;:\x1b])/[^\s\"'()<>=,;:\x1b]{0,400}/ipykernel_\d+/\d+\.py")


def clean(text: str) -> str:
    """No lone surrogates (they have no UTF-8) and no NUL."""
    if text.isascii() and "\x00" not in text:
        return text  # No copy of a large picture.
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def without_ansi(text: str) -> str:
    return ANSI.sub("", text)


def without_cell_files(text: str) -> str:
    """`<cell>` for the files that ipykernel says cells come from: nobody can open them, and each run has others."""
    return _CELL_FILE.sub("<cell>", text) if "/ipykernel_" in text else text


def without_overwritten(text: str) -> str:
    """What a terminal would still show of lines that carriage returns overwrote (progress bars)."""
    if "\r" not in text:
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(next((part for part in reversed(line.split("\r")) if part), "") for line in lines)


def head(text: str, max_bytes: int, mark: str = "…") -> str:
    """The beginning of `text`, at most `max_bytes` of UTF-8, marked when cut."""
    data = text.encode("utf-8", "replace")
    if len(data) <= max_bytes:
        return text
    room = max(0, max_bytes - len(mark.encode()))
    return data[:room].decode("utf-8", "ignore") + (mark if max_bytes >= len(mark.encode()) else "")


def tail(text: str, max_bytes: int, mark: str = "…") -> str:
    """The end of `text`, at most `max_bytes` of UTF-8, marked when cut."""
    data = text.encode("utf-8", "replace")
    if len(data) <= max_bytes:
        return text
    room = max(0, max_bytes - len(mark.encode()))
    kept = data[len(data) - room :].decode("utf-8", "ignore") if room else ""
    return (mark if max_bytes >= len(mark.encode()) else "") + kept


def one_line(text: str, max_bytes: int) -> str:
    return head(" ".join(text.split()), max_bytes)


def common_start(one: str, other: str) -> int:
    """How many characters two texts have in common. By halves: comparing is much faster than counting."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
