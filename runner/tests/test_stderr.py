"""S1 to S6 and Q6 in real runs: what a cell writes to stderr, and what is made of it."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Tuple

import pytest

from harness import Attempt, Result, code

Make = Callable[..., Attempt]

STAGING = {"S2": "note", "S3": "warning", "S4": "warning", "S5": "failure", "S6": "warning", "Q6": "failure"}
PRODUCTION = dict.fromkeys(("S2", "S3", "S4", "S5", "S6", "Q6"), "failure")
KINDS = tuple(PRODUCTION)


def found(result: Result, index: int = 0) -> List[Tuple[str, str]]:
    return [finding for finding in result.findings(index) if finding[0] in KINDS]


def evidence(result: Result, check: str, index: int = 0) -> Dict[str, Any]:
    return next(f["evidence"] for f in result.cell(index)["findings"] if f["check"] == check)


HEALTHY = {
    "logging at INFO": (
        "import logging\nlogging.basicConfig(level=logging.INFO, format='%(asctime)s - %(name)s - %(levelname)s - %(message)s')\n"
        "log = logging.getLogger('prepare')\nfor n in range(30):\n    log.info('step %d of 30: error budget %d', n, 5)"
    ),
    "a progress bar": (
        "import sys, time\nfor n in range(5):\n    print('\\r%3d%%|%s| %d/5 [00:00<00:00, 9.9it/s]' % (n * 20, '#' * n, n), "
        "end='', file=sys.stderr, flush=True)\nprint(file=sys.stderr)"
    ),
    "tqdm": "from tqdm import tqdm\nfor n in tqdm(range(200)):\n    pass",
    "tqdm.auto without widgets": "from tqdm.auto import tqdm\nfor n in tqdm(range(20)):\n    pass",
    "text on stdout": "print('ERROR: this is an example of a log line')",
    "an expected exception": None,
    "a warning that is silenced": "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n"
    "    warnings.warn('x')",
}


def test_a_healthy_notebook_is_told_nothing_about_its_stderr_even_in_production(attempt: Make) -> None:
    cells = [code("1 / 0", "raises-exception") if source is None else source for source in HEALTHY.values()]
    result = attempt(*cells, policy=PRODUCTION).run()
    assert {name: found(result, index) for index, name in enumerate(HEALTHY)} == {name: [] for name in HEALTHY}
    assert result.exit_code == 0, result.stderr


WRITES = [
    ("import warnings\nwarnings.warn('old', DeprecationWarning)", "S2", {"category": "DeprecationWarning", "line": 2}),
    ("import warnings\nwarnings.warn('old', FutureWarning)", "S2", {"category": "FutureWarning"}),
    ("import warnings\nwarnings.warn('careful')", "S3", {"category": "UserWarning", "line": 2}),
    ("import logging\nlogging.basicConfig()\nlogging.warning('dropped')", "S4", {"category": "WARNING"}),
    ("import logging\nlogging.warning('dropped')", "S4", {"category": "WARNING"}),
    ("import logging\nlogging.basicConfig()\nlogging.error('lost')", "S5", {"category": "ERROR"}),
    ("import logging\nlogging.basicConfig()\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('lost')", "S5",
     {"category": "ZeroDivisionError", "count": 1}),
    ("import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()", "S5",
     {"category": "ZeroDivisionError", "text": "ZeroDivisionError: division by zero"}),
    ("import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()", "S5",
     {"category": "ZeroDivisionError"}),
    ("class A:\n    def __del__(self):\n        raise ValueError('in del')\na = A()\ndel a", "S5", {"category": "ValueError"}),
    ("import sys\nprint('something is odd', file=sys.stderr)", "S6", {"text": "something is odd"}),
    ("import os\nos.write(2, b'from below\\n')\nimport time; time.sleep(.5)", "S6", {"text": "from below"}),
    ("import subprocess\nsubprocess.run(['sh', '-c', 'echo from a child >&2'])\nimport time; time.sleep(.5)", "S6",
     {"text": "from a child"}),
    ("import numpy as np\nnp.array([1.0]) / np.array([0.0])\nNone", "Q6", {"category": "RuntimeWarning", "line": 2}),
    ("import numpy as np\nx = np.array([]).mean()\nNone", "Q6", {"category": "RuntimeWarning", "count": 2}),
]  # fmt: skip


def test_each_kind_is_found_in_its_cell_and_at_its_severity(attempt: Make) -> None:
    result = attempt(*[source for source, _, _ in WRITES], policy=STAGING).run()
    assert [found(result, index) for index in range(len(WRITES))] == [[(kind, STAGING[kind])] for _, kind, _ in WRITES]
    for index, (source, kind, expected) in enumerate(WRITES):
        facts = evidence(result, kind, index)
        assert {key: facts.get(key) for key in expected} == expected, source
    assert result.exit_code == 11


def test_the_tag_allows_stderr_for_a_cell(attempt: Make) -> None:
    sources = [code(source, "nbv-allow-stderr") for source, kind, _ in WRITES if kind != "Q6"]
    result = attempt(*sources, policy=PRODUCTION).run()
    assert all(found(result, index) == [] for index in range(len(sources)))
    assert result.exit_code == 0


def test_many_of_one_kind_are_one_finding(attempt: Make) -> None:
    result = attempt("import sys, warnings\nfor n in range(50):\n    warnings.warn('w%d' % n)\n    print('r', file=sys.stderr)",
                     policy=STAGING).run()  # fmt: skip
    assert sorted(found(result)) == [("S3", "warning"), ("S6", "warning")]
    assert evidence(result, "S3")["count"] == 50
    assert "and 49 more" in next(f["message"] for f in result.cell(0)["findings"] if f["check"] == "S3")


def test_what_clear_output_wiped_away_was_said_all_the_same(attempt: Make) -> None:
    source = (
        "import logging\nfrom IPython.display import clear_output\nlogging.error('lost')\nclear_output()\nprint('fine')"
    )
    assert found(attempt(source, policy=STAGING).run()) == [("S5", "failure")]


def test_a_failed_command_is_not_reported_twice(attempt: Make) -> None:
    result = attempt(
        "import subprocess\n!sh -c 'echo ERROR: no such package >&2; exit 3'",
        "!sh -c 'echo only talking >&2'",
        code("%%bash\necho failing >&2\nexit 4", "raises-exception"),
        policy={**STAGING, "E7": "failure"},
    ).run()
    assert ("E7", "failure") in result.findings(0)
    assert found(result, 0) == []
    assert found(result, 2) == []


def test_errors_in_the_middle_of_a_flood_are_seen_and_memory_stays_bounded(attempt: Make) -> None:
    lines = "yes 'INFO:root:nothing of interest to anybody' | head -700000 >&2"
    script = "%s; echo ERROR:root:in the middle >&2; %s" % (lines, lines)
    flood = "import subprocess, time\nsubprocess.run(['sh', '-c', %r])\ntime.sleep(1)" % script
    result = attempt(flood, policy=STAGING, notebook_seconds=200).run(200)
    assert found(result) == [("S5", "failure")]
    assert evidence(result, "S5")["text"] == "ERROR:root:in the middle"


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.write(2, bytes(each for each in range(256) if each != 13) * 50)",
        "import sys\nsys.stderr.write('x' * 3_000_000)",
        "import os\nos.write(2, b'\\xff\\xfe\\x00\\x01 invalid')",
    ],
)
def test_bytes_that_are_no_text_are_raw_text(attempt: Make, source: str) -> None:
    result = attempt(source + "\nimport time; time.sleep(.5)", policy=STAGING).run()
    assert found(result) == [("S6", "warning")]
    assert result.exit_code == 0
