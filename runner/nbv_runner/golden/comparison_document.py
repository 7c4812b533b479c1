"""A comparison as JSON: in full for report.json, in the bounds of a log line for the `comparison` event.

Of report.json, key `comparison` (the fields of `status.comparisonResult`, and more):

    {"golden": {"path", "cells"}, "strategy": "normalized" | "exact", "result": "matched" | "failed" | "skipped",
     "message", "totalCells", "matchedCells", "mismatchedCells",
     "diffs": [{"cellIndex", "goldenCell", "cellType": "code", "severity": "minor" | "major" | "critical",
                "diffType": "output_mismatch" | "execution_error" | "missing_cell" | "extra_cell" | "source_mismatch",
                "message", "expected", "actual", "diff", "details": [{"where", "message", "line"}]}],
     "diffsLeftOut": number, "notCompared": [{"cell", "goldenCell", "reason"}], "notes": [text]}

`cellIndex` is the run's; a missing cell has the index at which it would stand. `goldenCell` is null for an added cell.
`expected` and `actual` are of the first detail, absent where that side has nothing. `diff` is unified, golden first;
each detail that has one begins with `--- golden: <where>` and `+++ run: <where>`.
"""

from __future__ import annotations

from typing import Any, Dict, List

from ..text import head
from .comparison import FAILED, MATCHED, CellDifference, Comparison
from .mismatch import Mismatch

MAX_DIFFS = 1000
MAX_DETAILS = 20
MAX_TEXT_BYTES = 4 * 1024 * 1024
"""All excerpts and diffs together."""
MAX_DIFF_BYTES = 16 * 1024

MAX_EVENT_DIFFS = 100
EVENT_EXCERPT_BYTES = 256
EVENT_DIFF_BYTES = 2048

Document = Dict[str, Any]


def comparison_document(comparison: Comparison) -> Document:
    """For report.json and `nbv compare`."""
    room = MAX_TEXT_BYTES
    diffs: List[Document] = []
    for found in comparison.differences[:MAX_DIFFS]:
        limit = min(MAX_DIFF_BYTES, room)
        diff = {**_diff(found, limit, limit), "goldenCell": found.golden_cell, "message": found.named(found.quoted)}
        room -= sum(len(diff.get(name, "")) for name in ("expected", "actual", "diff"))
        details = [
            {"where": each.where, "message": each.message + each.quote, "line": each.line}
            for each in found.mismatches[:MAX_DETAILS]
        ]
        diffs.append({**diff, "details": details})
    return {
        "golden": {"path": comparison.golden_path, "cells": comparison.golden_cells},
        **_counts(comparison),
        "diffs": diffs,
        "diffsLeftOut": len(comparison.differences) - len(diffs),
        "notCompared": [
            {"cell": each.cell, "goldenCell": each.golden_cell, "reason": each.reason}
            for each in comparison.not_compared[:MAX_DIFFS]
        ],
        "notes": comparison.notes,
    }


def comparison_event(comparison: Comparison, with_outputs: bool = True) -> Document:
    """In the shape of `status.comparisonResult`; the gravest differences first, since the line may be cut."""
    gravest = ("critical", "major", "minor")
    diffs = sorted(comparison.differences, key=lambda found: gravest.index(found.severity))[:MAX_EVENT_DIFFS]
    if with_outputs:
        documents = [_diff(found, EVENT_EXCERPT_BYTES, EVENT_DIFF_BYTES) for found in diffs]
    else:
        documents = [{**_kind(found), "diff": found.named(found.message)} for found in diffs]
    return {**_counts(comparison), "diffs": documents}


def message_of(comparison: Comparison) -> str:
    """The outcome in one sentence."""
    total, mismatched = comparison.total, comparison.mismatched
    if comparison.result == FAILED:
        text = "%d of %d compared %s from the golden notebook" % (
            mismatched,
            total,
            _cells(total, "differ", mismatched),
        )
    elif comparison.result == MATCHED:
        text = "All %d compared cells match the golden notebook" % total
        text = text if total > 1 else "The only compared cell matches the golden notebook"
    else:
        text = "Nothing was compared with the golden notebook"
    others = len(comparison.differences) - len(comparison.failures)
    parts = [text]
    if others:
        parts.append("%d other difference%s" % (others, "" if others == 1 else "s"))
    if comparison.not_compared:
        parts.append("%d not compared" % len(comparison.not_compared))
    return "; ".join(parts + comparison.notes) + "."


def _cells(total: int, verb: str, mismatched: int) -> str:
    return "%s %s%s" % ("cell" if total == 1 else "cells", verb, "s" if mismatched == 1 else "")


def _counts(comparison: Comparison) -> Document:
    return {
        "strategy": comparison.strategy,
        "result": comparison.result,
        "message": message_of(comparison),
        "totalCells": comparison.total,
        "matchedCells": comparison.matched,
        "mismatchedCells": comparison.mismatched,
    }


def _diff(found: CellDifference, excerpt_bytes: int, diff_bytes: int) -> Document:
    diff = _kind(found)
    first = next(iter(found.mismatches), None)
    if first is None:
        return {**diff, "diff": head(found.named(found.message), diff_bytes)}
    for name, value in (("expected", first.expected), ("actual", first.actual)):
        if value is not None:
            diff[name] = head(value, excerpt_bytes)
    return {**diff, "diff": head("\n".join(map(_unified, found.mismatches)), diff_bytes)}


def _kind(found: CellDifference) -> Document:
    return {"cellIndex": found.at, "cellType": "code", "diffType": found.kind, "severity": found.severity}


def _unified(mismatch: Mismatch) -> str:
    if not mismatch.diff:
        return mismatch.message + mismatch.quote
    return "--- golden: %s\n+++ run: %s\n%s" % (mismatch.where, mismatch.where, mismatch.diff)
