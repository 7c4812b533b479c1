"""Signals as something a poll loop can wait for."""

from __future__ import annotations

import os
import signal
from typing import Any


class Signals:
    """SIGTERM and SIGINT ask for an end (the flag stays up); SIGCHLD only wakes the loop."""

    def __init__(self) -> None:
        self.terminating = False
        self.wakeup, write_end = os.pipe()
        os.set_blocking(self.wakeup, False)
        os.set_blocking(write_end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._terminate)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)

    def _terminate(self, *_: Any) -> None:
        self.terminating = True

    def drain(self) -> None:
        try:
            while os.read(self.wakeup, 4096):
                pass
        except BlockingIOError:
            pass
