"""Things that take more than one line: each says of the next line whether it belongs to it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import List, Optional

from .log_formats import LogRecord
from .remark import Kind, Remark
from .tracebacks import begins_traceback, exception_name, is_chain, is_inside, is_report

MAX_MESSAGE_LINES = 40
_SOURCE = re.compile(r"  \S")


class Block:
    """The default is a block of one line."""

    def __init__(self, remark: Remark) -> None:
        self.remark = remark

    def takes(self, text: str, is_new: bool) -> bool:
        """Whether the line belongs here. `is_new`: it looks like the beginning of something else."""
        return False

    def left_over(self) -> List[str]:
        """Lines that were taken in vain: they have to be looked at one by one."""
        return []


class WarningBlock(Block):
    """Its message may have several lines; the line of code ends it. Without one, only the first line counts."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark)
        self._lines: List[str] = []
        self._has_ended = False

    def takes(self, text: str, is_new: bool) -> bool:
        if self._has_ended or is_new or len(self._lines) >= MAX_MESSAGE_LINES:
            return False
        if _SOURCE.match(text):
            self._has_ended = True
            message = next((line.strip() for line in self._lines if line.strip()), "")
            if self.remark.text.endswith(": ") and message:
                self.remark = replace(self.remark, text=self.remark.text + message)
        else:
            self._lines.append(text)
        return True

    def left_over(self) -> List[str]:
        return [] if self._has_ended else self._lines


class LogBlock(Block):
    """Indented lines below a record are its own; after a record that announces more, all others are, too."""

    def __init__(self, remark: Remark, record: LogRecord) -> None:
        super().__init__(remark)
        self._announces_more = record.announces_more

    def takes(self, text: str, is_new: bool) -> bool:
        if is_new:
            return False
        if not text.strip():
            self._announces_more = False
            return True
        return self._announces_more or text[0].isspace()


class TracebackBlock(Block):
    """With all that it was chained from; its remark is the last exception."""

    def __init__(self, text: str, before: Optional[Remark] = None) -> None:
        super().__init__(Remark(Kind.ERROR, before.text if before is not None else text, "Exception"))
        self.is_of_record = before is not None
        """`logging.exception` wrote both."""
        self._intro = before.text + " … " if before is not None else ""
        self._has_begun = begins_traceback(text)
        self._has_ended = False
        self._is_chained = False
        self._saw_blank = False
        self._more = 0

    def takes(self, text: str, is_new: bool) -> bool:
        if begins_traceback(text):
            return self._begin()
        if not self._has_ended:
            if self._has_begun and not is_inside(text):
                self._end(text)
                return True
            return is_inside(text)
        if not text.strip():
            self._saw_blank = True
            return True
        if is_chain(text):
            self._is_chained = True
            return True
        if is_report(text):
            self._saw_blank = False
            return True
        self._more += 1
        return not is_new and not self._saw_blank and self._more <= MAX_MESSAGE_LINES

    def _begin(self) -> bool:
        if self._has_ended and not self._is_chained:
            return False
        self._has_begun = True
        self._has_ended = self._is_chained = self._saw_blank = False
        return True

    def _end(self, text: str) -> None:
        self._has_ended = True
        self.remark = Remark(Kind.ERROR, self._intro + text, exception_name(text))
