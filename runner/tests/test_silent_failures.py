"""N1 to N4: None where a value was meant fails; None that is meant, or asked for, does not."""

from __future__ import annotations

from typing import Any, Callable, List, Tuple

import pytest

from harness import Attempt, Result, code

Make = Callable[..., Attempt]
LOADER = "def load():\n    try:\n        return open('/nowhere').read()\n    except OSError:\n        return None"
FIND = "class Shelf:\n    def find(self, name):\n        for each in ():\n            return each"


def silent(result: Result) -> List[Tuple[int, str]]:
    """Cell and check of everything in N."""
    return [
        (event["cell"], finding["check"])
        for event in result.of_type("cell-end")
        for finding in event["findings"]
        if finding["check"].startswith("N")
    ]


FIRES = {
    "own function": (["%s" % LOADER, "data = load()"], (1, "N1")),
    "own function, in the same cell": ([LOADER + "\ndata = load()"], (0, "N1")),
    "annotated": ([LOADER, "data: str = load()"], (1, "N1")),
    "walrus": ([LOADER, "print((data := load()))"], (1, "N1")),
    "timed": ([LOADER, "%%time\ndata = load()"], (1, "N1")),
    "line magic": ([LOADER, "%time data = load()"], (1, "N1")),
    "awaited": (["async def load():\n    for each in ():\n        return each", "data = await load()"], (1, "N1")),
    "asyncio.run is looked through": (
        [
            "import asyncio, threading\ndef run(c):\n    return c\nasync def load():\n    for e in ():\n        return e",
            "box = []\nthread = threading.Thread(target=lambda: box.append(asyncio.run(load())))\nthread.start(); thread.join()",
            "data = await asyncio.wait_for(load(), 5)",
        ],
        (2, "N1"),
    ),
    "method of an own class": (
        [
            "class Store:\n    def load(self):\n        for each in ():\n            return each",
            "data = Store().load()",
        ],
        (1, "N1"),
    ),
    "method of an own object": (
        [
            "class Store:\n    def load(self):\n        for each in ():\n            return each\nstore = Store()",
            "data = store.load()",
        ],
        (1, "N1"),
    ),
    "one of two branches": ([LOADER, "if True:\n    data = load()\nelse:\n    data = load()"], (1, "N1")),
    "loop": ([LOADER, "for _ in range(2):\n    data = load()"], (1, "N1")),
    "decorated": (
        [
            "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(*a):\n        f(*a)\n        return f(*a)\n    return inner\n"
            "@twice\ndef load():\n    for each in ():\n        return each",
            "data = load()",
        ],
        (1, "N1"),
    ),
    "name given to the result": ([LOADER, "load = load()"], (1, "N1")),
    "forgotten return": (["def load():\n    data = [1]", "data = load()", "print(data)"], (1, "N1")),
    "a return replaced by None": (["def load():\n    return None", "data = load()", "print(data)"], (1, "N1")),
    "one of several results": (["def load():\n    return [1], None", "train, test = load()"], (1, "N1")),
    "partial": ([LOADER + "\nimport functools\nread = functools.partial(load)", "data = read()"], (1, "N1")),
    "print": (["x = print('hello')"], (0, "N2")),
    "in place": (["values = [3, 1]", "values = values.sort()"], (1, "N2")),
    "frame in place": (
        [
            "import pandas as pd\nframe = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})",
            "frame = frame.drop(columns='b', inplace=True)",
        ],
        (1, "N2"),
    ),
    "shuffled": (["import random\ndeck = [1, 2]", "deck = random.shuffle(deck)"], (1, "N2")),
    "json null": (["import json", "settings = json.loads('null')"], (1, "N2")),
    "chained": (["import pandas as pd", "frame = pd.DataFrame({'a': [1, 2]}).head().dropna(inplace=True)"], (1, "N2")),
    "dictionary": (["settings = {}", "url = settings.get('url')"], (1, "N3")),
    "regular expression": (["import re", "found = re.match('a', 'b')"], (1, "N3")),
    "environment": (["import os", "url = os.environ.get('NBV_NO_SUCH')"], (1, "N3")),
    "getenv": (["from os import getenv", "url = getenv('NBV_NO_SUCH')"], (1, "N3")),
    "which": (["import shutil", "tool = shutil.which('nbv-no-such')"], (1, "N3")),
    "next with a default": (["first = next(iter([]), None)"], (0, "N3")),
    "attribute with a default": (["colour = getattr(object(), 'colour', None)"], (0, "N3")),
    "own function annotated as optional": (
        ["from typing import Optional\ndef load() -> Optional[str]:\n    return None if True else ''", "data = load()"],
        (1, "N3"),
    ),
    "own lookup": ([FIND, "book = Shelf().find('x')"], (1, "N3")),
    "list of nothing": (
        ["def load(p):\n    for each in ():\n        return each", "frames = [load(p) for p in 'ab']", "print(frames)"],
        (1, "N1"),
    ),
    "shown": ([LOADER, "load()"], (1, "N4")),
    "shown method": (
        ["class Store:\n    def load(self):\n        for each in ():\n            return each", "Store().load()"],
        (1, "N4"),
    ),
    "guarded another value of the name": (
        [LOADER, "data = load()", "data = 3", "if data is None:\n    print('no')"],
        (1, "N1"),
    ),
    "guarded another value of the name, in the cell that gives it": (
        [LOADER, "data = load()", "data = 3\nif data is not None:\n    print(data)"],
        (1, "N1"),
    ),
    "guarded another value of the name, given in each branch": (
        [LOADER, "data = load()", "if 1 > 2:\n    data = 3\nelse:\n    data = 4\nassert data is not None"],
        (1, "N1"),
    ),
    "guarded a local of a function": (
        [LOADER, "data = load()", "def other():\n    data = None\n    if data is None:\n        print('no')"],
        (1, "N1"),
    ),
    "guarded a parameter": (
        [LOADER, "data = load()", "def clean(data):\n    if data is None:\n        return 0\n    return data"],
        (1, "N1"),
    ),
    "guarded a comprehension's own name": (
        [LOADER, "data = load()", "full = [data for data in (1, 2) if data is not None]"],
        (1, "N1"),
    ),
    "guarded in a class of its own": (
        [LOADER, "data = load()", "class Box:\n    data = 1\n    full = data is not None"],
        (1, "N1"),
    ),
    "guard that comes after the value's use": (
        [LOADER, "data = load()", "box = [data]", "if data is None:\n    print('too late')"],
        (1, "N1"),
    ),
}


