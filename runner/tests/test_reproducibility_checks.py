"""L6: order, chance, one machine, a person at the keyboard, today's package index."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

from harness import code
from linting import findings, lint


def of_kind(kind: str, *cells: Any, **request: Any) -> List[Dict[str, Any]]:
    return [each for each in findings("L6", *cells, **request) if each["evidence"]["category"] == kind]


def names(*cells: Any, **request: Any) -> List[Any]:
    """Name, cell, line and defining cell of each name that a run from the top would not find."""
    found = of_kind("order", *cells, **request)
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
    (found,) = of_kind("order", "def f():\n    return limit", "f()", "limit = 1")
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


def test_stored_counts_out_of_order() -> None:
    cells = [code("a = 1", execution_count=1), code("b = 2", execution_count=7), code("c = 3", execution_count=3)]
    (found,) = of_kind("count", *cells)
    assert found["cell"] == 2 and "cell 2 ran as [3], cell 1 above it as [7]" in found["message"]
    assert not of_kind("count", *cells[:2])
    assert not of_kind("count", code("a", execution_count=None), code("b", execution_count=4))
    assert of_kind("count", code("a = 1", execution_count=2), code("b = 1", execution_count=2))


SEEDS = "import numpy as np\nimport random\nimport torch\nimport pandas as pd\n"


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ("np.random.rand(3)", "np.random.rand"),
        ("np.random.default_rng()", "np.random.default_rng"),
        ("np.random.default_rng(None)", "np.random.default_rng"),
        ("np.random.RandomState()", "np.random.RandomState"),
        ("np.random.seed()\nnp.random.rand()", "np.random.rand"),
        ("from numpy.random import normal as n\nn()", "n"),
        ("random.shuffle(x)", "random.shuffle"),
        ("random.seed(1)\nnp.random.rand()", "np.random.rand"),
        ("torch.randn(2)", "torch.randn"),
        ("from sklearn.model_selection import train_test_split\ntrain_test_split(X, y)", "train_test_split"),
        ("from sklearn.ensemble import RandomForestClassifier as RF\nRF()", "RF"),
        ("from sklearn.cluster import KMeans\nKMeans(3, random_state=None)", "KMeans"),
        ("from sklearn import ensemble\nensemble.RandomForestRegressor()", "ensemble.RandomForestRegressor"),
        ("from sklearn.model_selection import KFold\nKFold(5, shuffle=True)", "KFold"),
        ("df.sample(frac=0.5)", "df.sample"),
        ("def f():\n    return np.random.rand()", "np.random.rand"),
    ],
)
def test_randomness_without_a_seed(source: str, call: str) -> None:
    (found,) = of_kind("randomness", SEEDS, source)
    assert found["evidence"]["call"] == call and found["cell"] == 1


@pytest.mark.parametrize(
    "source",
    [
        "np.random.seed(0)\nnp.random.rand(3)",
        "rng = np.random.default_rng(7)\nrng.normal()",
        "np.random.seed(0)\nfrom sklearn.model_selection import train_test_split\ntrain_test_split(X)",
        "from sklearn.model_selection import train_test_split\ntrain_test_split(X, random_state=0)",
        "from sklearn.model_selection import train_test_split\ntrain_test_split(X, shuffle=False)",
        "from sklearn.model_selection import train_test_split\ntrain_test_split(X, **options)",
        "from sklearn.model_selection import KFold\nKFold(5)",
        "from sklearn.linear_model import LinearRegression\nLinearRegression()",
        "from sklearn.tree import DecisionTreeClassifier\nDecisionTreeClassifier(max_depth=3)",
        "from sklearn.datasets import make_moons\nmake_moons(random_state=1)",
        "random.seed(42)\nrandom.choice(x)",
        "torch.manual_seed(1)\ntorch.randn(2)",
        "from lightning import seed_everything\nseed_everything(1)\nnp.random.rand()\nrandom.random()\ntorch.rand(1)",
        "def set_seed(s):\n    np.random.seed(s)\nset_seed(1)\nnp.random.rand()",
        "df.sample(5, random_state=1)",
        "df.sample(frac=1, random_state=SEED)",
        "rng.random()",
        "secrets.token_hex()",
    ],
)
def test_seeded_randomness_is_left_alone(source: str) -> None:
    assert not of_kind("randomness", SEEDS, source)


def test_a_seed_below_the_draw_comes_too_late_and_each_generator_is_told_once() -> None:
    assert of_kind("randomness", SEEDS, "np.random.rand()", "np.random.seed(1)\nnp.random.rand()")
    assert len(of_kind("randomness", SEEDS, "np.random.rand()", "np.random.randn()", "random.random()")) == 2


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("open('/home/ann/data.csv')", "/home/ann/data.csv"),
        ("DATA = '/Users/ann/project/data'", "/Users/ann/project/data"),
        ("path = r'C:\\Users\\ann\\data.csv'", "C:\\Users\\ann\\data.csv"),
        ("import pandas as pd\ndf = pd.read_csv('/data/train.csv')", "/data/train.csv"),
        ("pd.read_csv(filepath_or_buffer='/mnt/share/train.csv')", "/mnt/share/train.csv"),
        ("Path('/data/in/x.csv')", "/data/in/x.csv"),
        ("name = f'/content/drive/{x}.csv'", "/content/drive/"),
        ("sys.path.append('/srv/lib/ours')", "/srv/lib/ours"),
        ("!cp /home/ann/x.csv .", "/home/ann/x.csv"),
        ("%cd /content/project", "/content/project"),
        ("os.path.join('/data/raw', name)", "/data/raw"),
    ],
)
def test_paths_of_one_machine(source: str, path: str) -> None:
    (found,) = of_kind("path", source)
    assert found["evidence"]["path"] == path


@pytest.mark.parametrize(
    "source",
    [
        "open('data/train.csv')",
        "open('/tmp/x.txt', 'w')",
        "for p in [Path('/mnt/models'), Path('models')]:\n    if p.exists():\n        break",
        "d = Path('/mnt/models') if Path('/mnt/models').exists() else Path('models')",
        "if os.path.isdir('/data/in'):\n    os.listdir('/data/in')",
        "open('/dev/null')",
        "open('/proc/cpuinfo')",
        "requests.get(base + '/api/v1/items')",
        "app.route('/home/user/<id>')",
        "routes.append('/api/v2/users')",
        "'''Reads /home/ann/data.csv'''",
        "print('/home/ann is where it was')",
        "x = '/home/ann is where it was'",
        "assert path != '/home/ann/data'",
        "url = 'https://host/home/ann/x'",
        "pattern = r'\\d+/\\d+'",
        "!curl https://host/home/ann/x.csv -o x.csv",
        "!ls /usr/local/lib",
        "text.replace('/home/ann/', '')",
        "ratio = 'a/b'",
    ],
)
def test_other_texts_with_slashes_are_left_alone(source: str) -> None:
    assert not of_kind("path", source)


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("!pip install pandas", "pandas"),
        ("%pip install -q pandas==2.2.0 numpy>=1.20 'scipy'", "numpy>=1.20, scipy"),
        ("!{sys.executable} -m pip install --upgrade seaborn", "seaborn"),
        ("!python -m pip install torch==2.*", "torch==2.*"),
        ("!pip3 install git+https://github.com/a/b", "git+https://github.com/a/b"),
        ("!conda install -y -c conda-forge numpy", "numpy"),
        ("%conda install scipy=1.11 xarray", "xarray"),
        ("import os\nos.system('pip install xgboost')", "xgboost"),
        ("import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'shap'])", "shap"),
        ("%%bash\napt-get update\npip install dask \\\n  distributed", "dask, distributed"),
        ("!uv pip install polars", "polars"),
        ("!cd x && pip install 'requests[socks]'", "requests[socks]"),
    ],
)
def test_installs_of_whatever_is_newest(source: str, packages: str) -> None:
    (found,) = of_kind("install", source)
    assert found["evidence"]["text"] == packages


@pytest.mark.parametrize(
    "source",
    [
        "!pip install pandas==2.2.0",
        "!pip install -r requirements.txt",
        "!pip install -q -r requirements.txt -c constraints.txt",
        "!pip install -e .",
        "!pip install . --no-deps",
        "!pip install {package}",
        "!pip install pandas=={version}",
        "!pip install --upgrade pip",
        "!pip install git+https://github.com/a/b@0123456789abcdef0123456789abcdef01234567",
        "!pip install https://host/x-1.0-py3-none-any.whl",
        "!pip install --index-url https://host/simple requests==2.32.0",
        "!pip list",
        "%conda install numpy=1.26.4",
        "!echo done # pip install x",
        "print('pip install pandas')",
        "# !pip install pandas",
        "!apt-get install graphviz",
    ],
)
def test_pinned_installs_are_left_alone(source: str) -> None:
    assert not of_kind("install", source)


def test_questions_to_nobody() -> None:
    (found,) = of_kind("input", "name = input('Your name? ')")
    assert found["evidence"] == {"category": "input", "call": "input", "line": 1}
    assert of_kind("input", "from getpass import getpass\ntoken = getpass()")
    assert not of_kind("input", "def input(x):\n    return x\ninput(1)")
    assert not of_kind("input", "layer.input(1)", "x = layer.input")
