"""One notebook per row of the table of cases that a notebook runner must tell apart."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Tuple

import pytest

from harness import Attempt, Result, code, markdown, notebook

Make = Callable[..., Attempt]


def test_a_clean_notebook_passes(attempt: Make) -> None:
    result = attempt("x = 20", "print(x + 1)", "x * 2").run()
    assert (result.exit_code, result.verdict["verdict"], result.verdict["reason"]) == (0, "Passed", "Passed")
    assert [event["type"] for event in result.events] == ["start"] + ["cell-start", "cell-end"] * 3 + ["verdict"]
    assert result.seqs == list(range(1, 9))
    assert result.cell(1)["output"] == "21\n" and result.cell(2)["output"] == "40\n"
    assert result.verdict["counts"] == {
        "cells": 3,
        "codeCells": 3,
        "succeeded": 3,
        "failed": 0,
        "skipped": 0,
        "warnings": 0,
    }
    assert result.foreign == []


# source of the middle cell, exit code, reason, name of the error, checks found
RAISING: List[Tuple[str, int, str, Optional[str], List[Tuple[str, str]]]] = [
    ("1/0", 10, "NotebookError", "ZeroDivisionError", [("E1", "failure")]),
    ("def broken(:", 10, "NotebookError", "SyntaxError", [("E1", "failure")]),
    ("import sys; sys.exit(3)", 10, "NotebookError", "SystemExit", [("E4", "failure")]),
    ("import sys; sys.exit('no data')", 10, "NotebookError", "SystemExit", [("E4", "failure")]),
    ("name = input('your name')", 10, "NotebookError", "StdinNotImplementedError", [("E1", "failure")]),
    ("bytearray(1 << 60)", 10, "NotebookError", "MemoryError", [("E1", "failure")]),
    ("%%bash\nexit 3", 10, "NotebookError", "CalledProcessError", [("E1", "failure")]),
    ("%no_such_magic", 10, "NotebookError", "UsageError", [("E1", "failure")]),
    ("raise KeyboardInterrupt", 10, "NotebookError", "KeyboardInterrupt", [("E1", "failure")]),
]


@pytest.mark.parametrize("case", RAISING, ids=[case[0].split("\n")[0] for case in RAISING])
def test_a_cell_that_raises_fails_the_notebook_and_stops_it(case: Any, attempt: Make) -> None:
    source, exit_code, reason, name, findings = case
    result = attempt("print('before')", source, "print('after')", policy={"E1": "note", "E4": "ignored"}).run()
    assert (result.exit_code, result.verdict["verdict"], result.verdict["reason"]) == (exit_code, "Failed", reason)
    assert result.findings(1) == findings
    assert result.cell(1)["error"]["name"] == name
    assert result.verdict["failingCells"][0] == {
        "cell": 1,
        "errorName": name,
        "message": result.verdict["failingCells"][0]["message"],
    }
    assert result.cell(2)["status"] == "Skipped"
    assert result.verdict["counts"]["skipped"] == 1
    assert not any(event["cell"] == 2 for event in result.of_type("cell-start"))


def test_the_traceback_is_reported_without_terminal_colours(attempt: Make) -> None:
    result = attempt("def f():\n    return missing\nf()").run()
    error = result.cell(0)["error"]
    assert "NameError" in error["traceback"] and "\x1b" not in error["traceback"]


def test_an_error_is_said_once_per_cell(attempt: Make) -> None:
    result = attempt("{'a': 1}['b']").run()
    cell = result.cell(0)
    assert (cell["error"]["name"], cell["error"]["message"]) == ("KeyError", "'b'")
    assert cell["findings"][0]["message"] == "The cell raised KeyError."
    assert result.verdict["failingCells"] == [{"cell": 0, "errorName": "KeyError", "message": "'b'"}]
    assert "KeyError: 'b'" in result.verdict["message"] and "KeyError: 'b'" in result.stderr


@pytest.mark.parametrize(
    "cells, message",
    [
        ([markdown()], "The notebook has no code cells, so nothing ran."),
        ([code("1")], "The only code cell ran."),
        ([code("1", "skip-execution")], "The only code cell was skipped."),
        ([code("1"), code("2")], "All 2 code cells ran."),
        ([code("1"), code("2", "skip-execution")], "1 of 2 code cells ran."),
    ],
)
def test_the_verdict_counts_in_plain_words(cells: List[Any], message: str, attempt: Make) -> None:
    result = attempt(*cells).run()
    assert (result.exit_code, result.verdict["verdict"]) == (0, "Passed")
    assert result.verdict["message"] == message


def test_a_cell_over_its_limit_is_stopped_where_it_hung(attempt: Make) -> None:
    result = attempt("import time\ndef wait():\n    time.sleep(60)\nwait()", "1", cell_seconds=1).run()
    assert (result.exit_code, result.verdict["reason"]) == (20, "CellTimeout")
    assert result.findings(0) == [("E3", "failure")]
    assert result.cell(0)["error"]["name"] == "CellTimeout"
    assert "wait()" in result.cell(0)["error"]["traceback"]
    assert result.cell(1)["status"] == "Skipped"
    assert result.seconds < 8


def test_a_limit_holds_for_a_cell_that_ignores_every_polite_signal(attempt: Make) -> None:
    result = attempt(
        "import signal, time, subprocess\n"
        "for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "while True:\n    time.sleep(1)",
        cell_seconds=1,
    ).run()
    assert (result.exit_code, result.verdict["reason"]) == (20, "CellTimeout")
    assert "ignored the interrupt" in result.verdict["message"]
    assert "deaf" in result.cell(0)["output"]
    assert result.seconds < 10


def test_a_cell_that_swallows_the_interrupt_is_not_trusted_any_more(attempt: Make) -> None:
    result = attempt(
        "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('survived')",
        "print('never')",
        cell_seconds=1,
    ).run()
    assert result.exit_code == 20
    assert result.cell(1)["status"] == "Skipped"


def test_the_notebook_as_a_whole_has_a_limit(attempt: Make) -> None:
    result = attempt("import time", *["time.sleep(0.8)"] * 6, notebook_seconds=2, cell_seconds=30).run()
    assert (result.exit_code, result.verdict["reason"]) == (21, "ValidationTimeout")
    assert result.seconds < 10


def test_a_time_out_never_fails_to_end_a_flood_of_output(attempt: Make) -> None:
    result = attempt("while True:\n    print('x' * 1000)", cell_seconds=1.5).run()
    assert result.exit_code == 20
    assert result.seconds < 15


@pytest.mark.parametrize(
    "severity, verdict, exit_code", [("failure", "Failed", 11), ("warning", "PassedWithWarnings", 0)]
)
class TestPolicy:
    def test_e2_tagged_to_raise_but_none_raised(
        self, severity: str, verdict: str, exit_code: int, attempt: Make
    ) -> None:
        result = attempt(code("1 + 1", "raises-exception"), policy={"E2": severity}).run()
        self._agrees(result, "E2", severity, verdict, exit_code)

    def test_e5_clean_exit_before_the_last_cell(
        self, severity: str, verdict: str, exit_code: int, attempt: Make
    ) -> None:
        result = attempt("import sys; sys.exit(0)", "print('not run')", policy={"E5": severity}).run()
        self._agrees(result, "E5", severity, verdict, exit_code)
        assert result.cell(1)["status"] == "Skipped"

    def test_e6_quit_is_a_stop_that_does_not_stop(
        self, severity: str, verdict: str, exit_code: int, attempt: Make
    ) -> None:
        result = attempt("quit()", "print('still here')", policy={"E6": severity}).run()
        self._agrees(result, "E6", severity, verdict, exit_code)
        assert result.cell(1)["output"] == "still here\n"

    def test_e7_a_shell_command_fails_in_silence(
        self, severity: str, verdict: str, exit_code: int, attempt: Make
    ) -> None:
        result = attempt("!exit 3\n!true", "print(_exit_code)", policy={"E7": severity}).run()
        self._agrees(result, "E7", severity, verdict, exit_code)
        assert result.cell(0)["findings"][0]["evidence"] == {"command": "exit 3", "exitCode": 3}
        assert result.findings(1) == [], "the exit code of an earlier cell is not this one's"

    def _agrees(self, result: Result, check: str, severity: str, verdict: str, exit_code: int) -> None:
        assert result.findings(0) == [(check, severity)]
        assert (result.verdict["verdict"], result.exit_code) == (verdict, exit_code)
        assert result.cell(0)["status"] == ("Failure" if severity == "failure" else "Warning")


def test_ignored_findings_are_not_emitted_and_notes_do_not_warn(attempt: Make) -> None:
    result = attempt("!false", "exit()", policy={"E7": "ignored", "E6": "note"}).run()
    assert result.findings(0) == [] and result.findings(1) == [("E6", "note")]
    assert result.verdict["verdict"] == "Passed"


def test_a_clean_exit_in_the_last_cell_is_a_success(attempt: Make) -> None:
    result = attempt("1", "import sys; sys.exit(0)", "", policy={"E5": "failure"}).run()
    assert (result.exit_code, result.verdict["verdict"]) == (0, "Passed")


def test_tags_are_honoured(attempt: Make) -> None:
    result = attempt(
        code("1/0", "raises-exception"),
        code("open('touched', 'w')", "skip-execution"),
        code("import os; print(os.path.exists('touched'))", "nbv-allow-stderr", "anything-else"),
        code("assert True"),
    ).run()
    assert (result.exit_code, result.verdict["verdict"]) == (0, "Passed")
    assert result.cell(0)["status"] == "Success" and "error" not in result.cell(0)
    assert result.cell(1)["status"] == "Skipped"
    assert result.cell(2)["output"] == "False\n"


def test_outputs_are_what_a_person_would_see_at_the_end(attempt: Make) -> None:
    result = attempt(
        "import sys, os\nfor i in range(3):\n    print('p', i, end='\\r', flush=True)\nprint('done')",
        "from IPython.display import clear_output, display\nprint('old'); clear_output(); print('new')",
        "h = display('first', display_id=True)\nh.update('second')",
        "None",
        "float('nan')",
        "print('err', file=sys.stderr); os.write(2, b'raw\\n'); os.system('echo child >&2'); None",
        "from IPython.display import HTML; HTML('<b>bold</b>')",
        policy={"Q1": "ignored", "S6": "ignored"},
    ).run()
    assert result.verdict["verdict"] == "Passed"
    outputs = [event["output"] for event in result.of_type("cell-end")]
    assert outputs[:5] == [["p 2", "done\n"][1], "new\n", "'second'\n", "", "nan\n"]
    assert {"err", "raw", "child"} <= set(outputs[5].split())


def test_old_outputs_of_the_file_are_never_taken_for_new_ones(attempt: Make) -> None:
    stale = {"output_type": "error", "ename": "OldError", "evalue": "old", "traceback": ["old"]}
    document = notebook([code("1", outputs=[stale, {"broken": True}], execution_count=9), code("", outputs=[stale])])
    result = attempt(document=document).run()
    assert result.verdict["verdict"] == "Passed"
    assert "OldError" not in result.everything()


def test_the_probe_leaves_no_trace_in_the_namespace(attempt: Make) -> None:
    result = attempt(
        "before = sorted(dir())",
        "5",
        "print(_, len(In), sorted(Out), [n for n in dir() if 'nbv' in n])",
        "print(_exit_code)",
    ).run()
    assert result.cell(2)["output"] == "5 4 [2] []\n"
    assert result.cell(3)["error"]["name"] == "NameError"


def test_unknown_kernel_lists_those_installed(attempt: Make) -> None:
    named = attempt("1", notebook={"kernel": "julia-9"}).run()
    assert (named.exit_code, named.verdict["verdict"], named.verdict["reason"]) == (41, "Error", "KernelMissing")
    assert "julia-9" in named.verdict["message"] and "python3" in named.verdict["message"]
    stored = attempt(document=notebook(["1"], kernelspec={"name": "gone", "display_name": "Gone"})).run()
    assert stored.exit_code == 41


def test_a_kernel_that_dies_at_its_start_says_why(attempt: Make) -> None:
    one = attempt("1", notebook={"kernel": "broken"}, env={"JUPYTER_PATH": "{root}/jupyter"})
    one.env["JUPYTER_PATH"] = str(one.root / "jupyter")
    spec = one.root / "jupyter" / "kernels" / "broken"
    spec.mkdir(parents=True)
    spec.joinpath("kernel.json").write_text(
        '{"argv": ["python", "-c", "raise SystemExit(\'no such library\')"], "display_name": "B", "language": "python"}'
    )
    result = one.run()
    assert (result.exit_code, result.verdict["reason"]) == (40, "KernelStartFailed")
    assert "no such library" in result.verdict["message"]
