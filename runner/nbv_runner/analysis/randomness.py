"""Random numbers that come out differently in every run."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Dict, Iterator, Optional

from .callees import Imports, argument, has_unpacked, last_name
from .cell_source import NotebookSource
from .executed_nodes import running_cells
from .tree_nodes import calls_of

_SOURCES = {
    "numpy": re.compile(
        r"numpy\.random\.(rand|randn|randint|random|random_sample|ranf|sample|choice|shuffle|permutation|normal|uniform"
        r"|standard_normal|poisson|binomial|beta|gamma|exponential|lognormal|multivariate_normal|dirichlet|bytes)$"
    ),
    "random": re.compile(
        r"random\.(random|randint|randrange|choice|choices|shuffle|sample|uniform|gauss|normalvariate|betavariate"
        r"|expovariate|triangular|getrandbits)$"
    ),
    "torch": re.compile(r"torch\.(rand|randn|randint|randperm|normal|rand_like|randn_like|bernoulli|multinomial)$"),
    "tensorflow": re.compile(r"tensorflow\.random\.(normal|uniform|shuffle|truncated_normal|categorical)$"),
}
"""Functions of one hidden generator each, which one call seeds for the whole notebook."""
_GENERATORS = re.compile(
    r"numpy\.random\.(default_rng|RandomState|SeedSequence|PCG64|MT19937|Generator)$|random\.Random$"
)
_SKLEARN = re.compile(
    r"(train_test_split|(RandomForest|ExtraTrees|GradientBoosting|Bagging|AdaBoost|MLP|SGD|DecisionTree|ExtraTree)"
    r"(Classifier|Regressor)|HistGradientBoosting(Classifier|Regressor)|(MiniBatch|Bisecting)?KMeans|TSNE|NMF"
    r"|IsolationForest|GaussianMixture|LatentDirichletAllocation|RandomizedSearchCV|(Stratified)?ShuffleSplit"
    r"|GroupShuffleSplit|make_(classification|regression|blobs|moons|circles|friedman\d|swiss_roll|s_curve)"
    r"|permutation_importance|resample|UMAP|RandomUnderSampler|RandomOverSampler|SMOTE)$"
)
_WHEN_SHUFFLED = re.compile(r"(Stratified|Group|StratifiedGroup)?KFold$")
_NOISELESS = re.compile(r"make_(moons|circles|swiss_roll|s_curve|friedman\d)$")
_SEEDING = re.compile(
    r"(^|_)(manual_)?seed(s|ed|_all|_everything)?($|_)|set_(random_)?seed|fix_(all_)?seeds?|enable_op_determinism"
)
_EVERYTHING = "everything"


@dataclass(frozen=True)
class RandomDraw:
    cell: int
    call: ast.Call
    fix: str
    """What makes it repeatable: one clause."""


def unseeded_draws(notebook: NotebookSource, imports: Imports) -> Iterator[RandomDraw]:
    """In the order of the notebook; for a hidden generator only the first, since one seed mends them all."""
    seeded: Dict[str, bool] = {}
    told: Dict[str, bool] = {}
    for cell in running_cells(notebook):
        if cell.tree is None:
            continue
        calls = sorted(
            calls_of(cell.tree),
            key=lambda call: (call.lineno, call.col_offset),
        )
        for call in calls:
            name = imports.full_name(call.func)
            if _SEEDING.search(last_name(call.func)):
                if not _seeds_nothing(call):
                    seeded[_family(name)] = True
                continue
            family = next((family for family, form in _SOURCES.items() if form.match(name)), None)
            is_seeded = seeded.get(_EVERYTHING, False) or seeded.get(family or "numpy", False)
            if family is not None:
                if not is_seeded and not told.get(family):
                    told[family] = True
                    yield RandomDraw(cell.index, call, _FIXES[family])
            elif _GENERATORS.match(name):
                if _seeds_nothing(call):
                    yield RandomDraw(cell.index, call, "give it a seed")
            elif not is_seeded and _lacks_state(call, name):
                yield RandomDraw(cell.index, call, "give it a random_state")


_FIXES = {
    "numpy": "use numpy.random.default_rng(seed), or seed it first",
    "random": "call random.seed(…) first",
    "torch": "call torch.manual_seed(…) first",
    "tensorflow": "call tf.random.set_seed(…) first",
}


def _family(name: str) -> str:
    base = name.partition(".")[0]
    return base if base in _SOURCES else _EVERYTHING


def _seeds_nothing(call: ast.Call) -> bool:
    if has_unpacked(call):
        return False
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return all(isinstance(each, ast.Constant) and each.value is None for each in given)


def _lacks_state(call: ast.Call, name: str) -> bool:
    if has_unpacked(call) or _is_given(argument(call, "random_state")) or _is_given(argument(call, "rng")):
        return False
    if _is_given(argument(call, "seed")):
        return False
    short = name.rpartition(".")[2]
    if _WHEN_SHUFFLED.match(short):
        return _is_true(argument(call, "shuffle"))
    if short == "sample":
        # `df.sample(n)`; `random.sample` was looked at before, and a generator's own takes no fraction.
        return "." in name and (argument(call, "frac") is not None or argument(call, "n") is not None)
    if not _SKLEARN.match(short) or (name != short and not _is_learning(name)):
        return False
    if short == "train_test_split" and _is_false(argument(call, "shuffle")):
        return False
    if _NOISELESS.match(short) and argument(call, "noise") is None:
        return short == "make_friedman1" or _is_shuffling(short)
    return not (short.startswith("DecisionTree") and argument(call, "max_features") is None)


def _is_shuffling(short: str) -> bool:
    return short in ("make_swiss_roll", "make_s_curve")


def _is_learning(name: str) -> bool:
    return name.partition(".")[0] in ("sklearn", "umap", "imblearn", "cuml", "ensemble", "model_selection", "datasets")


def _is_given(node: Optional[ast.expr]) -> bool:
    return node is not None and not (isinstance(node, ast.Constant) and node.value is None)


def _is_true(node: Optional[ast.expr]) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _is_false(node: Optional[ast.expr]) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
