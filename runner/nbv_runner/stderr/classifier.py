"""From lines to remarks: what each line is, and where a thing of several lines ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Optional

from .banners import TQDM_BAR, is_banner, is_progress, is_separator
from .blocks import Block, LogBlock, TracebackBlock, WarningBlock
from .lines import Line
from .log_formats import log_record
from .python_warnings import warning
from .remark import Kind, Remark
from .tracebacks import announces_traceback, begins_traceback

MAX_LOOKED_AT = 2000
"""Characters of a line: what it is shows at its beginning."""

Take = Callable[[Remark], None]


class Classifier:
    def __init__(self, take: Take) -> None:
        self._take = take
        self._open: Optional[Block] = None

    def line(self, line: Line) -> None:
        text = line.text[:MAX_LOOKED_AT].rstrip()
        bar = TQDM_BAR.match(text)
        if bar is not None:
            # Other text may stand behind a bar that did not end its line.
            text = text[bar.end() :]
            if not text.strip():
                self._take(Remark(Kind.QUIET, bar[0]))
                return
        self._look_at(text, line.is_redrawn)

    def _look_at(self, text: str, is_redrawn: bool) -> None:
        block = self._beginning(text)
        if self._open is not None:
            if self._open.takes(text, block is not None):
                return
            if isinstance(block, TracebackBlock) and block.is_of_record:
                self._open = None
            self._close()
        if block is not None:
            self._open = block
        elif not is_separator(text):
            quiet = is_redrawn or is_progress(text)
            self._take(Remark(Kind.QUIET if quiet else Kind.RAW, text))

    def _beginning(self, text: str) -> Optional[Block]:
        """What begins with this line, if it is something known."""
        if begins_traceback(text):
            record = self._open.remark if isinstance(self._open, LogBlock) else None
            return TracebackBlock(text, record if record is not None and record.kind is Kind.ERROR else None)
        if announces_traceback(text):
            return TracebackBlock(text)
        remark = warning(text)
        if remark is not None:
            return WarningBlock(replace(remark, kind=Kind.QUIET) if is_banner(text) else remark)
        if is_banner(text):
            return Block(Remark(Kind.QUIET, text))
        found = log_record(text)
        if found is None:
            return None
        return LogBlock(Remark(found.kind, text, found.level, is_of_command=found.is_of_command), found)

    def _close(self) -> None:
        closed, self._open = self._open, None
        if closed is None:
            return
        self._take(closed.remark)
        for text in closed.left_over():
            self._look_at(text, False)

    def finish(self) -> None:
        """Ends what is still open."""
        while self._open is not None:
            self._close()
