"""L4, L5 and L7: type hints, warnings that are switched off, and cells that are hard to follow."""

from __future__ import annotations

import pytest

from harness import code
from linting import findings, places


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("def f(a, b):\n    return a", "a, b, the result"),
        ("def f(a: int, b):\n    return a", "b, the result"),
        ("def f(a: int):\n    return a", "the result"),
        ("def f(a) -> int:\n    return a", "a"),
        ("async def f(*, key):\n    pass", "key"),
        ("def f(a, /):\n    pass", "a"),
        ("class A:\n    def f(self, a):\n        pass", "a"),
        ("class A:\n    def __init__(self, a):\n        self.a = a", "a"),
        ("class A:\n    @staticmethod\n    def f(a):\n        pass", "a"),
        ("class A:\n    @classmethod\n    def f(cls, a):\n        pass", "a"),
        ("if x:\n    def f(a):\n        pass", "a"),
        ("def f():\n    yield 1", "the result"),
        ("%%time\ndef f(a):\n    pass", "a"),
    ],
)
def test_a_function_without_hints_is_told_what_is_missing(source: str, missing: str) -> None:
    (finding,) = findings("L4", source)
    assert finding["evidence"]["text"] == missing
    assert finding["evidence"]["function"] in ("f", "__init__")


@pytest.mark.parametrize(
    "source",
    [
        "def f(a: int) -> int:\n    return a",
        "def f():\n    print(1)",
        "def f(_):\n    pass",
        "def f(*args, **kwargs) -> None:\n    pass",
        "f = lambda a: a",
        "def f(a: int) -> int:\n    def inner(b):\n        return b\n    return inner(a)",
        "class A:\n    def __eq__(self, other):\n        return True\n    def __len__(self):\n        return 1",
        "class A:\n    def f(self) -> int:\n        return 1",
        "def patched(self, a: int) -> int:\n    return a",
        "def f():\n    return None",
    ],
)
def test_functions_that_say_enough_are_left_alone(source: str) -> None:
    assert not findings("L4", source)


@pytest.mark.parametrize(
    "source",
    [
        "import warnings\nwarnings.filterwarnings('ignore')",
        "import warnings as w\nw.filterwarnings(action='ignore')",
        "from warnings import simplefilter\nsimplefilter('ignore')",
        "import warnings\nwarnings.simplefilter(action='ignore', category=Warning)",
        "import warnings\nwarnings.filterwarnings('ignore', message='.*')",
        "import numpy as np\nnp.seterr(all='ignore')",
        "import numpy as np\nnp.seterr(divide='ignore', invalid='ignore')",
        "import pandas as pd\npd.options.mode.chained_assignment = None",
        "import pandas as pd\npd.set_option('mode.chained_assignment', None)",
        "import os\nos.environ['PYTHONWARNINGS'] = 'ignore'",
        "import os\nos.environ['PYTHONOPTIMIZE'] = '1'",
        "%env PYTHONWARNINGS=ignore",
        "%env PYTHONOPTIMIZE 2",
        "!python -W ignore train.py",
        "!python3 -O train.py",
        "import subprocess\nsubprocess.run(['python', '-O', 'x.py'])",
        "%%bash\nset -e\nexport PYTHONWARNINGS=ignore",
        "import logging\nlogging.disable(logging.CRITICAL)",
        "import warnings\nwarnings.warn = lambda *a, **k: None",
        "import sys, os\nsys.stderr = open(os.devnull, 'w')",
        "import io, sys\nsys.stderr = io.StringIO()",
        "def quiet():\n    import warnings\n    warnings.simplefilter('ignore')",
    ],
)
def test_what_is_switched_off_for_the_whole_notebook_is_found(source: str) -> None:
    (finding,) = findings("L5", source)
    assert finding["evidence"]["line"] >= 1


@pytest.mark.parametrize(
    "source",
    [
        "import warnings\nwarnings.filterwarnings('ignore', category=DeprecationWarning)",
        "import warnings\nwarnings.filterwarnings('ignore', message='.*tight_layout.*')",
        "import warnings\nwarnings.filterwarnings('ignore', '', FutureWarning, 'sklearn')",
        "import warnings\nwarnings.simplefilter('ignore', UserWarning)",
        "import warnings\nwarnings.filterwarnings('error')",
        "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    f()",
        "import numpy as np\nwith np.errstate(all='ignore'):\n    1 / np.zeros(1)",
        "import numpy as np\nnp.seterr(all='raise')",
        "import pandas as pd\npd.set_option('display.max_columns', None)",
        "import os\nos.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'",
        "import os\nos.environ['PYTHONWARNINGS'] = 'default'",
        "import logging\nlogging.disable(logging.NOTSET)",
        "import logging\nlogging.getLogger('x').setLevel(logging.ERROR)",
        "!python train.py -O fast",
        "!pip install -U wheel",
        "import pandas as pd\npd.options.mode.chained_assignment = 'raise'",
    ],
)
def test_narrow_filters_are_left_alone(source: str) -> None:
    assert not findings("L5", source)


def test_duplicate_empty_and_long_cells_are_noted() -> None:
    copied = "a = 1\nb = 2\nc = a + b"
    long = "\n".join("x%d = %d" % (number, number) for number in range(101))
    found = findings("L7", copied, "", copied.replace("1", "1 ") + "  # again", long, "x = 1")
    assert [(each["cell"], each["evidence"]["category"]) for each in found] == [
        (1, "empty"),
        (2, "duplicate"),
        (3, "long"),
    ]
    assert found[1]["evidence"]["first"] == 0


def test_a_misspelt_tag_is_noted_and_others_are_the_authors_own() -> None:
    (found,) = findings("L7", code("x = 1", "nbv-alow-none", "nbv-allow-nan", "parameters", "mine"))
    assert found["message"] == "The tag nbv-alow-none has no effect. Is nbv-allow-none meant?"
    assert (found["cell"], found["evidence"]) == (0, {"category": "tag", "text": "nbv-alow-none"})
    (far,) = findings("L7", code("x = 1", "nbv-\u0000" + "z" * 10000))
    assert far["message"].endswith(" has no effect.") and len(far["message"]) < 120


def test_habits_of_notebooks_are_left_alone() -> None:
    imports = "import a\nimport b\nimport c"
    assert not findings("L7", "df.head()", "df.head()", imports, imports, "x = 1\n" + "# word\n" * 200, "")


def test_tags_and_policy_decide_what_is_said() -> None:
    assert not findings("L7", "", "x = 1", policy={"L7": "ignored"})
    (found,) = findings("L4", "def f(a):\n    pass", policy={"L4": "failure"})
    assert found["severity"] == "failure"
    assert places("L4", code("def f(a):\n    pass", "skip-execution")) == [(0, 1)]
