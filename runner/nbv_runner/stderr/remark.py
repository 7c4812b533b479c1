"""One thing that stderr says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Optional


class Kind(Enum):
    QUIET = "progress, banner or information"
    SOFT_WARNING = "deprecation or future warning"
    WARNING = "warning"
    NUMERIC_WARNING = "numeric warning"
    LOGGED_WARNING = "log record of level WARNING"
    ERROR = "error"
    RAW = "text"


@dataclass(frozen=True)
class Remark:
    kind: Kind
    text: str
    """What to show of it: the first line that matters."""
    category: Optional[str] = None
    """Class of a warning or exception, level of a log record."""
    file: Optional[str] = None
    line: Optional[int] = None
    is_of_command: bool = False
    """A line as command-line programs write theirs (`ERROR: …`): of a failed one, its exit code says it already."""
