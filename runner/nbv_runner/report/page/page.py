"""The page from top to bottom, piece by piece, so that it never stands in memory as a whole."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any, Iterator, List, Mapping, Optional

from ...text import one_line
from .banner import WORDS, banner_html, notebook_path
from .budget import MAX_PAGE_CHARACTERS, PageBudget
from .cells import CellPages
from .charts import memory_html, timings_html
from .differences import comparison_html, differences_by_cell
from .environment import environment_html
from .findings import Findings, finding_text
from .merged import findings_at_their_cells
from .prose import inline
from .style import STYLE

_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode("utf-8")).digest()).decode("ascii")
POLICY = "default-src 'none'; img-src data:; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'" % _STYLE_HASH
"""No script, no font, no frame, no connection, and no style but the page's own."""


def html_report(report: Mapping[str, Any], notebook: Optional[Mapping[str, Any]]) -> Iterator[bytes]:
    """From a redacted report and the redacted executed notebook."""
    for piece in _pieces(findings_at_their_cells(report), notebook):
        yield piece.encode("utf-8", "replace")


def _pieces(report: Mapping[str, Any], notebook: Optional[Mapping[str, Any]]) -> Iterator[str]:
    budget = PageBudget()
    findings = Findings()
    comparison = report.get("comparison")
    yield _head(report)
    yield banner_html(report)
    yield "<main>"
    yield _about_the_whole(report, findings)
    yield comparison_html(comparison, budget)
    yield _progress(report)
    cells = CellPages(report, differences_by_cell(comparison), findings, budget)
    yield '<section id="cells" aria-labelledby="cells-title"><h2 id="cells-title">Notebook</h2>'
    yield from cells.of_notebook(notebook) if notebook is not None else cells.of_results()
    if budget.left_out:
        megabytes = MAX_PAGE_CHARACTERS // 1024 // 1024
        yield '<p class="notice">%d parts were left out to keep this page below %d MB. executed.ipynb has them.</p>' % (
            budget.left_out,
            megabytes,
        )
    yield "</section>"
    yield environment_html(report)
    yield (
        "</main><footer><p>Written by the notebook validator %s. This page runs no scripts and loads nothing.</p></footer>"
        % (escape(str(report.get("runnerVersion", ""))))
    )
    yield "</body></html>\n"


def _head(report: Mapping[str, Any]) -> str:
    kind = report["verdict"]["verdict"]
    word = WORDS[kind][0] if kind in WORDS else kind
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="%s">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        "<title>%s: %s</title><style>%s</style></head><body>"
        '<a class="skip" href="#cells">Skip to the notebook</a>'
        % (escape(POLICY), escape(str(word)), escape(notebook_path(report)), STYLE)
    )


def _about_the_whole(report: Mapping[str, Any], findings: Findings) -> str:
    """Where to look, and what is about no cell."""
    unchecked: List[str] = list(report.get("unchecked", ()))
    parts = [_to_do(report), findings.cards(report["findings"], "notebook")]
    parts += ['<p class="notice"><strong>Not checked:</strong> %s</p>' % inline(text) for text in unchecked]
    body = "".join(parts)
    title = '<h2 id="look-title">Where to look</h2>'
    return '<section id="look" aria-labelledby="look-title">%s%s</section>' % (title, body) if body else ""


def _to_do(report: Mapping[str, Any]) -> str:
    """Links to the cells that failed, then to those with warnings."""
    cells = {cell["cell"]: cell["findings"] for cell in report["cells"]}
    errors = {cell["cell"]: cell.get("error") for cell in report["cells"]}
    links: List[str] = []
    for severity in ("failure", "warning"):
        for cell in sorted(cells):
            grave = [finding for finding in cells[cell] if finding["severity"] == severity]
            worse = severity == "warning" and any(finding["severity"] == "failure" for finding in cells[cell])
            if grave and not worse:
                more = " (and %d more)" % (len(grave) - 1) if len(grave) > 1 else ""
                links.append(
                    '<li class="%s"><a href="#cell-%d">Cell %d</a> <b class="check">%s</b> %s%s</li>'
                    % (
                        severity,
                        cell,
                        cell,
                        escape(grave[0]["check"]),
                        inline(one_line(finding_text(grave[0], errors.get(cell)), MAX_LINK_BYTES)),
                        more,
                    )
                )
    shown = links[:MAX_LINKS]
    more = "<p>%d more cells have findings.</p>" % (len(links) - len(shown)) if len(links) > len(shown) else ""
    return '<ol class="look">%s</ol>%s' % ("".join(shown), more) if shown else ""


MAX_LINKS = 40
MAX_LINK_BYTES = 240


def _progress(report: Mapping[str, Any]) -> str:
    charts = memory_html(report["cells"], report["verdict"].get("peakMemoryBytes")) + timings_html(report["cells"])
    if not charts:
        return ""
    return (
        '<section id="course" aria-labelledby="course-title"><h2 id="course-title">Time and memory</h2>%s</section>'
        % charts
    )
