"""Callables that checks know by name: data, matched against the last name of a call as it is written."""

from __future__ import annotations

from ..analysis.calls import CallSite

OPTIONAL = frozenset(
    """
    get getenv getattr next pop popitem popleft setdefault match search fullmatch group which getdoc get_docstring
    find_spec find_library find_loader getmodule getsourcefile getparent getnext getprevious findtext find find_one
    find_one_and_update find_one_and_delete select_one fetchone first last one_or_none scalar scalar_one_or_none
    scalars nth lookup poll signal gci tzname utcoffset dst current_task parsedate parsedate_tz active_run exception
    result peek read_pandas_option first_valid_index last_valid_index gettrace getprofile cpu_count current_frame
    currentframe best lastrowid nextset readline recv
    """.split()
)
"""None is their answer for "there is none"."""
OPTIONAL_PREFIXES = ("get_", "find_", "lookup_", "search_", "try_", "maybe_", "fetch_one", "first_", "last_", "_get_")
OPTIONAL_SUFFIXES = ("_or_none", "_or_default", "_if_any", "_if_exists")

OWN_OPTIONAL_PREFIXES = (
    "find_",
    "lookup",
    "search",
    "try_",
    "maybe_",
    "first_",
    "match_",
    "binary_search",
    "bfs",
    "dfs",
)
"""Of the project's functions: `get_…` is as often a loader as a lookup."""
OWN_OPTIONAL_METHODS = frozenset("get find search lookup pop peek top dequeue popleft next match first last".split())
OWN_OPTIONAL = frozenset(("find", "search", "lookup", "match"))

READERS = ("read_", "load", "scan_", "from_csv", "genfromtxt", "fromfile", "fetch", "download", "import_", "query_")
"""Beginnings of names that load data."""
FILTERS = frozenset(
    "query filter dropna merge join drop_duplicates drop between_time truncate select head tail".split()
)
OWN_FILTERS = (
    "filter",
    "select",
    "clean",
    "prepare",
    "preprocess",
    "extract",
    "merge",
    "join",
    "drop",
    "subset",
    "keep",
)
"""Beginnings of names of the project's functions that give a part of their data."""

SUBSETS = frozenset(
    """
    head tail sample query filter loc iloc nlargest nsmallest sort_values sort_index get_group drop_duplicates take
    truncate between_time train_test_split dropna xs squeeze copy reset_index set_index drop sort compress slice limit
    first last nth shuffle resample unique mode
    """.split()
)
"""Give rows that were there before: NaN in them is not new."""
SUMMARIES = frozenset(
    "corr cov describe std var sem skew kurt pivot pivot_table unstack agg aggregate crosstab asfreq reindex".split()
)
"""Have a NaN column for good reasons: one group member, a constant, a combination that does not occur."""
INFINITE = frozenset(
    """
    roc_curve det_curve ppf isf logit bounds dijkstra shortest_path floyd_warshall johnson bellman_ford finfo
    single_source_dijkstra all_pairs_dijkstra qcut cut cond
    """.split()
)
"""Give infinity by definition: a threshold above all scores, the distance of what can't be reached."""
PLACEHOLDERS = frozenset(
    "full full_like empty empty_like zeros ones DataFrame Series array asarray repeat tile".split()
)
"""Make what later code fills."""

SEARCHES_FOR_TROUBLE = (
    "outlier dup miss invalid bad error anomal violat null fail leak mismatch conflict diff extra unmatched orphan"
    " overlap nan na empty wrong broken reject suspicious negative late stale unknown problem issue drop remove changed"
    " new_ added deleted remaining rest alert warn warning bug gap hole rare spike extreme suspect fraud"
).split()
"""In the name of a frame or its function: no rows is the good news."""


def is_optional(call: CallSite) -> bool:
    """The library answers None when there is nothing to give, or the author asked for None as a default."""
    name = call.method
    return name in OPTIONAL or name.startswith(OPTIONAL_PREFIXES) or name.endswith(OPTIONAL_SUFFIXES) or call.names_none


def is_own_optional(call: CallSite) -> bool:
    """The same of a function of the project."""
    name = call.method
    return (
        (call.is_method and name in OWN_OPTIONAL_METHODS)
        or name in OWN_OPTIONAL
        or name.startswith(OWN_OPTIONAL_PREFIXES)
        or name.endswith(OPTIONAL_SUFFIXES)
    )


def is_reader(call: CallSite) -> bool:
    return call.method.lstrip("_").startswith(READERS)


def searches_for_trouble(text: str) -> bool:
    words = "_" + "".join("_" + each.lower() if each.isupper() else each for each in text)
    return any("_" + word in words for word in SEARCHES_FOR_TROUBLE)
