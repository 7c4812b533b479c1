"""A kernel that dies under a notebook: how it died, and which cell is to blame."""

from __future__ import annotations

from typing import Callable, Optional

import pytest

from harness import Attempt
from nbv_runner.analysis.cell_source import NotebookSource
from nbv_runner.cell_run import CellRun
from nbv_runner.checks.check import CheckContext
from nbv_runner.kernel import Execution
from nbv_runner.kernel_process import Death
from nbv_runner.outputs import CellOutputs, OutputBudget
from nbv_runner.redaction import Redactor
from nbv_runner.run import CellRunner, Plan

Make = Callable[..., Attempt]


# How the kernel's process ends, exit code, reason, word of the message
DEATHS = [
    ("import os; os._exit(7)", 32, "KernelExited", "exit code 7"),
    ("import os; os._exit(0)", 32, "KernelExited", "exit code 0"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 30, "KernelDied", "signal 9"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", 30, "KernelDied", "SIGSEGV"),
]


@pytest.mark.parametrize("source, exit_code, reason, words", DEATHS, ids=[case[0][10:] for case in DEATHS])
def test_a_dying_kernel_is_told_apart(source: str, exit_code: int, reason: str, words: str, attempt: Make) -> None:
    result = attempt(
        "print('alive')", "print('last words', flush=True)\nimport time; time.sleep(.3)\n" + source, "1"
    ).run()
    assert (result.exit_code, result.verdict["reason"]) == (exit_code, reason)
    assert result.findings(1) == [("E3", "failure")]
    assert words in result.verdict["message"]
    assert "last words" in result.cell(1)["output"]
    assert result.seconds < 15


def test_a_background_task_that_kills_the_kernel_fails_the_cell_that_was_running(attempt: Make) -> None:
    result = attempt(
        "import threading, os, signal\nthreading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()",
        "import time; time.sleep(30)",
    ).run()
    assert result.exit_code == 30
    assert (result.cell(0)["status"], result.cell(1)["status"]) == ("Success", "Failure")


def test_a_kernel_that_died_between_two_cells_hints_at_earlier_cells(attempt: Make) -> None:
    result = attempt(
        "import os, time\nget_ipython().kernel.post_handler_hook = lambda: (time.sleep(.2), os._exit(3))", "1"
    ).run()
    assert (result.exit_code, result.verdict["reason"]) == (32, "KernelExited")
    assert result.cell(0)["status"] == "Success"
    assert "exit code 3" in result.verdict["message"] and "earlier cells" in result.verdict["message"]


@pytest.mark.parametrize("before_request", [True, False])
@pytest.mark.parametrize("earlier_count", [1, None])
def test_earlier_cells_are_blamed_only_with_evidence(before_request: bool, earlier_count: Optional[int]) -> None:
    cells = [CellRun(index, index, "x", frozenset(), CellOutputs(OutputBudget(), Redactor())) for index in (0, 1)]
    cells[0].execution_count = earlier_count
    runner = CellRunner(Plan(None, cells, []), None, None, CheckContext(None, NotebookSource()))  # type: ignore[arg-type]
    runner._take_death(cells[1], Execution(death=Death(-9, False, "", before_request)))
    assert cells[1].error is not None
    assert ("earlier cells" in cells[1].error.message) is (before_request and earlier_count is not None)


@pytest.mark.parametrize(
    "counted, words", [(False, "Memory did not run out"), (None, "can't be told"), (True, "for lack of memory")]
)
def test_what_is_known_about_memory_is_said_and_no_more(counted: Optional[bool], words: str) -> None:
    message = Death(-9, counted, "").describe()
    assert words in message and message.endswith(".") and ";" not in message


def test_a_first_cell_that_kills_its_own_kernel_is_not_blamed_on_another(attempt: Make) -> None:
    result = attempt("import os, signal; os.kill(os.getpid(), signal.SIGKILL)").run()
    assert result.exit_code == 30
    assert result.verdict["message"].startswith("Cell 0: The kernel was killed by signal 9 (SIGKILL). ")
    assert "earlier" not in result.verdict["message"]
    assert result.cell(0)["findings"][0]["message"] == "The kernel died."
    assert "SIGKILL" in result.cell(0)["error"]["message"] and "SIGKILL" in result.stderr
    assert "SIGKILL" in result.verdict["failingCells"][0]["message"]
