"""One attempt: kernel, cells, end of all processes, reports, verdict. In that order, which is what honesty rests on."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from . import __version__, processes
from .analysis.cell_source import CellSource, NotebookSource
from .analysis.read_sources import read_sources
from .cell_run import CellRun, Ended
from .checks import blocking, check_notebook, check_run, counting_checks, not_made
from .checks.check import CheckContext
from .config import RunnerConfig
from .event_stream import EventStream
from .finding import Finding
from .golden.comparison import Comparison
from .golden.comparison_document import comparison_document, comparison_event
from .golden.golden_standard import GoldenStandard
from .installed import installed_distributions
from .kernel import Kernel
from .kernelspec import KernelSpec, find_kernel
from .log_watch import LogWatch
from .notebook import locate, read_document, short_text, stored_counts, without_results
from .outcome import Outcome, RunStopped
from .probe import KernelEnvironment, Probe
from .progress import Progress
from .redaction import Redactor
from .report.artifacts import Artifacts
from .report.document import MAX_LOCATED_BYTES, RunFacts
from .report.files import write_reports
from .run import CellRunner, Plan, plan_cells
from .signals import Signals
from .termination import TerminationLog
from .text import one_line
from .verdict import Judgement, Tally, judge, verdict_event, verdict_word

if TYPE_CHECKING:
    from .app import Arguments


OTHER_LANGUAGE = "Sources and values were not looked into, since the kernel does not speak Python."


class AttemptRun:
    def __init__(
        self,
        arguments: "Arguments",
        config: RunnerConfig,
        redactor: Redactor,
        events: EventStream,
        progress: Progress,
        signals: Signals,
    ) -> None:
        self._arguments = arguments
        self._config = config
        self._redactor = redactor
        self.events = events
        self._progress = progress
        self._signals = signals
        self._artifacts = Artifacts(arguments.artifacts)
        self._facts = RunFacts(config=config)
        self._tally = Tally(unchecked=not_made(config.policy))
        self._plan: Optional[Plan] = None

    def execute(self, termination: TerminationLog) -> int:
        """The exit code. Whatever happens after the cells began ends in a verdict that counts them."""
        try:
            judgement = self._run_notebook()
        except RunStopped as stopped:
            judgement = Judgement(stopped.outcome, stopped.message)
        except Exception as error:
            judgement = Judgement(Outcome.RUNNER_BUG, "The runner failed: %s: %s" % (type(error).__name__, error))
            self._progress.say(judgement.message)
            if os.environ.get("NBV_DEBUG"):
                raise
        # From here on nobody else writes: not to the artifacts, not to the termination message.
        if not processes.end_descendants():
            judgement = Judgement(Outcome.TAMPERED, "Processes of the notebook could not be ended.")
        digests = write_reports(
            self._artifacts,
            self._redactor,
            self._facts,
            self._tally,
            judgement,
            self._plan.notebook if self._plan is not None else None,
            self._progress.say,
        )
        line = self.events.verdict_line(verdict_event(judgement, self._tally, digests))
        termination.write(line)
        self.events.send(line)
        word = verdict_word(judgement, self._tally)
        self._progress.say("%s (%s): %s" % (word, judgement.outcome.value.reason, judgement.message))
        return judgement.outcome.value.exit_code

    def _run_notebook(self) -> Judgement:
        config = self._config
        document = read_document(self._arguments.source, config.notebook_path)
        self._facts.notebook_text = short_text(self._arguments.source, config.notebook_path, MAX_LOCATED_BYTES)
        counts = stored_counts(document)
        notebook = without_results(document, config.notebook_path)
        spec = find_kernel(config.kernel, notebook["metadata"])
        if config.parameters and spec.language != "python":
            raise RunStopped(Outcome.BAD_CONFIGURATION, "Parameters need a Python kernel, not %s." % spec.language)
        folder = self._working_directory()
        self._plan = plan_cells(notebook, config, self._redactor)
        self._tally.total_cells = self._plan.total_cells
        self._tally.cells = self._plan.cells
        self._facts.kernel = spec
        if spec.language != "python":
            self._tally.unchecked = [*self._tally.unchecked, OTHER_LANGUAGE]
        golden = self._golden()
        begun = time.monotonic()
        kernel = Kernel(spec, folder, self._arguments.handover, os.environ, self._signals)
        try:
            info = kernel.wait_until_ready(config.timeouts.kernel_start)
            probe = Probe(kernel, enabled=spec.language == "python")
            self._facts.kernel_environment = probe.boot(os.path.realpath(self._arguments.source))
            self._facts.kernel_seconds = time.monotonic() - begun
            self._facts.installed_at_start = installed_distributions(self._facts.kernel_environment.search_path)
            self._announce(spec, info, self._facts.kernel_environment)
            context = CheckContext(
                config,
                self._sources(spec, self._plan, counts, probe),
                folder,
                os.path.realpath(self._arguments.source),
                self._plan.cell_types,
                spec.language == "python",
                LogWatch(config.expected.logs),
            )
            self._tally.unchecked = [*self._tally.unchecked, *_too_much(context.notebook)]
            self._found(check_notebook(context))
            if not blocking(self._tally.findings):
                self._run_cells(self._plan, kernel, probe, context)
        finally:
            kernel.kill()
            self._tally.cpu_seconds = kernel.process.cpu_seconds
            peaks = [self._tally.peak_memory_bytes or 0, kernel.process.peak_bytes or 0]
            self._tally.peak_memory_bytes = max(peaks) or None
            kernel.close()
        if not blocking(self._tally.findings):
            comparison = self._compared(golden, self._plan)
            self._found(check_run(self._plan.cells, replace(context, comparison=comparison)))
        return judge(self._tally)

    def _golden(self) -> Optional[GoldenStandard]:
        golden = self._config.golden
        if golden is None:
            return None
        return GoldenStandard.read(golden, self._arguments.source, self._arguments.golden, self._redactor)

    def _compared(self, golden: Optional[GoldenStandard], plan: Plan) -> Optional[Comparison]:
        if golden is None:
            return None
        comparison = golden.compare(plan.cells, plan.total_cells)
        self._tally.comparison = comparison_document(comparison)
        self.events.emit({"type": "comparison", "result": comparison_event(comparison, self._config.store_outputs)})
        return comparison

    @staticmethod
    def _sources(spec: KernelSpec, plan: Plan, counts: Dict[int, Optional[int]], probe: Probe) -> NotebookSource:
        if spec.language != "python":
            return NotebookSource()
        cells = [
            CellSource(
                cell.index,
                cell.code_index,
                cell.tags,
                cell.source,
                cell_id=cell.cell_id,
                stored_count=counts.get(cell.index),
            )
            for cell in plan.cells
        ]
        return read_sources(cells, probe.transform)

    def _found(self, findings: "List[Finding]") -> None:
        """Findings that belong to no finished cell's own event."""
        self._tally.findings += findings
        to_come = sum(1 for cell in self._tally.cells if cell.ended is Ended.NOT_RUN)
        self.events.emit_findings([finding.document() for finding in findings], to_come)

    def _run_cells(self, plan: Plan, kernel: Kernel, probe: Probe, context: CheckContext) -> None:
        runner = CellRunner(plan, kernel, probe, context)
        begun = time.monotonic()
        try:
            runner.run_all(self._cell_started, self._cell_ended)
            self._tally.seconds = time.monotonic() - begun
            if not any(cell.stops_the_run and cell.error and cell.error.name != "SystemExit" for cell in plan.cells):
                kernel.shut_down()
            kernel.require_one_story()
            runner.require_told_errors()
        finally:
            self._tally.seconds = self._tally.seconds or time.monotonic() - begun
            self._tally.peak_memory_bytes = runner.peak_memory_bytes
            runner.finish()

    def _working_directory(self) -> str:
        relative = self._config.working_directory
        if relative is None:
            return os.path.dirname(locate(self._arguments.source, self._config.notebook_path))
        root = os.path.realpath(self._arguments.source)
        folder = os.path.realpath(os.path.join(root, relative))
        if os.path.isabs(relative) or os.path.commonpath([root, folder]) != root or not os.path.isdir(folder):
            message = "Bad runner configuration: workingDirectory %r is no folder of the repository." % relative
            raise RunStopped(Outcome.BAD_CONFIGURATION, message)
        return folder

    def _announce(self, spec: KernelSpec, info: Dict[str, Any], environment: KernelEnvironment) -> None:
        language = info.get("language_info") or {}
        version = environment.python_version or str(language.get("version", platform.python_version()))
        self.events.emit(
            {
                "type": "start",
                "notebook": self._config.notebook_path,
                "kernel": spec.name,
                "language": str(language.get("name") or spec.language),
                "pythonVersion": version,
                "runnerVersion": __version__,
                "totalCells": self._tally.total_cells,
                "codeCells": len(self._tally.cells),
                # Of other languages neither sources nor values are looked into.
                "checks": counting_checks(self._config.policy) if spec.language == "python" else [],
            },
            cells_to_come=len(self._tally.cells),
        )
        self._progress.say(
            "%s: %d code cells, kernel %s (Python %s)"
            % (self._config.notebook_path, len(self._tally.cells), spec.name, version)
        )

    def _cell_started(self, cell: CellRun) -> None:
        self.events.emit(_named("cell-start", cell), cells_to_come=self._cells_from(cell))

    def _cell_ended(self, cell: CellRun) -> None:
        event = _named("cell-end", cell)
        event["status"] = cell.status
        event["seconds"] = round(cell.seconds, 3)
        event["output"] = cell.outputs.text() if self._config.store_outputs else ""
        event["outputTruncated"] = False
        error = cell.reported_error()
        if error is not None:
            event["error"] = error
        event["findings"] = [finding.document() for finding in cell.findings]
        if cell.memory_bytes is not None:
            event["memoryBytes"] = cell.memory_bytes
        self.events.emit(event, cells_to_come=self._cells_from(cell) - 1)
        words = {"Success": "ok", "Failure": "FAILED", "Warning": "warning", "Skipped": "skipped"}
        detail = one_line(cell.headline, 200)
        self._progress.cell(
            cell.code_index + 1, len(self._tally.cells), cell.index, cell.seconds, words[cell.status], detail
        )

    def _cells_from(self, cell: CellRun) -> int:
        return len(self._tally.cells) - cell.code_index


def _too_much(notebook: NotebookSource) -> List[str]:
    """One sentence about the cells whose source nobody looks into."""
    cells = [str(cell.index) for cell in notebook.cells if cell.is_too_much]
    if not cells:
        return []
    which = "cell %s" % cells[0] if len(cells) == 1 else "cells %s" % ", ".join(cells[:10])
    more = " and %d more" % (len(cells) - 10) if len(cells) > 10 else ""
    return ["Sources and values were not looked into in %s%s, which would be too much code." % (which, more)]


def _named(kind: str, cell: CellRun) -> Dict[str, Any]:
    event: Dict[str, Any] = {"type": kind, "cell": cell.index, "codeCell": cell.code_index}
    if cell.cell_id is not None:
        event["cellId"] = cell.cell_id
    return event
