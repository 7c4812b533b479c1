"""Pages to look at, attacks to put into them, and what to look for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any, Dict, List, Optional, Tuple

from nbv_runner.report.page.page import html_report

Json = Dict[str, Any]

ATTACKS = [
    "<script>fetch('https://evil.example')</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</script>",
    "<script>never closed",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.png'>",
    "<svg onload=alert(1)><circle/></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<a href='javascript:alert(1)'>click</a>",
    "<a href='https://evil.example'>click</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>@import url(https://evil.example/x.css);body{display:none}</style>",
    "<div style='background:url(https://evil.example)' onclick=alert(1) id=cell-0 class=banner>x</div>",
    "<iframe src='https://evil.example'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='https://evil.example'><embed src=x></object>",
    "<form action='https://evil.example'><input name=a><button>go</button></form>",
    "<template><img src=x onerror=alert(1)></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- never closed <p>x",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php echo 1 ?><p>x",
    "</div></article></main><h1>Passed</h1>",
    "</pre></section></body></html><script>alert(1)</script>",
    "<table><tr><td colspan='1\"onmouseover=\"alert(1)' rowspan=99999999 scope=javascript>x",
    "<p title=\"a>b\" onfocus='x'>text</p>",
    "<plaintext>",
    "<xmp><script>alert(1)</script></xmp>",
    "<video src=https://evil.example autoplay><source src=https://evil.example></video>",
    "<p>" * 1000,
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<details ontoggle=alert(1) open><summary>x</summary></details>",
    "<K\u0130><script>alert(1)</script>",
]
SCALAR_TAGS = frozenset(["br", "hr", "meta", "img", "path", "rect", "polygon", "polyline"])
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]+\Z")


class Inspector(HTMLParser):
    """What a page asks a browser to do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: List[Tuple[str, Dict[str, Optional[str]]]] = []
        self.depth = 0
        self.deepest = 0
        self.unmatched: List[str] = []
        self._open: List[str] = []

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in SCALAR_TAGS:
            self._open.append(tag)
            self.deepest = max(self.deepest, len(self._open))

    def handle_startendtag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unmatched.append(tag)


def assert_harmless(page: str, own_style: bool = True) -> Inspector:
    inspector = Inspector()
    inspector.feed(page)
    inspector.close()
    assert inspector.unmatched == []
    allowed_equiv = {"Content-Security-Policy"}
    for tag, attributes in inspector.tags:
        assert tag not in ("script", "iframe", "object", "embed", "form", "input", "base", "link", "template", "frame")
        assert tag != "style" or own_style
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in (
                "style",
                "srcdoc",
                "action",
                "formaction",
                "ping",
                "srcset",
            )
            if name == "http-equiv":
                assert value in allowed_equiv
            if name == "src":
                assert value is not None and PICTURE.match(value), value[:80] if value else value
            if name == "href":
                assert value is not None and (
                    value.startswith("#") or value.startswith("https://github.com/notebook-validator/")
                )
    return inspector


def a_report(cells: List[Json], **more: Any) -> Json:
    counts = {
        "cells": len(cells),
        "codeCells": len(cells),
        "succeeded": len(cells),
        "failed": 0,
        "skipped": 0,
        "warnings": 0,
    }
    verdict = {
        "verdict": "Passed",
        "exitCode": 0,
        "reason": "Passed",
        "message": "ok",
        "counts": counts,
        "failingCells": [],
        "seconds": 1.0,
    }
    return {
        "version": "nbv.report.v1",
        "runnerVersion": "0",
        "startedAt": "2026-01-01T00:00:00.000Z",
        "finishedAt": "2026-01-01T00:00:01.000Z",
        "verdict": verdict,
        "environment": {},
        "findings": [],
        "cells": cells,
        **more,
    }


def a_cell(index: int, **more: Any) -> Json:
    return {
        "cell": index,
        "codeCell": index,
        "status": "Success",
        "ended": "finished",
        "seconds": 0.1,
        "output": "",
        "findings": [],
        **more,
    }


def a_page(report: Json, outputs: "List[List[Json]] | None" = None) -> str:
    cells = [{"cell_type": "code", "source": "x", "metadata": {}, "outputs": each} for each in outputs or []]
    return b"".join(html_report(report, {"cells": cells} if outputs is not None else None)).decode()
