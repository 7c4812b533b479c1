"""The syntax tree of a pattern. Groups leave no trace in it: nobody asks what they captured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple, Union

from .character_class import Ranges

BEGIN_TEXT = 1
END_TEXT = 2
BEGIN_LINE = 4
END_LINE = 8
WORD_BOUNDARY = 16
NO_WORD_BOUNDARY = 32


@dataclass(frozen=True)
class Characters:
    """One character out of a set."""

    ranges: Ranges


@dataclass(frozen=True)
class Assertion:
    """Something about a place between two characters: one of the bits above."""

    kind: int


@dataclass(frozen=True)
class Sequence:
    items: "Tuple[Node, ...]"


@dataclass(frozen=True)
class Choice:
    """The earlier one is preferred."""

    options: "Tuple[Node, ...]"


@dataclass(frozen=True)
class Repetition:
    item: "Node"
    least: int
    most: Optional[int]
    """None = without end."""
    is_greedy: bool


Node = Union[Characters, Assertion, Sequence, Choice, Repetition]


def can_be_empty(node: Node) -> bool:
    if isinstance(node, Characters):
        return False
    if isinstance(node, Assertion):
        return True
    if isinstance(node, Sequence):
        return all(can_be_empty(item) for item in node.items)
    if isinstance(node, Choice):
        return any(can_be_empty(option) for option in node.options)
    return node.least == 0 or can_be_empty(node.item)
