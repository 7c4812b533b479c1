#!/usr/bin/env python3
"""How often the checks for silent failures and data quality flag healthy notebooks.

    .venv/bin/python bench/false-alarms.py [--seeds 2] [--only NAME] [NOTEBOOK.ipynb…]

Runs the notebooks of bench/healthy (or those named) through the real runner at level production and counts the cells
with a warning or failure of a check N or Q. Notes don't count: they say that data has gaps, which it may. Only cells
that ran count. Exit code 1 when more than 0.5 % of the cells are flagged.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, List, Tuple

from notebook_attempt import ROOT, findings_of, policy, run, split_cells
from row import report

GOAL = 0.005
MIN_CELLS = 500
COUNTED = ("warning", "failure")


def corpus(seeds: int, only: str) -> "Dict[str, List[str]]":
    """Each notebook once per seed: other numbers."""
    made = {}
    for path in sorted((ROOT / "bench" / "healthy").glob("*.py")):
        if only and only not in path.stem:
            continue
        for seed in range(seeds):
            made["%s/%d" % (path.stem, seed)] = split_cells(path.read_text(encoding="utf-8").replace("SEED", str(seed)))
    return made


def read(path: str) -> List[str]:
    document = json.loads(Path(path).read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("notebooks", nargs="*", help="instead of bench/healthy")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", default="", help="notebooks of bench/healthy whose name holds this")
    options = parser.parse_args()
    notebooks = {path: read(path) for path in options.notebooks} or corpus(options.seeds, options.only)
    severities = policy("production")
    begun = time.monotonic()

    def one(item: "Tuple[str, List[str]]") -> "Tuple[str, List[Dict[str, Any]]]":
        return item[0], run(item[1], severities, "production")

    ran = flagged = 0
    by_check: "Counter[str]" = Counter()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for name, events in pool.map(one, notebooks.items()):
            ended = [event for event in events if event["type"] == "cell-end" and event["status"] != "Skipped"]
            broken = [event for event in ended if event.get("error")]
            found = [each for each in findings_of(events) if each["check"][0] in "NQ"]
            alarms = [each for each in found if each["severity"] in COUNTED]
            by_check.update(each["check"] for each in found)
            ran += len(ended)
            flagged += len({each["cell"] for each in alarms})
            print("%-22s %3d cells  %d flagged" % (name, len(ended), len({each["cell"] for each in alarms})))
            for each in alarms:
                print("    cell %s  %s %s: %s" % (each["cell"], each["check"], each["severity"], each["message"]))
            for event in broken:
                print("    cell %s  RAISED %s: %s" % (event["cell"], event["error"]["name"], event["error"]["message"]))
    share = flagged / ran if ran else 1.0
    print("\n%d cells ran, %d flagged: %.2f %% (goal: at most %.1f %%)" % (ran, flagged, 100 * share, 100 * GOAL))
    print(
        "distinct cells: %d; findings: %s"
        % (len({cell for cells in notebooks.values() for cell in cells}), dict(by_check))
    )
    print("%.0f s" % (time.monotonic() - begun))
    enough = ran >= MIN_CELLS or bool(options.notebooks or options.only)
    report(
        "healthy cells flagged by checks N and Q at production (%d cells)" % ran,
        "%.2f %%" % (100 * share),
        goal="at most %.1f %%" % (100 * GOAL),
        is_met=share <= GOAL and enough,
    )
    if not enough:
        print("fewer than %d cells ran" % MIN_CELLS, file=sys.stderr)
    return 0 if share <= GOAL and enough else 1


if __name__ == "__main__":
    sys.exit(main())
