"""How a run can end: exit code, verdict and reason, in one table. docs/architecture.md renders it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PASSED = "Passed"
PASSED_WITH_WARNINGS = "PassedWithWarnings"
FAILED = "Failed"
ERROR = "Error"


@dataclass(frozen=True)
class Ending:
    """`reason` is the CamelCase word of the failure catalogue (src/recovery/reasons)."""

    exit_code: int
    verdict: str
    reason: str


class Outcome(Enum):
    """`Error` means that nothing was learnt about the notebook; `Failed` is a judgement about it."""

    PASSED = Ending(0, PASSED, "Passed")
    RUNNER_BUG = Ending(1, ERROR, "RunnerBug")
    TERMINATED = Ending(1, ERROR, "Terminated")
    TAMPERED = Ending(1, ERROR, "KernelTampered")
    CELL_RAISED = Ending(10, FAILED, "NotebookError")
    CHECK_FAILED = Ending(11, FAILED, "ChecksFailed")
    GOLDEN_MISMATCH = Ending(12, FAILED, "ComparisonFailed")
    LINT_BLOCKED = Ending(13, FAILED, "ChecksFailed")
    CELL_TIMEOUT = Ending(20, FAILED, "CellTimeout")
    NOTEBOOK_TIMEOUT = Ending(21, FAILED, "ValidationTimeout")
    KERNEL_DIED = Ending(30, FAILED, "KernelDied")
    KERNEL_OUT_OF_MEMORY = Ending(31, FAILED, "OOMKilled")
    KERNEL_EXITED = Ending(32, FAILED, "KernelExited")
    KERNEL_NOT_STARTED = Ending(40, ERROR, "KernelStartFailed")
    KERNEL_MISSING = Ending(40, ERROR, "KernelMissing")
    NO_SUCH_KERNEL = Ending(41, ERROR, "KernelMissing")
    NOTEBOOK_NOT_FOUND = Ending(50, ERROR, "NotebookNotFound")
    NOTEBOOK_INVALID = Ending(50, ERROR, "NotebookInvalid")
    BAD_CONFIGURATION = Ending(60, ERROR, "InvalidRunnerConfig")


class RunStopped(Exception):
    """Ends the run before or between cells with an outcome of the table and one sentence for people."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.message = message
