"""A golden notebook in a run: the verdict, the event, the report, and what a notebook could do about it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from harness import Attempt, Result, code, notebook

SETTINGS: Dict[str, Any] = {
    "isExact": False,
    "absoluteTolerance": 0.0001,
    "relativeTolerance": 0.0,
    "ignoreTimestamps": True,
    "ignoreExecutionCount": True,
    "customPatterns": [],
    "ignoredTypes": [],
    "ignoredCells": [],
    "ignoredTags": [],
    "images": "ignore",
}
GOLDEN = "golden/analysis.ipynb"


@pytest.fixture
def golden_run(attempt: Callable[..., Attempt]) -> Callable[..., Attempt]:
    """An attempt whose golden notebook lies in its repository."""

    def make(cells: Any, golden: Any, comparison: Any = None, in_other: bool = False, **config: Any) -> Attempt:
        settings = {"path": GOLDEN, "isSameSource": not in_other, "comparison": {**SETTINGS, **(comparison or {})}}
        one = attempt(*cells, golden=settings, policy={"G1": "failure"} | config.pop("policy", {}), **config)
        folder = one.root / "other" if in_other else one.source
        (folder / "golden").mkdir(parents=True)
        if golden is not None:
            text = golden if isinstance(golden, str) else json.dumps(golden)
            (folder / GOLDEN).write_text(text)
        return one

    return make


def executed(attempt: Callable[..., Attempt], *cells: Any) -> Any:
    """The notebook with the outputs of a run of it."""
    return attempt(*cells).run().executed


def comparison_of(result: Result) -> Dict[str, Any]:
    (event,) = result.of_type("comparison")
    found: Dict[str, Any] = event["result"]
    return found


def test_a_run_matches_its_own_outputs(attempt: Any, golden_run: Any) -> None:
    cells = [
        "import sys, numpy as np, pandas as pd\nfrom matplotlib import pyplot as plt",
        "frame = pd.DataFrame({'region': ['N', 'S'], 'revenue': [1250.5, float('nan')]})\nframe",
        "print('epoch 1'); print('warn', file=sys.stderr); print('\\x1b[32mepoch 2\\x1b[0m')\n"
        "for step in range(40): print('step', step, end='\\r', flush=True)\nprint()",
        "plt.plot([1, 2, 3]);",
        "np.array([1e-7, 2.5, np.inf])",
        "object(), 3 + 4j",
        "{'scores': [0.1, 0.2], 'nested': {'a': None}}",
        "for row in range(60_000): print('row', row, row / 7)",
        code("{}['missing']", "raises-exception"),
        "from IPython.display import JSON, HTML, Markdown, clear_output, display\n"
        "print('gone'); clear_output()\nhandle = display('a', display_id='d'); handle.update('b')\n"
        "display(JSON({'b': 1, 'a': [2]}), HTML('<p>now</p>'), Markdown('**x**'))",
    ]
    golden = executed(attempt, *cells)
    result = golden_run(cells, golden, {"images": "perceptual"}).run(limit=120)
    found = comparison_of(result)
    assert found["diffs"] == []
    assert (found["result"], found["totalCells"], found["matchedCells"]) == ("matched", 10, 10)
    assert result.exit_code == 0, result.stderr


def test_a_mismatch_alone_ends_with_its_own_exit_code(attempt: Any, golden_run: Any) -> None:
    golden = executed(attempt, "print('loss 0.5')", "2 + 2")
    result = golden_run(["print('loss 0.7')", "2 + 2"], golden).run()
    assert (result.exit_code, result.verdict["verdict"], result.verdict["reason"]) == (12, "Failed", "ComparisonFailed")
    assert result.verdict["message"] == (
        "Check G1 failed in cell 0: Not as in the golden notebook: stdout differs in line 1: expected `loss 0.5`, got `loss 0.7`."
    )
    found = comparison_of(result)
    # The source changed, too: that alone would be no failure.
    assert [(each["diffType"], each["severity"]) for each in found["diffs"]] == [
        ("output_mismatch", "major"),
        ("source_mismatch", "minor"),
    ]
    assert (found["result"], found["totalCells"], found["matchedCells"], found["mismatchedCells"]) == (
        "failed",
        2,
        1,
        1,
    )
    report = result.report
    assert report["comparison"]["diffs"][1]["diff"].endswith("-loss 0.5\n+loss 0.7\n ")
    assert report["comparison"]["mismatchedCells"] == 1
    assert [each["check"] for each in report["findings"]] == ["G1"]
    assert result.seqs == list(range(1, len(result.seqs) + 1))


def test_policy_decides_how_grave_a_mismatch_is(attempt: Any, golden_run: Any) -> None:
    golden = executed(attempt, "print(1)")
    result = golden_run(["print(2)"], golden, policy={"G1": "warning"}).run()
    assert (result.exit_code, result.verdict["verdict"]) == (0, "PassedWithWarnings")
    assert comparison_of(result)["result"] == "failed"


def test_a_tag_takes_a_cell_out(attempt: Any, golden_run: Any) -> None:
    golden = executed(attempt, "print(1)", "print(2)")
    result = golden_run([code("print(3)", "nbv-ignore-output"), "print(2)"], golden).run()
    assert result.exit_code == 0
    assert comparison_of(result)["totalCells"] == 1


def test_the_golden_notebook_may_have_its_own_repository(attempt: Any, golden_run: Any) -> None:
    golden = executed(attempt, "print(1)")
    one = golden_run(["print(1)"], golden, in_other=True)
    result = run_with_golden(one, one.root / "other")
    assert result.exit_code == 0, result.stderr
    assert comparison_of(result)["result"] == "matched"


def run_with_golden(one: Attempt, folder: Path) -> Result:
    import subprocess
    from unittest.mock import patch

    original = subprocess.Popen

    def popen(command: Any, *rest: Any, **more: Any) -> Any:
        return original([*command, "--golden", str(folder)], *rest, **more)

    with patch.object(subprocess, "Popen", popen):
        one.start()
    return one.run()


@pytest.mark.parametrize(
    ("golden", "reason", "says"),
    [
        (None, "NotebookNotFound", "The commit has no notebook golden/analysis.ipynb"),
        ("{", "NotebookInvalid", "golden/analysis.ipynb is not JSON"),
        (notebook(["print(1)"]), "NotebookInvalid", "golden/analysis.ipynb has no outputs: run it"),
    ],
)
def test_a_golden_notebook_of_no_use_is_an_error_before_anything_runs(
    golden_run: Any, golden: Any, reason: str, says: str
) -> None:
    result = golden_run(["print(1)"], golden).run()
    assert (result.exit_code, result.verdict["verdict"], result.verdict["reason"]) == (50, "Error", reason)
    assert result.verdict["message"].startswith("The golden notebook is of no use: ")
    assert says in result.verdict["message"]
    assert not result.of_type("cell-start")
    assert not result.of_type("comparison")


def test_a_repository_or_pattern_that_is_not_there_is_a_bad_configuration(attempt: Any, golden_run: Any) -> None:
    golden = executed(attempt, "print(1)")
    assert golden_run(["print(1)"], golden, in_other=True).run().exit_code == 60
    result = golden_run(["print(1)"], golden, {"customPatterns": ["(?=look)"]}).run()
    assert result.exit_code == 60
    assert "customPatterns" in result.verdict["message"]


def test_a_notebook_cannot_rewrite_what_it_is_compared_with(attempt: Any, golden_run: Any) -> None:
    golden = executed(attempt, "print('right')")
    forge = (
        "import json, pathlib\npath = pathlib.Path('../golden/analysis.ipynb')\n"
        "document = json.loads(path.read_text())\n"
        "document['cells'][0]['outputs'][0]['text'] = 'wrong\\n'\npath.write_text(json.dumps(document));\nprint('wrong')"
    )
    result = golden_run([forge], golden).run()
    assert result.exit_code == 12
    assert "expected `right`, got `wrong`" in result.verdict["message"]


def test_a_cell_that_fails_is_its_own_failure_first(attempt: Any, golden_run: Any) -> None:
    golden = executed(attempt, "print(1)", "print(2)", "print(3)")
    result = golden_run(["print(1)", "1 / 0", "print(3)"], golden).run()
    assert (result.exit_code, result.verdict["reason"]) == (10, "NotebookError")
    found = comparison_of(result)
    assert [(each["diffType"], each["cellIndex"]) for each in found["diffs"]][0] == ("execution_error", 1)
    assert (found["totalCells"], found["mismatchedCells"]) == (2, 1)
    assert result.report["comparison"]["notCompared"] == [
        {"cell": 2, "goldenCell": 2, "reason": "the run did not execute it"}
    ]


def test_secrets_stay_out_and_make_no_difference(attempt: Any, golden_run: Any) -> None:
    secret = "s3cr3t-value-of-the-vault"
    cells = ["import os; print('key', os.environ['KEY'], 1)", "print('a', 'b')"]
    environment = {"env": {"KEY": secret}, "secret_env": ["KEY"]}
    golden = attempt(*cells, **environment).run().executed
    assert secret not in json.dumps(golden)
    leaked = copy.deepcopy(golden)
    leaked["cells"][0]["outputs"][0]["text"] = ["key %s 1\n" % secret]
    for stored in (golden, leaked):
        result = golden_run(cells, stored, **environment).run()
        assert result.exit_code == 0, result.stderr
        assert secret not in result.everything()
    split = secret[:6] + "\\x1b[0m" + secret[6:]
    result = golden_run(["print('%s x', 2)" % split, "print('a', 'b')"], leaked, **environment).run()
    assert result.exit_code == 12
    texts = json.dumps([comparison_of(result), result.report["comparison"], result.verdict])
    assert secret not in texts


def test_outputs_stay_out_of_events_when_the_job_stores_none(attempt: Any, golden_run: Any) -> None:
    golden = executed(attempt, "print('confidential one')")
    one = golden_run(["print('confidential two')"], golden, storeOutputs=False)
    result = one.run()
    assert result.exit_code == 12
    assert "confidential" not in result.stdout.decode()
    assert comparison_of(result)["diffs"][0]["diff"] == "Cell 0: stdout differs in line 1"


def test_a_thousand_differences_fit_into_the_stream(attempt: Any, golden_run: Any) -> None:
    golden = notebook(
        [
            code(
                "%d" % index,
                outputs=[{"output_type": "stream", "name": "stdout", "text": "ü" * 3000}],
                execution_count=1,
            )
            for index in range(300)
        ]
    )
    result = golden_run(["%d" % index for index in range(300)], golden).run(limit=120)
    assert result.exit_code == 12
    found = comparison_of(result)
    assert (found["totalCells"], found["mismatchedCells"]) == (300, 300)
    assert 1 <= len(found["diffs"]) <= 100
    assert max(map(len, result.stdout.split(b"\n"))) <= 15 * 1024
    assert result.seqs == list(range(1, len(result.seqs) + 1))
