"""How grave an observation is: tags of its cell, then the job's policy."""

from __future__ import annotations

from typing import FrozenSet, Mapping, Union

from ..finding import FAILURE, IGNORED
from ..tags import ALLOW_NAN, ALLOW_NONE, ALLOW_STDERR, IGNORE_OUTPUT
from .check import CellCheck, NotebookCheck, RunCheck

Check = Union[CellCheck, NotebookCheck, RunCheck]

ALLOWED_BY_TAG: Mapping[str, FrozenSet[str]] = {
    ALLOW_NONE: frozenset({"N1", "N2", "N3", "N4"}),
    ALLOW_NAN: frozenset({"Q1", "Q2", "Q3", "Q4", "Q6"}),
    ALLOW_STDERR: frozenset({"S1", "S2", "S3", "S4", "S5", "S6"}),
    IGNORE_OUTPUT: frozenset({"G1"}),
}


def severity_of(check: Check, policy: Mapping[str, str], tags: FrozenSet[str] = frozenset()) -> str:
    """A real execution error fails at every level, whatever tags and policy say."""
    if check.always_fails:
        return FAILURE
    if any(check.id in ALLOWED_BY_TAG.get(tag, ()) for tag in tags):
        return IGNORED
    return policy.get(check.id, check.default_severity)
