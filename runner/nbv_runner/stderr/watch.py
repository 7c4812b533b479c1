"""What a cell says on stderr, taken in while it says it: outputs may be cleared, or be more than is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional

from ..redaction import Redactor
from ..text import head, without_cell_files
from .classifier import Classifier
from .lines import LineAssembler
from .remark import Kind, Remark

MAX_READ = 4 * 1024 * 1024
"""Characters of a cell up to which every line is looked at; after that, only those that name something grave."""
COST_OF_LINE = 60
"""In characters: a million empty lines take longer to look at than one long one."""
MAX_RAW_LINES = 5
MAX_SHOWN_BYTES = 500

_GRAVE = ("Warning: ", "Traceback (most", "WARN", "ERROR", "CRITICAL", "FATAL", '"error"', "Exception ignored")


@dataclass
class Seen:
    """The remarks of one kind."""

    count: int
    first: Remark
    text: str
    """Of the first, redacted and cut."""


class StderrWatch:
    def __init__(self, redactor: Optional[Redactor] = None) -> None:
        self._redactor = redactor or Redactor()
        self._lines = LineAssembler()
        self._classifier = Classifier(self._take)
        self._read = 0
        self._seen: Dict[Kind, Seen] = {}
        self._raw: List[str] = []

    def feed(self, text: str) -> None:
        self._read += len(text) + COST_OF_LINE * (text.count("\n") + text.count("\r"))
        if self._read > MAX_READ and not self._lines.mentions(text, _GRAVE):
            self._lines.pass_over(text)
            return
        for line in self._lines.feed(text):
            if self._read <= MAX_READ or any(word in line.text for word in _GRAVE):
                self._classifier.line(line)

    def finish(self) -> None:
        """The cell has ended: what stands without a line end is a line, too."""
        for line in self._lines.finish():
            self._classifier.line(line)
        self._classifier.finish()

    def seen(self, kind: Kind) -> Optional[Seen]:
        return self._seen.get(kind)

    def _take(self, remark: Remark) -> None:
        known = self._seen.get(remark.kind)
        if known is None:
            self._seen[remark.kind] = Seen(1, remark, self._shown(remark.text))
        else:
            known.count += 1
        if remark.kind is Kind.RAW and len(self._raw) < MAX_RAW_LINES:
            self._raw.append(remark.text)
            self._seen[Kind.RAW].text = self._shown("\n".join(self._raw))

    def _shown(self, text: str) -> str:
        return head(without_cell_files(self._redactor.text(text)), MAX_SHOWN_BYTES)
