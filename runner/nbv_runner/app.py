"""From the command line to the exit code: the order of things."""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any, Dict, List, NoReturn, Optional

from . import __version__, handover, processes
from .config import RunnerConfig, parse_config
from .event_stream import EventStream
from .isolation import adopt_orphans, hide_memory, take_stdout
from .kernelspec import require_packages
from .outcome import Outcome, RunStopped
from .pipe_writer import PipeWriter
from .progress import Progress
from .redaction import Redactor
from .signals import Signals
from .termination import TerminationLog


@dataclass(frozen=True)
class Arguments:
    handover: str
    source: str
    artifacts: str
    termination_log: str
    golden: Optional[str] = None


def parse_arguments(argv: List[str]) -> Arguments:
    parser = argparse.ArgumentParser(prog="nbv-runner", description="Runs one notebook for the notebook validator.")
    parser.add_argument("--handover", required=True, metavar="DIR", help="folder with key and config.json")
    parser.add_argument("--source", required=True, metavar="DIR", help="root of the checked-out repository")
    parser.add_argument("--artifacts", required=True, metavar="DIR", help="folder for the report files")
    parser.add_argument("--termination-log", required=True, metavar="FILE", help="file for the compact verdict")
    parser.add_argument("--golden", metavar="DIR", help="root of the golden notebook's repository, if it has its own")
    parser.add_argument("--version", action="version", version=__version__)
    options = parser.parse_args(argv)
    return Arguments(
        handover=os.path.abspath(options.handover),
        source=os.path.abspath(options.source),
        artifacts=os.path.abspath(options.artifacts),
        termination_log=os.path.abspath(options.termination_log),
        golden=os.path.abspath(options.golden) if options.golden is not None else None,
    )


def main(argv: List[str]) -> NoReturn:
    """Never returns. Leaves by `os._exit`, so that no exit handler of an imported package has a last word."""
    hide_memory()
    stdout = take_stdout()
    try:
        arguments = parse_arguments(argv)
    except SystemExit as usage:
        os._exit(60 if usage.code else 0)
    adopt_orphans()
    signals = Signals()
    is_terminating = lambda: signals.terminating  # noqa: E731
    progress = Progress(PipeWriter(2, is_terminating), Redactor())
    if os.geteuid() == 0:
        progress.say("Warning: running as root; a notebook that runs as root could forge its verdict.")
    try:
        taken = handover.take(arguments.handover)
    except handover.HandoverError as error:
        progress.say("No verdict can be signed: %s" % error)
        os._exit(Outcome.BAD_CONFIGURATION.value.exit_code)
    code = _run(arguments, taken, signals, PipeWriter(stdout, is_terminating), progress)
    os._exit(code)


def _run(
    arguments: Arguments, taken: handover.Handover, signals: Signals, writer: PipeWriter, progress: Progress
) -> int:
    # Opened before any code of the user's runs.
    termination = TerminationLog(arguments.termination_log)
    run: Any = None
    config: Optional[RunnerConfig] = None
    redactor = Redactor.of_environment((), {})
    started = time.monotonic()
    try:
        config = parse_config(taken.config_text)
        redactor = Redactor.of_environment(config.secret_env, os.environ)
        progress.redactor = redactor
        events = EventStream(writer, taken.key, redactor, store_outputs=config.store_outputs)
        require_packages()
        from .attempt import AttemptRun  # Needs those packages, some of them the user's.

        run = AttemptRun(arguments, config, redactor, events, progress, signals)
        return int(run.execute(termination))
    except RunStopped as stopped:
        outcome, message = stopped.outcome, stopped.message
    except Exception as error:
        progress.say("The runner failed: " + " | ".join(traceback.format_exc().splitlines()[-6:]))
        outcome, message = Outcome.RUNNER_BUG, "The runner failed: %s: %s" % (type(error).__name__, error)
    processes.end_descendants()
    events = run.events if run is not None else EventStream(writer, taken.key, redactor)
    line = events.verdict_line(bare_verdict(outcome, message, time.monotonic() - started))
    termination.write(line)
    events.send(line)
    progress.say("%s (%s): %s" % (outcome.value.verdict, outcome.value.reason, message))
    return outcome.value.exit_code


def bare_verdict(outcome: Outcome, message: str, seconds: float) -> Dict[str, Any]:
    """The verdict of a run that never got to its cells."""
    ending = outcome.value
    counts = {name: 0 for name in ("cells", "codeCells", "succeeded", "failed", "skipped", "warnings")}
    return {
        "type": "verdict",
        "verdict": ending.verdict,
        "exitCode": ending.exit_code,
        "reason": ending.reason,
        "message": message,
        "counts": counts,
        "failingCells": [],
        "seconds": round(seconds, 3),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
