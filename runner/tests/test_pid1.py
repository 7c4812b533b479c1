"""In a container the runner is PID 1: orphans are its children, and signals have no default action."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import Callable, List

import pytest

from harness import Attempt

Make = Callable[..., Attempt]
UNSHARE = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]


@pytest.fixture
def as_pid_1(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        if subprocess.run([*UNSHARE, "true"], capture_output=True).returncode != 0:
            pytest.skip("can't make a PID namespace here")
    except FileNotFoundError:
        pytest.skip("needs unshare")
    real = subprocess.Popen

    def popen(command: List[str], **options: object) -> "subprocess.Popen[bytes]":
        return real(UNSHARE + command if "main.py" in " ".join(command) else command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", popen)


@pytest.mark.usefixtures("as_pid_1")
def test_orphans_are_reaped_and_ended(attempt: Make) -> None:
    result = attempt(
        "import os; print(os.getppid())",
        "for _ in range(20):\n    os.system('(true &) ; (sleep 0.05 &)')\n!(sleep 100 &)",
        "import time; time.sleep(0.3)\n"
        "print(sum(' Z ' in open('/proc/%s/stat' % p).read() for p in os.listdir('/proc') if p.isdigit()))",
    ).run()
    assert result.exit_code == 0
    assert result.cell(0)["output"] == "1\n"
    assert result.cell(2)["output"] == "0\n"
    assert result.seconds < 15


@pytest.mark.usefixtures("as_pid_1")
def test_sigterm_reaches_pid_1(attempt: Make) -> None:
    one = attempt("open('up', 'w'); import time; time.sleep(60)")
    process = one.start()
    ready = one.source / "work" / "up"
    while not ready.exists():
        time.sleep(0.02)
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True)
    import os

    os.kill(int(children.stdout.split()[0]), signal.SIGTERM)
    result = one.run(limit=10)
    assert result.verdict["reason"] == "Terminated"
