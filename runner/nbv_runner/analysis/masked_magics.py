"""A stand-in for IPython's transformation where there is no IPython: magics and shell escapes become `pass`."""

from __future__ import annotations

import re

_LINE_MAGIC = re.compile(r"^(\s*)(%|!|\?|.*\?\s*$)")


def mask_magics(text: str) -> str:
    """Python of the same number of lines."""
    if text.lstrip().startswith("%%"):
        return "pass\n"
    return "".join(
        _LINE_MAGIC.match(line) is not None and re.sub(r"^(\s*).*", r"\1pass", line, flags=re.S) + "\n" or line
        for line in text.splitlines(keepends=True)
    )
