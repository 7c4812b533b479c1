"""Answers about syntax trees that several checks ask for, kept until the checks are through."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Callable, List, TypeVar, cast

Answer = TypeVar("Answer", bound=Callable[..., Any])

_forget: List[Callable[[], None]] = []


def remembered(function: Answer) -> Answer:
    """Asks the function once per argument; trees are told apart by who they are, not by what they say."""
    cached = lru_cache(maxsize=None)(function)
    _forget.append(cached.cache_clear)
    return cast(Answer, cached)


def forget_all() -> None:
    """Whole notebooks of trees with their parents are large."""
    for forget in _forget:
        forget()
