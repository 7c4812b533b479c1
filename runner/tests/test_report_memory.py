"""Large outputs are written a cell at a time: reports cost no second notebook in memory."""

from __future__ import annotations

import base64
import json
import os
import time
import tracemalloc
from pathlib import Path
from typing import Callable, List

import nbformat

from harness import Attempt
from nbv_runner.cell_run import CellRun, Ended
from nbv_runner.outcome import Outcome
from nbv_runner.outputs import CellOutputs, OutputBudget
from nbv_runner.redaction import Redactor
from nbv_runner.report.artifacts import Artifacts
from nbv_runner.report.document import RunFacts
from nbv_runner.report.files import write_reports
from nbv_runner.verdict import Judgement, Tally

Make = Callable[..., Attempt]
MIB = 1024 * 1024
CELLS = 12
PICTURE = 5 * MIB


def a_large_run(redactor: Redactor) -> "tuple[Tally, nbformat.NotebookNode]":
    """As many outputs as the runner keeps of a notebook."""
    budget = OutputBudget()
    cells: List[CellRun] = []
    documents = []
    for index in range(CELLS):
        outputs = CellOutputs(budget, redactor)
        outputs.stream("stdout", "line of text\n" * 20_000)
        picture = base64.b64encode(os.urandom(PICTURE * 3 // 4)).decode()
        outputs.rich({"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}, len(picture))
        cells.append(CellRun(index, index, "x", frozenset(), outputs, ended=Ended.FINISHED))
        document = nbformat.v4.new_code_cell("x")
        document["outputs"] = [nbformat.from_dict(output) for output in outputs.documents()]
        documents.append(document)
        del picture, outputs
    return Tally(total_cells=CELLS, cells=cells), nbformat.v4.new_notebook(cells=documents)


def test_sixty_megabytes_of_outputs_are_written_within_thirty_more(folder: Path) -> None:
    redactor = Redactor(["a-secret-value"])
    tracemalloc.start()
    try:
        tally, notebook = a_large_run(redactor)
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        complaints: List[str] = []
        judgement = Judgement(Outcome.PASSED, "ok")
        digests = write_reports(
            Artifacts(str(folder)), redactor, RunFacts(), tally, judgement, notebook, complaints.append
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert complaints == [] and digests.report is not None
    executed = json.loads((folder / "executed.ipynb").read_text())
    assert len(executed["cells"][11]["outputs"][1]["data"]["image/png"]) == PICTURE
    assert (folder / "report.html").stat().st_size < 25 * MIB
    assert peak - before < 30 * MIB, "%.0f MiB" % ((peak - before) / MIB)


def test_a_hundred_megabytes_from_a_real_notebook_stay_bounded(attempt: Make) -> None:
    one = attempt(
        "import base64, os\nfrom IPython.display import display\n"
        "def show():\n    display({'image/png': base64.b64encode(os.urandom(3_000_000)).decode(), 'text/plain': 'x'}, raw=True)",
        *["for _ in range(3): show()"] * 8,
        "print('y' * 10_000_000)",
    )
    process = one.start()
    highest = 0
    while process.poll() is None:
        try:
            status = Path("/proc/%d/status" % process.pid).read_text()
        except OSError:
            break
        # The high-water mark: whoever looks last sees it all.
        highest = max([highest, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
        time.sleep(0.01)
    result = one.run()
    assert result.exit_code == 0, result.stderr
    assert "left out" in (result.artifacts / "report.html").read_text()
    assert highest / 1024 < 230, "%d MiB" % (highest // 1024)
