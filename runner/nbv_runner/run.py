"""Runs the cells of one notebook in order and collects the evidence."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Tuple

import nbformat

from . import processes
from .cell_facts import CellFacts
from .cell_run import CellError, CellRun, Ended
from .checks import check_cell
from .checks.check import CheckContext
from .config import RunnerConfig
from .kernel import Execution, Kernel
from .outcome import Outcome, RunStopped
from .output_taker import MAX_TRACEBACK_BYTES, OutputTaker, error_of
from .outputs import CellOutputs, OutputBudget
from .parameters import earlier_injection, injected_cell, insert_position, parameters_source
from .probe import Probe
from .redaction import Redactor
from .stderr.watch import StderrWatch
from .tags import SKIP_EXECUTION, tags_of
from .text import one_line, tail, without_ansi
from .value_history import ValueHistory

MAX_ID_CHARACTERS = 64

OnStart = Callable[[CellRun], None]
OnEnd = Callable[[CellRun], None]


@dataclass
class Plan:
    """A notebook's code cells, and the injected parameters cell, which has no index of its own."""

    notebook: "nbformat.NotebookNode"
    cells: List[CellRun]
    documents: "List[nbformat.NotebookNode]"
    """The cell of the notebook for each entry of `cells`."""
    injected: "Optional[nbformat.NotebookNode]" = None
    injected_before: int = 0
    """Position in `cells` before which the injected cell runs."""
    cell_types: Tuple[str, ...] = ()
    """Of the original cells."""

    @property
    def total_cells(self) -> int:
        return len(self.cell_types)


def plan_cells(notebook: "nbformat.NotebookNode", config: RunnerConfig, redactor: Redactor) -> Plan:
    """Numbers the original cells, then puts the parameters in."""
    budget = OutputBudget()
    cells: List[CellRun] = []
    documents: "List[nbformat.NotebookNode]" = []
    originals = list(notebook["cells"])
    replaced = earlier_injection(originals) if config.parameters else None
    if replaced is not None:
        originals[replaced]["source"] = parameters_source(config.parameters)
    position = insert_position(originals)
    injected_before = 0
    for index, cell in enumerate(originals):
        if cell["cell_type"] != "code":
            continue
        if index < position:
            injected_before += 1
        cells.append(
            CellRun(
                index=index,
                code_index=len(cells),
                source=cell["source"],
                tags=tags_of(cell),
                outputs=CellOutputs(budget, redactor),
                stderr=StderrWatch(redactor),
                cell_id=_cell_id(cell),
            )
        )
        documents.append(cell)
    runnable = [run for run in cells if run.source.strip() and SKIP_EXECUTION not in run.tags]
    if runnable:
        runnable[-1].is_last = True
    types = tuple(cell["cell_type"] for cell in originals)
    plan = Plan(notebook, cells, documents, injected_before=injected_before, cell_types=types)
    if config.parameters and replaced is None:
        plan.injected = injected_cell(config.parameters, notebook.get("nbformat_minor", 0))
        notebook["cells"].insert(position, plan.injected)
    return plan


def _cell_id(cell: "nbformat.NotebookNode") -> Optional[str]:
    value = cell.get("id")
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARACTERS else None


