"""What a job expects of its notebook's results: `expectedOutputs`, `expectedFiles`, `expectedLogs`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Tuple


@dataclass(frozen=True)
class ExpectedOutput:
    """Exactly one of `cell` and `code_cell` is set. Fields that are None ask for nothing."""

    cell: Optional[int] = None
    code_cell: Optional[int] = None
    type: Optional[str] = None
    shape: Optional[Tuple[Optional[int], ...]] = None
    """None = any size."""
    lowest: Optional[float] = None
    highest: Optional[float] = None
    not_empty: bool = False
    equals: Any = None
    has_equals: bool = False
    """`equals: null` is an expectation, too."""
    matches: Optional[str] = None
    """RE2."""
    columns: Tuple[str, ...] = ()


@dataclass(frozen=True)
class ExpectedFile:
    path: str
    not_empty: bool = False
    min_bytes: int = 0


@dataclass(frozen=True)
class Expected:
    outputs: Tuple[ExpectedOutput, ...] = ()
    files: Tuple[ExpectedFile, ...] = ()
    logs: Tuple[str, ...] = ()
    """RE2 expressions."""
    max_nan_fraction: Optional[float] = None
