"""The human progress stream on stderr, one line per cell."""

from __future__ import annotations

from .pipe_writer import PipeWriter
from .redaction import Redactor
from .text import clean, head

MAX_LINE_BYTES = 500


class Progress:
    def __init__(self, writer: PipeWriter, redactor: Redactor) -> None:
        self._writer = writer
        self.redactor = redactor
        """Replaced once the configuration has named the secrets."""

    def say(self, text: str) -> None:
        line = head(" ".join(clean(self.redactor.text(text)).splitlines()), MAX_LINE_BYTES)
        self._writer.write(line.encode("utf-8", "replace") + b"\n")

    def cell(self, position: int, total: int, index: int, seconds: float, status: str, detail: str = "") -> None:
        self.say(
            "[%d/%d] cell %d %6.1fs  %s%s" % (position, total, index, seconds, status, ": " + detail if detail else "")
        )
