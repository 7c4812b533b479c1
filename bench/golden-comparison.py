#!/usr/bin/env python3
"""What a comparison with a golden notebook costs, reading both files included.

    .venv/bin/python bench/golden-comparison.py [--cells 1000] [--rounds 5]

The cells print lines of numbers and show a table, as text and as HTML. Measured, in time of the processor: notebooks
that are alike byte by byte, and ones in which every number differs within the tolerance, which have to be read number
by number. The median of the rounds counts. Exit code 1 when the latter takes more than a second.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "runner"))

from nbv_runner.comparison_config import ComparisonConfig  # noqa: E402
from nbv_runner.golden.comparison import Comparison, compare  # noqa: E402
from nbv_runner.golden.stored_notebook import read_stored  # noqa: E402
from nbv_runner.redaction import Redactor  # noqa: E402
from row import report  # noqa: E402

GOAL_SECONDS = 1.0


def make_notebook(cells: int, shift: float) -> Dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [make_cell(i, shift) for i in range(cells)]}


def make_cell(index: int, shift: float) -> Dict[str, Any]:
    values = [(index + row) / 7 + shift for row in range(10)]
    rows = "".join("<tr><th>%d</th><td>%.6f</td></tr>" % pair for pair in enumerate(values))
    table = {
        "text/plain": "\n".join("%d  %.6f" % pair for pair in enumerate(values)),
        "text/html": "<table border='1'>%s</table>" % rows,
    }
    return {
        "cell_type": "code",
        "metadata": {},
        "source": "step(%d)" % index,
        "execution_count": index + 1,
        "outputs": [
            {"output_type": "stream", "name": "stdout", "text": "epoch %d loss %.6f\n" % (index, values[0])},
            {"output_type": "execute_result", "data": table, "metadata": {}, "execution_count": index + 1},
        ],
    }


def compared(golden: Path, run: Path) -> Comparison:
    redactor = Redactor()
    expected, actual = (read_stored(str(path), redactor) for path in (golden, run))
    return compare(expected, actual.cells, actual.total_cells, ComparisonConfig(), redactor)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    seconds: Dict[str, List[float]] = {"alike": [], "within the tolerance": []}
    with tempfile.TemporaryDirectory() as folder:
        golden, run = Path(folder, "golden.ipynb"), Path(folder, "run.ipynb")
        golden.write_text(json.dumps(make_notebook(options.cells, 0.0)))
        for _ in range(options.rounds):
            for name, shift in (("alike", 0.0), ("within the tolerance", 0.00002)):
                run.write_text(json.dumps(make_notebook(options.cells, shift)))
                begun = time.process_time()
                comparison = compared(golden, run)
                seconds[name].append(time.process_time() - begun)
                assert (comparison.result, comparison.matched) == ("matched", options.cells)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    is_met = medians["within the tolerance"] <= GOAL_SECONDS
    for name, median in medians.items():
        print("%d cells, %s: %.2f s" % (options.cells, name, median))
    report(
        "golden comparison of %d cells, all numbers within the tolerance" % options.cells,
        "%.2f s" % medians["within the tolerance"],
        peer="notebooks that are alike %.2f s" % medians["alike"],
        ratio=medians["within the tolerance"] / medians["alike"],
        goal="at most %g s" % GOAL_SECONDS,
        is_met=is_met,
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
