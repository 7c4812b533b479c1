"""From the kernel's messages about one cell to its outputs, and to those who read along."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .cell_run import CellError, CellRun
from .channels import Message
from .log_watch import LogWatch
from .rich_output import metadata_of, mime_bundle, rich_output
from .text import tail, without_ansi

MAX_TRACEBACK_BYTES = 64 * 1024
MAX_ERROR_MESSAGE_BYTES = 8 * 1024

SHOWN = "shown values"
"""Beside the names of streams."""


class OutputTaker:
    def __init__(self, cell: CellRun, logs: LogWatch) -> None:
        self._outputs = cell.outputs
        self._stderr = cell.stderr
        self._logs = logs
        self.error: Optional[CellError] = None
        self.late_error: Optional[CellError] = None
        """Shown when the cell had been judged."""
        self._finished = False
        self.executed_source: Optional[str] = None

    def take(self, message: Message) -> None:
        try:
            self._take(message["header"]["msg_type"], message["content"], message)
        except (KeyError, TypeError, ValueError, AttributeError):
            pass  # A message that a notebook made up.

    def finish(self) -> None:
        """The cell's own outputs are complete."""
        self._finished = True
        self._stderr.finish()
        self._logs.end_of_cell()

    def _take(self, kind: str, content: Dict[str, Any], message: Message) -> None:
        if kind == "stream":
            self._stream(content["name"], content["text"])
        elif kind in ("display_data", "execute_result", "error"):
            if kind == "error":
                self._raised(error_of(content))
            else:
                self._show(content["data"])
            display_id = content.get("transient", {}).get("display_id")
            self._outputs.rich(rich_output(kind, content), message["size"], display_id)
        elif kind == "update_display_data":
            display_id = content["transient"]["display_id"]
            self._show(content["data"])
            self._outputs.update_display(
                display_id, mime_bundle(content["data"]), metadata_of(content), message["size"]
            )
        elif kind == "clear_output":
            self._outputs.clear(bool(content.get("wait")))
        elif kind == "execute_input":
            self.executed_source = str(content["code"])
        elif kind == "oversize":
            self._oversize(content, message["size"])

    def _raised(self, error: CellError) -> None:
        if self._finished:
            self.late_error = error
        else:
            self.error = error

    def _stream(self, name: object, content: object) -> None:
        stream, text = "stderr" if name == "stderr" else "stdout", str(content)
        self._outputs.stream(stream, text)
        if stream == "stderr":
            self._stderr.feed(text)
        self._logs.feed(stream, text)

    def _oversize(self, content: Dict[str, Any], size: int) -> None:
        if "pieces" not in content:
            if content["kind"] == "error":
                self._raised(error_of(content))
            self._logs.note_gap(size)
            self._outputs.oversize(str(content["kind"]), size)
            return
        for piece in content["pieces"]:
            self._stream(content["name"], piece)

    def _show(self, data: Any) -> None:
        plain = data.get("text/plain")
        if isinstance(plain, str):
            self._logs.feed(SHOWN, plain + "\n")


def error_of(content: Dict[str, Any]) -> CellError:
    """From a reply or an error message."""
    lines = content.get("traceback")
    traceback = "\n".join(str(line) for line in lines) if isinstance(lines, list) else ""
    return CellError(
        name=str(content.get("ename") or content.get("status") or "error")[:500],
        message=tail(without_ansi(str(content.get("evalue", ""))), MAX_ERROR_MESSAGE_BYTES),
        traceback=tail(without_ansi(traceback), MAX_TRACEBACK_BYTES),
    )
