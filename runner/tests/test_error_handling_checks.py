"""L1 to L3: swallowed errors, errors turned into None, and input that nobody guards."""

from __future__ import annotations

import pytest

from harness import code
from linting import findings, places


@pytest.mark.parametrize(
    ("source", "line", "pattern"),
    [
        ("try:\n    f()\nexcept:\n    pass", 3, "except: pass"),
        ("try:\n    f()\nexcept:\n    x = 1", 3, "except:"),
        ("try:\n    f()\nexcept Exception:\n    pass", 3, "except Exception: pass"),
        ("try:\n    f()\nexcept Exception as e:\n    ...", 3, "except Exception: pass"),
        ("try:\n    f()\nexcept BaseException:\n    'ignored'", 3, "except BaseException: pass"),
        ("try:\n    f()\nexcept (ValueError, Exception):\n    pass", 3, "except (ValueError, Exception): pass"),
        (
            "for x in y:\n    try:\n        f(x)\n    except Exception:\n        continue",
            4,
            "except Exception: continue",
        ),
        ("try:\n    f()\nexcept Exception as e:\n    print(e)", 3, "except Exception: print"),
        ("try:\n    f()\nexcept Exception as e:\n    logger.error('failed: %s', e)", 3, "except Exception: print"),
        ("try:\n    f()\nexcept Exception:\n    traceback.print_exc()", 3, "except Exception: print"),
        ("try:\n    f()\nexcept ValueError:\n    pass", 3, "except ValueError: pass"),
        (
            "try:\n    import x\n    f()\nexcept (ImportError, OSError):\n    pass",
            4,
            "except (ImportError, OSError): pass",
        ),
        ("%%time\n!ls\ntry:\n    f()\nexcept:\n    pass", 5, "except: pass"),
        ("import contextlib\nwith contextlib.suppress(Exception):\n    f()", 2, "contextlib.suppress(Exception)"),
        ("from contextlib import suppress\nwith suppress(BaseException), g():\n    f()", 2, "suppress(BaseException)"),
        ("def f():\n    try:\n        g()\n    finally:\n        return 1", 5, "finally: return"),
    ],
)
def test_an_error_that_is_swallowed_is_found_at_its_line(source: str, line: int, pattern: str) -> None:
    (finding,) = findings("L1", source)
    assert (finding["cell"], finding["evidence"]["line"], finding["evidence"]["pattern"]) == (0, line, pattern)
    assert finding["message"].count("\n") == 0 and finding["message"].endswith(".")


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import torch\nexcept ImportError:\n    pass",
        "try:\n    import torch\nexcept ImportError:\n    torch = None",
        "try:\n    f()\nexcept Exception:\n    raise",
        "try:\n    f()\nexcept:\n    close()\n    raise",
        "try:\n    f()\nexcept Exception as e:\n    raise RuntimeError('x') from e",
        "try:\n    f()\nexcept Exception as e:\n    print(e)\n    sys.exit(1)",
        "try:\n    f()\nexcept ValueError as e:\n    print('not a number:', e)",
        "try:\n    f()\nexcept Exception as e:\n    result = fallback(e)",
        "try:\n    f()\nexcept Exception as e:\n    failures.append(e)",
        "try:\n    os.remove(path)\nexcept FileNotFoundError:\n    pass",
        "try:\n    del cache[key]\nexcept KeyError:\n    pass",
        "try:\n    while True:\n        step()\nexcept KeyboardInterrupt:\n    pass",
        "try:\n    os.mkdir(path)\nexcept FileExistsError:\n    pass",
        "for x in y:\n    try:\n        z.append(int(x))\n    except ValueError:\n        continue",
        "import contextlib\nwith contextlib.suppress(FileNotFoundError):\n    os.remove(path)",
        "try:\n    f()\nfinally:\n    close()",
        "try:\n    f()\nfinally:\n    for x in y:\n        if x:\n            break",
        "def f():\n    try:\n        g()\n    finally:\n        h = lambda: 1\n        def k():\n            return 1",
        "text = '''\ntry:\n    f()\nexcept:\n    pass\n'''",
    ],
)
def test_an_error_that_is_answered_is_left_alone(source: str) -> None:
    assert not findings("L1", source)


def test_the_function_of_a_swallowed_error_is_named() -> None:
    (finding,) = findings(
        "L1", "def load(path):\n    try:\n        return read(path)\n    except Exception:\n        pass"
    )
    assert finding["evidence"]["function"] == "load"


