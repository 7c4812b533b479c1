"""The report as people read it: everything that was found in a cell stands at that cell, whenever it was found."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

from ...finding import FAILURE, WARNING

Json = Dict[str, Any]


def findings_at_their_cells(report: Mapping[str, Any]) -> Json:
    """A cell that ran is no better than the worst that was found in it. What is about no code cell stays apart."""
    cells: Dict[int, Json] = {cell["cell"]: {**cell, "findings": list(cell["findings"])} for cell in report["cells"]}
    apart: List[Any] = []
    for finding in report["findings"]:
        at = cells.get(finding.get("cell", -1))
        (at["findings"] if at is not None else apart).append(finding)
    for cell in cells.values():
        cell["status"] = _status(cell)
    return {**report, "cells": list(cells.values()), "findings": apart}


def _status(cell: Mapping[str, Any]) -> str:
    severities = {finding["severity"] for finding in cell["findings"]}
    status = str(cell["status"])
    if status == "Skipped" or status == "Failure":
        return status
    if FAILURE in severities:
        return "Failure"
    return "Warning" if WARNING in severities else status
