"""The steps of a notebook whose results are worth a check: data loaded, tables joined, models trained."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Dict, Iterable, Iterator, Mapping, Optional

from .callees import Imports, argument, last_name
from .calls import callee_text
from .cell_source import CellSource
from .executed_nodes import FUNCTIONS, Function, executed_body, executed_calls, gives_value
from .tree_nodes import ancestors, parents_of

LOADS, JOINS, TRAINS = "loads", "joins", "trains"

_LOADERS_OF = frozenset(
    ("json", "pickle", "joblib", "yaml", "numpy", "torch", "dill", "cloudpickle", "toml", "tomllib")
)
_LOAD_NAMES = re.compile(
    r"read_(csv|table|fwf|excel|json|html|xml|hdf|feather|parquet|orc|sas|spss|sql\w*|gbq|pickle|stata|clipboard"
    r"|ipc|avro|delta|database|ndjson|file|schema|text)$|scan_(csv|parquet|ipc|delta|ndjson)$"
    r"|(load|fetch)_(?!dotenv|ext|ipython|style|all_extensions|state_dict|weights|\w*config)\w+$|loadtxt$|genfromtxt$|fromfile$"
    r"|fetchall$|fetchmany$|load_dataset$|load_data$|load_model$|imread$"
)
_OWN_LOADERS = re.compile(r"(load|read|fetch|download|ingest)_\w+$")
_OWN_TRAINERS = re.compile(r"(train|fit)(_(?!test_split)\w+)?$")
_JOIN_NAMES = frozenset(("merge", "merge_asof", "merge_ordered", "pivot", "pivot_table", "melt", "wide_to_long"))
_JOIN_KEYWORDS = frozenset(("on", "how", "lsuffix", "rsuffix", "left_on", "right_on", "validate"))
_TRAIN_NAMES = frozenset(("fit", "fit_transform", "fit_predict", "partial_fit", "fit_generator", "cross_val_score"))
_TRAINERS = frozenset(("xgboost.train", "lightgbm.train", "xgb.train", "lgb.train", "catboost.train"))
_MAX_DEPTH = 5


@dataclass(frozen=True)
class DataStep:
    kind: str
    call: ast.Call
    name: Optional[str]
    """What it is assigned to, where that is one name."""

    @property
    def callee(self) -> str:
        return callee_text(self.call.func)


class DataSteps:
    """Tells the steps of a cell, those within the notebook's own functions included."""

    def __init__(self, imports: Imports, functions: Mapping[str, Function]) -> None:
        self._imports = imports
        self._functions = functions
        self._known: Dict[str, Optional[str]] = {}

    def of(self, tree: ast.Module) -> Iterator[DataStep]:
        parents = parents_of(tree)
        for call in executed_calls(tree):
            kind = self._kind(call, 0)
            if kind is not None and not (kind == JOINS and _is_only_shown(call, parents)):
                yield DataStep(kind, call, _assigned_name(call, parents))

    def of_any(self, cells: Iterable[CellSource]) -> Iterator[DataStep]:
        return (step for cell in cells if cell.tree is not None for step in self.of(cell.tree))

    def _kind(self, call: ast.Call, depth: int) -> Optional[str]:
        name = last_name(call.func)
        function = self._functions.get(name)
        if function is not None and isinstance(call.func, ast.Name):
            return self._kind_of_own(name, function, depth)
        full = self._imports.full_name(call.func)
        base = full.partition(".")[0]
        if _LOAD_NAMES.match(name) or (name == "load" and base in _LOADERS_OF):
            return LOADS
        if isinstance(call.func, ast.Name) and _OWN_LOADERS.match(name) and name in self._imports.names:
            return LOADS  # Imported from the repository.
        if name in _JOIN_NAMES or full in ("pandas.concat", "polars.concat"):
            return JOINS
        if name == "join" and any(keyword.arg in _JOIN_KEYWORDS for keyword in call.keywords):
            return JOINS
        if name in _TRAIN_NAMES or full in _TRAINERS:
            # `model.fit()` of a statistics package has no arguments; `plt.fit` does not exist.
            return TRAINS
        if name == "train" and (call.args or argument(call, "train_data") is not None) and not _is_flag(call):
            return TRAINS
        if isinstance(call.func, ast.Name) and _OWN_TRAINERS.match(name) and name in self._imports.names:
            return TRAINS
        return None

    def _kind_of_own(self, name: str, function: Function, depth: int) -> Optional[str]:
        """The kind of the first step in its body. Recursion ends by what is already known."""
        if name in self._known or depth > _MAX_DEPTH:
            return self._known.get(name)
        self._known[name] = None
        calls = (node for node in executed_body(function) if isinstance(node, ast.Call))
        kinds = [kind for kind in (self._kind(call, depth + 1) for call in calls) if kind is not None]
        by_name = LOADS if _OWN_LOADERS.match(name) and gives_value(function) else None
        self._known[name] = by_name or next(iter(kinds), None)
        return self._known[name]


def _is_flag(call: ast.Call) -> bool:
    """`model.train(True)` of torch only switches the mode."""
    return len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, bool)


def _is_only_shown(call: ast.Call, parents: Dict[ast.AST, ast.AST]) -> bool:
    """A table that is joined for display and kept by nobody."""
    for parent, _ in ancestors(call, parents):
        if isinstance(parent, ast.Expr):
            return True
        if isinstance(parent, (ast.stmt, *FUNCTIONS)):
            return False
    return False


def _assigned_name(call: ast.Call, parents: Dict[ast.AST, ast.AST]) -> Optional[str]:
    for parent, _ in ancestors(call, parents):
        if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
            target = parent.targets[0]
            return target.id if isinstance(target, ast.Name) else None
        if isinstance(parent, ast.AnnAssign):
            return parent.target.id if isinstance(parent.target, ast.Name) else None
        if isinstance(parent, ast.stmt):
            break
    # `model.fit(X, y)` changes the model.
    base = call.func.value if isinstance(call.func, ast.Attribute) else None
    return base.id if isinstance(base, ast.Name) and last_name(call.func) in ("fit", "partial_fit") else None
