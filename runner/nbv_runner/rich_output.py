"""What a notebook displays, as nbformat has it: Jupyter only warns of data of the wrong type, so a run goes on too."""

from __future__ import annotations

import json
import re
from typing import Any, Dict

_JSON = re.compile(r"application/(.*\+)?json", re.S)


def rich_output(kind: str, content: Dict[str, Any]) -> Dict[str, Any]:
    """An output of a notebook from the content of a display_data, execute_result or error message."""
    if kind == "error":
        lines = content.get("traceback")
        return {
            "output_type": kind,
            "ename": _text(content.get("ename", "")),
            "evalue": _text(content.get("evalue", "")),
            "traceback": [_text(line) for line in lines] if isinstance(lines, list) else [],
        }
    output: Dict[str, Any] = {
        "output_type": kind,
        "data": mime_bundle(content["data"]),
        "metadata": metadata_of(content),
    }
    if kind == "execute_result":
        count = content.get("execution_count")
        output["execution_count"] = count if type(count) is int and count >= 0 else None
    return output


def mime_bundle(data: Any) -> Dict[str, Any]:
    """Data that should be text and is not stands as its JSON."""
    if not isinstance(data, dict):
        return {}
    return {kind: value if _JSON.fullmatch(kind) else _text(value) for kind, value in data.items()}


def metadata_of(content: Dict[str, Any]) -> Dict[str, Any]:
    metadata = content.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value)):
        return "".join(value)
    return json.dumps(value)
