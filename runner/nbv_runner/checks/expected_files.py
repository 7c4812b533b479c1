"""X3: the files that the notebook must leave behind."""

from __future__ import annotations

import os
import stat
from typing import Dict, Iterable, Optional, Sequence, Tuple, Union

from ..cell_run import CellRun
from ..expected import ExpectedFile
from .check import CheckContext, Observation, RunCheck

CLOCK_GRAIN = 2.0
"""Seconds by which a file system may round its times."""

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _missing_files(_: Sequence[CellRun], context: CheckContext) -> Iterable[Observation]:
    for expected in context.config.expected.files:
        problem, size, changed = _problem(expected, context)
        if problem is None:
            continue
        evidence: "Dict[str, Union[str, int, float, bool, None]]" = {
            "path": expected.path,
            "expected": _expected_words(expected),
            "actual": problem,
        }
        if size is not None:
            evidence["bytes"] = size
        if changed is not None and changed < context.started - CLOCK_GRAIN:
            evidence["note"] = "it is as the commit had it: this run did not write it"
        yield Observation("The notebook should have left %s behind: %s." % (expected.path, problem), evidence)


def _expected_words(expected: ExpectedFile) -> str:
    if expected.min_bytes > 0:
        return "a file of at least %d bytes" % expected.min_bytes
    return "a file that is not empty" if expected.not_empty else "a file"


def _problem(expected: ExpectedFile, context: CheckContext) -> "Tuple[Optional[str], Optional[int], Optional[float]]":
    """What is wrong with the file, its size, and when it was last changed. Nothing is opened: it may be anything."""
    path = os.path.join(context.folder, expected.path)
    try:
        real = os.path.realpath(path)
        if os.path.isabs(expected.path) or not _is_below(real, context):
            return "the path leads out of the repository", None, None
        found = os.stat(real)
    except (FileNotFoundError, NotADirectoryError):
        is_dangling = os.path.islink(path)
        if is_dangling:
            return "it is a link to nothing", None, None
        is_pattern = any(character in expected.path for character in "*?[")
        return "there is no file of exactly this name" if is_pattern else "there is no such file", None, None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return "it can't be looked at (%s)" % why, None, None
    size, changed = found.st_size, found.st_ctime
    if not stat.S_ISREG(found.st_mode):
        kind = next((words for is_kind, words in _KINDS if is_kind(found.st_mode)), "something else")
        return "it is %s, not a file" % kind, None, changed
    if size == 0 and (expected.not_empty or expected.min_bytes > 0):
        return "it is empty", size, changed
    if size < expected.min_bytes:
        return "it has %d bytes, expected are at least %d" % (size, expected.min_bytes), size, changed
    return None, size, changed


def _is_below(real: str, context: CheckContext) -> bool:
    root = os.path.realpath(context.root or context.folder)
    return os.path.commonpath([root, real]) == root


MISSING_FILE = RunCheck("X3", _missing_files)
