"""What keeps the notebook's processes out of the runner's: memory, descriptors, orphans."""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> bool:
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return bool(libc.prctl(option, value, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False  # Not Linux: a developer's laptop, where this protection does not exist.


def hide_memory() -> bool:
    """Other processes of this UID can no longer read /proc/<us>/mem, fd or environ. Root still can."""
    return _prctl(PR_SET_DUMPABLE, 0)


def adopt_orphans() -> bool:
    """Processes that the notebook leaves behind become our children, so that they can be found and ended."""
    return _prctl(PR_SET_CHILD_SUBREAPER, 1)


def take_stdout() -> int:
    """The descriptor of the event stream, ours alone: whatever else prints to descriptor 1 lands on stderr."""
    sys.stdout.flush()
    stream = os.dup(1)  # Not inheritable.
    os.dup2(2, 1)
    return stream
