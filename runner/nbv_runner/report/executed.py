"""`executed.ipynb`, written cell by cell: a notebook with large outputs never stands in memory a second time."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, List, Mapping

_TRANSIENT_METADATA = ("orig_nbformat", "orig_nbformat_minor", "signature")
_SPLIT_TYPES = ("application/javascript", "image/svg+xml")


def executed_notebook(notebook: Mapping[str, Any]) -> Iterator[bytes]:
    """The same text as `nbformat.v4.writes` gives."""
    frame = {name: value for name, value in notebook.items() if name not in ("cells", *_TRANSIENT_METADATA)}
    frame["metadata"] = {name: value for name, value in frame["metadata"].items() if name not in _TRANSIENT_METADATA}
    cells: List[Mapping[str, Any]] = notebook["cells"]
    yield b'{\n "cells": [' + (b"\n" if cells else b"")
    for index, cell in enumerate(cells):
        if index:
            yield b",\n"
        yield _indented(_json(_cell(cell)), "  ").encode("utf-8")
    yield (b"\n " if cells else b"") + b"],\n"
    # What comes after the cells, in the order of the alphabet, without the opening brace.
    yield _json(frame)[2:].encode("utf-8") + b"\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "), allow_nan=False)


def _indented(text: str, margin: str) -> str:
    return margin + text.replace("\n", "\n" + margin)


def _cell(cell: Mapping[str, Any]) -> Dict[str, Any]:
    split = dict(cell)
    split["source"] = split["source"].splitlines(True)
    split["metadata"] = {name: value for name, value in cell.get("metadata", {}).items() if name != "trusted"}
    if "attachments" in cell:
        split["attachments"] = {name: _bundle(bundle) for name, bundle in cell["attachments"].items()}
    if cell["cell_type"] == "code":
        split["outputs"] = [_output(output) for output in cell.get("outputs", ())]
    return split


def _output(output: Mapping[str, Any]) -> Dict[str, Any]:
    split = dict(output)
    if output["output_type"] in ("execute_result", "display_data"):
        split["data"] = _bundle(output.get("data", {}))
    elif output["output_type"] == "stream" and isinstance(output.get("text"), str):
        split["text"] = output["text"].splitlines(True)
    return split


def _bundle(bundle: Mapping[str, Any]) -> Dict[str, Any]:
    """Texts become lists of lines; pictures and JSON stay as they are."""
    return {
        mime: data.splitlines(True)
        if isinstance(data, str) and (mime.startswith("text/") or mime in _SPLIT_TYPES)
        else data
        for mime, data in bundle.items()
    }
