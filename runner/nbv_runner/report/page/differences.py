"""What differs from the golden notebook: beside its cell, or on its own when the cell is not there."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, List, Mapping, Optional

from ...text import head
from .budget import PageBudget
from .outputs import note

MAX_DIFF_BYTES = 64 * 1024
_KINDS = {
    "output_mismatch": "Outputs differ",
    "execution_error": "Raised an error",
    "missing_cell": "Cell is missing",
    "extra_cell": "Cell is new",
    "source_mismatch": "Source differs",
}


def differences_by_cell(comparison: Optional[Mapping[str, Any]]) -> Dict[int, List[Mapping[str, Any]]]:
    found: Dict[int, List[Mapping[str, Any]]] = {}
    for difference in (comparison or {}).get("diffs") or ():
        # A missing cell has no cell of the run to stand beside.
        if difference.get("diffType") != "missing_cell":
            found.setdefault(int(difference["cellIndex"]), []).append(difference)
    return found


def difference_html(difference: Mapping[str, Any], budget: PageBudget) -> str:
    kind = str(difference.get("diffType"))
    title = _KINDS.get(kind, kind)
    body = _body(difference)
    shown = body if budget.take(len(body), is_failure=True) else note("Too large for this page.")
    return (
        '<div class="difference"><p class="difference-head"><b>%s</b> <span class="gravity">%s</span></p>%s</div>'
        % (
            escape(title),
            escape(str(difference.get("severity", ""))),
            shown,
        )
    )


def _body(difference: Mapping[str, Any]) -> str:
    diff = difference.get("diff")
    if isinstance(diff, str) and diff:
        lines = head(diff, MAX_DIFF_BYTES).split("\n")
        return '<pre class="diff" tabindex="0" role="region" aria-label="differences">%s</pre>' % "\n".join(
            map(_diff_line, lines)
        )
    sides = [("Golden", difference.get("expected")), ("This run", difference.get("actual"))]
    return "".join(
        '<p class="side">%s</p><pre tabindex="0">%s</pre>' % (name, escape(head(text, MAX_DIFF_BYTES), quote=False))
        for name, text in sides
        if isinstance(text, str) and text
    )


def _diff_line(line: str) -> str:
    text = escape(line, quote=False)
    if line.startswith("@@"):
        return '<span class="hunk">%s</span>' % text
    if line.startswith("+") and not line.startswith("+++"):
        return "<ins>%s</ins>" % text
    if line.startswith("-") and not line.startswith("---"):
        return "<del>%s</del>" % text
    return text


def comparison_html(comparison: Optional[Mapping[str, Any]], budget: PageBudget) -> str:
    if comparison is None:
        return ""
    diffs = comparison.get("diffs") or []
    facts = [
        "%s of %s cells match" % (comparison.get("matchedCells", "?"), comparison.get("totalCells", "?")),
        "compared %s" % comparison["strategy"] if comparison.get("strategy") else "",
        str(comparison.get("message") or ""),
    ]
    cells = sorted(differences_by_cell(comparison))
    links = ", ".join('<a href="#cell-%d">cell %d</a>' % (cell, cell) for cell in cells[:100])
    missing = "".join(difference_html(one, budget) for one in diffs if one.get("diffType") == "missing_cell")
    return (
        '<section id="golden" aria-labelledby="golden-title"><h2 id="golden-title">Golden notebook</h2>'
        "<p>%s</p>%s%s</section>"
        % (
            escape(" · ".join(filter(None, facts))),
            "<p>Differences beside their cells: %s</p>" % links if links else "",
            missing,
        )
    )
