#!/usr/bin/env python3
"""What the runner costs per cell, kernel start aside, side by side with bare nbclient and papermill.

    .venv/bin/python bench/runner-overhead.py [--cells 200] [--rounds 5] [--json]

Each round runs the same notebook (N trivial cells) once with every tool, in turns, so that a busy machine hits all of
them alike. The time per cell is from the first cell's start to the last cell's end; the total, of papermill and the
runner, is their process's, from its start to its end, reports included. The runner checks what it checks at level
production. Medians of the rounds count; of the totals, the median of the rounds' ratios. Exit code 1 when the runner
costs more than 10 ms per cell above bare nbclient, or takes longer than papermill in all.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional

import nbformat
from nbclient import NotebookClient
from notebook_attempt import ROOT, policy
from row import report

GOAL_MS = 10.0
GOAL_RATIO = 1.0
SOURCES = [
    "x = {i}",
    "x + {i}",
    "print('cell', {i})",
    "def f{i}(n: int) -> int:\n    return n + 1\n\n\nassert f{i}(x) == x + 1",
]


class Times(NamedTuple):
    cells: float
    """Seconds from the first cell's start to the last cell's end."""
    total: Optional[float] = None
    """Of the tool's process, where it is one."""


def make_notebook(cells: int) -> nbformat.NotebookNode:
    sources = [SOURCES[i % len(SOURCES)].format(i=i) for i in range(cells)]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def with_nbclient(path: Path) -> Times:
    client = NotebookClient(nbformat.read(path, as_version=4), kernel_name="python3")
    begun: List[float] = []
    ended: List[float] = []
    client.on_cell_start = lambda **_: begun.append(time.perf_counter())
    client.on_cell_executed = lambda **_: ended.append(time.perf_counter())
    client.execute()
    return Times(ended[-1] - begun[0])


def with_papermill(path: Path) -> Times:
    out = path.with_name("papermill.ipynb")
    command = [sys.executable, "-m", "papermill", str(path), str(out), "--kernel", "python3", "--no-progress-bar"]
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    total = time.perf_counter() - begun
    cells = [cell["metadata"]["papermill"] for cell in json.loads(out.read_text())["cells"]]
    return Times(_moment(cells[-1]["end_time"]) - _moment(cells[0]["start_time"]), total)


def with_runner(path: Path, severities: Dict[str, str]) -> Times:
    with tempfile.TemporaryDirectory(prefix="nbv-bench-") as folder:
        handover, artifacts = Path(folder, "handover"), Path(folder, "artifacts")
        handover.mkdir()
        (handover / "key").write_text(secrets.token_hex(32))
        config = {
            "version": "nbv.config.v1",
            "attempt": {"job": "bench", "namespace": "bench", "runId": "bench", "number": 1},
            "commit": "0" * 40,
            "notebook": {"path": path.name, "kernel": "python3"},
            "timeouts": {"notebookSeconds": 600, "cellSeconds": 60, "kernelStartSeconds": 60},
            "level": "production",
            "policy": severities,
            "storeOutputs": True,
            "secretEnv": [],
        }
        (handover / "config.json").write_text(json.dumps(config))
        command = [sys.executable, "-I", "-S", str(ROOT / "runner" / "main.py"), "--handover", str(handover)]
        command += ["--source", str(path.parent), "--artifacts", str(artifacts)]
        command += ["--termination-log", os.path.join(folder, "termination-log")]
        begun = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        total = time.perf_counter() - begun
    events = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    moments = [_moment(event["at"].replace("Z", "+00:00")) for event in events if event["type"].startswith("cell-")]
    return Times(moments[-1] - moments[0], total)


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    subprocess.run(["sh", str(ROOT / "runner" / "vendor.sh")], check=True, stdout=sys.stderr)
    severities = policy("production")
    tools: Dict[str, Callable[[Path], Times]] = {
        "nbclient": with_nbclient,
        "papermill": with_papermill,
        "nbv runner": lambda path: with_runner(path, severities),
    }
    times: Dict[str, List[float]] = {name: [] for name in tools}
    totals: Dict[str, List[float]] = {name: [] for name in tools}
    with tempfile.TemporaryDirectory(prefix="nbv-bench-") as folder:
        path = Path(folder) / "bench.ipynb"
        nbformat.write(make_notebook(options.cells), path)
        for _ in range(options.rounds):
            for name, run in tools.items():
                measured = run(path)
                times[name].append(measured.cells * 1000 / options.cells)
                if measured.total is not None:
                    totals[name].append(measured.total)
    medians = {name: statistics.median(values) for name, values in times.items()}
    over = medians["nbv runner"] - medians["nbclient"]
    wall = {name: statistics.median(values) for name, values in totals.items() if values}
    ratio = statistics.median(ours / theirs for ours, theirs in zip(totals["nbv runner"], totals["papermill"]))
    write_rows(options.cells, medians, wall, ratio)
    if options.json:
        document = {"cells": options.cells, "rounds": options.rounds, "msPerCell": medians, "overNbclientMs": over}
        print(json.dumps({**document, "totalSeconds": wall, "totalOverPapermill": ratio}))
    else:
        print("%d cells, median of %d rounds, kernel start aside" % (options.cells, options.rounds))
        for name, median in medians.items():
            spread = "%.2f–%.2f" % (min(times[name]), max(times[name]))
            print(
                "%-11s %7.2f ms/cell  × %.2f of nbclient  (%s)" % (name, median, median / medians["nbclient"], spread)
            )
        print("runner over nbclient: %+.2f ms/cell (goal: at most %+.0f)" % (over, GOAL_MS))
        for name, median in wall.items():
            print("%-11s %7.2f s in all (%.2f–%.2f)" % (name, median, min(totals[name]), max(totals[name])))
        print("runner over papermill: × %.2f (goal: at most %.1f)" % (ratio, GOAL_RATIO))
    return 0 if over <= GOAL_MS and ratio <= GOAL_RATIO else 1


def write_rows(cells: int, medians: Dict[str, float], wall: Dict[str, float], ratio: float) -> None:
    base, ours = medians["nbclient"], medians["nbv runner"]
    report(
        "runner, time per cell (%d trivial cells)" % cells,
        "%.1f ms" % ours,
        peer="nbclient %.1f ms, papermill %.1f ms" % (base, medians["papermill"]),
        ratio=ours / base,
        goal="at most %.0f ms over nbclient" % GOAL_MS,
        is_met=ours - base <= GOAL_MS,
    )
    report(
        "runner, in all (%d trivial cells)" % cells,
        "%.1f s" % wall["nbv runner"],
        peer="papermill %.1f s" % wall["papermill"],
        ratio=ratio,
        goal="at most papermill's",
        is_met=ratio <= GOAL_RATIO,
    )


if __name__ == "__main__":
    sys.exit(main())