@pytest.mark.parametrize("name", FIRES)
def test_none_where_a_value_was_meant_is_found_in_its_cell(name: str, attempt: Make) -> None:
    cells, expected = FIRES[name]
    result = attempt(*cells).run()
    assert silent(result) == [expected], result.stderr


SILENT = {
    "list of some": ["def load(p):\n    if p > 'a':\n        return p", "frames = [load(p) for p in 'ab']"],
    "list of procedures": ["def show(p):\n    print(p)", "shown = [show(p) for p in 'ab']"],
    "list of None as written": ["empty = [None for _ in range(3)]", "none = [None] * 3"],
    "list of lookups": [FIND.replace("class Shelf:\n    def find(self, ", "def find_it(").replace("        ", "    ")]
    + ["found = [find_it(p) for p in 'ab']"],
    "list whose items are asked for": [
        "def load(p):\n    for each in ():\n        return each",
        "frames = [load(p) for p in 'ab']",
        "full = [frame for frame in frames if frame is not None]",
    ],
    "a value": ["def load():\n    return [1]", "data = load()", "load()"],
    "guard is None": [LOADER, "data = load()\nif data is None:\n    print('nothing there')"],
    "guard in a later cell": [LOADER, "data = load()", "1 + 1", "if data is not None:\n    print(data)"],
    "guard in a later cell, after a look": [LOADER, "data = load()", "print(data)", "assert data is None"],
    "guard in the cell of its first use": [LOADER, "data = load()", "box = [data]\nassert data is None"],
    "guard that gives another value": [LOADER, "data = load()", "data = data if data is not None else 'x'"],
    "guard, then another value": [LOADER, "data = load()", "if data is None:\n    data = 'x'", "data.upper()"],
    "guard after another value that may be": [
        LOADER,
        "data = load()",
        "for each in ():\n    data = each\nif data is None:\n    print('no')",
    ],
    "guard in a function that reads the notebook's name": [
        LOADER,
        "data = load()",
        "def show():\n    if data is None:\n        print('no')",
        "show()",
    ],
    "guard in a block": [LOADER, "data = load()", "with open('/dev/null') as file:\n    print(data is None)"],
    "guard, truth": [LOADER, "data = load()", "if data:\n    print(data)"],
    "guard, not": [LOADER, "data = load()", "print('nothing' if not data else 'something')"],
    "guard, or": [LOADER, "data = load()", "rows = data or []"],
    "guard, or at once": [LOADER, "data = load() or None"],
    "guard, walrus": [LOADER, "if (data := load()) is None:\n    print('nothing')"],
    "guard, isinstance": [LOADER, "data = load()", "print(isinstance(data, str))"],
    "guard, assert is None": [LOADER, "data = load()", "assert data is None"],
    "guard, caught": [LOADER, "data = load()", "try:\n    print(len(data))\nexcept TypeError:\n    print('no data')"],
    "guard, pandas": ["import pandas as pd\n" + LOADER, "data = load()", "print(pd.isna(data))"],
    "None itself": ["data = None", "best = model = None"],
    "None, then a loop that finds nothing": [
        "import re",
        "found = None\nfor line in ['b']:\n    found = found or None",
        "found = None\nfor line in ['b']:\n    if line:\n        found = re.match('a', line)",
    ],
    "None in one branch": [LOADER, "data = load() if True else None"],
    "None while handling an error": ["try:\n    data = open('/nowhere').read()\nexcept OSError:\n    data = None"],
    "None given in an earlier cell": [LOADER, "data = None", "if True:\n    data = load()"],
    "underscore": ["_ = print('x')", "_unused = print('x')"],
    "procedure whose result nobody uses": ["def show(x):\n    print(x)", "shown = show(1)"],
    "procedure at the end": ["def show(x):\n    print(x)", "show(1)"],
    "procedure by early return": ["def show(x):\n    if not x:\n        return\n    print(x)", "show(0)"],
    "procedure that returns a procedure's nothing": [
        "def show(x):\n    return print(x)\ndef run(x):\n    return show(x)",
        "run(0)",
    ],
    "procedure, lambda": ["show = lambda x: print(x)", "show(1)"],
    "procedure, decorated": [
        "import functools\ndef timed(f):\n    @functools.wraps(f)\n    def inner(*a):\n        return f(*a)\n    return inner\n"
        "@timed\ndef show(x):\n    print(x)",
        "show(1)",
    ],
    "procedure, decorated without wraps": [
        "def timed(f):\n    def inner(*a):\n        result = f(*a)\n        return result\n    return inner\n@timed\ndef show(x):\n    print(x)",
        "show(1)",
    ],
    "procedure, awaited": ["async def main():\n    print('x')", "await main()"],
    "library call at the end": [
        "print('x')",
        "import random\nrandom.seed(0)",
        "import logging\nlogging.getLogger().info('x')",
    ],
    "lookup at the end": ["{}.get('x')", "import re\nre.match('a', 'b')"],
    "semicolon": [LOADER, "load();"],
    "captured": [LOADER, "%%capture\nload()"],
    "comment after semicolon": [LOADER, "load();  # quiet"],
    "error beside the result": ["def load():\n    return [1], None", "data, error = load()"],
    "library, one of several": ["import mimetypes", "kind, encoding = mimetypes.guess_type('a.csv')"],
    "context manager": ["import warnings\nwith warnings.catch_warnings() as caught:\n    pass"],
    "magic": ["x = %matplotlib inline"],
    "command": ["files = !true"],
    "deleted": [LOADER, "data = load()\ndel data"],
    "loop variable": ["for each in [None]:\n    pass"],
    "attribute": ["class Box: pass\nbox = Box()\nbox.x = print('x')"],
    "subscript of a call": ["x = {'a': None}.copy()['a']"],
    "generator": ["def each():\n    yield 1", "steps = each()"],
}


