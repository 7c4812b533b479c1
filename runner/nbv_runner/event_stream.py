"""The event stream, protocol nbv.v1: one authenticated JSON document per line, bounded as a whole and line by line.

`{"v":"nbv.v1","seq":<n>,"mac":"<hex>","event":<payload>}`, mac = HMAC-SHA256(key, "nbv.v1\\n<seq>\\n<payload>").
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Callable, Dict, Iterator, List, Optional

from .clock import now_text
from .pipe_writer import PipeWriter
from .quotes import Quotes
from .redaction import STRUCTURE, Redactor
from .text import clean, head, tail

PROTOCOL = "nbv.v1"
MAX_STREAM_BYTES = 1024 * 1024
VERDICT_RESERVE = 8 * 1024
MAX_LINE_BYTES = 15 * 1024
"""Below the 16 KiB at which container runtimes break a log line into parts."""
MAX_VERDICT_LINE_BYTES = 3 * 1024
BAD_NEWS_RESERVE = 48 * 1024
LEAST_CELL_BYTES = 700
"""Room that a cell's two events need without any output."""
MAX_OUTPUT_BYTES = 2 * 1024
MAX_LINT_BYTES = 10 * 1024
"""Of the findings in one `lint` event: redaction may make them longer."""
LEAST_LINT_ROOM = 64 * 1024
"""Room of a notebook with so many cells that nothing would be left."""
MAX_PART = 20
"""Findings in one event."""

Event = Dict[str, Any]


