"""`report.json`, version nbv.report.v1: everything that is known about the run, for machines."""

from __future__ import annotations

import os
import platform
import resource
import sys
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence

from .. import __version__
from ..cell_run import CellRun
from ..checks import effective_policy
from ..clock import now_text
from ..config import RunnerConfig
from ..installed import Distribution, changes_between
from ..kernelspec import KernelSpec
from ..probe import KernelEnvironment
from ..text import head, tail, without_cell_files
from ..verdict import Judgement, Tally, verdict_event
from .bill_of_materials import bill_of_materials

VERSION = "nbv.report.v1"
MAX_LOCATED_BYTES = 2 * 1024 * 1024
MAX_OUTPUT_BYTES = 16 * 1024
MAX_TRACEBACK_BYTES = 16 * 1024


@dataclass
class RunFacts:
    """What the report says beyond cells and verdict. Fields stay empty for a run that ended early."""

    started_at: str = field(default_factory=now_text)
    config: Optional[RunnerConfig] = None
    kernel: Optional[KernelSpec] = None
    kernel_environment: KernelEnvironment = field(default_factory=KernelEnvironment)
    kernel_seconds: float = 0.0
    installed_at_start: List[Distribution] = field(default_factory=list)
    """Before any cell ran."""
    notebook_text: Optional[str] = None
    """The notebook's file before any cell ran, unless it is long: in it, findings are located by line."""


def report_document(
    facts: RunFacts, tally: Tally, judgement: Judgement, installed: Sequence[Distribution] = ()
) -> Dict[str, Any]:
    """@param installed: after the last cell"""
    verdict = verdict_event(judgement, tally)
    verdict.pop("type")
    document: Dict[str, Any] = {
        "version": VERSION,
        "runnerVersion": __version__,
        "startedAt": facts.started_at,
        "finishedAt": now_text(),
        "verdict": verdict,
        "environment": _environment(facts, installed),
        "runnerPeakMemoryBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "findings": [finding.document() for finding in tally.findings],
        "cells": [_cell(cell, status) for cell, status in zip(tally.cells, tally.statuses())],
    }
    if tally.comparison is not None:
        document["comparison"] = tally.comparison
    config = facts.config
    if config is not None:
        document["attempt"] = {
            "job": config.attempt.job,
            "namespace": config.attempt.namespace,
            "runId": config.attempt.run_id,
            "number": config.attempt.number,
        }
        document["commit"] = config.commit
        document["notebook"] = {"path": config.notebook_path, "parameters": sorted(config.parameters)}
        document["level"] = config.level
        document["policy"] = effective_policy(config.policy)
        document["unchecked"] = list(tally.unchecked)
        document["timeouts"] = {
            "notebookSeconds": config.timeouts.notebook,
            "cellSeconds": config.timeouts.cell,
            "kernelStartSeconds": config.timeouts.kernel_start,
        }
    return document


def _environment(facts: RunFacts, installed: Sequence[Distribution]) -> Dict[str, Any]:
    environment: Dict[str, Any] = {"runnerPython": platform.python_version(), "platform": _platform()}
    if facts.config is not None and facts.config.image is not None:
        environment["image"] = facts.config.image
    if facts.kernel is not None:
        environment["kernel"] = {
            "name": facts.kernel.name,
            "displayName": facts.kernel.display_name,
            "language": facts.kernel.language,
            "startSeconds": round(facts.kernel_seconds, 3),
        }
    if facts.kernel_environment.python_version:
        environment["python"] = facts.kernel_environment.python_version
        environment["packages"] = {one.normalized_name: one.version for one in installed}
        environment["changedByNotebook"] = [
            {"name": name, "before": before, "after": after}
            for name, before, after in changes_between(facts.installed_at_start, installed)
        ]
        environment["billOfMaterials"] = _bill_of_materials(facts, installed)
    return environment


def _bill_of_materials(facts: RunFacts, installed: Sequence[Distribution]) -> Dict[str, Any]:
    config = facts.config
    changes = changes_between(facts.installed_at_start, installed)
    return bill_of_materials(
        installed,
        notebook=config.notebook_path if config is not None else "notebook",
        commit=config.commit if config is not None else "unknown",
        image=config.image if config is not None else None,
        python=facts.kernel_environment.python_version or None,
        kernel=facts.kernel.name if facts.kernel is not None else None,
        changed={name: "added" if before is None else "replaced" for name, before, _ in changes},
    )


def _platform() -> str:
    system = os.uname()
    return "%s-%s-%s" % (system.sysname, system.machine, sys.implementation.name)


def _cell(cell: CellRun, status: str) -> Dict[str, Any]:
    document: Dict[str, Any] = {
        "cell": cell.index,
        "codeCell": cell.code_index,
        "status": status,
        "ended": cell.ended.value,
        "seconds": round(cell.seconds, 3),
        "output": without_cell_files(head(cell.outputs.text(), MAX_OUTPUT_BYTES)),
        "findings": [finding.document() for finding in cell.findings],
    }
    if cell.cell_id is not None:
        document["cellId"] = cell.cell_id
    if cell.tags:
        document["tags"] = sorted(cell.tags)
    if cell.execution_count is not None:
        document["executionCount"] = cell.execution_count
    if cell.memory_bytes is not None:
        document["memoryBytes"] = cell.memory_bytes
    error = cell.reported_error()
    if error is not None:
        traceback = without_cell_files(tail(error["traceback"], MAX_TRACEBACK_BYTES))
        document["error"] = {**error, "traceback": traceback}
    return document
