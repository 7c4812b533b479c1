"""L3: files, networks and databases that are used as if they were always there."""

from __future__ import annotations

import ast
import re
from typing import Dict, Iterator, Optional, Set

from ..analysis.callees import Imports, argument, imports_of, last_name
from ..analysis.calls import callee_text
from ..analysis.executed_nodes import FUNCTIONS, running_cells
from ..analysis.tree_nodes import ancestors, calls_of, nodes_of, parents_of
from ..text import one_line
from .check import CheckContext, Observation
from .static_check import static_check

_NETWORK = re.compile(
    r"(requests|httpx|aiohttp)\.(get|post|put|patch|delete|head|request)$|urllib\.request\.(urlopen|urlretrieve)$"
    r"|(urlopen|urlretrieve)$|wget\.download$|gdown\.download$|socket\.(create_connection|socket)$|ftplib\.FTP$"
    r"|smtplib\.SMTP$|paramiko\.\w+$|boto3\.(client|resource)$|kagglehub\.\w+$"
)
_DATABASE = re.compile(
    r"(sqlite3|psycopg2?|pymysql|mysql\.connector|pyodbc|oracledb|cx_Oracle|snowflake\.connector|duckdb|trino)\.connect$"
    r"|(pandas|polars)\.read_(sql|sql_query|sql_table|gbq|database)$|pymongo\.MongoClient$|redis\.Redis$"
)
_FILE = re.compile(
    r"(io\.)?open$|(pandas|polars|geopandas|pyarrow\.\w+|dask\.dataframe)\.read_\w+$|numpy\.(load|loadtxt|genfromtxt)$"
    r"|joblib\.load$|torch\.load$|shutil\.(copy\w*|move|unpack_archive)$|(zipfile\.ZipFile|tarfile\.open)$"
    r"|os\.(remove|rename|listdir|scandir)$|datasets\.load_dataset$|tensorflow\.keras\.models\.load_model$"
)
_KINDS = ((_NETWORK, "network"), (_DATABASE, "database"), (_FILE, "file"))
_LOOKS_FIRST = frozenset(("exists", "is_file", "is_dir", "isfile", "isdir", "access", "raise_for_status", "glob"))


def _unhandled(context: CheckContext) -> Iterator[Observation]:
    imports = imports_of(context.notebook)
    handled = _called_within_try(context)
    for cell in running_cells(context.notebook):
        if cell.tree is None or _looks_first(cell.tree):
            continue
        parents = parents_of(cell.tree)
        for node in calls_of(cell.tree):
            kind = _kind(node, imports)
            if kind is None or _is_handled(node, parents, handled):
                continue
            callee = one_line(callee_text(node.func), 80)
            what = "a %s" % kind if kind != "network" else "the network"
            yield Observation(
                "`%s` in line %d needs %s, and nothing shows that its failure was thought of."
                % (callee, node.lineno, what),
                {"call": callee, "line": node.lineno, "category": kind, **_file(node)},
                cell.index,
            )
            break  # One lesson per cell.


def _kind(call: ast.Call, imports: Imports) -> Optional[str]:
    name = imports.full_name(call.func)
    if name == "open" and _writes(call):
        return None
    return next((kind for pattern, kind in _KINDS if pattern.match(name)), None)


def _writes(call: ast.Call) -> bool:
    mode = argument(call, "mode", 1)
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and mode.value[:1] in ("w", "a", "x")


def _is_handled(call: ast.Call, parents: Dict[ast.AST, ast.AST], handled: Set[str]) -> bool:
    for parent, child in ancestors(call, parents):
        if isinstance(parent, ast.Try) and parent.handlers and child in parent.body:
            return True
        if isinstance(parent, FUNCTIONS) and parent.name in handled:
            return True
    return False


def _looks_first(tree: ast.Module) -> bool:
    """It asks whether the thing is there, or for the answer's status."""
    return any(last_name(call.func) in _LOOKS_FIRST for call in calls_of(tree))


def _called_within_try(context: CheckContext) -> Set[str]:
    """Functions whose callers answer for them."""
    names: Set[str] = set()
    for cell in running_cells(context.notebook):
        for node in nodes_of(cell.tree):
            if isinstance(node, ast.Try) and node.handlers:
                calls = (each for statement in node.body for each in ast.walk(statement) if isinstance(each, ast.Call))
                names |= {last_name(call.func) for call in calls}
    return names


def _file(call: ast.Call) -> Dict[str, str]:
    first = call.args[0] if call.args else None
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return {"file": one_line(first.value, 120)} if is_text else {}  # type: ignore[union-attr,arg-type]


RISKY_IO = static_check("L3", _unhandled)
