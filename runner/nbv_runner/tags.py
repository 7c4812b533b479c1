"""Tags that a notebook's author may put on a cell."""

from __future__ import annotations

from typing import Any, FrozenSet, Mapping

RAISES_EXCEPTION = "raises-exception"
SKIP_EXECUTION = "skip-execution"
ALLOW_NONE = "nbv-allow-none"
ALLOW_NAN = "nbv-allow-nan"
ALLOW_STDERR = "nbv-allow-stderr"
IGNORE_OUTPUT = "nbv-ignore-output"
TAG_PREFIX = "nbv-"
OUR_TAGS = frozenset((ALLOW_NONE, ALLOW_NAN, ALLOW_STDERR, IGNORE_OUTPUT))


def tags_of(cell: Mapping[str, Any]) -> FrozenSet[str]:
    """Unknown tags are the author's own; malformed ones are none."""
    tags = cell.get("metadata", {}).get("tags")
    return frozenset(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else frozenset()
