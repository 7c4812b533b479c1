"""How outputs are compared with the golden notebook's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import FrozenSet, Tuple


@dataclass(frozen=True)
class ComparisonConfig:
    is_exact: bool = False
    """Character by character; else numbers by tolerance, times and addresses ignored."""
    absolute_tolerance: float = 0.0001
    relative_tolerance: float = 0.0
    ignore_timestamps: bool = True
    ignore_execution_count: bool = True
    custom_patterns: Tuple[str, ...] = ()
    """RE2 expressions of further texts that don't count."""
    ignored_types: FrozenSet[str] = frozenset()
    """Output types or MIME types."""
    ignored_cells: FrozenSet[int] = frozenset()
    ignored_tags: FrozenSet[str] = frozenset()
    images: str = "ignore"
    """`ignore`, `perceptual` or `exact`."""


@dataclass(frozen=True)
class Golden:
    path: str
    """Relative to the root of its repository."""
    config: ComparisonConfig
    is_same_source: bool = True
    """It lies in the commit of the notebook itself; else in the folder that `--golden` names."""
