"""What the notebook ran on, for the audit."""

from __future__ import annotations

from html import escape
from typing import Any, List, Mapping, Tuple

from .findings import title_of_check

MAX_PACKAGES = 2000


def environment_html(report: Mapping[str, Any]) -> str:
    environment = report["environment"]
    return (
        '<section id="environment" aria-labelledby="environment-title"><h2 id="environment-title">Environment</h2>'
        "%s%s%s%s</section>"
        % (facts_html(_facts(report)), _changes(environment), _packages(environment), _checks(report))
    )


def facts_html(facts: List[Tuple[str, str]]) -> str:
    rows = "".join(
        "<div><dt>%s</dt><dd>%s</dd></div>" % (escape(name), escape(value)) for name, value in facts if value
    )
    return '<dl class="facts">%s</dl>' % rows


def _facts(report: Mapping[str, Any]) -> List[Tuple[str, str]]:
    environment, attempt = report["environment"], report.get("attempt", {})
    kernel = environment.get("kernel", {})
    return [
        ("Commit", str(report.get("commit", ""))),
        ("Image", str(environment.get("image", ""))),
        ("Python", str(environment.get("python", ""))),
        ("Kernel", str(kernel.get("displayName", ""))),
        ("Platform", str(environment.get("platform", ""))),
        ("Job", "%s/%s" % (attempt["namespace"], attempt["job"]) if attempt else ""),
        ("Run", "%s, attempt %s" % (attempt["runId"], attempt["number"]) if attempt else ""),
        ("Started", str(report.get("startedAt", ""))),
        ("Finished", str(report.get("finishedAt", ""))),
        ("Runner", str(report.get("runnerVersion", ""))),
    ]


def _changes(environment: Mapping[str, Any]) -> str:
    changes = environment.get("changedByNotebook") or []
    if not changes:
        return ""
    rows = "".join(
        '<tr><th scope="row">%s</th><td>%s</td><td>%s</td></tr>'
        % (
            escape(str(change["name"])),
            escape(str(change["before"] or "not there")),
            escape(str(change["after"] or "removed")),
        )
        for change in changes[:MAX_PACKAGES]
    )
    return (
        '<div class="notice"><p><strong>The notebook changed its own environment while it ran.</strong> What it installs '
        "by itself is not pinned: another run may get something else.</p>"
        '<div class="scroll" tabindex="0" role="region" aria-label="changed packages"><table><thead><tr>'
        '<th scope="col">Package</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>'
        "<tbody>%s</tbody></table></div></div>" % rows
    )


def _packages(environment: Mapping[str, Any]) -> str:
    packages = environment.get("packages")
    if not packages:
        return ""
    items = list(packages.items())
    listed = "".join(
        "<li><span>%s</span> <code>%s</code></li>" % (escape(str(name)), escape(str(version)))
        for name, version in items[:MAX_PACKAGES]
    )
    more = (
        "<p>%d more are in environment.cdx.json.</p>" % (len(items) - MAX_PACKAGES) if len(items) > MAX_PACKAGES else ""
    )
    return (
        "<details><summary>%d packages were installed</summary><p>With their origins and fingerprints: "
        '<code>environment.cdx.json</code> (CycloneDX).</p><ul class="packages">%s</ul>%s</details>'
        % (len(items), listed, more)
    )


def _checks(report: Mapping[str, Any]) -> str:
    """How grave a finding would be: without these words the list reads like what was found."""
    policy = report.get("policy")
    if not policy:
        return ""
    rows = "".join(
        '<li><span><b class="check">%s</b> %s</span> <code>%s</code></li>'
        % (escape(check), escape(title_of_check(check)), escape(severity))
        for check, severity in policy.items()
    )
    return (
        "<details><summary>What a finding counts as under level %s: %d checks</summary><p>These are the rules, not what "
        'was found: the list says how grave a finding of each check would be.</p><ul class="packages checks">%s</ul>'
        "</details>" % (escape(str(report.get("level", "–"))), len(policy), rows)
    )
