"""One JSON request on stdin, one JSON answer on stdout.

Exit code 0: stdout holds the answer; 2: it holds `{"error": "<one sentence>"}`, the request can't be served; anything
else is a bug.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any, Dict, List, Mapping, NoReturn

from ..outcome import RunStopped
from .bad_request import BadRequest

COMMANDS: Mapping[str, str] = {
    "compare": "nbv_runner.offline.compare",
    "lint": "nbv_runner.offline.lint",
}
"""The module of each; its `answer(request)` takes and gives JSON, and raises RunStopped or BadRequest."""


def main(argv: List[str]) -> NoReturn:
    """Never returns."""
    stdout = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # Whatever an imported package prints is no answer.
    code = 0
    try:
        answer = serve(argv)
    except (BadRequest, RunStopped) as error:
        answer, code = {"error": str(error)}, 2
    with stdout:
        json.dump(answer, stdout)
    sys.exit(code)


def serve(argv: List[str]) -> Any:
    if len(argv) != 1 or argv[0] not in COMMANDS:
        raise BadRequest("usage: tool.py %s, with a JSON request on stdin" % "|".join(COMMANDS))
    return importlib.import_module(COMMANDS[argv[0]]).answer(_request())


def _request() -> Dict[str, Any]:
    try:
        request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadRequest("the request is not JSON (%s)" % error)
    if not isinstance(request, dict):
        raise BadRequest("the request is not a JSON object")
    return request
