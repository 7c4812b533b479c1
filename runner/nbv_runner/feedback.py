"""What findings teach: the operator's catalogue (`feedback.json`, from src/validation/feedback) for the reports."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Dict, List, Mapping, Optional, Pattern, Sequence, Union

from .text import head

_PLACE = re.compile(r"%\{([a-z][A-Za-z]*)\}")


@dataclass(frozen=True)
class Lesson:
    """One entry with the facts of one case in its places. What names a fact that is not known is left out."""

    title: str
    explanation: str
    best_practice: str
    example: Optional[str]
    suggestion: Optional[str]
    documentation: str


def lesson_of_check(check: str, evidence: Optional[Mapping[str, Any]] = None) -> Optional[Lesson]:
    """What a finding of `check` teaches; None for a check that the catalogue does not know."""
    entry = _catalogue()["checks"].get(check)
    return _lesson(entry, evidence or {}, entry["title"], entry["documentation"]) if entry else None


def lesson_of_exception(name: str, evidence: Optional[Mapping[str, Any]] = None) -> Optional[Lesson]:
    """What the exception `name`, with or without its module, teaches."""
    catalogue = _catalogue()
    short = name.rpartition(".")[2]
    entry = catalogue["exceptions"].get(catalogue["sameAs"].get(short, short))
    return _lesson(entry, evidence or {}, short, catalogue["checks"]["E1"]["documentation"]) if entry else None


def lesson_of_ending(reason: str, running_cell: Optional[int] = None) -> Optional[Lesson]:
    """What it teaches that the run ended for `reason`, the verdict's."""
    entry = _catalogue()["endings"].get(reason)
    where = "" if running_cell is None else " while cell %d was running" % running_cell
    return _lesson(entry, {"whileCell": where}, reason, entry["documentation"]) if entry else None


def known_checks() -> List[str]:
    """Every check of the operator's table, in its order."""
    return list(_catalogue()["checks"])


def _lesson(entry: Mapping[str, Any], facts: Mapping[str, Any], title: str, documentation: str) -> Lesson:
    texts = {name: str(fact) for name, fact in facts.items() if fact is not None and not isinstance(fact, bool)}
    limit = _catalogue()["maxFactBytes"]
    prose = {name: head(re.sub(r"\s+", " ", text), limit, "") for name, text in texts.items()}
    forms = _code_forms()
    code = {name: text for name, text in texts.items() if name in forms and forms[name].fullmatch(text)}
    return Lesson(
        title,
        _filled(entry["explanation"], prose, facts) or "",
        _filled(entry["bestPractice"], prose, facts) or "",
        _filled(entry["example"], code, facts),
        _filled(entry["suggestion"], prose, facts),
        documentation,
    )


def _filled(
    variants: Sequence[Union[str, Mapping[str, Any]]], known: Mapping[str, str], facts: Mapping[str, Any]
) -> Optional[str]:
    """The first variant that applies to the case and whose places can all be filled."""
    for variant in variants:
        text, when = (variant, {}) if isinstance(variant, str) else (variant["text"], variant["when"])
        if any(facts.get(name) != value for name, value in when.items()):
            continue
        if all(place in known for place in _PLACE.findall(text)):
            return _PLACE.sub(lambda place: known[place.group(1)], text)
    return None


@lru_cache(maxsize=1)
def _catalogue() -> Dict[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), "feedback.json"), encoding="utf-8") as file:
        catalogue: Dict[str, Any] = json.load(file)
    return catalogue


@lru_cache(maxsize=1)
def _code_forms() -> Dict[str, Pattern[str]]:
    return {name: re.compile(form) for name, form in _catalogue()["codeForms"].items()}
