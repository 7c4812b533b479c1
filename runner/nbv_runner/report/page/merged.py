"""The report as people read it: everything that was found in a cell stands at that cell, whenever it was found."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

Json = Dict[str, Any]


def findings_at_their_cells(report: Mapping[str, Any]) -> Json:
    """What is about no code cell stays apart."""
    cells: Dict[int, Json] = {cell["cell"]: {**cell, "findings": list(cell["findings"])} for cell in report["cells"]}
    apart: List[Any] = []
    for finding in report["findings"]:
        at = cells.get(finding.get("cell", -1))
        (at["findings"] if at is not None else apart).append(finding)
    return {**report, "cells": list(cells.values()), "findings": apart}
