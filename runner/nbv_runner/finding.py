"""One observation of a check, in the shape of the event protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Union

IGNORED = "ignored"
NOTE = "note"
WARNING = "warning"
FAILURE = "failure"

RAISED = "E1"
STOPPED = "E3"
ABOUT_ERROR = (RAISED, STOPPED)
"""Checks whose findings only name the error: what it says stands in the cell's error, beside them."""

Evidence = Mapping[str, Union[str, int, float, bool, None]]


@dataclass(frozen=True)
class Finding:
    check: str
    severity: str
    message: str
    cell: Optional[int] = None
    evidence: Evidence = field(default_factory=dict)

    @property
    def is_failure(self) -> bool:
        return self.severity == FAILURE

    def document(self) -> Dict[str, Any]:
        document: Dict[str, Any] = {"check": self.check, "severity": self.severity}
        if self.cell is not None:
            document["cell"] = self.cell
        document["message"] = self.message
        if self.evidence:
            document["evidence"] = dict(self.evidence)
        return document
