"""Markdown cells, as far as it takes to find one's way: headings, paragraphs, code."""

from __future__ import annotations

import re
from html import escape
from typing import List

_HEADING = re.compile(r"(#{1,6})\s+(.{1,500})\Z")
_INLINE_CODE = re.compile(r"`([^`\n]{1,500})`")
_BOLD = re.compile(r"\*\*([^*\n]{1,500})\*\*")


def prose_html(source: str) -> str:
    parts: List[str] = []
    paragraph: List[str] = []
    code: "List[str] | None" = None

    def end_paragraph() -> None:
        if paragraph:
            parts.append("<p>%s</p>" % "\n".join(map(inline, paragraph)))
            paragraph.clear()

    for line in source.split("\n"):
        if line.lstrip().startswith("```"):
            if code is None:
                end_paragraph()
                code = []
            else:
                parts.append('<pre tabindex="0">%s</pre>' % escape("\n".join(code), quote=False))
                code = None
            continue
        if code is not None:
            code.append(line)
            continue
        heading = _HEADING.match(line.strip())
        if heading is not None:
            end_paragraph()
            # A heading of the notebook is no heading of the report: its place in the outline would be wrong.
            parts.append('<p class="heading h%d">%s</p>' % (len(heading.group(1)), inline(heading.group(2))))
        elif not line.strip():
            end_paragraph()
        else:
            paragraph.append(line)
    end_paragraph()
    if code:
        parts.append('<pre tabindex="0">%s</pre>' % escape("\n".join(code), quote=False))
    return "".join(parts)


def inline(line: str) -> str:
    """One line or paragraph: code in backticks, bold."""
    text = escape(line, quote=False)
    return _BOLD.sub(r"<strong>\1</strong>", _INLINE_CODE.sub(r"<code>\1</code>", text))
