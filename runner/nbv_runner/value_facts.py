"""What the probe saw of values, as plain data: types, shapes and counts, never the values' own code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, FrozenSet, Optional, Tuple

from .analysis.assignments import Binding

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
    """Of an array, series, list or tuple as a whole; of a frame: of all columns, or of the columns in `nan_columns`."""
    nan_columns: Tuple[str, ...] = ()
    """Columns of a frame that are NaN from top to bottom."""
    some_nan_columns: Tuple[str, ...] = ()
    """Columns that are NaN in some rows."""
    nan_keys: Tuple[Tuple[str, ...], ...] = ()
    """Of a dict: the keys under which NaN stands, those of the dicts in it after the key of these."""
    all_none: bool = False
    """A list or tuple that holds None and nothing else."""
    columns: Optional[Tuple[str, ...]] = None
    lowest: Optional[float] = None
    """Smallest and largest number, of a scalar the value itself. None with `nan_count > 0` for a scalar."""
    highest: Optional[float] = None
    value: Any = None
    """A scalar, text or small container as JSON says it, for `expectedOutputs.equals`; see `has_value`."""
    has_value: bool = False
    text: Optional[str] = None
    """`repr` of scalars, texts and known types only, cut; for `expectedOutputs.matches`."""


NOTEBOOK = "notebook"
REPOSITORY = "repository"


@dataclass(frozen=True)
class Callee:
    """What a call leads to, as far as that can be told without running it."""

    origin: Optional[str] = None
    """Who wrote it: `notebook`, `repository`, `installed`, `standard library`; None when nobody can tell."""
    function: Optional[str] = None
    """Name, file and first line of the function's definition."""
    file: Optional[str] = None
    line: int = 0

    @property
    def is_own(self) -> bool:
        """The project's, not a library's."""
        return self.origin in (NOTEBOOK, REPOSITORY)


@dataclass(frozen=True)
class AssignedValue:
    """A top-level name that the cell assigned or changed, and what it holds now. The shown value has no name."""

    name: str
    facts: ValueFacts
    call: Optional[str] = None
    """The callee as written (`load_data`, `pd.read_csv`) when the name was assigned from a call."""
    origin: Optional[str] = None
    """Who wrote the callee, see `Callee.origin`."""
    line: int = 0
    """Of the assignment, 1-based, in the cell."""
    callee: Callee = field(default_factory=Callee)
    bindings: Tuple[Binding, ...] = ()
    """Every assignment that may have given the value; the last one is the one that `call` and `line` are of."""
    changes: Tuple[Binding, ...] = ()
    """What the cell did to the value besides."""
    inputs: Tuple[ValueFacts, ...] = ()
    """What was known of the values that it is made from."""
    known_nan_columns: FrozenSet[str] = frozenset()
    """Columns that some frame of an earlier cell had all NaN."""
    from_nan: bool = False
    """It is made from a value that the author wrote down with NaN in it."""
    from_infinity: bool = False
    """The same, with infinity."""


@dataclass(frozen=True)
class CellValues:
    shown: Optional[ValueFacts] = None
    """The value of the cell's last expression; None when the cell does not end in one, or shows nothing (`;`)."""
    shown_call: Optional[str] = None
    shown_origin: Optional[str] = None
    assigned: Tuple[AssignedValue, ...] = ()
    """In order of the assignments."""
    changed: Tuple[AssignedValue, ...] = ()
    """Names that the cell did not assign, but whose value it changed: `x["a"] = …`."""
    shown_value: Optional[AssignedValue] = None
    """The shown value, with all that is known of it."""

    @property
    def result(self) -> Optional[ValueFacts]:
        """What `expectedOutputs` checks: the last expression's value, else the last assigned name's."""
        if self.shown is not None:
            return self.shown
        return self.assigned[-1].facts if self.assigned else None

    @property
    def all(self) -> Tuple[AssignedValue, ...]:
        shown = (self.shown_value,) if self.shown_value is not None else ()
        return (*self.assigned, *self.changed, *shown)
