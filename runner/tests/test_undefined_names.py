"""L6, order: names that a run from the top would not find."""

from __future__ import annotations

from typing import Any, List

import pytest

from harness import code
from linting import lint, of_category


def names(*cells: Any, **request: Any) -> List[Any]:
    """Name, cell, line and defining cell of each name that a run from the top would not find."""
    found = of_category("order", *cells, **request)
    return [(e["evidence"]["name"], e["cell"], e["evidence"]["line"], e["evidence"].get("definedIn")) for e in found]


def test_names_that_only_a_later_cell_defines() -> None:
    assert names("print(df)", "df = 1") == [("df", 0, 1, 1)]
    assert names("x = 1\nprint(x, y)", "z = 1", "y = 2") == [("y", 0, 2, 2)]
    assert names("print(x)\nx = 1") == [("x", 0, 1, 0)]
    assert names("x += 1", "x = 0") == [("x", 0, 1, 0)]


def test_names_that_nothing_defines() -> None:
    assert names("print(df.head())", "df2 = df") == [("df", 0, 1, None)]
    assert names("def f():\n    return missing") == [("missing", 0, 2, None)]
    assert names("f = lambda x: x + missing") == [("missing", 0, 1, None)]
    assert names("print(__file__)") == [("__file__", 0, 1, None)]


def test_names_of_cells_that_do_not_run_and_of_deleted_names() -> None:
    assert names(code("x = 1", "skip-execution"), "print(x)") == [("x", 1, 1, None)]
    assert names("x = 1", "del x", "print(x)") == [("x", 2, 1, 0)]
    assert not names("x = 1\nif x:\n    del x", "print(x)")


def test_a_call_that_comes_before_what_its_function_needs() -> None:
    function = "def f():\n    return helper() + limit\ndef helper():\n    return scale"
    assert names(function, "f()", "limit = 1\nscale = 2") == [("limit", 1, 1, 2), ("scale", 1, 1, 2)]
    assert not names(function, "limit = 1\nscale = 2", "f()")
    (found,) = of_category("order", "def f():\n    return limit", "f()", "limit = 1")
    assert found["evidence"]["function"] == "f" and "`f` is called in line 1 and needs `limit`" in found["message"]


@pytest.mark.parametrize(
    "cells",
    [
        ["import numpy as np, os.path", "np.array(1); os.path"],
        ["from os import path as p", "p.join()"],
        ["x: int = 1", "x"],
        ["[y for x in range(3) for y in range(x) if x]", "{k: v for k, v in {}.items()}"],
        ["total = sum(n for n in range(3))", "print(total)"],
        ["if (n := 3) > 2:\n    print(n)", "print(n)"],
        ["[last := x for x in range(3)]", "print(last)"],
        ["def f(a, *b, c=1, **d):\n    e = a\n    return b, c, d, e", "f(1)"],
        ["def f(n):\n    return f(n - 1) if n else 0", "f(3)"],
        [
            "def outer():\n    x = 1\n    def inner():\n        nonlocal x\n        x += 1\n        return x\n    return inner"
        ],
        ["def set_it():\n    global state\n    state = 1", "set_it()", "print(state)"],
        ["class A:\n    x = 1\n    y = x + 1\n    def f(self):\n        return A.x", "A().f()"],
        ["class Node:\n    def add(self, other: 'Node') -> 'Node':\n        return Node()"],
        ["try:\n    x\nexcept NameError:\n    x = 1", "print(x)"],
        ["if 'df' not in globals():\n    df = 1\nprint(df)"],
        ["from numpy import *", "array([pi])"],
        ["%pylab inline", "plot(x)"],
        ["%run setup.ipynb", "print(config)"],
        ["%load_ext autoreload\n%autoreload 2\n%matplotlib inline", "x = 1"],
        ["%%capture out\nx = 1", "print(out, x)"],
        ["%%bash --out listing\nls", "print(listing)"],
        ["files = !ls", "print(files)"],
        ["%time x = 1", "print(x)"],
        ["%%sql result <<\nselect 1", "print(result)"],
        ["with open('x') as f, open('y') as (a, b):\n    print(f, a, b)"],
        ["for i, (a, b) in enumerate([]):\n    print(i, a, b)", "print(i)"],
        ["while True:\n    if started:\n        break\n    started = True"],
        ["for x in range(3):\n    if x:\n        print(previous)\n    previous = x"],
        ["try:\n    f = open('x')\nexcept OSError as error:\n    print(error)\nelse:\n    print(f)"],
        [
            "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return [x async for x in g()]\nasync def g():\n    yield 1",
            "await f()",
        ],
        ["lambda: later", "later = 1"],
        ["def f():\n    return later", "later = 1", "f()"],
        ["print(_, __, _1, _i, In, Out, display, get_ipython(), exit)"],
        ["print(__name__, __doc__)"],
        ["exec('x = 1')", "print(x)"],
        ["globals()['y'] = 1", "print(y)"],
        ["def f(x=None, *, y: 'Later' = 1) -> 'Later': ..."],
        ["from __future__ import annotations\ndef f(x: Later) -> Later: ..."],
        ["def f():\n    return here if 'here' in dir() else None", "f()"],
        ["def f(x=None):\n    if x:\n        return later\n    return x and later", "f()", "later = 1"],
        ["x = [1]\nx[0] = 2\nx.y = 3\ndel x[0]"],
        ["@property\ndef f(self): ..."],
        ["def f():\n    import os\n    from sys import path\n    return os, path"],
        ["d = {'a': 1}", "print(f\"{d['a']:>{len(d)}}\")"],
        ["help(print)"],
        ["import builtins\nprint(builtins.len)"],
        ["f = lambda n: n * factor", "factor = 2", "f(1)"],
        ["x = 1", code("print(undefined_on_purpose)", "raises-exception")],
        [
            "class Loader:\n    def load(self):\n        return limit\nfrom os import scandir as load\nload()",
            "limit = 1",
        ],
        ["seen = set()\n[x for x in [1] if x not in seen and not seen.add(x)]"],
        ["rows = [[1]]\nprint([[cell for cell in row] for row in rows])"],
        ["def f(rows):\n    return max(rows, key=lambda row: (row.a, len(rows)))"],
    ],
)
def test_names_that_are_there_in_time(cells: List[Any]) -> None:
    assert names(*cells) == []


def test_match_statements_bind_names() -> None:
    source = "match command:\n    case {'a': a, **rest}:\n        print(a, rest)\n    case [first, *others] as whole:\n        print(first, others, whole)"
    result = lint("command = {}", source)
    if result["unparsed"]:
        pytest.skip("this Python has no match statement")
    assert not [each for each in result["findings"] if each["check"] == "L6"]


def test_parameters_of_the_job_are_defined() -> None:
    assert names("print(region)") == [("region", 0, 1, None)]
    assert not names("print(region)", parameters={"region": "eu"})


def test_a_cell_that_can_not_be_read_may_define_anything() -> None:
    assert not names("x = (", "print(x)")
