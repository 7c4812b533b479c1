"""Writes to a pipe that may be slow, full or gone, without ever blocking past a termination request."""

from __future__ import annotations

import os
import select
from typing import Callable

CHUNK = 4096  # PIPE_BUF: after POLLOUT, a write of this size never blocks.
PATIENCE_AFTER_TERMINATION = 4  # × 0.5 s


class PipeWriter:
    def __init__(self, descriptor: int, is_terminating: Callable[[], bool] = lambda: False) -> None:
        self._descriptor = descriptor
        self._is_terminating = is_terminating
        self.broken = False

    def write(self, data: bytes) -> bool:
        """False when the reader is gone; the run goes on, since the verdict also travels in the termination message."""
        view = memoryview(data)
        poller = select.poll()
        poller.register(self._descriptor, select.POLLOUT)
        patience = PATIENCE_AFTER_TERMINATION
        while view and not self.broken:
            try:
                if not poller.poll(500):
                    if self._is_terminating():
                        patience -= 1
                        self.broken = patience <= 0
                    continue
                view = view[os.write(self._descriptor, view[:CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError:
                self.broken = True
        return not self.broken
