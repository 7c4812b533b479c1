"""The examples of docs/validation-best-practices.md: each `before` is found at its level, each `after` passes there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import pytest

from harness import Attempt, Result

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT.parent / "docs" / "validation-best-practices.md").read_text()
CHECKS: Dict[str, Any] = json.loads((ROOT / "nbv_runner" / "feedback.json").read_text())["checks"]
_BLOCK = re.compile(r"<!-- (setup|before|after) ?(\w*) ?(\w*) -->\n```python\n(.*?)```\n", re.DOTALL)

ORDERS = """id,customer,country,day,amount
1,10,CH,2026-01-05,12.50
2,11,DE,2026-01-04,8.00
3,10,CH,2026-01-06,99.00
"""
CUSTOMERS = "customer,city\n10,Bern\n11,Ulm\n"


@dataclass(frozen=True)
class Example:
    kind: str
    level: str
    check: str
    cells: List[str]
    line: int

    def __str__(self) -> str:
        return "%s-%s-%s-line-%d" % (self.kind, self.level, self.check or "passes", self.line)


def examples() -> List[Example]:
    found = []
    for match in _BLOCK.finditer(PAGE):
        kind, level, check, source = match.groups()
        cells = [cell.strip("\n") for cell in source.split("# %%\n")]
        found.append(Example(kind, level, check, cells, PAGE.count("\n", 0, match.start()) + 1))
    return found


EXAMPLES = examples()
SETUP = EXAMPLES[0].cells


def run(attempt: Callable[..., Attempt], example: Example) -> Result:
    policy = {check: row["severities"][example.level] for check, row in CHECKS.items()}
    made = attempt(*SETUP, *example.cells, level=example.level, policy=policy)
    (made.source / "work" / "orders.csv").write_text(ORDERS)
    (made.source / "work" / "customers.csv").write_text(CUSTOMERS)
    return made.run()


def findings(result: Result, check: Optional[str] = None) -> List[str]:
    """As `id severity: message`, notes left out."""
    found = [finding for event in result.of_type("lint") for finding in event["findings"]]
    found += [finding for event in result.of_type("cell-end") for finding in event["findings"]]
    return [
        "%(check)s %(severity)s: %(message)s" % finding
        for finding in found
        if check in (None, finding["check"]) and finding["severity"] in ("warning", "failure")
    ]


def test_the_page_has_examples_for_all_levels_that_judge() -> None:
    assert EXAMPLES[0].kind == "setup"
    assert {example.level for example in EXAMPLES[1:]} == {"development", "staging", "production"}
    assert PAGE.count("```python") == len(EXAMPLES)
    assert all(example.check in CHECKS for example in EXAMPLES if example.kind == "before")


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.kind == "before"], ids=str)
def test_before(attempt: Callable[..., Attempt], example: Example) -> None:
    result = run(attempt, example)
    assert findings(result, example.check), (result.verdict, findings(result))
    assert result.verdict["verdict"] in ("Failed", "PassedWithWarnings")


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.kind == "after"], ids=str)
def test_after(attempt: Callable[..., Attempt], example: Example) -> None:
    result = run(attempt, example)
    assert (result.verdict["verdict"], findings(result)) == ("Passed", []), result.verdict
