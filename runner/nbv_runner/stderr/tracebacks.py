"""Tracebacks as Python, its threads, its garbage collector, asyncio and rich print them."""

from __future__ import annotations

import re

_START = re.compile(r".*Traceback \(most recent call last\)")
_ANNOUNCED = re.compile(
    r"Exception ignored (?:in|on)\b|Exception in thread |--- Logging error ---|(?:Task|Future) exception was never "
    r"retrieved|Process \S+:$|Fatal Python error: |Exception in callback |Error in sys\.excepthook|"
    r"Original exception was:|joblib\.externals\.loky\.process_executor\._RemoteTraceback"
)
_INSIDE = re.compile(
    r"\s|$|[│╭╰┃├╮╯|+]|File |Cell In|Input In|<ipython|~/|/\S+ in |-+>|-{20,}|\^|future: |handle: |source_traceback: "
)
_CHAIN = re.compile(
    r"(?:During handling of the above exception, another exception occurred|"
    r"The above exception was the direct cause of the following exception):$"
)
_REPORT = re.compile(r"(?:Call stack:$|Message: |Arguments: |\"\"\"$)")
_NAME = re.compile(r"(?P<name>[A-Za-z_][\w.]{0,200})(?::|$)")


def begins_traceback(text: str) -> bool:
    return _START.match(text) is not None


def announces_traceback(text: str) -> bool:
    """A line that stands before a traceback, or for one."""
    return _ANNOUNCED.match(text) is not None


def is_inside(text: str) -> bool:
    """A frame, a line of code or a frame's decoration."""
    return _INSIDE.match(text) is not None


def is_chain(text: str) -> bool:
    return _CHAIN.match(text) is not None


def is_report(text: str) -> bool:
    """What `logging` and process pools add below."""
    return _REPORT.match(text) is not None


def exception_name(text: str) -> str:
    match = _NAME.match(text)
    return match["name"].rsplit(".", 1)[-1] if match is not None else "Exception"
