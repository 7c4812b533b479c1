"""One kernel: requests go out, replies and outputs come in, deadlines hold whatever the cell does.

A plain poll loop over the kernel's sockets, its pipe and our signals. nbclient is not used: its time-out re-arms when a
cell ignores the interrupt, it keeps whole outputs in memory, and it forgets the return code of a dead kernel.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Callable, Dict, Mapping, Optional

import zmq

from .cgroup import MemoryGroup
from .channels import Channels, Message
from .kernel_process import Death, KernelProcess, kernel_environment
from .kernelspec import KernelSpec
from .outcome import Outcome, RunStopped
from .replies import EXECUTE_REPLY, Replies
from .signals import Signals

INTERRUPT_GRACE = 2.0
"""Seconds that a cell gets to react to the interrupt before its kernel is killed."""
SHUTDOWN_GRACE = 5.0
"""Seconds for exit handlers (a library flushing its buffers) after the last cell."""
IDLE_GRACE = 4.0
"""Seconds for outputs still on their way after the reply."""
BACKLOG_LIMIT = 60.0
ANSWERED_TWICE = "The kernel answered for a cell more than once, or unasked: the results can't be trusted."

OnMessage = Callable[[Message], None]


def expression_text(reply: Mapping[str, Any], name: str) -> Optional[str]:
    """What the kernel prints of a user expression's value; None if it failed or is missing."""
    try:
        value = reply["user_expressions"][name]
        text = value["data"]["text/plain"] if value["status"] == "ok" else None
    except (KeyError, TypeError):
        return None
    return text if isinstance(text, str) else None


@dataclass
class Execution:
    """What came back of one request. At most one of `timed_out` and `death` is set; the reply may be missing then."""

    reply: Optional[Dict[str, Any]] = None
    timed_out: bool = False
    interrupted_reply: Optional[Dict[str, Any]] = None
    death: Optional[Death] = None
    outputs_incomplete: bool = False


