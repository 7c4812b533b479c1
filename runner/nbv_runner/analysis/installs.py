"""Packages that a notebook installs in whatever version is newest on that day."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Iterator, List, Tuple

from .commands import Command, commands_of

_PIP = re.compile(
    r"(?:^|[\s;&|/}])(?:(?:uv\s+)?pip[\d.]*|conda|mamba|micromamba)\s+(?:-{1,2}\S+\s+)*install\b((?:[^;&|<>]|[<>]=?(?=[\d=]))*)",
    re.I,
)
_TAKES_VALUE = frozenset(
    ("-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t")
    + (
        "--target",
        "--prefix",
        "--root",
        "--proxy",
        "--timeout",
        "--retries",
        "--trusted-host",
        "--python",
        "--platform",
    )
    + ("--only-binary", "--no-binary", "--cache-dir", "--log", "-n", "--name", "--channel", "--python-version", "--abi")
    + ("--progress-bar", "--upgrade-strategy", "-p", "--use-feature", "--implementation", "--src", "-e", "--editable")
)
_CONDA_VALUE = frozenset(("-c",))
_TOOLS = frozenset(("pip", "setuptools", "wheel", "uv"))
_COMMENT = re.compile(r"(^|\s)#.*", re.S)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?$")
_PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?\s*(===?)\s*[^\s*,]+$")
_REPOSITORY = re.compile(r"(\S+\s*@\s*)?(git|hg|svn|bzr)\+\S+$")
_COMMIT = re.compile(r"@([0-9a-f]{7,40}|v?\d+(\.\d+)+\S*)(#\S*)?$")


@dataclass(frozen=True)
class UnpinnedInstall:
    command: Command
    packages: Tuple[str, ...]


def unpinned_installs(tree: ast.Module) -> Iterator[UnpinnedInstall]:
    for command in commands_of(tree):
        for found in _PIP.finditer(_COMMENT.sub("", command.text)):
            is_conda = re.search(r"conda|mamba", found.group(), re.I) is not None
            packages = tuple(word for word in _requirements(found.group(1), is_conda) if _is_open(word, is_conda))
            if packages:
                yield UnpinnedInstall(command, packages)


def _requirements(text: str, is_conda: bool) -> List[str]:
    words = _words(text)
    found: List[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        if word.startswith("-"):
            index += 1 if "=" not in word and (word in _TAKES_VALUE or (is_conda and word in _CONDA_VALUE)) else 0
        else:
            found.append(word)
        index += 1
    return found


def _words(text: str) -> List[str]:
    """As a shell would split them, whatever is not closed."""
    words = re.findall(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'])+", text)
    return [re.sub(r"[\"']", "", word) for word in words]


def _is_open(word: str, is_conda: bool) -> bool:
    """Any version will do. What is filled in at run time, a file or a folder says nothing of its version here."""
    if re.search(r"[{}$]", word) or word in _TOOLS or word.isdigit():
        return False
    if _REPOSITORY.match(word):
        return _COMMIT.search(word) is None
    if "://" in word or word.startswith((".", "/", "~")) or word.endswith((".whl", ".tar.gz", ".zip", ".txt", ".yml")):
        return False
    if "@" in word:
        return False
    if is_conda:
        return re.match(r"[\w.:-]+={1,2}[\d.]+(=\S+)?$", word) is None and re.match(r"[\w.:-]+", word) is not None
    if _PINNED.match(word):
        return False
    return _NAME.match(re.split(r"[<>=!~;]", word)[0].strip()) is not None
