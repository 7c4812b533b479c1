"""One notebook through the real runner, as the benchmarks of the checks need it."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

ROOT = Path(__file__).resolve().parent.parent
_CELL = re.compile(r"^# %%.*\n?", re.M)


def split_cells(text: str) -> List[str]:
    """The cells of a script in the percent format."""
    return [cell.strip("\n") for cell in _CELL.split(text)[1:] if cell.strip()]


def policy(level: str) -> Dict[str, str]:
    """Severities per check, from the operator's own table (`npm run build` makes it readable for Node.js)."""
    script = (
        "import('./lib/src/validation/index.js').then(v => console.log(JSON.stringify(v.checkPolicy({level: %r}))))"
    )
    done = subprocess.run(["node", "-e", script % level], cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def run(
    cells: List[str],
    severities: Mapping[str, str],
    level: str,
    files: Optional[Mapping[str, str]] = None,
    **config: Any,
) -> List[Dict[str, Any]]:
    """The events of the run."""
    document = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [_cell(source) for source in cells]}
    with tempfile.TemporaryDirectory(prefix="nbv-bench-") as folder:
        source, handover, artifacts, home = (Path(folder, name) for name in ("source", "handover", "artifacts", "home"))
        for each in (source, handover, artifacts, home):
            each.mkdir()
        (source / "bench.ipynb").write_text(json.dumps(document), encoding="utf-8")
        for name, text in (files or {}).items():
            (source / name).write_text(text, encoding="utf-8")
        (handover / "key").write_text(secrets.token_hex(32))
        settings = {
            "version": "nbv.config.v1",
            "attempt": {"job": "bench", "namespace": "bench", "runId": "bench", "number": 1},
            "commit": "0" * 40,
            "notebook": {"path": "bench.ipynb", "kernel": "python3"},
            "timeouts": {"notebookSeconds": 300, "cellSeconds": 60, "kernelStartSeconds": 60},
            "level": level,
            "policy": dict(severities),
            "storeOutputs": True,
            "secretEnv": [],
            **config,
        }
        (handover / "config.json").write_text(json.dumps(settings))
        command = [sys.executable, "-I", "-S", str(ROOT / "runner" / "main.py"), "--handover", str(handover)]
        command += ["--source", str(source), "--artifacts", str(artifacts)]
        command += ["--termination-log", str(Path(folder, "termination-log"))]
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "MPLBACKEND": "agg",
        }
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
    events = [json.loads(line)["event"] for line in done.stdout.splitlines() if line.startswith(b'{"v":"nbv.v1"')]
    verdict = next((event for event in events if event["type"] == "verdict"), {"verdict": "Error", "message": "none"})
    if verdict["verdict"] == "Error":  # It says nothing about the checks.
        said = done.stderr.decode("utf-8", "replace")[-2000:]
        raise RuntimeError("The notebook was not judged: %s\n%s" % (verdict["message"], said))
    return events


def findings_of(events: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Every finding, with its cell."""
    found = []
    for event in events:
        found += [{"cell": event.get("cell"), **finding} for finding in event.get("findings", [])]
    return found


def _cell(source: str) -> Dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