class Kernel:
    def __init__(
        self, spec: KernelSpec, folder: str, runtime_folder: str, environment: Mapping[str, str], signals: Signals
    ) -> None:
        self._spec = spec
        self._signals = signals
        self._memory = MemoryGroup()
        self._oom_kills = self._memory.oom_kills()
        self._channels = Channels(runtime_folder, spec.name)
        self._replies = Replies()
        self._latest: OnMessage = lambda message: None
        self._routes: Dict[str, OnMessage] = {}
        self._current = ""
        self._current_is_idle = False
        self._iopub_seen = False
        self.process = KernelProcess(
            spec.command(self._channels.connection_file), folder, kernel_environment(spec.env, environment)
        )
        self._poller = zmq.Poller()
        for one in self._channels.poll_pairs():
            self._poller.register(one, zmq.POLLIN)
        self._poller.register(self.process.chatter_descriptor, zmq.POLLIN)
        self._poller.register(signals.wakeup, zmq.POLLIN)

    def wait_until_ready(self, seconds: float) -> Dict[str, Any]:
        """The kernel's kernel_info_reply. Raises RunStopped(KERNEL_NOT_STARTED)."""
        deadline = time.monotonic() + seconds
        info: Optional[Dict[str, Any]] = None
        request, asked = "", 0.0
        while True:
            now = time.monotonic()
            if now - asked > 1.0 or (info is not None and not self._iopub_seen and now - asked > 0.05):
                # Repeated until outputs arrive as well: a subscription that is late would lose the first cell's.
                request, asked = self._ask("kernel_info_request", {}, "kernel_info_reply"), now
            self._wait(min(deadline, asked + (0.05 if info is not None else 1.0)))
            info = self._replies.pop(request) or info
            if info is not None and self._iopub_seen:
                return info
            code = self.process.return_code()
            if code is not None:
                raise RunStopped(Outcome.KERNEL_NOT_STARTED, self._start_failure("ended with exit code %d" % code))
            if time.monotonic() >= deadline:
                raise RunStopped(
                    Outcome.KERNEL_NOT_STARTED, self._start_failure("did not answer within %g s" % seconds)
                )

    def _start_failure(self, what: str) -> str:
        said = self.process.chatter.strip().splitlines()
        return "The kernel %r %s%s" % (self._spec.name, what, ": " + " | ".join(said[-3:]) if said else ".")

    def execute(
        self, code: str, deadline: Optional[float], on_output: OnMessage, expressions: Optional[Dict[str, str]] = None
    ) -> Execution:
        """Runs one cell. `deadline` is in time.monotonic(); after it the kernel must not be used again.

        `expressions` are evaluated after a cell that succeeded, within the same request: a round trip of its own would
        cost as much as a small cell. Find their values by `expression_text`.
        """
        was_dead = self.process.return_code() is not None
        request = self._request(code, silent=False, expressions=expressions or {})
        self._current, self._current_is_idle = request, False
        # A thread may write after its cell has ended: its messages still name the cell that started it.
        self._latest = self._routes[request] = on_output
        execution = Execution()
        self._await_reply(request, deadline, execution)
        if execution.death is not None:
            execution.death = replace(execution.death, before_request=was_dead)
        if execution.reply is not None:
            self._await_idle(execution)
        self._take_replies()
        self.require_one_story()
        return execution

    def settle(self, deadline: float, expressions: Dict[str, str]) -> Execution:
        """One last round trip: the kernel answers in order, so the truth about a cell that answered by hand is here."""
        execution = Execution()
        self._await_reply(self._request("", silent=True, expressions=expressions), deadline, execution)
        self._collect_last_words()
        self.require_one_story()
        return execution

    def require_one_story(self) -> None:
        """Raises RunStopped(TAMPERED) when a cell was answered twice."""
        if self._replies.contradicted:
            raise RunStopped(Outcome.TAMPERED, ANSWERED_TWICE)

    def evaluate(self, code: str, expression: str, seconds: float) -> Optional[str]:
        """Runs `code` silently, then returns `repr` of `expression` as the kernel prints it; None if that failed."""
        request = self._request(code, silent=True, expressions={"value": expression})
        execution = Execution()
        self._await_reply(request, time.monotonic() + seconds, execution, interrupt=False)
        self.require_one_story()
        if execution.reply is None or execution.reply.get("status") != "ok":
            return None
        return expression_text(execution.reply, "value")

    def _request(self, code: str, silent: bool, expressions: Dict[str, str]) -> str:
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": expressions,
            "allow_stdin": False,
            "stop_on_error": False,
        }
        return self._ask("execute_request", content, EXECUTE_REPLY)

    def _ask(self, kind: str, content: Dict[str, Any], reply: str) -> str:
        request = self._channels.send(self._channels.shell, kind, content)
        self._replies.expect(request, reply)
        return request

    def _await_reply(
        self, request: str, deadline: Optional[float], execution: Execution, interrupt: bool = True
    ) -> None:
        while True:
            self._wait(deadline)
            reply = self._replies.pop(request)
            if reply is not None:
                execution.reply = reply
                return
            if self.process.return_code() is not None:
                self._collect_last_words()
                execution.death = self.death()
                return
            if deadline is not None and time.monotonic() >= deadline:
                execution.timed_out = True
                if interrupt:
                    execution.interrupted_reply = self._interrupt_and_wait(request)
                return

    def _interrupt_and_wait(self, request: str) -> Optional[Dict[str, Any]]:
        """The reply of the interrupted cell shows where it hung. Its kernel is never used again, answer or not."""
        if self._spec.interrupts_by_message:
            self._channels.send(self._channels.control, "interrupt_request", {})
        else:
            self.process.signal(signal.SIGINT)
        until = time.monotonic() + INTERRUPT_GRACE
        while time.monotonic() < until and self.process.return_code() is None:
            self._wait(until)
            reply = self._replies.pop(request)
            if reply is not None:
                return reply
        return None

    def _await_idle(self, execution: Execution) -> None:
        limit = time.monotonic() + BACKLOG_LIMIT
        quiet_until = time.monotonic() + IDLE_GRACE
        while not self._current_is_idle:
            if self._wait(min(quiet_until, limit)):
                quiet_until = time.monotonic() + IDLE_GRACE
            if not self._current_is_idle and self.process.return_code() is not None:
                self._collect_last_words()
                return
            now = time.monotonic()
            if now >= limit or now >= quiet_until:
                execution.outputs_incomplete = True
                return

    def _collect_last_words(self) -> None:
        """Outputs that were on their way when the kernel died."""
        for _ in range(20):
            if not self._wait(time.monotonic() + 0.02):
                return

    def death(self) -> Optional[Death]:
        code = self.process.return_code()
        if code is None:
            return None
        kills = self._memory.oom_kills()
        out_of_memory = None if kills is None else kills > (self._oom_kills or 0)
        memory = self._memory
        return Death(
            code,
            out_of_memory,
            self.process.chatter,
            peak_bytes=memory.peak_bytes(),
            limit_bytes=memory.limit_bytes(),
        )

    def _wait(self, until: Optional[float]) -> bool:
        """Waits for the next thing to happen and deals with it; True if a message came. Raises on a SIGTERM."""
        if self._signals.terminating:
            raise RunStopped(Outcome.TERMINATED, "The run was told to stop (SIGTERM) before it was finished.")
        wait = 1.0 if until is None else min(1.0, max(0.0, until - time.monotonic()))
        ready = dict(self._poller.poll(int(wait * 1000) + 1))
        if self._signals.wakeup in ready:
            self._signals.drain()
        if self.process.chatter_descriptor in ready and not self.process.drain_chatter():
            self._poller.unregister(self.process.chatter_descriptor)
        came = False
        if self._channels.iopub in ready:
            # A flood of output must not keep us from the other sockets, nor from the deadline.
            for message in islice(self._channels.receive(self._channels.iopub), 200):
                came = True
                self._take_output(message)
        if self._channels.shell in ready:
            came = self._take_replies() or came
        if self._channels.control in ready:
            for _ in self._channels.receive(self._channels.control):
                pass
        return came

    def _take_replies(self) -> bool:
        messages = list(self._channels.receive(self._channels.shell))
        for message in messages:
            self._replies.take(message)
        return bool(messages)

    def _take_output(self, message: Message) -> None:
        self._iopub_seen = True
        if message["header"]["msg_type"] == "status":
            idle = message["content"].get("execution_state") == "idle"
            if idle and message["parent_header"].get("msg_id") == self._current:
                self._current_is_idle = True
            return
        self._routes.get(message["parent_header"].get("msg_id", ""), self._latest)(message)

    def shut_down(self) -> None:
        """Asks the kernel to end, so that exit handlers run, and sees to it that it does."""
        if self.process.return_code() is None:
            self._channels.send(self._channels.control, "shutdown_request", {"restart": False})
            self._wait_for_end(SHUTDOWN_GRACE)
        self.kill()

    def kill(self) -> None:
        if self.process.return_code() is None:
            self.process.signal(signal.SIGKILL)
            self._wait_for_end(5.0)

    def _wait_for_end(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.process.return_code() is None and time.monotonic() < until:
            try:
                self._wait(until)
            except RunStopped:  # Told to stop while stopping: no more patience.
                self.process.signal(signal.SIGKILL)
                time.sleep(0.01)

    def close(self) -> None:
        self._channels.close()
