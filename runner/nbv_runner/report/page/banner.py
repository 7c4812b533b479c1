"""The top of the page: the verdict in plain words, and the few figures that people look for first."""

from __future__ import annotations

from html import escape
from typing import Any, List, Mapping, Tuple

from .charts import duration, size
from .environment import facts_html
from .findings import ending_lesson, lesson_html
from .prose import inline

WORDS = {
    "Passed": ("Passed", "All that was asked of this notebook held."),
    "PassedWithWarnings": ("Passed with warnings", "Nothing failed, but it should not be taken without a look below."),
    "Failed": ("Failed", "This notebook does not do what is asked of it."),
    "Error": ("Not judged", "Something kept the notebook from being judged. This says nothing about its results."),
}
PASSED = ("Passed", "PassedWithWarnings")
_SIGNS = {
    "Passed": "M5 13l4.5 4.5L19 7.5",
    "PassedWithWarnings": "M12 6v8M12 18v.5",
    "Failed": "M6.5 6.5l11 11M17.5 6.5l-11 11",
    "Error": "M9 9a3 3 0 1 1 4 2.8c-.7.3-1 .9-1 1.7V14M12 18v.5",
}
_METER = (
    ("succeeded", "Success", "passed"),
    ("warned", "Warning", "with warnings"),
    ("failed", "Failure", "failed"),
    ("skipped", "Skipped", "skipped"),
)


def banner_html(report: Mapping[str, Any]) -> str:
    verdict = report["verdict"]
    kind = verdict["verdict"] if verdict["verdict"] in WORDS else "Error"
    word, meaning = WORDS[kind]
    return (
        '<header class="banner %s"><div class="verdict"><svg class="sign" viewBox="0 0 24 24" aria-hidden="true">'
        '<path d="%s"/></svg><div><h1><span class="word">%s</span> <span class="path">%s</span></h1>'
        '<p class="meaning">%s</p></div></div><p class="message">%s</p>%s%s%s</header>'
        % (
            *(kind, _SIGNS[kind], escape(word), escape(notebook_path(report)), escape(meaning)),
            *(inline(verdict["message"]), _help(verdict), facts_html(_facts(report)), _meter(report)),
        )
    )


def notebook_path(report: Mapping[str, Any]) -> str:
    return str(report.get("notebook", {}).get("path", "notebook"))


def _help(verdict: Mapping[str, Any]) -> str:
    """Of endings that no cell's own finding explains."""
    if verdict["verdict"] in PASSED:
        return ""
    cell = next((cell["cell"] for cell in verdict["failingCells"]), None)
    lesson = ending_lesson(verdict["reason"], cell)
    return (
        '<details class="ending"><summary>What this ending means</summary>%s</details>' % lesson_html(lesson)
        if lesson
        else ""
    )


def _facts(report: Mapping[str, Any]) -> List[Tuple[str, str]]:
    verdict = report["verdict"]
    is_passed = verdict["verdict"] in PASSED
    peak = verdict.get("peakMemoryBytes")
    cpu = verdict.get("cpuSeconds")
    return [
        ("Level", str(report.get("level", ""))),
        ("Time", duration(verdict["seconds"])),
        ("CPU time", duration(cpu) if cpu is not None else ""),
        ("Peak memory", size(peak) if peak is not None else ""),
        ("Commit", str(report.get("commit", ""))[:12]),
        ("Reason", "" if is_passed else str(verdict["reason"])),
    ]


def _meter(report: Mapping[str, Any]) -> str:
    statuses = [cell["status"] for cell in report["cells"]]
    if not statuses:
        return ""
    bars: List[str] = []
    words: List[str] = []
    at = 0.0
    for _, status, said in _METER:
        count = statuses.count(status)
        if not count:
            continue
        width = 1000.0 * count / len(statuses)
        bars.append('<rect class="bar-%s" x="%.2f" width="%.2f" height="10"/>' % (status, at, width))
        words.append('<span class="key bar-%s"></span>%d %s' % (status, count, said))
        at += width
    return (
        '<div class="meter"><svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">%s</svg>'
        "<p>%d code cell%s: %s</p></div>"
        % ("".join(bars), len(statuses), "" if len(statuses) == 1 else "s", ", ".join(words))
    )
