"""The probe looks without being seen, calls nothing of the notebook's, and never harms a run."""

from __future__ import annotations

import ast
import json
from typing import Any, Callable, Dict, List

import pytest

from harness import Attempt, Result, code
from nbv_runner.probe import Probe
from nbv_runner.value_answer import parse_answer

Make = Callable[..., Attempt]
WHAT_IS_SEEN = """
import gc, sys
seen = {
    "dir": sorted(dir()), "globals": sorted(globals()), "In": list(In), "Out": sorted(Out), "_": repr(_), "__": repr(__),
    "___": repr(___), "_i": _i, "count": get_ipython().execution_count, "modules": sorted(sys.modules),
    "builtins": sorted(dir(__builtins__)), "warnings": sys.warnoptions,
    "displayhook": type(sys.displayhook).__name__, "trace": repr(sys.gettrace()), "last": repr(_oh), "history":
    list(get_ipython().history_manager.get_range(raw=False))[-3:],
}
import json
print(json.dumps({key: repr(value) for key, value in seen.items()}))
"""
CELLS = [
    "x = [1, 2]\nx",
    "def load():\n    for each in ():\n        return each\ny = load()",
    "load()",
    "x * 2",
    "z = dict(a=1).get('b')",
]


def test_nothing_of_the_probe_is_seen_by_the_notebook(attempt: Make, tmp_path: Any) -> None:
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    ours = attempt(*CELLS, WHAT_IS_SEEN, policy={"N1": "failure"}).run()
    assert [finding["check"] for finding in ours.cell(1)["findings"]] == ["N1"]  # It has looked.
    bare = new_notebook(cells=[new_code_cell(source) for source in [*CELLS, WHAT_IS_SEEN]])
    NotebookClient(bare, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    with_probe = json.loads("".join(ours.executed["cells"][-1]["outputs"][0]["text"]))
    without = json.loads(bare.cells[-1]["outputs"][0]["text"])
    modules = [set(ast.literal_eval(seen.pop("modules"))) for seen in (with_probe, without)]
    assert modules[0] <= modules[1]  # Bare ones listen on TCP, which loads more.
    assert with_probe == without


def test_no_value_is_kept_alive(attempt: Make) -> None:
    result = attempt(
        "import weakref\nclass Big:\n    pass\nbig = Big()\nalive = weakref.ref(big)",
        "big.x = 1\nbig = Big()",
        "alive() is None",
    ).run()
    assert result.cell(2)["output"] == "True\n"


HOSTILE = """
import sys
log = []
class Meta(type):
    def __instancecheck__(cls, other): log.append("instancecheck"); return True
    def __subclasscheck__(cls, other): log.append("subclasscheck"); return True
    def __eq__(cls, other): log.append("meta eq"); return True
    def __hash__(cls): log.append("meta hash"); return 1
    def __getattribute__(cls, name): log.append("meta " + name); return type.__getattribute__(cls, name)
    def __call__(cls, *a): return type.__call__(cls, *a)
class Hostile(metaclass=Meta):
    def __getattribute__(self, name): log.append(name); raise RuntimeError(name)
    def __getattr__(self, name): log.append(name); raise RuntimeError(name)
    __class__ = property(lambda self: log.append("class"))
    def __len__(self): log.append("len"); raise RuntimeError
    def __bool__(self): log.append("bool"); raise RuntimeError
    def __eq__(self, other): log.append("eq"); raise RuntimeError
    def __hash__(self): log.append("hash"); raise RuntimeError
    def __repr__(self): log.append("repr"); raise RuntimeError
    def __iter__(self): log.append("iter"); raise RuntimeError
    def __float__(self): log.append("float"); raise RuntimeError
    def __array__(self, *a): log.append("array"); raise RuntimeError
    def load(self): return None
del log[:]
"""


def test_no_code_of_the_notebooks_own_types_is_called(attempt: Make) -> None:
    result = attempt(
        "import numpy as np, pandas as pd",
        HOSTILE,
        "h = Hostile()",
        "del log[:]",
        "a = b = h\nc, d = h, [h]\ne = {'k': h}\nf = (h, h)",
        "g = np.empty(2, dtype=object)\ng[0] = h\ndel log[:]",
        "s = [h]",
        "value = print() or h",
        "print(log)",
        policy={},
    ).run()
    assert result.cell(8)["output"] == "[]\n", result.stderr
    assert result.exit_code == 0


def test_derived_containers_and_frames_are_not_asked(attempt: Make) -> None:
    result = attempt(
        "import pandas as pd, numpy as np\nlog = []",
        "def note(name):\n"
        "    def method(self, *args, **options):\n        log.append(name)\n        raise RuntimeError(name)\n    return method\n"
        "class L(list):\n    __len__ = note('len'); __iter__ = note('iter'); __bool__ = note('bool')\n"
        "class D(dict):\n    __len__ = note('len'); __iter__ = note('iter'); items = note('items')\n"
        "class F(float):\n    __eq__ = note('eq'); __ne__ = note('ne'); __float__ = note('float')\n"
        "class T(tuple):\n    __len__ = note('len')\n"
        "class DF(pd.DataFrame):\n    shape = property(note('shape')); iloc = property(note('iloc')); columns = property(note('columns'))\n"
        "    __getattr__ = note('getattr'); __len__ = note('len')\n"
        "class A(np.ndarray):\n    def __array_finalize__(self, other): log.append('finalize')\n"
        "    shape = property(note('shape')); size = property(note('size'))",
        "l, d, f, t = L([1]), D(a=1), F('nan'), T((1,))\nframe = object.__new__(DF)\narray = np.zeros(3).view(A)\ndel log[:]",
        "x = l\ny = d\nz = f\nw = t\nv = frame\nu = array",
        "print(log)",
    ).run()
    assert result.cell(4)["output"] == "[]\n", result.stderr


HARD = {
    "recursive list": "x = []\nx.append(x)\nx",
    "recursive dictionary": "x = {}\nx['x'] = x",
    "deep list": "x = []\nfor _ in range(100000):\n    x = [x]",
    "huge integer": "x = 10 ** 100000",
    "huge text": "x = 'é' * 50_000_000",
    "lone surrogate": "x = '\\ud800'",
    "a hundred million elements": "import numpy as np\nx = np.zeros(10 ** 8, dtype='i1')\ny = np.broadcast_to(np.float64(1), (10 ** 6, 10 ** 4))",
    "many columns": "import numpy as np, pandas as pd\nx = pd.DataFrame(np.zeros((3, 20000)))",
    "many names": "\n".join("x%d = %d" % (i, i) for i in range(3000)),
    "columns of strange types": "import pandas as pd\nx = pd.DataFrame([[1, 2, 3]], columns=[object(), (1, object()), None])",
    "columns of one name": "import pandas as pd\nx = pd.DataFrame([[1.0, None]], columns=['a', 'a'])",
    "structured array": "import numpy as np\nx = np.zeros(3, dtype=[('a', 'f8'), ('b', 'i4')])",
    "zero dimensions": "import numpy as np\nx = np.array(1.0)\ny = np.array(None)",
    "half floats": "import numpy as np\nx = np.array([1, np.inf], dtype='f2')",
    "complex array": "import numpy as np\nx = np.array([1 + 1j])",
    "sparse": "import scipy.sparse\nx = scipy.sparse.eye(3).tocsr()",
    "index": "import pandas as pd\nx = pd.MultiIndex.from_product([[1], [2]])\ny = pd.RangeIndex(10 ** 9)",
    "categories": "import pandas as pd\nx = pd.Series(['a', None], dtype='category')\ny = pd.Series([1, None], dtype='Int64')",
    "periods": "import pandas as pd\nx = pd.Series(pd.period_range('2024', periods=2))\ny = pd.Series([pd.Timestamp.now('UTC')])",
    "module that answers everything": "import sys, types\nclass M(types.ModuleType):\n    def __getattr__(self, name): raise RuntimeError\n"
    "m = sys.modules['strange'] = M('strange')\nx = type('C', (), {'__module__': 'strange'})()",
    "numpy replaced": "import sys\nsys.modules['numpy'] = object()\nsys.modules['pandas'] = None\nx = 1.0",
    "type without a module": "x = type('C', (), {'__module__': 3})()",
    "namespace emptied": "x = 1\nfor name in list(globals()):\n    if name not in ('__builtins__',): del globals()[name]",
    "reset": "x = 1\n%reset -f",
    "generator, thread, file, lock": "import threading\nx = (n for n in ())\ny = threading.Lock()\nz = open('/dev/null')\nw = threading.Thread()",
    "name that is no text": "globals()[3] = 4\nx = 1",
}


@pytest.mark.parametrize("name", HARD)
def test_hard_values_harm_nothing(name: str, attempt: Make) -> None:
    result = attempt(HARD[name], "answer = 42", policy={"N1": "failure", "L6": "ignored", "A1": "ignored"}).run()
    assert (result.exit_code, len(result.of_type("cell-end"))) == (0, 2), result.stderr
    assert result.cell(0)["seconds"] < 20


def test_a_replaced_namespace_harms_nothing(attempt: Make) -> None:
    result = attempt("ip = get_ipython()\nip.user_ns = {'get_ipython': get_ipython}", "x = 1", "print(x)").run()
    assert result.verdict["exitCode"] in (0, 1)  # It may be seen as tampering; it does not break the runner.
    assert result.events[-1]["type"] == "verdict"


def answers(expression: str, attempt: Make, imports: str = "import numpy as np, pandas as pd") -> Dict[str, Any]:
    """What the probe says about one value, asked as the runner asks."""
    question = json.dumps({"names": ["value"], "callees": [], "shown": False})
    result = attempt(
        imports,
        "value = " + expression,
        "probe = get_ipython().kernel._nbv_probe\nanswer = probe._values(%r)" % question,
        "import json\nprint(json.dumps(answer))",
    ).run()
    facts, _, _ = parse_answer(result.cell(3)["output"])
    return vars(facts["value"])


FACTS: List[Any] = [
    ("1.5", {"kind": "scalar", "lowest": 1.5, "highest": 1.5, "value": 1.5, "has_value": True, "nan_count": 0}),
    ("np.float32('nan')", {"kind": "scalar", "nan_count": 1, "lowest": None}),
    ("'text'", {"kind": "text", "size": 4, "value": "text", "text": "text"}),
    ("[1, 2, {'a': None}]", {"kind": "container", "shape": (3,), "value": [1, 2, {"a": None}]}),
    ("np.array([[1, np.nan], [np.inf, -2]])",
     {"kind": "array", "shape": (2, 2), "nan_count": 1, "inf_count": 1, "lowest": -2.0, "highest": float("inf")}),
    ("pd.DataFrame({'a': [1.0, None], 'b': [np.nan, np.nan], 'c': ['x', 'y']})",
     {"kind": "frame", "shape": (2, 3), "size": 6, "nan_count": 3, "columns": ("a", "b", "c"), "nan_columns": ("b",),
      "some_nan_columns": ("a",), "all_nan": True, "lowest": 1.0}),
    ("pd.Series([1, None, 3], dtype='Int64')", {"kind": "series", "shape": (3,), "nan_count": 1, "highest": 3.0}),
    ("pd.DataFrame({'a': []})", {"kind": "frame", "shape": (0, 1), "size": 0, "all_nan": False}),
    ("True", {"kind": "scalar", "value": True, "lowest": None}),
]  # fmt: skip


@pytest.mark.parametrize("case", FACTS, ids=[case[0] for case in FACTS])
def test_values_are_told_as_plain_facts(case: Any, attempt: Make) -> None:
    expression, expected = case
    facts = answers(expression, attempt)
    assert {key: facts[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("pd.DataFrame()", {"pandas.DataFrame", "DataFrame", "pd.DataFrame"}),
        ("np.float64(1)", {"float", "numpy.float64", "np.float64", "float64"}),
        ("True", {"bool", "builtins.bool"}),
        ("np.zeros(2)", {"numpy.ndarray", "np.ndarray", "ndarray"}),
        ("None", {"None", "NoneType"}),
        (
            "__import__('sklearn.linear_model').linear_model.LinearRegression()",
            {
                "LinearRegression",
                "sklearn.linear_model.LinearRegression",
                "sklearn.base.BaseEstimator",
                "BaseEstimator",
            },
        ),
    ],
)
def test_types_are_known_by_their_names_aliases_and_bases(expression: str, names: set, attempt: Make) -> None:  # type: ignore[type-arg]
    found = answers(expression, attempt)["type_names"]
    assert names <= found
    assert "float" not in found or "np.float64" in found


def test_an_answer_that_makes_no_sense_says_nothing() -> None:
    for answer in (
        None,
        3,
        "{",
        "[]",
        '{"names": 3, "callees": {}, "shown": []}',
        '{"names": {"x": 1}, "callees": [1]}',
    ):
        facts, callees, shown = parse_answer(answer)
        assert facts == {} and shown is None and all(callee.origin is None for callee in callees)
    facts, _, _ = parse_answer(
        '{"names": {"x": {"kind": [], "shape": [-1], "nan": true, "columns": "a", "lowest": "1"}}}'
    )
    assert (facts["x"].kind, facts["x"].shape, facts["x"].nan_count, facts["x"].columns) == ("other", None, None, None)


def test_the_probe_of_a_kernel_that_is_not_python_asks_nothing() -> None:
    probe = Probe(kernel=None, enabled=False)  # type: ignore[arg-type]
    assert probe.expressions("{}") == {} and probe.after_cell({"status": "ok"}, "{}").values is None


def test_a_tagged_cell_is_looked_at_all_the_same(attempt: Make) -> None:
    result: Result = attempt(code("x = print()", "nbv-allow-none"), "y = print()", policy={"N2": "failure"}).run()
    assert [check for check, _ in result.findings(0)] == [] and [check for check, _ in result.findings(1)] == ["N2"]


def test_no_code_of_the_notebook_runs_in_parts_of_frames_and_under_borrowed_names(attempt: Make) -> None:
    result = attempt(
        "import sys, types, pandas as pd\ncalls = []\nclass Names(pd.Index):\n"
        "    def tolist(self): calls.append('tolist'); return super().tolist()\n"
        "    def __getitem__(self, key): calls.append('getitem'); return super().__getitem__(key)\n"
        "    def __len__(self): calls.append('len'); return super().__len__()\n"
        "class Meta(type):\n    def __subclasscheck__(cls, other): calls.append('subclass'); return True\n"
        "class Tensor(metaclass=Meta):\n    shape = property(lambda self: calls.append('shape'))\n"
        "sys.modules['torch'] = types.ModuleType('torch')\nsys.modules['torch'].Tensor = Tensor",
        "frame = pd.DataFrame({'a': [1.0]})\nnames = pd.Index(['a'])\nnames.__class__ = Names\n"
        "frame.columns = names\nassert type(frame.columns) is Names\ntensor = Tensor()\ncalls.clear()",
        "print(calls)",
    ).run()
    assert result.cell(2)["output"] == "[]\n", result.stderr
