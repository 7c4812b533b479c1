"""The interfaces of checks. A check says what it sees; how grave that is, is the policy's."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Callable, Iterable, Optional, Sequence, Tuple

from ..analysis.cell_source import NotebookSource
from ..cell_run import CellRun
from ..config import RunnerConfig
from ..finding import WARNING, Evidence
from ..golden.comparison import Comparison
from ..log_watch import LogWatch


@dataclass(frozen=True)
class Observation:
    """One sentence for people, and what it rests on."""

    message: str
    evidence: Evidence = field(default_factory=dict)
    """By name, as the feedback's texts may say it (`%{name}`): see src/validation/feedback."""
    cell: Optional[int] = None
    """Index over all cells, for checks that see more than one. None = the cell at hand, or the whole notebook."""


@dataclass(frozen=True)
class CheckContext:
    """What every check may look at beside its own subject."""

    config: RunnerConfig
    notebook: NotebookSource
    folder: str = ""
    """The notebook's working directory: absolute."""
    root: str = ""
    """The repository's: absolute."""
    cell_types: Tuple[str, ...] = ()
    """Of all cells of the original notebook, in order."""
    is_python: bool = True
    """Else no value can be looked at."""
    logs: LogWatch = field(default_factory=LogWatch)
    """What `expectedLogs` asks for, as far as it was printed."""
    started: float = field(default_factory=time.time)
    """Before the first cell; seconds since the epoch."""
    comparison: Optional[Comparison] = None
    """With the golden notebook; there for run checks, if the job has one."""


@dataclass(frozen=True)
class CellCheck:
    """Looks at one finished cell. `observe` is pure: it looks at the evidence only."""

    id: str
    observe: Callable[[CellRun, CheckContext], Iterable[Observation]]
    default_severity: str = WARNING
    """For a policy that does not name the check (an older operator)."""
    always_fails: bool = False


@dataclass(frozen=True)
class NotebookCheck:
    """Looks at the sources before anything runs."""

    id: str
    observe: Callable[[CheckContext], Iterable[Observation]]
    default_severity: str = WARNING
    always_fails: bool = False
    blocks: bool = False
    """A failure ends the run before its first cell: what is asked for can't be had by running."""


@dataclass(frozen=True)
class RunCheck:
    """Looks at the whole run after its last cell, when no process of the notebook is left."""

    id: str
    observe: Callable[[Sequence[CellRun], CheckContext], Iterable[Observation]]
    default_severity: str = WARNING
    always_fails: bool = False
