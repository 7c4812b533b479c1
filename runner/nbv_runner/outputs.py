"""A cell's outputs, collected under a fixed amount of memory however much the cell writes."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .redaction import Redactor
from .text import without_ansi, without_overwritten

MAX_STREAM_CHARACTERS = 1024 * 1024
"""Per cell and stream name; beyond it the middle is left out."""
MAX_CELL_BYTES = 10 * 1024 * 1024
"""Rich outputs per cell, roughly."""
MAX_NOTEBOOK_BYTES = 64 * 1024 * 1024
MAX_OUTPUTS = 1000

LEFT_OUT = "characters left out by the validator …]"
"""Stands in the middle of a stream that was too long."""

Output = Dict[str, Any]


class OutputBudget:
    """What all cells together may still keep."""

    def __init__(self, size: int = MAX_NOTEBOOK_BYTES) -> None:
        self.left = size

    def take(self, size: int) -> bool:
        if size > self.left:
            return False
        self.left -= size
        return True


class StreamText:
    """The head and the tail of a stream; what is between is counted, not kept."""

    def __init__(self, budget: OutputBudget, redactor: Redactor, limit: int = MAX_STREAM_CHARACTERS) -> None:
        self._budget = budget
        self._half = limit // 2
        self._redactor = redactor
        self._head: List[str] = []
        self._head_room = self._half
        self._tail: List[str] = []
        self._tail_size = 0
        self.left_out = 0

    def add(self, text: str) -> None:
        if self._head_room > 0:
            taken, text = text[: self._head_room], text[self._head_room :]
            if not self._budget.take(len(taken)):
                self._head_room = 0
                self.left_out += len(taken)
            else:
                self._head.append(taken)
                self._head_room -= len(taken)
        if text:
            self._tail.append(text)
            self._tail_size += len(text)
            if self._tail_size > 2 * self._half:
                self._trim()

    def _trim(self) -> None:
        joined = "".join(self._tail)
        keep = self._half if self._budget.left > self._half else 0
        cut = max(0, len(joined) - keep)
        self.left_out += cut
        self._tail = [joined[cut:]]
        self._tail_size = len(joined) - cut

    def text(self) -> str:
        if self._tail_size > self._half:
            self._trim()
        start, end = "".join(self._head), "".join(self._tail)
        if not self.left_out:
            return start + end
        # What the cut left of a secret would not be recognised: give up as much on both sides as the longest has.
        margin = self._redactor.longest
        start = self._redactor.text(start)
        start = start[: max(0, len(start) - margin)]
        end = self._redactor.text(end)[margin:]
        return "%s\n[… %d %s\n%s" % (start, self.left_out + 2 * margin, LEFT_OUT, end)

    @property
    def is_empty(self) -> bool:
        return not self._head and not self._tail and not self.left_out


class CellOutputs:
    """Outputs in the order of a notebook document, streams coalesced by name within a run of the same name."""

    def __init__(self, budget: OutputBudget, redactor: Redactor) -> None:
        self._budget = budget
        self._redactor = redactor
        self._items: List[Any] = []  # Output dictionaries and _Stream entries.
        self._streams: Dict[str, "_Stream"] = {}
        self._rich_bytes = 0
        self._clear_next = False
        self.left_out = 0

    def stream(self, name: str, text: str) -> None:
        self._apply_clear()
        stream = self._streams.get(name)
        if stream is None or (self._items[-1] is not stream and len(self._items) < 50):
            stream = _Stream(name, StreamText(self._budget, self._redactor))
            self._streams[name] = stream
            self._items.append(stream)
        stream.content.add(text)

    def rich(self, output: Output, size: int, display_id: Optional[str] = None) -> None:
        self._apply_clear()
        too_much = len(self._items) >= MAX_OUTPUTS or self._rich_bytes + size > MAX_CELL_BYTES
        if output["output_type"] != "error" and (too_much or not self._budget.take(size)):
            self.left_out += 1
            return
        self._rich_bytes += size
        if display_id is not None:
            output = _Displayed(output)
            output.display_id = display_id
        self._items.append(output)

    def update_display(self, display_id: str, data: Any, metadata: Any, size: int) -> None:
        for item in self._items:
            if isinstance(item, _Displayed) and item.display_id == display_id and self._budget.take(size):
                item["data"], item["metadata"] = data, metadata

    def oversize(self, kind: str, size: int) -> None:
        self.stream("stderr", "[an output of %d bytes (%s) was left out by the validator]\n" % (size, kind))

    def clear(self, wait: bool) -> None:
        if wait:
            self._clear_next = True
        else:
            self._items.clear()
            self._streams.clear()

    def _apply_clear(self) -> None:
        if self._clear_next:
            self._clear_next = False
            self.clear(wait=False)

    def documents(self) -> List[Output]:
        """As nbformat 4 outputs."""
        documents: List[Output] = []
        for item in self._items:
            if isinstance(item, _Stream):
                documents.append({"output_type": "stream", "name": item.name, "text": item.content.text()})
            else:
                documents.append(dict(item))
        if self.left_out:
            note = "[%d outputs were left out by the validator]\n" % self.left_out
            documents.append({"output_type": "stream", "name": "stderr", "text": note})
        return documents

    def text(self) -> str:
        """All text outputs as a person would see them at the end; errors are reported on their own."""
        parts: List[str] = []
        for document in self.documents():
            if document["output_type"] == "stream":
                parts.append(without_overwritten(without_ansi(document["text"])))
            elif "data" in document:
                plain = document["data"].get("text/plain")
                if isinstance(plain, str) and plain:
                    parts.append(without_ansi(plain) + "\n")
        return "".join(parts)


class _Stream:
    def __init__(self, name: str, content: StreamText) -> None:
        self.name = name
        self.content = content


class _Displayed(Dict[str, Any]):
    display_id: str = ""
