"""Magics and shell escapes become calls, and every statement keeps its line."""

from __future__ import annotations

import ast
import random
import sysconfig
from pathlib import Path

import pytest

from nbv_runner.analysis.cell_source import CellSource, parse_cell
from nbv_runner.analysis.ipython_syntax import as_python
from nbv_runner.analysis.read_sources import read_sources

FORMS = {
    "%matplotlib inline": "get_ipython().run_line_magic('matplotlib', 'inline')",
    "  %load_ext autoreload": "  get_ipython().run_line_magic('load_ext', 'autoreload')",
    "!ls -l 'a b'": "get_ipython().system(\"ls -l 'a b'\")",
    "!!ls": "get_ipython().getoutput('ls')",
    "files = !ls": "files = get_ipython().getoutput('ls')",
    "a, b = !ls": "a, b = get_ipython().getoutput('ls')",
    "d['k'] = !ls": "d['k'] = get_ipython().getoutput('ls')",
    "env = %env": "env = get_ipython().run_line_magic('env', '')",
    "df.head?": "get_ipython().run_line_magic('pinfo', 'df.head')",
    "df.head??": "get_ipython().run_line_magic('pinfo', 'df.head')",
    "?df": "get_ipython().run_line_magic('pinfo', 'df')",
    "%timeit?": "get_ipython().run_line_magic('pinfo', '%timeit')",
    "%time df = load()": "df = load()",
    "%prun f(x)": "f(x);",
    "%timeit f(x)": "get_ipython().run_line_magic('timeit', 'f(x)')",
    "%%time\nx = 1": "get_ipython().run_cell_magic('time', '', '')\nx = 1",
    "\n\n%%capture out\n%%time\nx = 1": "\n\nget_ipython().run_cell_magic('capture', 'out', '')\n"
    "get_ipython().run_cell_magic('time', '', '')\nx = 1",
    "%%bash\nls\ncat x\n": "get_ipython().run_cell_magic('bash', '', 'ls\\ncat x\\n')\n\n\n",
    "!pip install a \\\n    b\nx = 1": "get_ipython().system('pip install a      b')\n\nx = 1",
    "x = 1\n# it's 5% off\n!ls": "x = 1\n# it's 5% off\nget_ipython().system('ls')",
    "f(1,\n  2)\n%ls": "f(1,\n  2)\nget_ipython().run_line_magic('ls', '')",
}


@pytest.mark.parametrize("text", FORMS)
def test_every_form_becomes_python(text: str) -> None:
    assert as_python(text) == FORMS[text]
    assert parse_cell("if 1:\n" + FORMS[text] if text.startswith("  ") else FORMS[text]) is not None


@pytest.mark.parametrize(
    "text",
    [
        "s = '''\n!no command\n%no magic\nno help?\n'''\n",
        "x = (10\n% 3)\n",
        "x = 10 \\\n% 3\n",
        "print('done?')\n",
        "# what is this?\nx = 1\n",
        "a != b\n",
        "s = 'it''s' \"!\"\nt = f'{s!r}'\n",
        "page\x0c = 1\u2028\n",
    ],
)
def test_texts_comments_and_expressions_are_left_alone(text: str) -> None:
    assert as_python(text) == text


def test_valid_python_stays_itself() -> None:
    """The standard library of the running Python, file by file."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    assert len(files) > 100
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        assert as_python(text) == text, file


def test_lines_are_never_lost_or_added_whatever_the_text() -> None:
    pieces = [
        "%",
        "%%",
        "!",
        "?",
        "time",
        " ",
        "\n",
        "\\\n",
        "'",
        '"',
        "'''",
        "(",
        ")",
        "[",
        "x",
        " = ",
        "#",
        "\t",
        "1",
    ]
    pieces += ["if x:\n    ", "\r\n", "\r", "\x0c", "{", "}", "\\", "%%bash\n", "%%time\n", "!ls \\\n", "é", "f'{"]
    chance = random.Random(20261121)
    for _ in range(5000):
        text = "".join(chance.choices(pieces, k=chance.randint(0, 25)))
        assert _ends(as_python(text)) == _ends(text), repr(text)


def _ends(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


def test_statements_around_magics_keep_their_lines() -> None:
    text = "\n%%time\n!ls \\\n  -l\nx = !pwd\n\n%time y = 2\nz = 3"
    cell = read_sources([CellSource(0, 0, frozenset(), text)], lambda _: None).cells[0]
    assert cell.tree is not None
    lines = {node.id: node.lineno for node in ast.walk(cell.tree) if isinstance(node, ast.Name)}
    assert {name: lines[name] for name in "xyz"} == {"x": 5, "y": 7, "z": 8}


def test_ipython_is_asked_about_strange_cells_only() -> None:
    asked = []

    def transform(texts):
        asked.extend(texts)
        return ["f(1)\n" for _ in texts]

    cells = [CellSource(index, index, frozenset(), text) for index, text in enumerate(["x = 1", "%ls", "\n/f 1", ""])]
    sources = read_sources(cells, transform)
    assert asked == ["\n/f 1"]
    assert sources.cells[2].tree is not None and sources.cells[2].tree.body[0].lineno == 2


@pytest.mark.parametrize("text", ["x = " + "(" * 5000, "x = " + "-" * 100000 + "1", "x = " + "+".join("1" * 20000)])
def test_bottomless_expressions_have_no_tree_and_do_no_harm(text: str) -> None:
    assert read_sources([CellSource(0, 0, frozenset(), text)], lambda _: None).cells[0].tree is None
