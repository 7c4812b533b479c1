"""The pod's side of a run: folders, key, configuration, process, and a verifier written independently of the runner."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest

RUNNER = Path(__file__).resolve().parent.parent
_LINE = re.compile(rb'\{"v":"nbv\.v1","seq":([1-9]\d*),"mac":"([0-9a-f]{64})","event":(\{.*\})\}')
NOBODY = 65534


def code(source: str, *tags: str, **more: Any) -> Dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None, **more}


def markdown(source: str = "# Title") -> Dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def notebook(cells: List[Any], **metadata: Any) -> Dict[str, Any]:
    full = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": full}


def verify(key: bytes, line: bytes) -> Optional[Tuple[int, Dict[str, Any]]]:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    seq, mac, payload = match.groups()
    expected = hmac.new(key, b"nbv.v1\n" + seq + b"\n" + payload, hashlib.sha256).hexdigest().encode()
    return (int(seq), json.loads(payload)) if hmac.compare_digest(mac, expected) else None


def python_for_nobody(folder: Path) -> Optional[str]:
    """An interpreter with our packages that a user without rights can run, even if ours lies in root's home."""
    ours = Path(sys.prefix) / "lib" / ("python%d.%d" % sys.version_info[:2]) / "site-packages"
    for base in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        fake = folder / ("venv" + base.replace("/", "-"))
        (fake / "bin").mkdir(parents=True)
        (fake / "lib" / ours.parent.name).mkdir(parents=True)
        (fake / "lib" / ours.parent.name / "site-packages").symlink_to(ours)
        (fake / "bin" / "python3").symlink_to(os.path.realpath(base))
        (fake / "pyvenv.cfg").write_text("home = %s\n" % os.path.dirname(os.path.realpath(base)))
        python = str(fake / "bin" / "python3")
        # Twice, since setpriv itself still starts its command with root's right to look into folders.
        probe = [*_as_nobody(), "sh", "-c", '"$0" -c "import ipykernel"', python]
        if subprocess.run(probe, capture_output=True).returncode == 0:
            return python
    return None


def _as_nobody() -> List[str]:
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", "--inh-caps=-all"]


@dataclass
class Result:
    exit_code: int
    stdout: bytes
    stderr: str
    seconds: float
    events: List[Dict[str, Any]]
    foreign: List[bytes]
    """Lines of the stream that nobody signed."""
    seqs: List[int]
    termination: bytes
    artifacts: Path

    @property
    def verdict(self) -> Dict[str, Any]:
        assert self.events and self.events[-1]["type"] == "verdict", self.stderr
        return self.events[-1]

    def of_type(self, kind: str) -> List[Dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def cell(self, index: int) -> Dict[str, Any]:
        return next(event for event in self.of_type("cell-end") if event["cell"] == index)

    def findings(self, index: int) -> List[Tuple[str, str]]:
        return [(finding["check"], finding["severity"]) for finding in self.cell(index)["findings"]]

    @property
    def report(self) -> Dict[str, Any]:
        return json.loads((self.artifacts / "report.json").read_text())

    @property
    def executed(self) -> Dict[str, Any]:
        return json.loads((self.artifacts / "executed.ipynb").read_text())

    def everything(self) -> str:
        """All bytes that left the runner, as text."""
        files = [path.read_bytes() for path in sorted(self.artifacts.iterdir()) if path.is_file()]
        return b"\n".join([self.stdout, self.stderr.encode(), self.termination, *files]).decode("utf-8", "replace")


class Attempt:
    def __init__(
        self,
        *cells: Any,
        document: Any = None,
        level: str = "development",
        policy: Optional[Dict[str, str]] = None,
        parameters: Optional[Dict[str, Any]] = None,
        notebook_seconds: float = 60,
        cell_seconds: Optional[float] = None,
        env: Optional[Dict[str, str]] = None,
        secret_env: Optional[List[str]] = None,
        as_nobody: bool = False,
        path: str = "work/analysis.ipynb",
        **config: Any,
    ) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="nbv-test-"))
        self.source, self.handover, self.artifacts = (self.root / n for n in ("source", "handover", "artifacts"))
        self.home = self.root / "home"
        for folder in (self.source / "work", self.handover, self.artifacts, self.home):
            folder.mkdir(parents=True)
        self.termination_log = self.root / "termination-log"
        self.termination_log.touch()
        self.env = env or {}
        self.as_nobody = as_nobody
        self.key = secrets.token_bytes(32)
        self.process: Optional["subprocess.Popen[bytes]"] = None
        if document is None:
            document = notebook(list(cells))
        if document is not False:
            text = document if isinstance(document, (bytes, str)) else json.dumps(document)
            (self.source / path).write_bytes(text if isinstance(text, bytes) else text.encode())
        (self.handover / "key").write_text(self.key.hex())
        self.config: Dict[str, Any] = {
            "version": "nbv.config.v1",
            "attempt": {"job": "sales", "namespace": "team-a", "runId": "r1", "number": 1},
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "notebook": {"path": path, **config.pop("notebook", {})},
            "timeouts": {"notebookSeconds": notebook_seconds, "kernelStartSeconds": 60},
            "level": level,
            "policy": policy or {},
            "storeOutputs": True,
            "secretEnv": secret_env or [],
            **config,
        }
        if parameters is not None:
            self.config["notebook"]["parameters"] = parameters
        if cell_seconds is not None:
            self.config["timeouts"]["cellSeconds"] = cell_seconds
        self.config_text: Optional[str] = None

    def start(self) -> "subprocess.Popen[bytes]":
        (self.handover / "config.json").write_text(self.config_text or json.dumps(self.config))
        python: Optional[str] = os.environ.get("NBV_TEST_PYTHON", sys.executable)
        if self.as_nobody and os.geteuid() == 0:
            # Root reads everything: what is promised between processes of one UID can only be seen without it.
            self.root.chmod(0o755)
            python = python_for_nobody(self.root) if shutil.which("setpriv") else None
            if python is None:
                pytest.skip("no way to run as another user than root")
        if self.as_nobody and os.geteuid() == 0:
            for path in [self.root, *self.root.rglob("*")]:
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", **self.env}
        command = [python, "-I", "-S", str(RUNNER / "main.py"), "--handover", str(self.handover)]
        command += ["--source", str(self.source), "--artifacts", str(self.artifacts)]
        command += ["--termination-log", str(self.termination_log)]
        self.process = subprocess.Popen(
            (_as_nobody() if self.as_nobody else []) + command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        return self.process

    def run(self, limit: float = 60) -> Result:
        begun = time.monotonic()
        process = self.process or self.start()
        try:
            stdout, stderr = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return self.result(process.returncode, stdout or b"", stderr, time.monotonic() - begun)

    def result(self, exit_code: int, stdout: bytes, stderr: bytes, seconds: float) -> Result:
        events, foreign, seqs = [], [], []
        for line in stdout.split(b"\n")[:-1]:
            verified = verify(self.key, line)
            if verified is None:
                foreign.append(line)
            elif not seqs or verified[0] > seqs[-1]:
                seqs.append(verified[0])
                events.append(verified[1])
        termination = self.termination_log.read_bytes() if self.termination_log.is_file() else b""
        return Result(
            exit_code,
            stdout,
            stderr.decode("utf-8", "replace"),
            seconds,
            events,
            foreign,
            seqs,
            termination,
            self.artifacts,
        )

    def clean_up(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)
