"""One line of the table that `make bench` prints, as bench/row.ts writes it."""

from __future__ import annotations

import json
import os
from typing import Optional


def report(
    measure: str,
    ours: str,
    peer: Optional[str] = None,
    ratio: Optional[float] = None,
    goal: Optional[str] = None,
    is_met: Optional[bool] = None,
) -> None:
    """Adds the row to the file that `NBV_BENCH_ROWS` names, if it does."""
    file = os.environ.get("NBV_BENCH_ROWS")
    if not file:
        return
    said = "%.2f" % ratio if ratio is not None else None
    row = {"measure": measure, "ours": ours, "peer": peer, "ratio": said, "goal": goal, "isMet": is_met}
    with open(file, "a", encoding="utf-8") as rows:
        rows.write(json.dumps({key: value for key, value in row.items() if value is not None}) + "\n")
