"""Names that magics define in the notebook."""

from __future__ import annotations

import ast
import re
from typing import FrozenSet

ANYTHING: FrozenSet[str] = frozenset(("*",))
"""Nobody can tell from the source."""

_DEFINE_NOTHING = frozenset(
    (
        "matplotlib",
        "load_ext",
        "reload_ext",
        "autoreload",
        "config",
        "env",
        "set_env",
        "cd",
        "pwd",
        "ls",
        "pip",
        "conda",
    )
    + (
        "time",
        "timeit",
        "prun",
        "memit",
        "mprun",
        "lprun",
        "who",
        "whos",
        "who_ls",
        "pinfo",
        "pinfo2",
        "xmode",
        "debug",
    )
    + (
        "pdb",
        "history",
        "hist",
        "precision",
        "pprint",
        "quickref",
        "lsmagic",
        "magic",
        "alias",
        "sx",
        "system",
        "mkdir",
    )
    + ("bookmark", "colors", "cat", "cp", "mv", "rm", "uv", "mamba", "watermark", "html", "HTML", "javascript", "js")
    + (
        "latex",
        "markdown",
        "svg",
        "SVG",
        "writefile",
        "file",
        "bash",
        "sh",
        "script",
        "perl",
        "ruby",
        "python",
        "python3",
    )
    + ("pypy", "!", "cmd", "css", "mermaid", "tensorboard", "nb_black", "dirs", "pushd", "popd", "gui", "unload_ext")
    + (
        "snakeviz",
        "run_pytest",
        "ipytest",
        "capture",
        "logstop",
        "notebook",
        "doctest_mode",
        "pfile",
        "pdoc",
        "psource",
    )
)
_HARMLESS_METHODS = frozenset(("system", "getoutput", "getoutput", "set_custom_exc", "display_formatter", "events"))
_OUTPUT_NAMES = re.compile(r"--(?:out|err|proc)[=\s]+(\w+)")


def names_from_magic(call: ast.Call) -> FrozenSet[str]:
    """What `get_ipython().run_line_magic(…)` and its like define; ANYTHING when that can't be told."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method in _HARMLESS_METHODS:
        return frozenset()
    texts = [each.value if isinstance(each, ast.Constant) else "" for each in call.args]
    name, argument = [*map(str, texts), "", ""][:2]
    if method not in ("run_line_magic", "run_cell_magic") or name not in _DEFINE_NOTHING:
        return ANYTHING
    if name == "capture":
        return frozenset(word for word in argument.split() if word.isidentifier())
    return frozenset(_OUTPUT_NAMES.findall(argument))
