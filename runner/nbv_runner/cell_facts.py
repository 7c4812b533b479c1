"""What the probe saw of one cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional, Tuple


@dataclass(frozen=True)
class CellFacts:
    """Empty for kernels that the probe can't ask."""

    failed_commands: Tuple[Tuple[str, int], ...] = ()
    replaced_hooks: Tuple[str, ...] = field(default=())
    values: Optional[str] = None
    """Its answer about values, as JSON text: see value_answer."""
