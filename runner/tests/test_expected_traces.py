"""X3: files that a notebook must leave behind, and texts that it must print."""

from __future__ import annotations

import os
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Dict, List

import pytest

from harness import Attempt, Result
from nbv_runner.analysis.cell_source import NotebookSource
from nbv_runner.checks.check import CheckContext
from nbv_runner.checks.expected_files import MISSING_FILE
from nbv_runner.expected import Expected, ExpectedFile
from nbv_runner.log_watch import MAX_STEPPED, LogWatch

Make = Callable[..., Attempt]
FAIL = {"X3": "failure"}


def found(result: Result) -> List[Dict[str, Any]]:
    findings = [finding for event in result.of_type("lint") for finding in event["findings"]]
    assert {finding["check"] for finding in findings} <= {"X3"}
    return findings


FILES = """
import os, json
os.makedirs('out/folder', exist_ok=True)
open('out/model.bin', 'wb').write(b'x' * 1000)
open('out/empty.txt', 'w').close()
os.mkfifo('out/pipe')
os.symlink('model.bin', 'out/link')
os.symlink('/etc/passwd', 'out/stolen')
os.symlink('nothing', 'out/dangling')
os.symlink('loop', 'out/loop')
os.symlink('/', 'out/root')
with open('out/sparse', 'wb') as file:
    file.truncate(10_000_000_000)
"""


def test_files_are_looked_at_where_the_notebook_ran(attempt: Make) -> None:
    asked: "List[Dict[str, Any]]" = [
        {"path": "out/model.bin", "minBytes": 1000, "notEmpty": True},
        {"path": "out/link", "notEmpty": True},
        {"path": "out/empty.txt"},
        {"path": "out/sparse", "minBytes": 10_000_000_000},
        {"path": "committed.csv"},
    ]
    one = attempt(FILES, policy=FAIL, expectedFiles=asked)
    (one.source / "work" / "committed.csv").write_text("a,b\n")
    result = one.run()
    assert found(result) == []
    assert result.exit_code == 0


MISSING = [
    ({"path": "out/nowhere.csv"}, "there is no such file"),
    ({"path": "out/*.csv"}, "there is no file of exactly this name"),
    ({"path": "out/model.bin/x"}, "there is no such file"),
    ({"path": "out/model.bin", "minBytes": 1001}, "it has 1000 bytes, expected are at least 1001"),
    ({"path": "out/empty.txt", "notEmpty": True}, "it is empty"),
    ({"path": "out/empty.txt", "minBytes": 1}, "it is empty"),
    ({"path": "out/folder"}, "it is a directory, not a file"),
    ({"path": "out/pipe"}, "it is a named pipe, not a file"),
    ({"path": "out/stolen"}, "the path leads out of the repository"),
    ({"path": "out/root/etc/passwd"}, "the path leads out of the repository"),
    ({"path": "../../../../etc/passwd"}, "the path leads out of the repository"),
    ({"path": "/etc/passwd"}, "the path leads out of the repository"),
    ({"path": "out/dangling"}, "it is a link to nothing"),
    ({"path": "out/loop"}, "it can't be looked at"),
    ({"path": "x" * 300}, "it can't be looked at"),
]


def test_what_is_missing_is_said_file_by_file(attempt: Make) -> None:
    result = attempt(FILES, policy=FAIL, expectedFiles=[asked for asked, _ in MISSING]).run()
    findings = found(result)
    assert [finding["evidence"]["path"] for finding in findings] == [asked["path"] for asked, _ in MISSING]
    for finding, (_, why) in zip(findings, MISSING):
        assert why in finding["message"], finding
    assert result.exit_code == 11


TEXTS = """
import sys, subprocess, time
print('start')
print('loss=0.5', end=''); print(' epoch=1')
print('\\x1b[32mTraining complete\\x1b[0m')
print('working...\\rfinished', flush=True)
print('to stderr', file=sys.stderr)
subprocess.run(['echo', 'from a child'])
time.sleep(.5)
{'accuracy': 0.93}
"""


def test_texts_are_looked_for_in_all_that_is_printed(attempt: Make) -> None:
    patterns = [
        "^start$", r"loss=\d\.\d epoch=1", "^Training complete$", "^finished$", "^working", "to stderr", "(?i)FROM A CHILD",
        r"'accuracy': 0\.9", r"start\nloss", r"\Astart",
    ]  # fmt: skip
    result = attempt(TEXTS, policy=FAIL, expectedLogs=[{"pattern": pattern} for pattern in patterns]).run()
    assert found(result) == []
    assert result.exit_code == 0


