"""The kernel's process: started clean, watched, ended for sure."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Sequence

from . import processes
from .outcome import Outcome, RunStopped

KEPT_CHATTER = 16 * 1024
"""Bytes of the kernel process's own stdout and stderr kept for messages (a native crash prints its stack there)."""


_CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGSYS)


@dataclass(frozen=True)
class Death:
    """How the kernel's process ended: its return code as subprocess gives it, negative for signals."""

    return_code: int
    out_of_memory: Optional[bool]
    """What the control group says; None where there is none to ask."""
    chatter: str
    before_request: bool = False
    """It had ended before the cell was even handed to it."""
    peak_bytes: Optional[int] = None
    """Most memory that the control group ever held."""
    limit_bytes: Optional[int] = None

    def outcome(self) -> Outcome:
        if self.return_code == -signal.SIGKILL and self.out_of_memory:
            return Outcome.KERNEL_OUT_OF_MEMORY
        return Outcome.KERNEL_DIED if self.return_code < 0 else Outcome.KERNEL_EXITED

    def describe(self) -> str:
        """One or two whole sentences."""
        if self.return_code >= 0:
            return "The notebook ended its kernel's process itself (exit code %d)." % self.return_code
        if self.outcome() is Outcome.KERNEL_OUT_OF_MEMORY:
            return "The kernel was killed for lack of memory%s." % self._how_much()
        if self.return_code == -signal.SIGKILL:
            return "The kernel was killed by signal 9 (SIGKILL). %s" % self._about_memory()
        if -self.return_code in _CRASHES:
            return "The kernel crashed in native code (%s)." % _signal_name(-self.return_code)
        return "The kernel was ended by a signal (%s)." % _signal_name(-self.return_code)

    def _how_much(self) -> str:
        amounts = [("peak", self.peak_bytes), ("limit", self.limit_bytes)]
        known = ["%s %d MiB" % (name, amount >> 20) for name, amount in amounts if amount is not None]
        return ": %s" % ", ".join(known) if known else ""

    def _about_memory(self) -> str:
        if self.out_of_memory is None:
            return "Whether memory ran out can't be told here: no control group counts that."
        return "Memory did not run out, by the control group's count: the notebook may have sent the signal itself."


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "signal %d" % number


class KernelProcess:
    """Has its own session and none of our descriptors; what it prints comes through a pipe that we never wait for."""

    def __init__(self, command: Sequence[str], folder: str, environment: Mapping[str, str]) -> None:
        self.chatter_descriptor, write_end = os.pipe()
        os.set_blocking(self.chatter_descriptor, False)
        self._chatter = b""
        self._status: Optional[int] = None
        self.cpu_seconds: Optional[float] = None
        self.peak_bytes: Optional[int] = None
        try:
            self._popen = subprocess.Popen(
                list(command),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                start_new_session=True,
                close_fds=True,
            )
        except OSError as error:
            raise RunStopped(
                Outcome.KERNEL_NOT_STARTED, "The kernel's command %r can't be run: %s" % (command[0], error.strerror)
            ) from error
        finally:
            os.close(write_end)
        self.pid = self._popen.pid

    def return_code(self) -> Optional[int]:
        """None while it lives. Also collects whatever other children have ended."""
        if self._status is None:
            ended = processes.reap(self.pid)
            if ended is not None:
                status, usage = ended
                self._status = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
                self._popen.returncode = (
                    self._status
                )  # So that subprocess does not wait for a pid that is no longer ours.
                self.cpu_seconds = usage.ru_utime + usage.ru_stime
                self.peak_bytes = usage.ru_maxrss * 1024
        return self._status

    def drain_chatter(self) -> bool:
        """Takes what the pipe holds now; False at its end. Children that keep it open do not matter."""
        for _ in range(64):
            try:
                data = os.read(self.chatter_descriptor, 65536)
            except OSError:
                return True
            if not data:
                return False
            self._chatter = (self._chatter + data)[-KEPT_CHATTER:]
        return True

    @property
    def chatter(self) -> str:
        self.drain_chatter()
        return self._chatter.decode("utf-8", "replace")

    def signal(self, number: int) -> None:
        """To the kernel's whole process group, as a terminal would."""
        if self._status is None:
            processes.send(self.pid, number, group=True)


def kernel_environment(spec_env: Mapping[str, str], base: Mapping[str, str]) -> Dict[str, str]:
    """The user's environment as it is; the kernelspec's additions may refer to it as ${NAME}, as in Jupyter."""
    environment = dict(base)
    for name, value in spec_env.items():
        environment[name] = _expand(value, base)
    # Lets ipykernel end itself should the runner be killed; it knows that PID 1 never goes away.
    environment["JPY_PARENT_PID"] = str(os.getpid())
    return environment


def _expand(value: str, names: Mapping[str, str]) -> str:
    parts: List[str] = value.split("${")
    expanded = parts[0]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        expanded += names[name] + rest if brace and name in names else "${" + part
    return expanded
