#!/usr/bin/env python3
"""What the runner costs per cell, kernel start aside, side by side with bare nbclient and papermill.

    .venv/bin/python bench/runner-overhead.py [--cells 100] [--rounds 5] [--json]

Each round runs the same notebook (N trivial cells) once with every tool, in turns, so that a busy machine hits all of
them alike. The time of a tool is from its first cell's start to its last cell's end; the median of the rounds counts.
Exit code 1 when the runner costs more than 10 ms per cell above bare nbclient.
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
from typing import Callable, Dict, List

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
GOAL_MS = 10.0
SOURCES = ["x = {i}", "x + {i}", "print('cell', {i})", "def f{i}(n):\n    return n + 1\nf{i}({i})"]


def make_notebook(cells: int) -> nbformat.NotebookNode:
    sources = [SOURCES[i % len(SOURCES)].format(i=i) for i in range(cells)]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def with_nbclient(path: Path) -> float:
    client = NotebookClient(nbformat.read(path, as_version=4), kernel_name="python3")
    begun: List[float] = []
    ended: List[float] = []
    client.on_cell_start = lambda **_: begun.append(time.perf_counter())
    client.on_cell_executed = lambda **_: ended.append(time.perf_counter())
    client.execute()
    return ended[-1] - begun[0]


def with_papermill(path: Path) -> float:
    import papermill

    out = path.with_name("papermill.ipynb")
    papermill.execute_notebook(str(path), str(out), kernel_name="python3", progress_bar=False, log_output=False)
    cells = [cell["metadata"]["papermill"] for cell in json.loads(out.read_text())["cells"]]
    return _moment(cells[-1]["end_time"]) - _moment(cells[0]["start_time"])


def with_runner(path: Path) -> float:
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
            "policy": {},
            "storeOutputs": True,
            "secretEnv": [],
        }
        (handover / "config.json").write_text(json.dumps(config))
        command = [sys.executable, "-I", "-S", str(ROOT / "runner" / "main.py"), "--handover", str(handover)]
        command += ["--source", str(path.parent), "--artifacts", str(artifacts)]
        command += ["--termination-log", os.path.join(folder, "termination-log")]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    events = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    moments = [_moment(event["at"].replace("Z", "+00:00")) for event in events if event["type"].startswith("cell-")]
    return moments[-1] - moments[0]


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    subprocess.run(["sh", str(ROOT / "runner" / "vendor.sh")], check=True, stdout=sys.stderr)
    tools: Dict[str, Callable[[Path], float]] = {
        "nbclient": with_nbclient,
        "papermill": with_papermill,
        "nbv runner": with_runner,
    }
    times: Dict[str, List[float]] = {name: [] for name in tools}
    with tempfile.TemporaryDirectory(prefix="nbv-bench-") as folder:
        path = Path(folder) / "bench.ipynb"
        nbformat.write(make_notebook(options.cells), path)
        for _ in range(options.rounds):
            for name, run in tools.items():
                times[name].append(run(path) * 1000 / options.cells)
    medians = {name: statistics.median(values) for name, values in times.items()}
    base = medians["nbclient"]
    over = medians["nbv runner"] - base
    if os.environ.get("NBV_BENCH_ROWS"):
        row = {
            "measure": "runner, time per cell (%d trivial cells)" % options.cells,
            "ours": "%.1f ms" % medians["nbv runner"],
            "peer": "nbclient %.1f ms, papermill %.1f ms" % (base, medians["papermill"]),
            "ratio": "%.2f" % (medians["nbv runner"] / base),
            "goal": "at most %.0f ms over nbclient" % GOAL_MS,
            "isMet": over <= GOAL_MS,
        }
        with open(os.environ["NBV_BENCH_ROWS"], "a", encoding="utf-8") as rows:
            rows.write(json.dumps(row) + "\n")
    if options.json:
        print(
            json.dumps({"cells": options.cells, "rounds": options.rounds, "msPerCell": medians, "overNbclientMs": over})
        )
    else:
        print("%d cells, median of %d rounds, kernel start aside" % (options.cells, options.rounds))
        for name, median in medians.items():
            spread = "%.2f–%.2f" % (min(times[name]), max(times[name]))
            print("%-11s %7.2f ms/cell  × %.2f of nbclient  (%s)" % (name, median, median / base, spread))
        print("runner over nbclient: %+.2f ms/cell (goal: at most %+.0f)" % (over, GOAL_MS))
    return 0 if over <= GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