LOAD = "def load(path):\n    try:\n        return read(path)\n    except %s:\n        %s"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (LOAD % ("Exception as e", "return None"), 5),
        (LOAD % ("Exception", "return"), 5),
        (LOAD % ("", "return None"), 5),
        (LOAD % ("OSError", "return None"), 5),
        (LOAD % ("Exception as e", "print(f'Error: {e}')"), 4),
        (LOAD % ("Exception as e", "if e.args:\n            return None\n        raise"), 6),
        (
            "def load(path) -> 'Optional[str]':\n    try:\n        return read(path)\n    except Exception:\n        return None",
            5,
        ),
        (
            "async def load(path):\n    try:\n        return await read(path)\n    except Exception:\n        return None",
            5,
        ),
        (
            "class A:\n    def load(self):\n        try:\n            return 1\n        except Exception:\n            return None",
            6,
        ),
        (
            "def load(p):\n    if not exists(p):\n        print('File not found:', p)\n        return None\n    return read(p)",
            4,
        ),
        (
            "def load(p):\n    if exists(p):\n        return read(p)\n    else:\n        logging.error('no %s', p)\n        return",
            6,
        ),
    ],
)
def test_an_error_that_becomes_none_is_found(source: str, line: int) -> None:
    (finding,) = findings("L2", source)
    assert (finding["evidence"]["function"], finding["evidence"]["line"]) == ("load", line)


@pytest.mark.parametrize(
    "source",
    [
        LOAD % ("Exception", "raise"),
        LOAD % ("KeyError", "return None"),
        LOAD % ("OSError", "return ''"),
        LOAD % ("OSError as e", "raise RuntimeError(path) from e"),
        "def save(path):\n    try:\n        write(path)\n    except OSError:\n        return None",
        "def load(path) -> Optional[str]:\n    try:\n        return read(path)\n    except OSError:\n        return None",
        "def load(path) -> str | None:\n    try:\n        return read(path)\n    except ValueError:\n        return None",
        "def find(rows, key):\n    for row in rows:\n        if row == key:\n            return row\n    return None",
        "def load(p):\n    if p is None:\n        return None\n    return read(p)",
        "def load(path):\n    result = 0\n    try:\n        result = read(path)\n    except OSError:\n        print('x')\n    return result",
        "def load(path):\n    try:\n        x = read(path)\n    except OSError:\n        def inner():\n            return None\n        x = inner\n    return x",
    ],
)
def test_none_that_is_no_hidden_error_is_left_alone(source: str) -> None:
    assert not findings("L2", source)


@pytest.mark.parametrize(
    ("source", "call", "kind"),
    [
        ("import pandas as pd\ndf = pd.read_csv('a.csv')", "pd.read_csv", "file"),
        ("with open('a.txt') as f:\n    pass", "open", "file"),
        ("import requests\nr = requests.get(url)", "requests.get", "network"),
        ("from urllib.request import urlopen as u\nu('http://x')", "u", "network"),
        ("import sqlite3\ndb = sqlite3.connect('a.db')", "sqlite3.connect", "database"),
        ("import numpy as np\ndef f():\n    return np.load('x')", "np.load", "file"),
        ("try:\n    pass\nfinally:\n    open('x')", "open", "file"),
    ],
)
def test_risky_input_without_handling_is_named(source: str, call: str, kind: str) -> None:
    (finding,) = findings("L3", source)
    assert (finding["evidence"]["call"], finding["evidence"]["category"]) == (call, kind)


@pytest.mark.parametrize(
    "source",
    [
        "import pandas as pd\ntry:\n    df = pd.read_csv('a')\nexcept OSError as e:\n    raise RuntimeError('x') from e",
        "import os\nif os.path.exists('a'):\n    open('a')",
        "import requests\nr = requests.get(url)\nr.raise_for_status()",
        "def load():\n    return open('x')\ntry:\n    load()\nexcept OSError:\n    raise SystemExit(1)",
        "with open('out.txt', 'w') as f:\n    f.write('x')",
        "df.to_csv('a.csv')",
        "opener.open_door()",
        "db = self.connect()",
    ],
)
def test_handled_input_and_plain_output_are_left_alone(source: str) -> None:
    assert not findings("L3", source)


def test_one_lesson_per_cell_and_none_for_cells_that_do_not_run() -> None:
    assert places("L3", "open('a')\nopen('b')", code("open('c')", "skip-execution"), "open('d')") == [(0, 1), (2, 1)]
