"""Questions to the kernel out of band: they leave source, namespace, history and counters untouched."""

from __future__ import annotations

import ast
import json
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .cell_facts import CellFacts
from .kernel import Kernel, expression_text

HELD_AS = "_nbv_probe"
"""Attribute of the kernel object: nothing that a notebook lists without looking for it."""
NAME = "nbv"
PROBE = "answer to the runner's questions"
_CALL = "__import__('IPython').get_ipython().kernel.%s.%s"
BOOT_SECONDS = 20.0
CELL_SECONDS = 5.0
MAX_TRANSFORMED = 4 * 1024 * 1024
"""Characters of all cells together."""
_SOURCES = ("kernel_side.py", "kernel_values.py", "kernel_summary.py")
_FOLDER = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True)
class KernelEnvironment:
    python_version: str = ""
    executable: str = ""
    search_path: Tuple[str, ...] = ()


class Probe:
    """Only Python kernels answer; for others every question is answered with nothing."""

    def __init__(self, kernel: Kernel, enabled: bool) -> None:
        self._kernel = kernel
        self._enabled = enabled

    def boot(self, repository_root: str) -> KernelEnvironment:
        source = "\n".join(_source(name) for name in _SOURCES)
        # One expression, so that no name is left in the user's namespace.
        code = (
            "(lambda m: (m.__dict__.update(get_ipython=get_ipython), setattr(get_ipython().kernel, %r, m),"
            " __import__('builtins').exec(__import__('builtins').compile(%r, '<nbv>', 'exec'), m.__dict__)))"
            "(__import__('types').ModuleType(%r))" % (HELD_AS, source, HELD_AS)
        )
        answer = self._ask(code, "boot(%r)" % repository_root, BOOT_SECONDS)
        if not answer:
            self._enabled = False
            return KernelEnvironment()
        return KernelEnvironment(
            str(answer.get("version", "")), str(answer.get("executable", "")), tuple(_texts(answer.get("path")))
        )

    def transform(self, sources: Sequence[str]) -> Optional[List[str]]:
        """The cells as IPython will run them; None when the kernel can't tell. Only before any of them has run."""
        if sum(map(len, sources)) > MAX_TRANSFORMED:
            return None
        answer = self._ask("", "transform(%r)" % (list(sources),), BOOT_SECONDS)
        codes = _texts((answer or {}).get("codes"))
        return codes if len(codes) == len(sources) else None

    def expressions(self, question: Optional[str] = None) -> Dict[str, str]:
        """To go along with a cell's own request; a cell that raises leaves them unanswered."""
        return {NAME: _CALL % (HELD_AS, _after_cell(question))} if self._enabled else {}

    def after_cell(self, reply: Mapping[str, Any], question: Optional[str] = None) -> CellFacts:
        """From the cell's reply, else by a request of its own. `question` is about values: see ValueHistory."""
        text = expression_text(reply, NAME)
        answer = _parse(text) if text is not None else None
        if answer is None:
            answer = self._ask("", _after_cell(question), CELL_SECONDS)
        if answer is None:
            # It answered at boot, and now, by a kernel that is well, no more: the notebook has silenced it.
            silenced = self._enabled and reply.get("status") == "ok"
            return CellFacts(replaced_hooks=(PROBE,) if silenced else ())
        commands = [entry for entry in answer.get("commands") or [] if _is_command(entry)]
        values = answer.get("values")
        return CellFacts(
            tuple((entry[0], entry[1]) for entry in commands),
            tuple(_texts(answer.get("replaced"))),
            values if isinstance(values, str) else None,
        )

    def _ask(self, code: str, call: str, seconds: float) -> Optional[Dict[str, Any]]:
        if not self._enabled:
            return None
        return _parse(self._kernel.evaluate(code, _CALL % (HELD_AS, call), seconds))


def _after_cell(question: Optional[str]) -> str:
    return "after_cell(%r)" % (question,)


def _source(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()


def _parse(text: Optional[str]) -> Optional[Dict[str, Any]]:
    """The probe answers by JSON text, of which the kernel prints the `repr`. Never evaluated."""
    if text is None:
        return None
    try:
        answer = json.loads(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return answer if isinstance(answer, dict) else None


def _texts(value: Any) -> List[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _is_command(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str) and isinstance(entry[1], int)
