"""How grave a finding is: tags of its cell, then what the job says; execution errors fail whatever anybody says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict, FrozenSet, List

import pytest

from harness import Attempt
from nbv_runner.checks import CELL_CHECKS, NOTEBOOK_CHECKS, RUN_CHECKS, not_made
from nbv_runner.checks.policy import ALLOWED_BY_TAG, Check, severity_of

CATALOGUE: Dict[str, Any] = json.loads(
    (Path(__file__).resolve().parent.parent / "nbv_runner" / "feedback.json").read_text()
)
CHECKS: List[Check] = [*CELL_CHECKS, *NOTEBOOK_CHECKS, *RUN_CHECKS]
SEVERITIES = ("ignored", "note", "warning", "failure")


def test_tags_mean_what_the_documentation_says() -> None:
    assert {tag: sorted(ids) for tag, ids in ALLOWED_BY_TAG.items()} == CATALOGUE["allowedByTag"]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_tag_overrules_the_policy_and_the_policy_the_default(check: Check, severity: str) -> None:
    policy = {check.id: severity}
    wanted = "failure" if check.always_fails else severity
    assert severity_of(check, policy) == wanted
    for tag, ids in ALLOWED_BY_TAG.items():
        tagged: FrozenSet[str] = frozenset({tag, "something else"})
        allowed = check.id in ids and not check.always_fails
        assert severity_of(check, policy, tagged) == ("ignored" if allowed else wanted)


def test_every_check_of_the_table_is_made_and_no_other() -> None:
    never_counts = {
        check for check, row in CATALOGUE["checks"].items() if set(row["severities"].values()) == {"ignored"}
    }
    assert never_counts == {"S1"}
    assert {check.id for check in CHECKS} == set(CATALOGUE["checks"]) - never_counts


def test_the_policies_of_all_levels_are_made_in_full() -> None:
    for level in ("learning", "development", "staging", "production"):
        assert not_made({check: row["severities"][level] for check, row in CATALOGUE["checks"].items()}) == []
    assert not_made({"Z9": "note", "Z8": "ignored"}) == ["This runner does not make check Z9."]


def test_errors_of_the_execution_fail_under_every_policy_and_tag() -> None:
    everything = frozenset([*ALLOWED_BY_TAG, "raises-exception"])
    for check in CHECKS:
        if check.id in ("E1", "E3", "E4"):
            assert severity_of(check, {check.id: "ignored"}, everything) == "failure"


def test_a_kernel_of_another_language_never_just_passes(attempt: Callable[..., Attempt]) -> None:
    one = attempt("1 + 1", notebook={"kernel": "other"}, policy={"A1": "failure"})
    kernel = one.home / ".local" / "share" / "jupyter" / "kernels" / "other"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "Other", "language": "R"}))
    result = one.run()
    assert result.of_type("start")[0]["checks"] == []
    assert result.verdict["verdict"] == "PassedWithWarnings"
    assert "the kernel does not speak Python" in result.verdict["message"]
