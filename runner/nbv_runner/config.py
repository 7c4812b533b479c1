"""`config.json`, version nbv.config.v1 (its twin in the operator: src/validation/runner-config.ts)."""

from __future__ import annotations

import json
import keyword
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple

from .comparison_config import ComparisonConfig, Golden
from .config_fields import Fields, bad
from .expected import Expected, ExpectedFile, ExpectedOutput

VERSION = "nbv.config.v1"
SEVERITIES = ("ignored", "note", "warning", "failure")


@dataclass(frozen=True)
class Attempt:
    job: str
    namespace: str
    run_id: str
    number: int


@dataclass(frozen=True)
class Timeouts:
    """In seconds. The notebook's runs from its first cell."""

    notebook: float
    cell: Optional[float]
    kernel_start: float


@dataclass(frozen=True)
class RunnerConfig:
    attempt: Attempt
    commit: str
    notebook_path: str
    parameters: Mapping[str, Any]
    kernel: Optional[str]
    working_directory: Optional[str]
    timeouts: Timeouts
    level: str
    policy: Mapping[str, str]
    store_outputs: bool
    secret_env: Tuple[str, ...] = field(default=())
    expected: Expected = field(default_factory=Expected)
    golden: Optional[Golden] = None
    image: Optional[str] = None
    """What the pod was asked to run on, for the audit."""


def parse_config(text: str) -> RunnerConfig:
    """Unknown fields are ignored, so that a newer operator may say more; everything known is checked.

    Raises RunStopped with BAD_CONFIGURATION.
    """
    try:
        document = json.loads(text, parse_constant=lambda name: bad("%s is not JSON" % name))
    except (ValueError, RecursionError) as error:
        bad("config.json is not JSON (%s)" % error)
    top = Fields(document, "")
    if top.text("version") != VERSION:
        bad("version is %r, this runner understands %r" % (document.get("version"), VERSION))
    attempt = top.fields("attempt")
    notebook = top.fields("notebook")
    timeouts = top.fields("timeouts")
    return RunnerConfig(
        attempt=Attempt(
            attempt.text("job"), attempt.text("namespace"), attempt.text("runId"), attempt.positive_integer("number")
        ),
        commit=top.text("commit"),
        notebook_path=notebook.text("path"),
        parameters=_parameters(notebook.optional("parameters")),
        kernel=notebook.optional_text("kernel"),
        working_directory=notebook.optional_text("workingDirectory"),
        timeouts=Timeouts(
            timeouts.seconds("notebookSeconds"),
            timeouts.seconds("cellSeconds") if timeouts.optional("cellSeconds") is not None else None,
            timeouts.seconds("kernelStartSeconds"),
        ),
        level=top.text("level"),
        policy=parse_policy(top.optional("policy")),
        store_outputs=top.flag("storeOutputs"),
        secret_env=top.texts("secretEnv"),
        expected=parse_expected(top),
        golden=_golden(top.optional_fields("golden")),
        image=top.optional_text("image"),
    )


def parse_expected(top: Fields) -> Expected:
    """What the job expects of results. Raises RunStopped."""
    return Expected(
        outputs=tuple(_expected_output(each) for each in top.each("expectedOutputs")),
        files=tuple(
            ExpectedFile(each.text("path"), each.flag("notEmpty", False), each.count("minBytes"))
            for each in top.each("expectedFiles")
        ),
        logs=tuple(each.regex("pattern") for each in top.each("expectedLogs")),
        max_nan_fraction=top.optional_number("maxNaNFraction"),
    )


def _expected_output(fields: Fields) -> ExpectedOutput:
    return ExpectedOutput(
        cell=fields.count("cell") if fields.has("cell") else None,
        code_cell=fields.count("codeCell") if fields.has("codeCell") else None,
        type=fields.optional_text("type"),
        shape=_shape(fields),
        lowest=fields.optional_number("lowest"),
        highest=fields.optional_number("highest"),
        not_empty=fields.flag("notEmpty", False),
        equals=fields.optional("equals"),
        has_equals=fields.has("equals"),
        matches=fields.optional_regex("matches"),
        columns=fields.texts("columns"),
    )


def _shape(fields: Fields) -> Optional[Tuple[Optional[int], ...]]:
    value = fields.optional("shape")
    if value is None:
        return None
    if not isinstance(value, list) or not all(size is None or _is_count(size) for size in value):
        bad("%s must be a list of sizes, null for any" % fields.at("shape"))
    return tuple(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _golden(fields: Optional[Fields]) -> Optional[Golden]:
    if fields is None:
        return None
    return Golden(
        path=fields.text("path"),
        is_same_source=fields.flag("isSameSource"),
        config=comparison_config(fields.fields("comparison")),
    )


def comparison_config(fields: Fields) -> ComparisonConfig:
    """Every field is there: the defaults are the operator's."""
    images = fields.text("images")
    if images not in ("ignore", "perceptual", "exact"):
        bad("%s must be ignore, perceptual or exact" % fields.at("images"))
    return ComparisonConfig(
        is_exact=fields.flag("isExact"),
        absolute_tolerance=fields.number("absoluteTolerance"),
        relative_tolerance=fields.number("relativeTolerance"),
        ignore_timestamps=fields.flag("ignoreTimestamps"),
        ignore_execution_count=fields.flag("ignoreExecutionCount"),
        custom_patterns=fields.regexes("customPatterns"),
        ignored_types=frozenset(fields.texts("ignoredTypes")),
        ignored_cells=frozenset(fields.counts("ignoredCells")),
        ignored_tags=frozenset(fields.texts("ignoredTags")),
        images=images,
    )


def _parameters(value: Any) -> Dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        bad("notebook.parameters must be an object")
    for name in value:
        if not name.isidentifier() or keyword.iskeyword(name):
            bad("notebook.parameters: %r is not a name that Python can assign to" % name)
    return value


def parse_policy(value: Any) -> Dict[str, str]:
    """Severity by check. Raises RunStopped."""
    if not isinstance(value, dict):
        bad("policy must be an object")
    for check, severity in value.items():
        if severity not in SEVERITIES:
            bad("policy.%s must be one of %s" % (check, ", ".join(SEVERITIES)))
    return value