def test_a_text_that_was_not_printed_fails(attempt: Make) -> None:
    result = attempt("print('a')\nx = 'never shown'", "print('b')", policy=FAIL,
                     expectedLogs=[{"pattern": "never shown"}, {"pattern": r"a\nb"}, {"pattern": "a"}]).run()  # fmt: skip
    assert [finding["evidence"]["pattern"] for finding in found(result)] == ["never shown", r"a\nb"]
    assert found(result)[0]["message"] == "The notebook printed nothing that matches `never shown`."
    assert result.exit_code == 11


def test_a_line_that_is_not_kept_is_found_all_the_same(attempt: Make) -> None:
    source = (
        "from IPython.display import clear_output\n"
        "for n in range(40):\n    print('x' * 99_999)\n"
        "print('the one line')\n"
        "for n in range(40):\n    print('y' * 99_999)\n"
        "print('wiped')\nclear_output()"
    )
    result = attempt(source, policy=FAIL, expectedLogs=[{"pattern": "^the one line$"}, {"pattern": "^wiped$"}]).run()
    assert result.exit_code == 0, result.verdict
    assert "the one line" not in str(result.executed["cells"][0]["outputs"])


def test_an_output_too_large_to_be_read_is_mentioned(attempt: Make) -> None:
    result = attempt("import os\nfrom IPython.display import display\ndisplay({'text/plain': 'x' * 20_000_000}, raw=True)",
                     policy=FAIL, expectedLogs=[{"pattern": "never"}]).run()  # fmt: skip
    assert "too large to be searched" in found(result)[0]["message"]


def _watch(*patterns: str) -> LogWatch:
    return LogWatch(patterns)


def test_how_a_text_arrives_changes_nothing() -> None:
    text = "start\r\n\x1b[1;31mTraining\x1b[0m complete\rdone \x1b]8;;http://x\x07link\n"
    patterns = ["^start$", "^Training complete$", "^done link$"]
    rng = random.Random(4)
    for _ in range(300):
        watch, rest = _watch(*patterns), text
        while rest:
            size = rng.randrange(1, 9)
            watch.feed("stdout", rest[:size])
            rest = rest[size:]
        watch.end_of_cell()
        assert [watch.was_seen(at) for at in range(3)] == [True] * 3


def test_streams_are_searched_apart_and_cells_too() -> None:
    watch = _watch("ab", "^c$")
    watch.feed("stdout", "a")
    watch.feed("stderr", "b")
    watch.end_of_cell()
    watch.feed("stdout", "b")
    watch.feed("stdout", "c")
    watch.end_of_cell()
    assert not watch.was_seen(0) and not watch.was_seen(1)
    watch.feed("stdout", "c")
    watch.end_of_cell()
    assert watch.was_seen(1)


def test_searching_ends_when_there_is_too_much_to_step_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbv_runner.log_watch.MAX_STEPPED", 100_000)
    watch = _watch("[^x]+z", "literal")
    for _ in range(200):
        watch.feed("stdout", "b" * 1000)
    watch.end_of_cell()
    assert "more than could be searched" in (watch.reservation(0) or "")
    assert MAX_STEPPED > 1_000_000


def test_a_pattern_with_too_much_work_is_reported_as_not_found() -> None:
    rng = random.Random(6)
    watch = _watch("a[ab]{900}c")
    watch.feed("stdout", "".join(rng.choice("ab") for _ in range(150_000)))
    watch.end_of_cell()
    assert not watch.was_seen(0)
    assert "too much work" in (watch.reservation(0) or "")


def test_a_plain_text_is_skipped_through() -> None:
    watch = _watch("Training complete")
    for _ in range(100):
        watch.feed("stdout", "nothing of the kind here\n" * 1000)
    watch.end_of_cell()
    assert watch._stepped < 3000


def test_a_pipe_is_not_opened_and_an_untouched_file_is_said_to_be_one(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "old").write_text("")
    expected = Expected(files=(ExpectedFile("pipe", True, 0), ExpectedFile("old", True, 0)))
    config: Any = SimpleNamespace(expected=expected)
    later = (folder / "old").stat().st_ctime + 60
    context = CheckContext(config, NotebookSource(), str(folder), str(folder), started=later)
    pipe, old = MISSING_FILE.observe([], context)
    assert "named pipe" in pipe.message
    assert old.evidence["note"] == "it is as the commit had it: this run did not write it"
