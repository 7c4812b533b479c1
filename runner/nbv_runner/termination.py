"""The termination message: a compact copy of the verdict that outlives the pod's log."""

from __future__ import annotations

import os
import stat
from typing import Optional

_FLAGS = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class TerminationLog:
    """Opened before the notebook runs, so that nothing planted at its path later is followed or waited for."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor = _open_regular(path, os.O_CREAT)

    def write(self, line: bytes) -> bool:
        """Replaces the whole message, whatever the notebook left there."""
        descriptor = self._descriptor
        if not self._still_at_path():
            descriptor = self._put_back()
        if descriptor is None:
            return False
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, line, 0)
            return True
        except OSError:
            return False

    def _still_at_path(self) -> bool:
        if self._descriptor is None:
            return False
        try:
            ours, there = os.fstat(self._descriptor), os.lstat(self._path)
        except OSError:
            return False
        return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)

    def _put_back(self) -> Optional[int]:
        """In a pod the path is a mount, which can't be replaced; on a laptop the notebook may have done so."""
        try:
            if os.path.lexists(self._path):
                os.unlink(self._path)
            return _open_regular(self._path, os.O_CREAT | os.O_EXCL)
        except OSError:
            return self._descriptor


def _open_regular(path: str, more_flags: int) -> Optional[int]:
    try:
        descriptor = os.open(path, _FLAGS | more_flags, 0o644)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None
