#!/usr/bin/env python3
"""How many silent failures are caught when they are planted into healthy notebooks, each blamed on the right cell.

    .venv/bin/python bench/detection.py [--per 3] [--family TEXT] [--verbose]

Takes the notebooks of bench/healthy that are plain Python, plants one failure at a time (bench/mutations.py), runs the
mutant at level staging, and counts it as caught when a check fails in the cell to blame. `--per` mutants per notebook
and kind, chosen by a fixed seed; 0 = all. An exception further down does not count: nobody needs a check to see it.
Exit code 1 when fewer than 95 % are caught.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List, Tuple

from mutations import MUTATORS, Mutant, healthy_values
from notebook_attempt import ROOT, findings_of, policy, run, split_cells
from row import report

GOAL = 0.95
NOTEBOOKS = ("exploration", "joins", "pipeline", "series", "numbers", "sensors", "shop")


def mutants(per: int, family: str) -> "List[Tuple[str, Mutant]]":
    made: "List[Tuple[str, Mutant]]" = []
    for name in NOTEBOOKS:
        path = ROOT / "bench" / "healthy" / (name + ".py")
        cells = split_cells(path.read_text(encoding="utf-8").replace("SEED", "0"))
        sites = healthy_values(cells)
        for mutator in MUTATORS:
            choose = random.Random(name + mutator.__name__)
            found = [each for each in mutator(cells, sites, choose) if family in each.family]
            made += [(name, each) for each in (choose.sample(found, min(per, len(found))) if per else found)]
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--per", type=int, default=3, help="mutants per notebook and kind; 0 = all")
    parser.add_argument("--family", default="", help="only kinds whose name holds this")
    parser.add_argument("--verbose", action="store_true", help="what was found about each mutant")
    options = parser.parse_args()
    severities = policy("staging")
    begun = time.monotonic()

    def one(item: "Tuple[str, Mutant]") -> "Tuple[str, Mutant, List[Dict[str, Any]]]":
        name, mutant = item
        return name, mutant, run(mutant.cells, severities, "staging", **mutant.config)

    caught: "Dict[str, int]" = defaultdict(int)
    total: "Dict[str, int]" = defaultdict(int)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for name, mutant, events in pool.map(one, mutants(options.per, options.family)):
            failures = [each for each in findings_of(events) if each["severity"] == "failure"]
            blamed = [each for each in failures if each["cell"] == mutant.cell and each["check"] != "E1"]
            total[mutant.family] += 1
            caught[mutant.family] += bool(blamed)
            if options.verbose or not blamed:
                seen = ", ".join("%s in cell %s" % (each["check"], each["cell"]) for each in failures) or "nothing"
                word = "caught" if blamed else "MISSED"
                print("%s %s, cell %d: %s: %s found" % (word, name, mutant.cell, mutant.what, seen))
    print()
    for family in total:
        print("%-24s %3d of %3d" % (family, caught[family], total[family]))
    share = sum(caught.values()) / (sum(total.values()) or 1)
    print(
        "%-24s %3d of %3d: %.1f %% (goal: %.0f %%)"
        % ("all", sum(caught.values()), sum(total.values()), 100 * share, 100 * GOAL)
    )
    print("%.0f s" % (time.monotonic() - begun))
    report(
        "planted silent failures caught at staging, in the right cell (%d mutants)" % sum(total.values()),
        "%.1f %%" % (100 * share),
        goal="at least %.0f %%" % (100 * GOAL),
        is_met=share >= GOAL,
    )
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
