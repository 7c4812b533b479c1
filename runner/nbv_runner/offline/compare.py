"""`nbv compare`: how an executed notebook differs from a golden one.

Request: `{"executed": path, "golden": path, "comparison": {…}}`, the last as in config.json. Answer: see
golden/comparison_document.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping

from .. import re2
from ..config import comparison_config
from ..config_fields import Fields
from ..golden.comparison import compare
from ..golden.comparison_document import comparison_document
from ..golden.stored_notebook import StoredNotebook, read_stored
from ..redaction import Redactor
from .bad_request import BadRequest


def answer(request: Mapping[str, Any]) -> Dict[str, Any]:
    fields = Fields(dict(request), "")
    config = comparison_config(fields.fields("comparison"))
    redactor = Redactor()
    executed, golden = (_read(fields.text(name), redactor) for name in ("executed", "golden"))
    try:
        return comparison_document(compare(golden, executed.cells, executed.total_cells, config, redactor))
    except re2.PatternError as error:
        raise BadRequest("a pattern is no RE2 expression: %s" % error) from error


def _read(path: str, redactor: Redactor) -> StoredNotebook:
    try:
        return read_stored(path, redactor)
    except FileNotFoundError as error:
        raise BadRequest("Notebook %s is not there." % path) from error
