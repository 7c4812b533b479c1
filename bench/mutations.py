"""Silent failures planted into healthy notebooks: what is changed, and who has to find it, in which cell."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import random
import tempfile
import textwrap
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Mutant:
    family: str
    what: str
    cells: List[str]
    cell: int
    """Where it was planted, or where its effect first shows: the cell to blame."""
    config: Dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """A name that a cell assigns at top level, and what it held in a healthy run."""

    cell: int
    name: str
    value: Any


Notebook = List[str]


def healthy_values(cells: Notebook) -> List[Site]:
    """The last assigned name of each cell, by running the notebook here."""
    names: Dict[str, Any] = {}
    sites: List[Site] = []
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.chdir(folder)
        try:
            for index, cell in enumerate(cells):
                exec(compile(cell, "<cell>", "exec"), names)
                name = _last_assigned(cell)
                if name is not None and name in names:
                    value = names[name]
                    sites.append(Site(index, name, value.copy() if hasattr(value, "copy") else value))
        finally:
            os.chdir(here)
    return sites


def _last_assigned(cell: str) -> Optional[str]:
    found = None
    for node in ast.parse(cell).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found = node.targets[0].id
    return found


def _plant(cells: Notebook, index: int, line: str) -> Notebook:
    """A line at the end of a cell, before the expression that the cell shows."""
    body = ast.parse(cells[index]).body
    lines = cells[index].splitlines()
    at = body[-1].lineno - 1 if body and isinstance(body[-1], ast.Expr) else len(lines)
    lines[at:at] = line.splitlines()
    return cells[:index] + ["\n".join(lines)] + cells[index + 1 :]


def _is_used_later(cells: Notebook, site: Site) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == site.name
        for cell in cells[site.cell + 1 :]
        for node in ast.walk(ast.parse(cell))
    )


def _frames(cells: Notebook, sites: List[Site]) -> List[Site]:
    return [
        site
        for site in sites
        if isinstance(site.value, pd.DataFrame) and len(site.value) and _is_used_later(cells, site)
    ]


def loaders_return_none(cells: Notebook, sites: List[Site], choose: random.Random) -> Iterator[Mutant]:
    """A function whose result is assigned loses it: `return None`, no return at all, or an error turned into None."""
    for index, cell in enumerate(cells):
        for function in ast.parse(cell).body:
            if not isinstance(function, ast.FunctionDef) or not isinstance(function.body[-1], ast.Return):
                continue
            caller = _first_assignment_from(cells, function.name)
            if caller is None or function.body[-1].value is None:
                continue
            last = function.body[-1]
            lines = cell.splitlines()
            indent = " " * last.col_offset
            broken = {
                "return None": [indent + "return None"],
                "no return": [indent + "pass"],
                "error as None": [indent + "try:", indent + "    raise OSError('gone')", indent + "except OSError:",
                                  indent + "    return None"] + lines[last.lineno - 1 : last.end_lineno],
            }  # fmt: skip
            for what, replacement in broken.items():
                changed = lines[: last.lineno - 1] + replacement + lines[last.end_lineno or last.lineno :]
                mutated = cells[:index] + ["\n".join(changed)] + cells[index + 1 :]
                yield Mutant("loader returns None", "%s(): %s" % (function.name, what), mutated, caller)


def _first_assignment_from(cells: Notebook, function: str) -> Optional[int]:
    for index, cell in enumerate(cells):
        for node in ast.parse(cell).body:
            call = node.value if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else None
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function:
                return index
    return None


def columns_become_nan(cells: Notebook, sites: List[Site], choose: random.Random) -> Iterator[Mutant]:
    for site in _frames(cells, sites):
        numbers = [c for c in site.value.columns if isinstance(c, str) and pd.api.types.is_float_dtype(site.value[c])]
        texts = [c for c in site.value.columns if isinstance(c, str) and pd.api.types.is_string_dtype(site.value[c])]
        numbers = [c for c in numbers if site.value[c].notna().any()]
        texts = [c for c in texts if site.value[c].notna().any()]
        if numbers:
            place = "%s[%r]" % (site.name, choose.choice(numbers))
            yield _nan(cells, site, "%s = float('nan')" % place)
            yield _nan(cells, site, "%s = %s * float('nan')" % (place, place))
            yield _nan(cells, site, "%s.loc[:, %r] = float('nan')" % (site.name, choose.choice(numbers)))
        if texts:
            place = "%s[%r]" % (site.name, choose.choice(texts))
            yield _nan(cells, site, "%s = %s.map({'no such key': 1})" % (place, place))


def _nan(cells: Notebook, site: Site, line: str) -> Mutant:
    return Mutant("column becomes NaN", line, _plant(cells, site.cell, line), site.cell)


def filters_empty_a_frame(cells: Notebook, sites: List[Site], choose: random.Random) -> Iterator[Mutant]:
    for site in _frames(cells, sites):
        column = choose.choice([c for c in site.value.columns if isinstance(c, str)] or [None])
        lines = ["{0} = {0}.query('index != index')", "{0} = {0}[{0}.index != {0}.index]", "{0} = {0}.head(0)"]
        if column is not None:
            lines.append("{0} = {0}[{0}[%r].astype(str) == 'no such value']" % column)
            lines.append("{0} = {0}.merge({0}[[%r]].head(0), on=%r)" % (column, column))
        for line in lines:
            line = line.format(site.name)
            yield Mutant("filter empties a frame", line, _plant(cells, site.cell, line), site.cell)


def exceptions_are_swallowed(cells: Notebook, sites: List[Site], choose: random.Random) -> Iterator[Mutant]:
    for index, cell in enumerate(cells):
        if index == 0 or len(cell.splitlines()) < 2:
            continue
        for clause in ("except:", "except Exception:"):
            body = "try:\n    raise ValueError('planted')\n%s\n%s\n    pass" % (textwrap.indent(cell, "    "), clause)
            yield Mutant("exception swallowed", clause + " pass", cells[:index] + [body] + cells[index + 1 :], index)


def commands_fail(cells: Notebook, sites: List[Site], choose: random.Random) -> Iterator[Mutant]:
    for index, cell in enumerate(cells):
        command = choose.choice(
            ["!false", "!ls /no/such/folder 2>/dev/null", "!cp no-such-file copy 2>/dev/null", "!exit 3"]
        )
        yield Mutant("command fails", command, cells[:index] + [command + "\n" + cell] + cells[index + 1 :], index)


def results_are_wrong(cells: Notebook, sites: List[Site], choose: random.Random) -> Iterator[Mutant]:
    """What `expectedOutputs` says of a healthy run no longer holds."""
    for site in sites:
        if isinstance(ast.parse(cells[site.cell]).body[-1], ast.Expr):
            continue
        value, name = site.value, site.name
        if isinstance(value, pd.DataFrame) and len(value) > 1:
            expected = {"cell": site.cell, "type": "pandas.DataFrame", "shape": list(value.shape)}
            yield _wrong(cells, site, "%s = %s.iloc[:-1]" % (name, name), "shape", expected)
            yield _wrong(cells, site, "%s = %s.to_dict()" % (name, name), "type", expected)
        elif isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size and np.isfinite(value).all():
            expected = {"cell": site.cell, "lowest": float(value.min()), "highest": float(value.max())}
            yield _wrong(cells, site, "%s = %s + 1e9" % (name, name), "range", expected)
        elif isinstance(value, (int, float)) and not isinstance(value, bool) and np.isfinite(value):
            expected = {"cell": site.cell, "type": type(value).__name__, "lowest": value - 1, "highest": value + 1}
            yield _wrong(cells, site, "%s = %s * 1000 + 1e9" % (name, name), "range", expected)
            yield _wrong(cells, site, "%s = str(%s)" % (name, name), "type", expected)


def _wrong(cells: Notebook, site: Site, line: str, what: str, expected: Dict[str, Any]) -> Mutant:
    mutated = _plant(cells, site.cell, line)
    return Mutant("wrong " + what, line, mutated, site.cell, {"expectedOutputs": [expected]})


Mutator = Callable[[Notebook, List[Site], random.Random], Iterator[Mutant]]
MUTATORS: Tuple[Mutator, ...] = (
    loaders_return_none,
    columns_become_nan,
    filters_empty_a_frame,
    exceptions_are_swallowed,
    commands_fail,
    results_are_wrong,
)
