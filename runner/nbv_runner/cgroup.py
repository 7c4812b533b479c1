"""What the control group says about memory, v1 and v2."""

from __future__ import annotations

import os
from typing import List, Optional

ROOT = "/sys/fs/cgroup"


class MemoryGroup:
    """Files of our own memory control group; every answer is None where the machine does not tell."""

    def __init__(self, membership: str = "/proc/self/cgroup", root: str = ROOT) -> None:
        self._v1: List[str] = []
        self._v2: List[str] = []
        for controllers, path in _memberships(membership):
            relative = path.strip("/")
            # Inside a cgroup namespace the path is "/"; without one, the mount may still show only our own subtree.
            if controllers == "":
                self._v2 += [os.path.join(root, relative), root]
            elif "memory" in controllers.split(","):
                self._v1 += [os.path.join(root, "memory", relative), os.path.join(root, "memory")]

    def oom_kills(self) -> Optional[int]:
        """How many processes of the group the kernel has killed for lack of memory."""
        kills = _counter(self._v2, "memory.events", "oom_kill")
        return kills if kills is not None else _counter(self._v1, "memory.oom_control", "oom_kill")

    def limit_bytes(self) -> Optional[int]:
        limit = _number(self._v2, "memory.max") or _number(self._v1, "memory.limit_in_bytes")
        return limit if limit is not None and limit < 1 << 60 else None

    def peak_bytes(self) -> Optional[int]:
        return _number(self._v2, "memory.peak") or _number(self._v1, "memory.max_usage_in_bytes")


def _memberships(path: str) -> "List[List[str]]":
    try:
        with open(path, encoding="utf-8") as file:
            return [line.rstrip("\n").split(":", 2)[1:] for line in file if line.count(":") >= 2]
    except OSError:
        return []


def _read(folders: List[str], name: str) -> Optional[str]:
    for folder in folders:
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                return file.read()
        except OSError:
            continue
    return None


def _counter(folders: List[str], name: str, key: str) -> Optional[int]:
    for line in (_read(folders, name) or "").splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == key and words[1].isdigit():
            return int(words[1])
    return None


def _number(folders: List[str], name: str) -> Optional[int]:
    text = (_read(folders, name) or "").strip()
    return int(text) if text.isdigit() else None
