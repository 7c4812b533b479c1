"""Reads what counts of a reply or error message that is too large to be parsed: how it ended, never its texts."""

from __future__ import annotations

import re
from typing import Any, Dict

_STATUS = re.compile(rb'\A\{"status":\s*"(ok|error|aborted)"')
_NAME = re.compile(rb'"ename":\s*"([A-Za-z_][A-Za-z0-9_.]{0,199})"')
"""Inside a text its quotes would be escaped."""


def long_reply(content: "memoryview", size: int) -> Dict[str, Any]:
    """As the content of a reply or an error message; one that does not say that it is ok counts as an error."""
    status = _STATUS.match(content)
    if status is not None and status[1] == b"ok":
        return {"status": "ok"}
    name = _NAME.search(content)
    return {
        "status": "error",
        "ename": name[1].decode() if name is not None else "error",
        "evalue": "its message was too large (%d bytes)" % size,
    }
