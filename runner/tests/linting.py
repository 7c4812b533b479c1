"""The static checks on cells written in a test, without a kernel."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

from harness import code, notebook
from nbv_runner.checks import NOTEBOOK_CHECKS
from nbv_runner.offline.lint import answer


def lint(*cells: Any, parameters: Optional[Dict[str, Any]] = None, **request: Any) -> Dict[str, Any]:
    """The answer about one notebook."""
    request.setdefault("policy", {check.id: "warning" for check in NOTEBOOK_CHECKS})
    documents = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    source = {"name": "a.ipynb", "text": json.dumps(notebook(documents))}
    return answer({"notebooks": [source], "parameters": parameters or {}, **request})["notebooks"][0]


def findings(check: str, *cells: Any, **request: Any) -> List[Dict[str, Any]]:
    return [each for each in lint(*cells, **request)["findings"] if each["check"] == check]


def of_category(category: str, *cells: Any, **request: Any) -> List[Dict[str, Any]]:
    """The findings of L6 in one of its categories: `order`, `randomness`, `path`…"""
    return [each for each in findings("L6", *cells, **request) if each["evidence"]["category"] == category]


def places(check: str, *cells: Any, **request: Any) -> List[Any]:
    """Cell and line of each finding of a check."""
    return [(each.get("cell"), each["evidence"].get("line")) for each in findings(check, *cells, **request)]
