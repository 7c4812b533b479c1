"""Findings, and what there is to learn from them. The same lesson is given once, where it first applies."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, Iterable, Mapping, Optional

from ...feedback import Lesson, lesson_of_check, lesson_of_ending, lesson_of_exception
from ...finding import ABOUT_ERROR
from .highlighted import highlighted
from .prose import inline

GRAVEST_FIRST = ("failure", "warning", "note")
WORDS = {"failure": "Failure", "warning": "Warning", "note": "Note"}


class Findings:
    """Writes findings; remembers what has been taught."""

    def __init__(self) -> None:
        self._taught: Dict[str, str] = {}
        """Where, by lesson: the anchor."""

    def cards(
        self, findings: Iterable[Mapping[str, Any]], anchor: str, error: Optional[Mapping[str, Any]] = None
    ) -> str:
        """@param anchor: of what they are about; @param error: of the cell"""
        ordered = sorted(findings, key=_gravity)
        cards = [self._card(finding, "%s-f%d" % (anchor, n), error) for n, finding in enumerate(ordered, 1)]
        return '<ul class="findings">%s</ul>' % "".join(cards) if cards else ""

    def _card(self, finding: Mapping[str, Any], anchor: str, error: Optional[Mapping[str, Any]]) -> str:
        severity = finding["severity"] if finding["severity"] in WORDS else "note"
        check = str(finding["check"])
        is_error = check in ABOUT_ERROR and error is not None
        message = finding_text(finding, error)
        where = "" if anchor.startswith("cell-") or finding.get("cell") is None else "Cell %d: " % finding["cell"]
        lesson = _lesson(check, finding.get("evidence") or {}, error if is_error else None)
        title = lesson.title if lesson is not None else ""
        return (
            '<li class="finding %s" id="%s"><p class="finding-head"><span class="badge">%s</span> '
            '<b class="check">%s</b> <span class="check-title">%s</span></p><p class="message">%s</p>%s</li>'
            % (
                severity,
                anchor,
                WORDS[severity],
                escape(check),
                escape(title),
                inline(where + message),
                self._taught_at(lesson, anchor, severity),
            )
        )

    def _taught_at(self, lesson: Optional[Lesson], anchor: str, severity: str) -> str:
        if lesson is None:
            return ""
        before = self._taught.setdefault("%s\n%s" % (lesson.explanation, lesson.suggestion), anchor)
        if before != anchor:
            return '<p class="again"><a href="#%s">Explained above</a></p>' % escape(before)
        return "<details%s><summary>Why, and what to do</summary>%s</details>" % (
            " open" if severity == "failure" else "",
            lesson_html(lesson),
        )


def lesson_html(lesson: Lesson) -> str:
    parts = ["<p>%s</p>" % inline(lesson.explanation)] if lesson.explanation else []
    if lesson.suggestion:
        parts.append("<p><strong>Do this:</strong> %s</p>" % inline(lesson.suggestion))
    if lesson.best_practice:
        parts.append("<p><strong>Good practice:</strong> %s</p>" % inline(lesson.best_practice))
    if lesson.example:
        parts.append('<pre class="example" tabindex="0">%s</pre>' % highlighted(lesson.example))
    if lesson.documentation.startswith("https://"):
        parts.append(
            '<p><a href="%s" rel="noopener noreferrer">Read more</a></p>' % escape(lesson.documentation, quote=True)
        )
    return "".join(parts)


def title_of_check(check: str) -> str:
    """What it finds, in a few words; empty for a check that the catalogue does not know."""
    lesson = _lesson(check, {}, None)
    return lesson.title if lesson is not None else ""


def ending_lesson(reason: str, cell: Optional[int]) -> Optional[Lesson]:
    try:
        return lesson_of_ending(reason, cell)
    except (OSError, ValueError, KeyError):  # Without its catalogue the report says what was found, and no more.
        return None


def _lesson(check: str, evidence: Mapping[str, Any], error: Optional[Mapping[str, Any]]) -> Optional[Lesson]:
    try:
        by_name = lesson_of_exception(str(error["name"]), evidence) if error is not None else None
        return by_name or lesson_of_check(check, evidence)
    except (OSError, ValueError, KeyError):
        return None


def finding_text(finding: Mapping[str, Any], error: Optional[Mapping[str, Any]]) -> str:
    """What it says about the cell; of an error, what the error says."""
    is_error = finding["check"] in ABOUT_ERROR and error is not None
    return _said(error) if is_error and error is not None else str(finding["message"])


def _said(error: Mapping[str, Any]) -> str:
    return "%s: %s" % (error["name"], error["message"]) if error["message"] else str(error["name"])


def _gravity(finding: Mapping[str, Any]) -> int:
    severity = finding["severity"]
    return GRAVEST_FIRST.index(severity) if severity in GRAVEST_FIRST else len(GRAVEST_FIRST)
