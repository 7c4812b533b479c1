"""Warnings as Python prints them: `file:line: Category: message`, then the line of code, indented by two."""

from __future__ import annotations

import re
from typing import Optional

from .remark import Kind, Remark

_HEADER = re.compile(
    r"(?P<file>[^\s:][^:\n]{0,400}|[A-Za-z]:[^:\n]{1,400}):(?P<line>\d+): "
    r"(?P<category>[A-Za-z_][\w.]{0,120}): ?(?P<message>.*)",
    re.S,
)
_IS_WARNING = re.compile(r"(?:.*Warning|.*Deprecation|PkgResourcesDeprecation\w*)$")
_SOFT = re.compile(r".*(?:Deprecat|FutureWarning|RemovedIn|MovedIn|Pandas\d+Warning)")
_NUMERIC = re.compile(
    r".*(?:invalid value|divide by zero|[Mm]ean of empty slice|overflow|underflow|All-NaN|Degrees of freedom <= 0)"
)
_CAPTURED = re.compile(r".{0,80}?py\.warnings.{0,40}?(?=[^\s:]+\.py:\d+: |<[\w -]+>:\d+: )")
_OF_CELL = re.compile(r".*(?:ipykernel_\d+/\d+\.py|<ipython-input-[^>]*>|<cell[^>]*>)$")
_TENSORFLOW = re.compile(r".*\btensorflow:From .* is deprecated")


def warning(text: str) -> Optional[Remark]:
    """The warning whose first line this is, printed or caught by `logging.captureWarnings`."""
    if ": " not in text:
        return None
    captured = _CAPTURED.match(text)
    match = _HEADER.match(text, captured.end() if captured is not None else 0)
    if match is None or not _IS_WARNING.match(match["category"]):
        return Remark(Kind.SOFT_WARNING, text, "DeprecationWarning") if _TENSORFLOW.match(text) else None
    category = match["category"].rsplit(".", 1)[-1]
    is_of_cell = _OF_CELL.match(match["file"]) is not None
    return Remark(
        _kind(category, match["message"]),
        "%s: %s" % (category, match["message"]),
        category,
        None if is_of_cell else match["file"].rsplit("/", 1)[-1],
        int(match["line"][:9]),
    )


def _kind(category: str, message: str) -> Kind:
    if _SOFT.match(category):
        return Kind.SOFT_WARNING
    if category == "RuntimeWarning" and _NUMERIC.match(message):
        return Kind.NUMERIC_WARNING
    return Kind.WARNING