class CellRunner:
    """Runs one cell after the other until the end or until one stops the run."""

    def __init__(self, plan: Plan, kernel: Kernel, probe: Probe, context: CheckContext) -> None:
        self._plan = plan
        self._kernel = kernel
        self._probe = probe
        self._context = context
        self._config = context.config
        self._values = ValueHistory(context.notebook)
        self._notebook_deadline = 0.0
        self._takers: List[Tuple[CellRun, OutputTaker]] = []
        self.peak_memory_bytes: Optional[int] = None

    def run_all(self, on_start: OnStart, on_end: OnEnd) -> None:
        """Cells after a stop are reported as not run."""
        self._notebook_deadline = time.monotonic() + self._config.timeouts.notebook
        stopped = False
        for position, cell in enumerate(self._plan.cells):
            if position == self._plan.injected_before and not stopped:
                self._run_injected()
            if stopped or SKIP_EXECUTION in cell.tags:
                on_end(cell)
                continue
            on_start(cell)
            self._run(cell)
            self._write_back(position, cell)
            cell.findings = check_cell(cell, self._context)
            on_end(cell)
            stopped = cell.stops_the_run
        if self._plan.injected_before == len(self._plan.cells) and not stopped:
            self._run_injected()
        if not stopped and any(cell.ended is not Ended.NOT_RUN for cell in self._plan.cells):
            self._settle()

    def _settle(self) -> None:
        """Hears the kernel out: a cell's end may have been told by the cell itself, ahead of what it really did."""
        begun = time.monotonic()
        limit = self._config.timeouts.cell
        deadline = min(self._notebook_deadline, begun + limit) if limit is not None else self._notebook_deadline
        execution = self._kernel.settle(deadline, self._probe.expressions())
        if execution.timed_out:
            message = "The kernel was still at work after its last cell, for longer than the time limit."
            raise RunStopped(Outcome.NOTEBOOK_TIMEOUT, message)
        if execution.death is not None:
            if any(cell.asked_exit for cell in self._plan.cells) and execution.death.return_code == 0:
                return  # What `quit()` does, once the cell's reply is out; the cell has its finding.
            raise RunStopped(execution.death.outcome(), execution.death.describe())
        replaced = self._probe.after_cell(execution.reply or {}).replaced_hooks
        if replaced:
            message = "The notebook replaced the kernel's %s: its results can't be trusted." % ", ".join(replaced)
            raise RunStopped(Outcome.TAMPERED, message)

    def require_told_errors(self) -> None:
        """Raises RunStopped for an error that came to light after its cell had been judged."""
        for cell, outputs in self._takers:
            if outputs.late_error is not None and cell.error is None:
                what = "%s: %s" % (outputs.late_error.name, outputs.late_error.message)
                message = "Cell %d showed an error after it had ended: %s" % (cell.index, one_line(what, 500))
                raise RunStopped(Outcome.CELL_RAISED, message)

    def _run_injected(self) -> None:
        if self._plan.injected is None:
            return
        cell = CellRun(-1, -1, self._plan.injected["source"], frozenset(), CellOutputs(OutputBudget(), Redactor()))
        self._run(cell)
        self._plan.injected["execution_count"] = cell.execution_count
        if cell.error is not None:
            raise RunStopped(
                Outcome.BAD_CONFIGURATION,
                "The parameters can't be set: %s: %s" % (cell.error.name, cell.error.message),
            )

    def _run(self, cell: CellRun) -> None:
        if not cell.source.strip():
            cell.ended = Ended.FINISHED
            return
        begun = time.monotonic()
        limit = self._config.timeouts.cell
        cell_deadline = begun + limit if limit is not None else None
        deadline = min(self._notebook_deadline, cell_deadline) if cell_deadline else self._notebook_deadline
        outputs = OutputTaker(cell, self._context.logs)
        self._takers.append((cell, outputs))
        question = self._values.question(cell.index)
        execution = self._kernel.execute(cell.source, deadline, outputs.take, self._probe.expressions(question))
        cell.seconds = time.monotonic() - begun
        outputs.finish()
        if execution.timed_out:
            is_cell_limit = cell_deadline is not None and cell_deadline <= self._notebook_deadline
            self._take_timeout(cell, execution, is_cell_limit)
        elif execution.death is not None:
            self._take_death(cell, execution)
        else:
            self._take_reply(cell, execution.reply or {}, outputs, question)
        if execution.outputs_incomplete:
            cell.outputs.stream(
                "stderr", "[the kernel did not report the end of this cell's outputs: some may be lost]\n"
            )

    def _take_reply(self, cell: CellRun, reply: Dict[str, Any], outputs: OutputTaker, question: Optional[str]) -> None:
        count = reply.get("execution_count")
        cell.execution_count = count if isinstance(count, int) else None
        cell.asked_exit = any(
            isinstance(entry, dict) and entry.get("source") == "ask_exit" for entry in reply.get("payload") or ()
        )
        # Either of the two may come without the other: a failing line magic, or an error shown by hand.
        cell.error = error_of(reply) if reply.get("status") != "ok" else outputs.error
        cell.ended = Ended.RAISED if cell.error is not None else Ended.FINISHED
        facts = self._probe.after_cell(reply, question)
        cell.facts = facts
        cell.values = self._values.values(cell.index, facts.values, cell.ended is Ended.RAISED)
        self._require_untouched(cell, facts, outputs)
        cell.memory_bytes = processes.resident_bytes(self._kernel.process.pid)
        self.peak_memory_bytes = max(self.peak_memory_bytes or 0, cell.memory_bytes or 0) or None

    @staticmethod
    def _require_untouched(cell: CellRun, facts: CellFacts, outputs: OutputTaker) -> None:
        """Cheap tampering ends the run: what the kernel says from here on means nothing."""
        if facts.replaced_hooks:
            what = "replaced the kernel's %s" % ", ".join(facts.replaced_hooks)
        elif outputs.executed_source is not None and outputs.executed_source != cell.source:
            what = "made the kernel run something other than the cell's source"
        else:
            return
        raise RunStopped(Outcome.TAMPERED, "Cell %d %s: its results can't be trusted." % (cell.index, what))

    @staticmethod
    def _take_timeout(cell: CellRun, execution: Execution, is_cell_limit: bool) -> None:
        cell.ended = Ended.CELL_TIMEOUT if is_cell_limit else Ended.NOTEBOOK_TIMEOUT
        where = error_of(execution.interrupted_reply).traceback if execution.interrupted_reply else ""
        ignored = "" if execution.interrupted_reply else "; it ignored the interrupt, so its kernel was killed"
        whose = "the cell's" if is_cell_limit else "the notebook's"
        name = "CellTimeout" if is_cell_limit else "ValidationTimeout"
        cell.error = CellError(name, "stopped after %.1f s by %s time limit%s" % (cell.seconds, whose, ignored), where)

    def _take_death(self, cell: CellRun, execution: Execution) -> None:
        death = execution.death
        if death is None:
            return
        cell.ended = Ended.KERNEL_DIED
        cell.death = death
        message = death.describe()
        if death.before_request and any(other.execution_count is not None for other in self._plan.cells):
            message += " That was before this cell began: look at what earlier cells left running in the background."
        name = "OutOfMemory" if death.out_of_memory else "DeadKernel"
        cell.error = CellError(name, message, without_ansi(tail(death.chatter, MAX_TRACEBACK_BYTES)))

    def _write_back(self, position: int, cell: CellRun) -> None:
        self._plan.documents[position]["execution_count"] = cell.execution_count

    def finish(self) -> None:
        """Puts the outputs into the notebook, late ones of threads included."""
        for cell, document in zip(self._plan.cells, self._plan.documents):
            document["outputs"] = [nbformat.from_dict(output) for output in cell.outputs.documents()]
