"""Reads a stream message that is too large to be parsed as a whole piece by piece: nothing printed is missed."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, Iterator

PIECE_BYTES = 256 * 1024

_BEGINNING = re.compile(rb'\{"name":\s*"(stdout|stderr)",\s*"text":\s*"')
_WHOLE = re.compile(
    rb"(?:[\x00-\x5b\x5d-\x7f]|[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}|\\[^u]"
    rb"|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u(?![dD][89abAB])....|\\u....(?=.{6}))*",
    re.S,
)
"""Characters and escapes, the two of a surrogate pair together."""
_END = re.compile(rb'"\s*\}\s*\Z')


def long_stream(content: "memoryview") -> Dict[str, Any]:
    """Name and pieces of the text, from the message's JSON; empty when it is no stream."""
    beginning = _BEGINNING.match(bytes(content[:200]))
    end = _END.search(bytes(content[-20:]))
    if beginning is None or end is None:
        return {}
    text = content[beginning.end() : len(content) - (min(20, len(content)) - end.start())]
    return {"name": beginning[1].decode(), "pieces": _pieces(text)}


def _pieces(text: "memoryview") -> Iterator[str]:
    at = 0
    while at < len(text):
        piece = bytes(text[at : at + PIECE_BYTES])
        if at + len(piece) < len(text):
            piece = piece[: _safe_cut(piece)]
        at += len(piece)
        try:
            yield json.loads(b'"%s"' % piece)
        except ValueError:
            # Not what a kernel writes; what can be read of it is better than nothing.
            yield piece.decode("utf-8", "replace")


def _safe_cut(piece: bytes) -> int:
    """Behind a space or an escaped line end, never inside a character or an escape; else behind any whole one."""
    cut = max(piece.rfind(b" ") + 1, piece.rfind(b"\\n") + 2)
    if cut > len(piece) // 2:
        return cut
    whole = _WHOLE.match(piece)
    return whole.end() if whole is not None and whole.end() > 0 else len(piece)
