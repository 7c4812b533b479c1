"""`config.json`, version nbv.config.v1 (its twin in the operator: src/validation/runner-config.ts)."""

from __future__ import annotations

import json
import keyword
import math
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, NoReturn, Optional, Tuple

from .outcome import Outcome, RunStopped

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
    unchecked: Tuple[str, ...] = field(default=())
    """What the job asks for by name and this version does not check: one sentence each."""


def bad(message: str) -> NoReturn:
    raise RunStopped(Outcome.BAD_CONFIGURATION, "Bad runner configuration: " + message)


def parse_config(text: str) -> RunnerConfig:
    """Unknown fields are ignored, so that a newer operator may say more; everything known is checked.

    Raises RunStopped with BAD_CONFIGURATION.
    """
    try:
        document = json.loads(text, parse_constant=lambda name: bad("%s is not JSON" % name))
    except (ValueError, RecursionError) as error:
        bad("config.json is not JSON (%s)" % error)
    top = _Fields(document, "")
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
        policy=_policy(top.optional("policy")),
        store_outputs=_store_outputs(top.optional("storeOutputs")),
        secret_env=_texts(top.optional("secretEnv"), "secretEnv must be a list of names"),
        unchecked=_texts(top.optional("unchecked"), "unchecked must be a list of sentences"),
    )


class _Fields:
    """One JSON object of the document; every refusal names the field's full path."""

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            bad("%s must be an object" % (path or "config.json"))
        self._value: Dict[str, Any] = value
        self._path = path

    def _at(self, name: str) -> str:
        return "%s.%s" % (self._path, name) if self._path else name

    def optional(self, name: str) -> Any:
        return self._value.get(name)

    def fields(self, name: str) -> "_Fields":
        return _Fields(self._value.get(name), self._at(name))

    def text(self, name: str) -> str:
        value = self._value.get(name)
        if not isinstance(value, str) or "\x00" in value:
            bad("%s must be a string" % self._at(name))
        return value

    def optional_text(self, name: str) -> Optional[str]:
        return self.text(name) if self._value.get(name) is not None else None

    def seconds(self, name: str) -> float:
        value = self._value.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
            bad("%s must be a positive number of seconds" % self._at(name))
        return float(value)

    def positive_integer(self, name: str) -> int:
        value = self._value.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            bad("%s must be a positive integer" % self._at(name))
        return value


def _parameters(value: Any) -> Dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        bad("notebook.parameters must be an object")
    for name in value:
        if not name.isidentifier() or keyword.iskeyword(name):
            bad("notebook.parameters: %r is not a name that Python can assign to" % name)
    return value


def _policy(value: Any) -> Dict[str, str]:
    if not isinstance(value, dict):
        bad("policy must be an object")
    for check, severity in value.items():
        if severity not in SEVERITIES:
            bad("policy.%s must be one of %s" % (check, ", ".join(SEVERITIES)))
    return value


def _texts(value: Any, refusal: str) -> Tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        bad(refusal)
    return tuple(value)


def _store_outputs(value: Any) -> bool:
    if not isinstance(value, bool):
        bad("storeOutputs must be true or false")
    return value
