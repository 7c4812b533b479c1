"""A cell's outputs, as people would see them in a notebook, except that nothing in them can run."""

from __future__ import annotations

import base64
import json
import re
from html import escape
from typing import Any, Mapping, Optional, Sequence

from ...text import head
from .ansi import terminal_html
from .budget import PageBudget
from .sanitized import sanitized

MAX_TEXT_BYTES = 40 * 1024
MAX_IMAGE_CHARACTERS = 4 * 1024 * 1024
MAX_OUTPUTS = 100
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}\Z")
_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp")
_SVG = "image/svg+xml"


def outputs_html(outputs: Sequence[Mapping[str, Any]], cell: str, budget: PageBudget, is_failure: bool) -> str:
    """@param cell: for the descriptions of pictures, as `cell 3`"""
    parts = [_output(output, cell, budget, is_failure) for output in outputs[:MAX_OUTPUTS]]
    if len(outputs) > MAX_OUTPUTS:
        parts.append(note("%d more outputs are in executed.ipynb." % (len(outputs) - MAX_OUTPUTS)))
    return '<div class="outputs">%s</div>' % "".join(parts) if parts else ""


def note(text: str) -> str:
    return '<p class="note">%s</p>' % escape(text)


def _output(output: Mapping[str, Any], cell: str, budget: PageBudget, is_failure: bool) -> str:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return _terminal(_joined(output.get("text")), name, "%s of %s" % (name, cell), budget, is_failure)
    if kind == "error":
        trace = _joined(output.get("traceback"), "\n")
        text = trace or "%s: %s" % (output.get("ename"), output.get("evalue"))
        return _terminal(text, "error", "error of %s" % cell, budget, is_failure)
    data = output.get("data")
    return _rich(data if isinstance(data, Mapping) else {}, cell, budget, is_failure)


def _terminal(text: str, css: str, label: str, budget: PageBudget, is_failure: bool) -> str:
    shown = terminal_html(head(text, MAX_TEXT_BYTES))
    if not shown.strip():
        return ""
    if not budget.take(len(shown), is_failure):
        return _left_out(label)
    label_text = {"stderr": "stderr", "error": "error"}.get(css)
    tag = '<span class="stream-name" aria-hidden="true">%s</span>' % label_text if label_text else ""
    return '<div class="output %s">%s<pre tabindex="0" role="region" aria-label="%s">%s</pre></div>' % (
        css,
        tag,
        escape(label),
        shown,
    )


def _rich(data: Mapping[str, Any], cell: str, budget: PageBudget, is_failure: bool) -> str:
    """The richest form that is safe to show."""
    image = _image(data, cell, budget, is_failure)
    if image is not None:
        return image
    html = sanitized(_joined(data.get("text/html")))
    if html and ("<table" in html or "text/plain" not in data):
        if not budget.take(len(html), is_failure):
            return _left_out("a table of %s" % cell)
        return '<div class="output table" tabindex="0" role="region" aria-label="table of %s">%s</div>' % (
            escape(cell),
            html,
        )
    for mime in ("text/markdown", "text/latex", "text/plain"):
        text = _joined(data.get(mime))
        if text.strip() and (mime == "text/plain" or "text/plain" not in data):
            return _terminal(text, "result", "result of %s" % cell, budget, is_failure)
    if "application/json" in data:
        text = json.dumps(data["application/json"], ensure_ascii=False, indent=1)[: 2 * MAX_TEXT_BYTES]
        return _terminal(text, "result", "result of %s" % cell, budget, is_failure)
    kinds = ", ".join(sorted(str(mime)[:100] for mime in data)) or "nothing"
    return note("An output that only a running notebook shows (%s): see executed.ipynb." % kinds) if data else ""


def _image(data: Mapping[str, Any], cell: str, budget: PageBudget, is_failure: bool) -> Optional[str]:
    for mime in _RASTER:
        encoded = "".join(_joined(data.get(mime)).split()) if mime in data else ""
        if encoded and _BASE64.match(encoded):
            return _picture(mime, encoded, data, cell, budget, is_failure)
    svg = _joined(data.get(_SVG))
    if svg.strip():
        # In an <img>, SVG runs no scripts and loads nothing.
        encoded = base64.b64encode(svg.encode("utf-8", "replace")).decode("ascii")
        return _picture(_SVG, encoded, data, cell, budget, is_failure)
    return None


def _picture(mime: str, encoded: str, data: Mapping[str, Any], cell: str, budget: PageBudget, is_failure: bool) -> str:
    if len(encoded) > MAX_IMAGE_CHARACTERS or not budget.take(len(encoded), is_failure):
        return _left_out("a picture of %s" % cell)
    said = head(" ".join(_joined(data.get("text/plain")).split()), 200)
    alt = "Picture from %s%s" % (cell, ": " + said if said else "")
    source = "data:%s;base64,%s" % (mime, encoded)
    return '<div class="output picture"><img alt="%s" src="%s"></div>' % (escape(alt), source)


def _left_out(what: str) -> str:
    return note("Too large for this page: %s. It is in executed.ipynb." % what)


def _joined(value: Any, separator: str = "") -> str:
    """Texts are one string or a list of lines."""
    if isinstance(value, str):
        return value
    lines = value if isinstance(value, (list, tuple)) else ()
    return separator.join(line for line in lines if isinstance(line, str))
