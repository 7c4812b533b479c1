"""The interface of a check that looks at one finished cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Iterable

from ..cell_run import CellRun
from ..finding import WARNING, Evidence


@dataclass(frozen=True)
class Observation:
    """One sentence for people, and what it rests on."""

    message: str
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True)
class CellCheck:
    """`observe` is pure: it looks at the evidence only, and says nothing about severity, which is the policy's."""

    id: str
    observe: Callable[[CellRun], Iterable[Observation]]
    default_severity: str = WARNING
    """For a policy that does not name the check (an older operator)."""
    always_fails: bool = False
