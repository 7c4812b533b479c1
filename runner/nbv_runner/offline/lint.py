"""`nbv lint`: what the static checks say about notebooks, without running them.

Request: `{"notebooks": [{"name", "path"} | {"name", "text"}], "policy": {…}, "expectedOutputs": […]}`, the last two as
in config.json. Answer: `{"python", "notebooks": [{"name", "cells", "findings", "unparsed"} | {"name", "problem"}]}`.
"""

from __future__ import annotations

import platform
from typing import Any, Dict, Mapping

from ..notebook import parse_document, read_file
from ..outcome import RunStopped
from .bad_request import BadRequest


def answer(request: Mapping[str, Any]) -> Dict[str, Any]:
    notebooks = request.get("notebooks")
    if not isinstance(notebooks, list) or not all(isinstance(each, dict) for each in notebooks):
        raise BadRequest("notebooks must be a list of objects")
    return {"python": platform.python_version(), "notebooks": [_lint(each) for each in notebooks]}


def _lint(source: Mapping[str, Any]) -> Dict[str, Any]:
    name = str(source.get("name", ""))
    try:
        document = parse_document(_bytes(source, name), name)
    except FileNotFoundError:
        return {"name": name, "problem": "Notebook %s is not there." % name}
    except RunStopped as stopped:
        return {"name": name, "problem": stopped.message}
    return {"name": name, "cells": len(document["cells"]), "findings": [], "unparsed": []}


def _bytes(source: Mapping[str, Any], name: str) -> bytes:
    text, path = source.get("text"), source.get("path")
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    if not isinstance(path, str):
        raise BadRequest("notebook %r needs a path or a text" % name)
    return read_file(path, name)
