"""Lack of memory is proven by the control group's counter, not guessed from signal 9."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, Iterator

import pytest

from harness import Attempt
from nbv_runner.cgroup import MemoryGroup
from nbv_runner.kernel_process import Death
from nbv_runner.outcome import Outcome

Make = Callable[..., Attempt]


def test_counters_of_version_2(folder: Path) -> None:
    (folder / "membership").write_text("0::/kubepods/pod1\n")
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 3\noom_group_kill 0\n")
    (folder / "memory.peak").write_text("1048576\n")
    (folder / "memory.max").write_text("max\n")
    group = MemoryGroup(str(folder / "membership"), str(folder))
    assert (group.oom_kills(), group.peak_bytes(), group.limit_bytes()) == (3, 1048576, None)


def test_counters_of_version_1(folder: Path) -> None:
    (folder / "membership").write_text("9:name=systemd:/\n4:memory:/docker/abc\n0::/\n")
    own = folder / "memory" / "docker" / "abc"
    own.mkdir(parents=True)
    (own / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 0\n")
    (own / "memory.limit_in_bytes").write_text("536870912\n")
    group = MemoryGroup(str(folder / "membership"), str(folder))
    assert (group.oom_kills(), group.limit_bytes()) == (0, 536870912)


def test_a_machine_that_tells_nothing(folder: Path) -> None:
    group = MemoryGroup(str(folder / "absent"), str(folder))
    assert (group.oom_kills(), group.peak_bytes(), group.limit_bytes()) == (None, None, None)


@pytest.mark.parametrize(
    "code, proven, outcome",
    [
        (-9, True, Outcome.KERNEL_OUT_OF_MEMORY),
        (-9, False, Outcome.KERNEL_DIED),
        (-11, True, Outcome.KERNEL_DIED),
        (0, False, Outcome.KERNEL_EXITED),
        (7, True, Outcome.KERNEL_EXITED),
    ],
)
def test_only_signal_9_with_a_risen_counter_is_lack_of_memory(code: int, proven: bool, outcome: Outcome) -> None:
    assert Death(code, proven, "").outcome() is outcome


def test_an_out_of_memory_kill_says_how_much_there_was() -> None:
    death = Death(-9, True, "", peak_bytes=511 << 20, limit_bytes=512 << 20)
    assert death.describe() == "The kernel was killed for lack of memory: peak 511 MiB, limit 512 MiB."
    assert Death(-9, True, "").describe() == "The kernel was killed for lack of memory."


@pytest.fixture
def limited_group() -> Iterator[Path]:
    """A real control group of 300 MiB, where this machine lets us make one."""
    for base, limit, _group_kill in (
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", None),
        ("/sys/fs/cgroup", "memory.max", 0),
    ):
        group = Path(base) / ("nbv-test-%d" % os.getpid())
        try:
            group.mkdir()
            (group / limit).write_text(str(300 * 1024 * 1024))
            (group / "cgroup.procs").read_text()
        except OSError:
            if group.exists():
                group.rmdir()
            continue
        yield group
        group.rmdir()
        return
    pytest.skip("can't make a memory control group here")


def test_a_kernel_killed_for_lack_of_memory_is_proven(limited_group: Path, attempt: Make) -> None:
    one = attempt("import time; time.sleep(0.5)", "x = [bytes(1) * 10_000_000 for _ in range(100)]", "1")
    process = one.start()
    (limited_group / "cgroup.procs").write_text(str(process.pid))
    result = one.run()
    assert (result.exit_code, result.verdict["reason"]) == (31, "OOMKilled")
    assert result.cell(1)["error"]["name"] == "OutOfMemory"