@pytest.mark.parametrize("name", SILENT)
def test_none_that_is_meant_or_asked_for_is_nothing(name: str, attempt: Make) -> None:
    result = attempt(*SILENT[name]).run()
    assert silent(result) == [], result.stderr
    assert all(cell["status"] == "Success" for cell in result.of_type("cell-end")), result.stderr


def test_the_finding_names_variable_call_and_line(attempt: Make) -> None:
    result = attempt(LOADER, "x = 1\ndata = load()", policy={"N1": "failure"}).run()
    assert result.exit_code == 11
    assert result.cell(1)["findings"] == [
        {
            "check": "N1",
            "severity": "failure",
            "cell": 1,
            "message": "`data` is None: load(), a function of this project, returned no value in line 2.",
            "evidence": {"name": "data", "type": "builtins.NoneType", "call": "load", "function": "load", "line": 2},
        }
    ]


def test_a_function_of_the_repository_is_the_projects_own(attempt: Make) -> None:
    one = attempt("from loaders import load, show", "data = load()", "load()", "show()", "shown = show()")
    (one.source / "loaders.py").write_text(LOADER + "\n\ndef show():\n    print('x')\n")
    assert silent(one.run()) == [(1, "N1"), (2, "N4")]


def test_a_cell_that_fails_because_of_none_says_where_it_came_from(attempt: Make) -> None:
    result = attempt(LOADER, "data = load()\ndata.upper()").run()
    assert [check for check, _ in result.findings(1)] == ["E1", "N1"]


def test_a_cell_that_fails_before_its_assignment_says_nothing_about_it(attempt: Make) -> None:
    result = attempt("data = None", LOADER + "\n1/0\ndata = load()").run()
    assert [check for check, _ in result.findings(1)] == ["E1"]


@pytest.mark.parametrize("source", ["data = load()", "load()"])
def test_a_tag_allows_none(source: str, attempt: Make) -> None:
    assert silent(attempt(LOADER, code(source, "nbv-allow-none")).run()) == []


def test_tuples_of_cells_and_conditions_are_followed(attempt: Make) -> None:
    made: Any = attempt(LOADER, "a, b = load(), 2", "(c, d), e = (load(), 1), 3").run()
    assert silent(made) == [(1, "N1"), (2, "N1")]
