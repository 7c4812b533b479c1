"""However much a notebook writes: memory, stream, lines and files stay bounded."""

from __future__ import annotations

from typing import Callable

import pytest

from harness import Attempt

Make = Callable[..., Attempt]
MIB = 1024 * 1024


def test_two_hundred_megabytes_of_output_fit_into_little_memory(attempt: Make) -> None:
    result = attempt(
        "line = 'x' * 9999\nfor _ in range(20_000):\n    print(line)",
        "print('end')",
        "import os\nfor _ in range(100): os.write(1, b'\\xff\\xfe' * 1000)",
    ).run(limit=120)
    assert result.exit_code == 0
    assert result.cell(0)["outputTruncated"] and len(result.cell(0)["output"].encode()) <= 2048
    assert result.cell(1)["output"] == "end\n"
    assert len(result.stdout) <= MIB
    assert (result.artifacts / "executed.ipynb").stat().st_size < 4 * MIB
    assert "left out by the validator" in str(result.executed["cells"][0]["outputs"])
    assert result.report["runnerPeakMemoryBytes"] < 400 * MIB


def test_one_enormous_message_is_described_instead_of_kept(attempt: Make) -> None:
    result = attempt(
        "from IPython.display import display\ndisplay({'text/plain': 'y' * 40_000_000}, raw=True)", "2 + 2"
    ).run()
    assert result.exit_code == 0
    assert "left out by the validator" in result.cell(0)["output"]
    assert result.cell(1)["output"] == "4\n"


def test_thousands_of_displays_are_capped(attempt: Make) -> None:
    result = attempt("for i in range(3000): display(i)", "'after'").run()
    assert result.exit_code == 0
    assert len(result.executed["cells"][0]["outputs"]) <= 1002  # One more for the note about the rest.
    assert result.cell(1)["output"] == "'after'\n"


def test_every_line_stays_short_and_the_stream_below_a_mebibyte(attempt: Make) -> None:
    cells = ["print('\\x01é☃' * 2000)"] * 300
    result = attempt(*cells, "def f(n):\n    return f(n - 1) if n else 1 / 0\nf(200)").run(limit=120)
    assert result.exit_code == 10
    assert len(result.stdout) <= MIB
    assert max(len(line) for line in result.stdout.splitlines()) <= 16 * 1024
    assert "ZeroDivisionError" in result.cell(300)["error"]["traceback"]
    assert all(len(event["output"].encode()) <= 2048 for event in result.of_type("cell-end"))


def test_outputs_can_be_kept_out_of_events(attempt: Make) -> None:
    result = attempt("print('private figure')", storeOutputs=False).run()
    assert result.cell(0)["output"] == ""
    assert "private figure" not in result.stdout.decode()


@pytest.mark.parametrize("data", ["{'text/plain': [1, 2]}", "{'text/html': {'a': 1}}", "{'text/plain': None}"])
def test_data_of_the_wrong_type_are_kept_as_their_json(attempt: Make, data: str) -> None:
    result = attempt("display(%s, raw=True)" % data, "print('end')").run()
    assert (result.exit_code, result.cell(1)["output"]) == (0, "end\n"), result.verdict
    (kept,) = result.executed["cells"][0]["outputs"]
    assert all(isinstance(value, (str, list)) for value in kept["data"].values())


def test_an_error_too_large_to_be_read_keeps_its_name(attempt: Make) -> None:
    result = attempt("raise ValueError('x' * 20_000_000)").run()
    assert (result.exit_code, result.cell(0)["error"]["name"]) == (10, "ValueError"), result.verdict
    assert "its message was too large" in result.cell(0)["error"]["message"]
