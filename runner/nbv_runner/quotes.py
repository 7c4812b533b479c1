"""Takes what findings quote from outputs out of events, for jobs that keep outputs to the report files."""

from __future__ import annotations

from typing import Any, Dict

QUOTING = ("text", "actual")
"""Evidence that holds words of a cell's output, and that the finding's message says again."""
HIDDEN = "[in the report]"


class Quotes:
    """Remembers what it hid, since the verdict says some findings once more."""

    def __init__(self) -> None:
        self._hidden: Dict[str, str] = {}
        """Messages without their quotes, by the messages."""

    def hide(self, event: Dict[str, Any]) -> None:
        for finding in event.get("findings") or ():
            self._hide_in_finding(finding)
        if event.get("type") == "verdict":
            event["message"] = self._without(event["message"])
            for cell in event["failingCells"]:
                cell["message"] = self._without(cell["message"])

    def _hide_in_finding(self, finding: Dict[str, Any]) -> None:
        evidence = finding.get("evidence") or {}
        message = finding["message"]
        for name in QUOTING:
            quote = evidence.pop(name, None)
            if isinstance(quote, str) and quote:
                # What the finding saw comes last in its sentence.
                before, found, after = message.rpartition(quote)
                message = before + HIDDEN + after if found else message
        self._hidden[finding["message"]] = message
        finding["message"] = message

    def _without(self, text: str) -> str:
        for message, hidden in self._hidden.items():
            text = text.replace(message, hidden)
        return text
