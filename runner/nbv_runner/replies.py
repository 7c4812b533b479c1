"""Which requests wait for an answer, and whether each was answered once: a kernel that is well never does so twice."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .channels import Message

EXECUTE_REPLY = "execute_reply"


class Replies:
    def __init__(self) -> None:
        self._expected: Dict[str, str] = {}
        self._arrived: Dict[str, Dict[str, Any]] = {}
        self.contradicted = False
        """A cell was answered twice, or before it was asked: what a notebook sends by hand is followed by the truth."""

    def expect(self, request: str, kind: str) -> None:
        self._expected[request] = kind

    def take(self, message: Message) -> None:
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "oversize":
            kind = content["kind"]
        request = str(message["parent_header"].get("msg_id", ""))
        if kind == self._expected.get(request):
            del self._expected[request]
            self._arrived[request] = content
        elif kind == EXECUTE_REPLY:
            self.contradicted = True

    def pop(self, request: str) -> Optional[Dict[str, Any]]:
        return self._arrived.pop(request, None)
