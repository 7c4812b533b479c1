"""The executed notebook, with findings and differences beside their cells."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, FrozenSet, Iterator, List, Mapping, Optional

from ...parameters import INJECTED
from ...text import head
from .ansi import terminal_html
from .budget import PageBudget
from .charts import duration
from .differences import difference_html
from .findings import Findings
from .highlighted import highlighted
from .outputs import note, outputs_html
from .prose import prose_html

MAX_SOURCE_BYTES = 40 * 1024
STATUS_WORDS = {"Success": "Passed", "Failure": "Failed", "Warning": "Warning", "Skipped": "Skipped"}


class CellPages:
    """Writes cells one after the other."""

    def __init__(
        self,
        report: Mapping[str, Any],
        differences: Mapping[int, List[Mapping[str, Any]]],
        findings: Findings,
        budget: PageBudget,
    ) -> None:
        self._results: Dict[int, Mapping[str, Any]] = {cell["cell"]: cell for cell in report["cells"]}
        self._total: int = report["verdict"]["counts"]["cells"]
        self._differences = differences
        self._findings = findings
        self._budget = budget

    def of_notebook(self, notebook: Mapping[str, Any]) -> Iterator[str]:
        index = -1
        # The cell that the job's parameters added has no index of its own.
        is_added_to_come = len(notebook["cells"]) > self._total
        for cell in notebook["cells"]:
            if is_added_to_come and _is_injected(cell):
                is_added_to_come = False
                yield self._injected(cell)
                continue
            index += 1
            yield self._code(index, cell) if cell["cell_type"] == "code" else self._prose(index, cell)

    def of_results(self) -> Iterator[str]:
        """Of a run whose notebook is not at hand."""
        for index in sorted(self._results):
            yield self._code(index, {"source": "", "outputs": []})

    def _prose(self, index: int, cell: Mapping[str, Any]) -> str:
        text = prose_html(head(cell["source"], MAX_SOURCE_BYTES)) if cell["cell_type"] == "markdown" else ""
        raw = '<pre tabindex="0">%s</pre>' % escape(head(cell["source"], MAX_SOURCE_BYTES), quote=False)
        body = text or raw
        shown = body if self._budget.take(len(body)) else note("Too large for this page.")
        return '<div class="prose" id="cell-%d">%s%s</div>' % (index, shown, self._differing(index))

    def _injected(self, cell: Mapping[str, Any]) -> str:
        return (
            '<article class="cell Success" aria-label="injected parameters"><header><h3>Injected parameters</h3></header>'
            '<pre class="source" tabindex="0">%s</pre></article>' % highlighted(head(cell["source"], MAX_SOURCE_BYTES))
        )

    def _code(self, index: int, cell: Mapping[str, Any]) -> str:
        result = self._results.get(index)
        if result is None:
            return ""
        about = result["findings"]
        is_failure = result["status"] == "Failure"
        error: Optional[Mapping[str, Any]] = result.get("error")
        outputs = cell.get("outputs", [])
        return '<article class="cell %s" id="cell-%d" aria-labelledby="cell-%d-title">%s%s%s%s%s%s</article>' % (
            *(escape(result["status"]), index, index),
            _header(index, result),
            self._source(cell["source"], _lines(about), is_failure),
            outputs_html(outputs, "cell %d" % index, self._budget, is_failure),
            _traceback(error, outputs),
            self._differing(index),
            self._findings.cards(about, "cell-%d" % index, error),
        )

    def _source(self, source: str, lines: FrozenSet[int], is_failure: bool) -> str:
        if not source:
            return ""
        shown = highlighted(head(source, MAX_SOURCE_BYTES), lines)
        if not self._budget.take(len(shown), is_failure):
            return note("Too large for this page: the source. It is in executed.ipynb.")
        return '<pre class="source" tabindex="0" role="region" aria-label="source">%s</pre>' % shown

    def _differing(self, index: int) -> str:
        return "".join(difference_html(one, self._budget) for one in self._differences.get(index, ()))


def _header(index: int, result: Mapping[str, Any]) -> str:
    status = result["status"]
    ran = result["ended"] != "not run"
    return '<header><h3 id="cell-%d-title">Cell %d</h3><span class="status %s">%s</span>%s%s</header>' % (
        *(index, index, escape(status)),
        escape(STATUS_WORDS.get(status, status)),
        '<span class="took">%s</span>' % duration(result["seconds"]) if ran else "",
        "".join('<span class="tag">%s</span>' % escape(head(tag, 60)) for tag in result.get("tags", ())[:8]),
    )


def _traceback(error: Optional[Mapping[str, Any]], outputs: List[Mapping[str, Any]]) -> str:
    """Where no output shows it already: of a kernel that died, or of time that was over."""
    if not error or any(output.get("output_type") == "error" for output in outputs):
        return ""
    text = error["traceback"] or "%s: %s" % (error["name"], error["message"])
    return '<div class="outputs"><div class="output error"><pre tabindex="0">%s</pre></div></div>' % terminal_html(text)


def _lines(findings: List[Mapping[str, Any]]) -> FrozenSet[int]:
    lines = ((finding.get("evidence") or {}).get("line") for finding in findings)
    return frozenset(line for line in lines if isinstance(line, int) and not isinstance(line, bool))


def _is_injected(cell: Mapping[str, Any]) -> bool:
    return INJECTED in (cell.get("metadata", {}).get("tags") or ())
