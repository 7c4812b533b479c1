"""HTML of outputs (tables of data frames) with nothing left in it that could run, load or leave its place.

Not a browser's parser but the opposite: what is not surely one of the tags below, without attributes but those below,
is text. Every pass over the input is linear.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import List, Optional

MAX_CHARACTERS = 256 * 1024
MAX_DEPTH = 50
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>")
_ATTRIBUTE = re.compile(r"\b(colspan|rowspan|scope)\s*=\s*[\"']?([A-Za-z0-9]{1,8})\b")
_KEPT = frozenset(
    [
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "caption",
        "p",
        "div",
        "span",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "s",
        "del",
        "ins",
        "code",
        "pre",
        "br",
        "hr",
        "ul",
        "ol",
        "li",
        "sub",
        "sup",
        "small",
        "blockquote",
        "dl",
        "dt",
        "dd",
    ]
)
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
"""The page has an outline of its own: theirs become bold paragraphs."""
_EMPTY = frozenset(["br", "hr"])
_WITHOUT_CONTENT = frozenset(
    [
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "embed",
        "noscript",
        "svg",
        "math",
        "head",
        "title",
        "textarea",
        "select",
        "canvas",
        "audio",
        "video",
    ]
)
_SPANS = frozenset(["colspan", "rowspan"])
_SCOPES = frozenset(["row", "col", "rowgroup", "colgroup"])


def sanitized(html: str) -> str:
    """Balanced markup of harmless tags. Empty when nothing but scripts and styles was there."""
    html = html[:MAX_CHARACTERS]
    lower = html.lower()
    if len(lower) != len(html):  # A few letters change their length; positions would not fit.
        lower = re.sub("[A-Z]", lambda letter: letter.group().lower(), html)
    parts: List[str] = []
    open_tags: List[str] = []
    at = 0
    while at < len(html):
        start = html.find("<", at)
        if start < 0:
            parts.append(_text(html[at:]))
            break
        parts.append(_text(html[at:start]))
        if html.startswith("<!", start) or html.startswith("<?", start):
            at = _after_declaration(html, start)
            continue
        tag = _TAG.match(html, start)
        if tag is None:
            parts.append("&lt;")
            at = start + 1
            continue
        at = tag.end()
        name = tag.group(2).lower()
        if name in _WITHOUT_CONTENT:
            at = at if tag.group(1) else _after_element(lower, name, at)
        elif tag.group(1):
            _close(name, open_tags, parts)
        else:
            _open(name, tag.group(3), open_tags, parts)
    parts += ["</%s>" % name for name in reversed(open_tags)]
    text = "".join(parts)
    return text if re.sub(r"<[^>]*>|\s", "", text) else ""


def _text(text: str) -> str:
    return escape(unescape(text), quote=False)


def _after_declaration(html: str, start: int) -> int:
    end = "-->" if html.startswith("<!--", start) else ">"
    found = html.find(end, start + 2)
    return len(html) if found < 0 else found + len(end)


def _after_element(lower: str, name: str, at: int) -> int:
    """Behind its end tag; what is never closed goes on to the end, as in a browser."""
    found = lower.find("</" + name, at)
    if found < 0:
        return len(lower)
    end = lower.find(">", found)
    return len(lower) if end < 0 else end + 1


def _open(name: str, attributes: str, open_tags: List[str], parts: List[str]) -> None:
    if name in _EMPTY:
        parts.append("<%s>" % name)
        return
    written = "p" if name in _HEADINGS else name
    if written not in _KEPT or len(open_tags) >= MAX_DEPTH:
        return
    kept = "".join(filter(None, (_attribute(*found) for found in _ATTRIBUTE.findall(attributes))))
    parts.append("<%s%s>" % (written, ' class="heading"' if name in _HEADINGS else kept))
    open_tags.append(written)


def _attribute(name: str, value: str) -> Optional[str]:
    is_span = name in _SPANS and value.isascii() and value.isdigit() and 1 <= int(value) <= 1000
    if not is_span and not (name == "scope" and value in _SCOPES):
        return None
    return ' %s="%s"' % (name, value)


def _close(name: str, open_tags: List[str], parts: List[str]) -> None:
    written = "p" if name in _HEADINGS else name
    if written not in open_tags:
        return
    while True:
        last = open_tags.pop()
        parts.append("</%s>" % last)
        if last == written:
            return
