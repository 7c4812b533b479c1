"""What the probe saw of values, as plain data: types, shapes and counts, never the values' own code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, FrozenSet, Optional, Tuple

NONE = "none"
SCALAR = "scalar"
TEXT = "text"
ARRAY = "array"
SERIES = "series"
FRAME = "frame"
CONTAINER = "container"
OTHER = "other"


@dataclass(frozen=True)
class ValueFacts:
    """Fields stay None when they don't apply to the value, or could not be told within the probe's bounds."""

    kind: str
    """One of the kinds above. SCALAR: int, float, complex, bool and numpy's; CONTAINER: list, tuple, dict, set."""
    type_name: str
    """Qualified, as the class says it: `pandas.core.frame.DataFrame`, `builtins.float`."""
    type_names: FrozenSet[str] = frozenset()
    """Every name by which `expectedOutputs.type` may call it: qualified, short and public alias, base classes too."""
    shape: Optional[Tuple[int, ...]] = None
    """Of arrays, series and frames; for containers and texts, their length."""
    size: Optional[int] = None
    """Elements."""
    nan_count: Optional[int] = None
    inf_count: Optional[int] = None
    all_nan: bool = False
    """Of an array or series as a whole; of a frame: of all columns, or of the columns in `nan_columns`."""
    nan_columns: Tuple[str, ...] = ()
    """Columns of a frame that are NaN from top to bottom; the first few."""
    columns: Optional[Tuple[str, ...]] = None
    lowest: Optional[float] = None
    """Smallest and largest number, of a scalar the value itself. None with `nan_count > 0` for a scalar."""
    highest: Optional[float] = None
    value: Any = None
    """A scalar, text or small container as JSON says it, for `expectedOutputs.equals`; see `has_value`."""
    has_value: bool = False
    text: Optional[str] = None
    """`repr` of scalars, texts and known types only, cut; for `expectedOutputs.matches`."""


@dataclass(frozen=True)
class AssignedValue:
    """A top-level name that the cell assigned, and what it holds now."""

    name: str
    facts: ValueFacts
    call: Optional[str] = None
    """The callee as written (`load_data`, `pd.read_csv`) when the name was assigned from a call."""
    origin: Optional[str] = None
    """Who wrote the callee: `notebook`, `repository`, `installed`, `standard library`; None when nobody can tell."""
    line: int = 0
    """Of the assignment, 1-based, in the cell."""


@dataclass(frozen=True)
class CellValues:
    shown: Optional[ValueFacts] = None
    """The value of the cell's last expression; None when the cell does not end in one, or shows nothing (`;`)."""
    shown_call: Optional[str] = None
    shown_origin: Optional[str] = None
    assigned: Tuple[AssignedValue, ...] = ()

    @property
    def result(self) -> Optional[ValueFacts]:
        """What `expectedOutputs` checks: the last expression's value, else the last assigned name's."""
        if self.shown is not None:
            return self.shown
        return self.assigned[-1].facts if self.assigned else None
