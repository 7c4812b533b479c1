"""`report.html`: one self-contained page without scripts, for people."""

from __future__ import annotations

import re
from html import escape
from typing import Any, Dict, Iterator, List, Mapping, Optional

from ..text import head, without_ansi, without_overwritten

MAX_TEXT_BYTES = 20 * 1024
MAX_IMAGE_CHARACTERS = 2 * 1024 * 1024
MAX_ALL_IMAGES = 24 * 1024 * 1024
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+\Z")

STYLE = """
:root{color-scheme:light dark;--line:#d0d7de;--soft:#f6f8fa;--good:#1a7f37;--bad:#cf222e;--warn:#9a6700;--quiet:#656d76}
@media(prefers-color-scheme:dark){:root{--line:#30363d;--soft:#161b22;--good:#3fb950;--bad:#f85149;--warn:#d29922;--quiet:#8b949e}}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}
.verdict{border-left:.4rem solid var(--quiet);padding:.6rem 1rem;background:var(--soft)}
.Passed{border-color:var(--good)}.PassedWithWarnings{border-color:var(--warn)}.Failed,.Error{border-color:var(--bad)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{color:var(--quiet)}dd{margin:0}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.45 ui-monospace,monospace}
.cell{border:1px solid var(--line);border-left:.3rem solid var(--line);border-radius:.3rem;margin:.8rem 0}
.cell.Success{border-left-color:var(--good)}.cell.Failure{border-left-color:var(--bad)}.cell.Warning{border-left-color:var(--warn)}
.cell>header{display:flex;gap:1rem;padding:.2rem .7rem;color:var(--quiet);font-size:.85rem}
.source{background:var(--soft);padding:.6rem .7rem}.output{padding:.4rem .7rem;border-top:1px dashed var(--line)}
.stderr{color:var(--warn)}.error{color:var(--bad)}.prose{padding:.4rem .7rem;color:var(--quiet)}
.finding{padding:.3rem .7rem;border-top:1px solid var(--line)}.finding b{margin-right:.5rem}
.failure b{color:var(--bad)}.warning b{color:var(--warn)}img{max-width:100%}details{margin:1rem 0}
"""


def html_report(report: Mapping[str, Any], notebook: Optional[Mapping[str, Any]]) -> bytes:
    """From a redacted report and the redacted executed notebook."""
    title = report.get("notebook", {}).get("path", "notebook")
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        "<title>%s – %s</title><style>%s</style></head><body>"
        % (escape(report["verdict"]["verdict"]), escape(title), STYLE),
        "<h1>%s</h1>" % escape(title),
        _verdict(report),
        _facts(report),
        "".join(map(_unchecked, report.get("unchecked", ()))),
        "".join(_finding(finding) for finding in report["findings"]),
        "<h2>Cells</h2>",
        *_cells(report, notebook),
        _packages(report),
        "</body></html>\n",
    ]
    return "".join(parts).encode("utf-8", "replace")


def _verdict(report: Mapping[str, Any]) -> str:
    verdict = report["verdict"]
    return '<div class="verdict %s"><strong>%s</strong> (%s)<br>%s</div>' % (
        escape(verdict["verdict"]),
        escape(verdict["verdict"]),
        escape(verdict["reason"]),
        escape(verdict["message"]),
    )


def _facts(report: Mapping[str, Any]) -> str:
    verdict, counts = report["verdict"], report["verdict"]["counts"]
    attempt, environment = report.get("attempt", {}), report["environment"]
    rows: List[List[str]] = [
        ["Job", "%s/%s" % (attempt.get("namespace", "–"), attempt.get("job", "–"))],
        ["Attempt", "%s of run %s" % (attempt.get("number", "–"), attempt.get("runId", "–"))],
        ["Commit", report.get("commit", "–")],
        ["Level", report.get("level", "–")],
        [
            "Cells",
            "%d code cells: %d succeeded, %d failed, %d skipped, %d warnings"
            % (counts["codeCells"], counts["succeeded"], counts["failed"], counts["skipped"], counts["warnings"]),
        ],
        ["Time", "%.1f s, started %s" % (verdict["seconds"], report["startedAt"])],
        [
            "Kernel",
            "%s, Python %s" % (environment.get("kernel", {}).get("displayName", "–"), environment.get("python", "–")),
        ],
    ]
    if "peakMemoryBytes" in verdict:
        rows.append(["Peak memory", "%.0f MiB" % (verdict["peakMemoryBytes"] / 1048576)])
    return "<dl>%s</dl>" % "".join("<dt>%s</dt><dd>%s</dd>" % (escape(a), escape(str(b))) for a, b in rows)


