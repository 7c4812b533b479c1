"""One difference between what a golden cell holds and what the run gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Mismatch:
    where: str
    """`stdout`, `output 2 (text/html)`, `error`…"""
    message: str
    """One sentence without its full stop and without what stands in outputs."""
    quote: str = ""
    """What stands there, as the sentence's end."""
    expected: Optional[str] = None
    """What the golden notebook has there; None = nothing."""
    actual: Optional[str] = None
    diff: str = ""
    line: Optional[int] = None
    """Of the first difference in the golden text, 1-based."""
