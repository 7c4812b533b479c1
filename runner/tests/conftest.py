"""Runs the real runner, as the pod does, on notebooks written in the tests."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest

from harness import RUNNER, Attempt


@pytest.fixture(scope="session", autouse=True)
def carried_packages() -> None:
    subprocess.run(["sh", str(RUNNER / "vendor.sh")], check=True)


@pytest.fixture
def attempt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Attempt]]:
    """Makes attempts: `attempt(cells, **settings).run()`."""
    made = []

    def make(*cells: object, **settings: object) -> Attempt:
        one = Attempt(*cells, **settings)
        made.append(one)
        return one

    yield make
    for one in made:
        one.clean_up()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
