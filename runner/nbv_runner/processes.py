"""The processes below this one, as /proc shows them."""

from __future__ import annotations

import os
import signal
import time
from typing import Dict, List, Optional, Tuple

PAGE = os.sysconf("SC_PAGE_SIZE")


def _parent_of(pid: int) -> Optional[int]:
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None


def descendants(root: int) -> List[int]:
    """All live processes below `root`, by one scan of /proc."""
    children: Dict[int, List[int]] = {}
    try:
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
    for pid in pids:
        parent = _parent_of(pid)
        if parent is not None:
            children.setdefault(parent, []).append(pid)
    found: List[int] = []
    waiting = list(children.get(root, ()))
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, ())
    return found


def reap(known: Optional[int] = None) -> Optional[Tuple[int, "os.struct_rusage"]]:  # type: ignore[name-defined]
    """Collects every ended child (orphans that we adopted included); the status and usage of `known` if it was one."""
    seen = None
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return seen
        if pid == 0:
            return seen
        if pid == known:
            seen = (status, usage)


def send(pid: int, number: int, group: bool = False) -> None:
    try:
        (os.killpg if group else os.kill)(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def end_descendants(seconds: float = 5.0) -> bool:
    """Kills whatever the notebook started and left behind; False if something still lives after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        reap()
        left = descendants(os.getpid())
        if not left:
            return True
        if time.monotonic() > deadline:
            return False
        for pid in left:
            send(pid, signal.SIGKILL)
        time.sleep(0.01)


def resident_bytes(root: int) -> Optional[int]:
    """Resident memory of `root` and all below it. Walks from the root, so its cost does not depend on the machine."""
    total = 0
    waiting = [root]
    seen = 0
    while waiting and seen < 500:
        pid = waiting.pop()
        seen += 1
        try:
            with open("/proc/%d/statm" % pid, "rb") as file:
                total += int(file.read().split()[1]) * PAGE
            for thread in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/children" % (pid, thread), "rb") as file:
                    waiting += [int(child) for child in file.read().split()]
        except (OSError, ValueError, IndexError):
            continue  # Gone meanwhile, or a machine that does not list children.
    return total or None
