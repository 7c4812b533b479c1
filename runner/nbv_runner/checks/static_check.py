"""Checks of sources, which say nothing under a policy that does not name them: an older operator's."""

from __future__ import annotations

from typing import Callable, Iterable

from ..finding import IGNORED
from .check import CheckContext, NotebookCheck, Observation


def static_check(id: str, observe: Callable[[CheckContext], Iterable[Observation]]) -> NotebookCheck:
    """A check of what the author wrote, as it stands."""
    return NotebookCheck(id, observe, default_severity=IGNORED)