def _cells(report: Mapping[str, Any], notebook: Optional[Mapping[str, Any]]) -> Iterator[str]:
    results = {cell["cell"]: cell for cell in report["cells"]}
    if notebook is None:
        for result in report["cells"]:
            yield _code_cell(result, "", [], _Images())
        return
    images = _Images()
    index = -1
    for cell in notebook["cells"]:
        injected = "injected-parameters" in (cell.get("metadata", {}).get("tags") or ())
        if not (injected and index + 1 not in results and cell["cell_type"] == "code"):
            index += 1
        if cell["cell_type"] != "code":
            yield '<div class="prose"><pre>%s</pre></div>' % escape(head(cell["source"], MAX_TEXT_BYTES))
            continue
        yield _code_cell(results.get(index), cell["source"], cell.get("outputs", []), images)


class _Images:
    def __init__(self) -> None:
        self.left = MAX_ALL_IMAGES


def _code_cell(result: Optional[Mapping[str, Any]], source: str, outputs: Any, images: _Images) -> str:
    if result is None:
        heading, status, findings = "injected parameters", "Success", ""
    else:
        status = result["status"]
        heading = "cell %d</span><span>%s</span><span>%.2f s" % (result["cell"], escape(status), result["seconds"])
        findings = "".join(_finding(finding) for finding in result["findings"])
        error = result.get("error")
        if error and not any(output.get("output_type") == "error" for output in outputs):
            findings += '<div class="output error"><pre>%s</pre></div>' % escape(error["traceback"] or error["message"])
    return (
        '<section class="cell %s"><header><span>%s</span></header><div class="source"><pre>%s</pre></div>%s%s</section>'
        % (
            escape(status),
            heading,
            escape(head(source, MAX_TEXT_BYTES)),
            "".join(_output(output, images) for output in outputs),
            findings,
        )
    )


def _output(output: Mapping[str, Any], images: _Images) -> str:
    kind = output.get("output_type")
    if kind == "stream":
        return _pre(without_overwritten(output["text"]), "stderr" if output["name"] == "stderr" else "")
    if kind == "error":
        return _pre("\n".join(output["traceback"]) or "%s: %s" % (output["ename"], output["evalue"]), "error")
    data: Dict[str, Any] = output.get("data", {})
    for mime in ("image/png", "image/jpeg"):
        image = data.get(mime)
        if isinstance(image, str) and len(image) <= min(MAX_IMAGE_CHARACTERS, images.left) and _BASE64.match(image):
            images.left -= len(image)
            return '<div class="output"><img alt="output" src="data:%s;base64,%s"></div>' % (
                mime,
                "".join(image.split()),
            )
    plain = data.get("text/plain")
    return _pre(plain, "") if isinstance(plain, str) else _pre("[%s]" % ", ".join(sorted(data)), "")


def _pre(text: str, css: str) -> str:
    return '<div class="output %s"><pre>%s</pre></div>' % (css, escape(head(without_ansi(text), MAX_TEXT_BYTES)))


def _finding(finding: Mapping[str, Any]) -> str:
    return '<div class="finding %s"><b>%s %s</b>%s</div>' % (
        escape(finding["severity"]),
        escape(finding["check"]),
        escape(finding["severity"]),
        escape(finding["message"]),
    )


def _unchecked(message: str) -> str:
    return '<div class="finding warning"><b>not checked</b>%s</div>' % escape(message)


def _packages(report: Mapping[str, Any]) -> str:
    packages = report["environment"].get("packages", {})
    rows = "".join("<dt>%s</dt><dd>%s</dd>" % (escape(name), escape(version)) for name, version in packages.items())
    return "<details><summary>%d packages</summary><dl>%s</dl></details>" % (len(packages), rows)