def encode(payload: Event) -> str:
    """Compact and ASCII: U+2028 and its like would end a line for some readers."""
    return json.dumps(payload, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def sign_line(key: bytes, seq: int, payload: str) -> bytes:
    mac = hmac.new(key, ("%s\n%d\n%s" % (PROTOCOL, seq, payload)).encode("ascii"), hashlib.sha256).hexdigest()
    return ('{"v":"%s","seq":%d,"mac":"%s","event":%s}\n' % (PROTOCOL, seq, mac, payload)).encode("ascii")


class EventStream:
    """Everything that leaves through here is redacted, cleaned, shrunk until it fits, numbered and signed."""

    def __init__(
        self,
        writer: PipeWriter,
        key: bytes,
        redactor: Redactor,
        max_bytes: int = MAX_STREAM_BYTES,
        store_outputs: bool = True,
    ) -> None:
        self._writer = writer
        self._key = key
        self._redactor = redactor
        self._quotes = Quotes() if not store_outputs else None
        self._room = max_bytes - VERDICT_RESERVE
        self._seq = 0

    def emit(self, event: Event, cells_to_come: int = 0) -> None:
        """Sends an event within the room that the cells still to come leave it.

        Events that say what went wrong may use all of it, others only their share; when nothing fits, the event is
        dropped. It still takes a number, so that whoever verifies the stream sees that something is missing.
        """
        reserved = cells_to_come * LEAST_CELL_BYTES
        if _is_bad_news(event):
            room, share = self._room, self._room - reserved
        else:
            room = self._room - BAD_NEWS_RESERVE
            share = (room - reserved) // max(1, cells_to_come // 4)
        limit = min(MAX_LINE_BYTES, room, max(LEAST_CELL_BYTES // 2, share))
        payload = self._fit(event, limit, SHRINKS)
        if payload is None:
            self._seq += 1
            return
        line = self._next_line(payload)
        self._room -= len(line)
        self._writer.write(line)

    def emit_findings(self, findings: List[Event], cells_to_come: int = 0) -> None:
        """Sends findings that belong to no cell's own event, gravest first, in as many `lint` events as they take.

        They leave most of the stream to the cells. Those for which there is no room are missing as a dropped event is.
        """
        left = max(LEAST_LINT_ROOM, (self._room - BAD_NEWS_RESERVE - cells_to_come * LEAST_CELL_BYTES) // 3)
        for part in _parts(sorted(findings, key=_gravity), MAX_LINT_BYTES):
            before = self._room
            if left < MAX_LINT_BYTES:
                self._seq += 1
                return
            # Room was counted above: a share of what the cells need would only cut the list.
            self.emit({"type": "lint", "findings": part})
            left -= before - self._room

    def verdict_line(self, event: Event) -> bytes:
        """The last line of the stream; the same bytes are the termination message. Send it by `send`."""
        payload = self._fit(event, MAX_VERDICT_LINE_BYTES, VERDICT_SHRINKS)
        if payload is None:
            raise ValueError("a verdict does not fit into %d bytes" % MAX_VERDICT_LINE_BYTES)
        return self._next_line(payload)

    def send(self, line: bytes) -> None:
        self._writer.write(line)

    def _next_line(self, payload: str) -> bytes:
        self._seq += 1
        return sign_line(self._key, self._seq, payload)

    def _fit(self, event: Event, max_line: int, shrinks: "List[Callable[[Event], None]]") -> Optional[str]:
        stamped = {"type": event["type"], "at": now_text(), **event}
        # Redaction comes before any cut: half a secret would no longer be recognised.
        safe = _cleaned(self._redactor.tree(stamped, keep=STRUCTURE))
        if self._quotes is not None:
            self._quotes.hide(safe)
        _limit_output(safe, MAX_OUTPUT_BYTES)
        overhead = 120
        payload = encode(safe)
        for shrink in shrinks:
            if len(payload) + overhead <= max_line:
                break
            shrink(safe)
            payload = encode(safe)
        return payload if len(payload) + overhead <= max_line else None


def _gravity(finding: Event) -> int:
    return ("failure", "warning", "note").index(finding["severity"])


def _parts(findings: List[Event], max_bytes: int) -> Iterator[List[Event]]:
    """Lists of at most 20 findings and about `max_bytes`."""
    part: List[Event] = []
    size = 0
    for finding in findings:
        length = len(encode(finding))
        if part and (size + length > max_bytes or len(part) == MAX_PART):
            yield part
            part, size = [], 0
        part.append(finding)
        size += length
    if part:
        yield part


def _is_bad_news(event: Event) -> bool:
    if event.get("error") or any(f.get("severity") == "failure" for f in event.get("findings") or ()):
        return True
    # Whether the golden notebook was matched is never left unsaid.
    return bool(event["type"] == "comparison")


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def _limit_output(event: Event, max_bytes: int) -> None:
    if "output" in event:
        shorter = head(event["output"], max_bytes)
        if shorter != event["output"]:
            event["output"] = shorter
            event["outputTruncated"] = True


def _limit_error(event: Event, traceback_bytes: int, message_bytes: int) -> None:
    error = event.get("error")
    if error:
        error["traceback"] = tail(error["traceback"], traceback_bytes)
        error["message"] = head(error["message"], message_bytes)
        error["name"] = head(error["name"], 200)


def _limit_findings(event: Event, count: int, message_bytes: int) -> None:
    findings = sorted(event.get("findings") or (), key=_gravity)
    for finding in findings:
        finding["message"] = head(finding["message"], message_bytes)
        if message_bytes <= 200:
            finding.pop("evidence", None)
    if "findings" in event:
        event["findings"] = findings[:count]


def _limit_comparison(event: Event, count: int, text_bytes: int) -> None:
    """Differences come gravest first. The counts stay whole."""
    if event["type"] != "comparison":
        return
    result = event["result"]
    result["message"] = head(result["message"], max(200, text_bytes))
    result["diffs"] = result["diffs"][:count]
    for diff in result["diffs"]:
        for name in ("diff", "expected", "actual"):
            if name in diff:
                diff[name] = head(diff[name], text_bytes)


SHRINKS: List[Callable[[Event], None]] = [
    lambda event: _limit_error(event, 4096, 1024),
    lambda event: _limit_findings(event, 20, 500),
    lambda event: _limit_output(event, 1024),
    lambda event: _limit_error(event, 1024, 512),
    lambda event: _limit_output(event, 256),
    lambda event: _limit_findings(event, 10, 200),
    lambda event: _limit_output(event, 0),
    lambda event: _limit_error(event, 0, 200),
    lambda event: _limit_findings(event, 2, 120),
    lambda event: _limit_error(event, 0, 60),
    lambda event: _limit_findings(event, 0, 0),
    lambda event: _limit_comparison(event, 50, 1024),
    lambda event: _limit_comparison(event, 40, 512),
    lambda event: _limit_comparison(event, 30, 240),
    lambda event: _limit_comparison(event, 20, 120),
    lambda event: _limit_comparison(event, 10, 80),
    lambda event: _limit_comparison(event, 2, 80),
    lambda event: _limit_comparison(event, 0, 0),
]


def _limit_verdict(event: Event, cells: int, message_bytes: int) -> None:
    event["failingCells"] = event["failingCells"][:cells]
    for cell in event["failingCells"]:
        cell["message"] = head(cell["message"], message_bytes)
        if "errorName" in cell:
            cell["errorName"] = head(cell["errorName"], 80)
    event["message"] = head(event["message"], message_bytes * 2)


VERDICT_SHRINKS: List[Callable[[Event], None]] = [
    lambda event: _limit_verdict(event, 10, 200),
    lambda event: _limit_verdict(event, 10, 100),
    lambda event: _limit_verdict(event, 5, 100),
    lambda event: _limit_verdict(event, 3, 60),
    lambda event: _limit_verdict(event, 1, 40),
    lambda event: _limit_verdict(event, 0, 20),
]
