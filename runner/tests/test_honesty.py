"""A notebook that tries to write its own verdict, and processes that try to get in the way of the true one."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Callable

import pytest

from harness import Attempt, verify

Make = Callable[..., Attempt]

FORGED = '{"v":"nbv.v1","seq":9999,"mac":"' + "0" * 64 + '","event":{"type":"verdict","verdict":"Passed","exitCode":0}}'


def test_lines_that_look_like_ours_stay_output(attempt: Make) -> None:
    result = attempt("print(%r); import os; os.write(1, b%r)" % (FORGED, FORGED + "\n"), "1/0").run()
    assert result.exit_code == 10 and result.verdict["verdict"] == "Failed"
    assert result.foreign == []
    assert "9999" in result.cell(0)["output"]


def test_the_verdict_stands_in_the_termination_message_byte_for_byte(attempt: Make) -> None:
    one = attempt("1")
    result = one.run()
    assert result.termination == result.stdout.splitlines(keepends=True)[-1]
    assert len(result.termination) <= 3072
    verified = verify(one.key, result.termination.rstrip(b"\n"))
    assert verified is not None and verified[1] == result.verdict


def test_a_verdict_about_many_long_failures_fits_the_termination_message(attempt: Make) -> None:
    cells = ["!echo %s; false" % ("é" * 300) for _ in range(15)]
    result = attempt(*cells, "raise ValueError('x' * 100000)", policy={"E7": "failure"}).run()
    assert result.exit_code == 10
    assert 0 < len(result.termination) <= 3072
    assert result.verdict["counts"]["failed"] == 16


def test_key_and_configuration_are_gone_before_the_notebook_begins(attempt: Make) -> None:
    one = attempt(
        "import os; print(os.listdir(os.environ['HANDOVER']))",
        "print(os.environ, open('/proc/self/cmdline').read(), open('/proc/%d/cmdline' % os.getppid()).read())",
    )
    one.env["HANDOVER"] = str(one.handover)
    result = one.run()
    assert not (one.handover / "key").exists() and not (one.handover / "config.json").exists()
    assert one.key.hex() not in result.everything()


def test_the_runner_can_not_be_read_or_written_by_processes_of_its_user(attempt: Make) -> None:
    result = attempt(
        "import os\n"
        "def attempt(act):\n"
        "    try:\n        act(); print('DID')\n"
        "    except (PermissionError, FileNotFoundError, ProcessLookupError) as error:\n        print(type(error).__name__)\n"
        "runner = '/proc/%d' % os.getppid()\n"
        "attempt(lambda: open(runner + '/mem', 'rb'))\n"
        "attempt(lambda: open(runner + '/fd/1', 'w').write('forged'))\n"
        "attempt(lambda: os.listdir(runner + '/fd'))\n"
        "attempt(lambda: open(runner + '/environ').read())\n",
        as_nobody=True,
    ).run()
    assert result.exit_code == 0
    assert result.cell(0)["output"].split() == ["PermissionError"] * 4
    assert result.foreign == []


def test_what_gets_into_the_stream_from_outside_is_not_signed_and_replays_do_not_count(attempt: Make) -> None:
    # Root may open the runner's stdout; even then nothing verifies.
    result = attempt(
        "import os\n"
        "try:\n"
        "    with open('/proc/%%d/fd/1' %% os.getppid(), 'w') as stream: stream.write(%r + '\\n')\n"
        "except OSError: pass" % FORGED,
        "1/0",
    ).run()
    assert result.exit_code == 10 and result.verdict["verdict"] == "Failed"
    assert result.seqs == sorted(set(result.seqs))


def test_closed_descriptors_of_the_kernel_hurt_only_the_kernel(attempt: Make) -> None:
    result = attempt("import os\nos.closerange(0, 3)\nprint('still')", "1/0").run(limit=40)
    assert result.exit_code in (10, 30, 32)
    assert result.verdict["verdict"] == "Failed"


def test_a_child_that_outlives_the_notebook_is_ended_and_holds_nothing_up(attempt: Make) -> None:
    one = attempt(
        "import subprocess, sys\n"
        "body = 'import os, time, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(120)'\n"
        "child = subprocess.Popen([sys.executable, '-c', body], start_new_session=True)\n"
        "print(child.pid)",
        "import os\nif os.fork() == 0:\n    os.setsid()\n    import time; time.sleep(120); os._exit(0)",
    )
    result = one.run()
    assert result.exit_code == 0 and result.seconds < 20
    with pytest.raises(ProcessLookupError):
        os.kill(int(result.cell(0)["output"]), 0)


def test_a_late_process_can_not_rewrite_the_reports(attempt: Make) -> None:
    script = (
        "import os, time\n"
        "while True:\n"
        "    for name in ('report.json', 'junit.xml'):\n"
        "        try: open(%r + '/' + name, 'w').write('forged')\n"
        "        except OSError: pass\n"
    )
    one = attempt(
        "import subprocess, sys, os\n"
        "folder = os.environ['ARTIFACTS']\n"
        "subprocess.Popen([sys.executable, '-c', %r %% folder], start_new_session=True); None" % script,
        "import time; time.sleep(0.5)",
    )
    one.env["ARTIFACTS"] = str(one.artifacts)
    result = one.run()
    assert result.report["version"] == "nbv.report.v1"
    time.sleep(0.2)
    assert b"forged" not in (one.artifacts / "junit.xml").read_bytes()


def test_planted_files_are_replaced_and_links_not_followed(attempt: Make) -> None:
    one = attempt(
        "import os\n"
        "a, log, home = os.environ['ARTIFACTS'], os.environ['LOG'], os.environ['HOME']\n"
        "open(a + '/report.json', 'w').write('{\"verdict\": \"Passed\"}')\n"
        "os.makedirs(a + '/report.html/deep')\n"
        "open(home + '/precious', 'w').write('keep')\n"
        "os.symlink(home + '/precious', a + '/junit.xml')\n"
        "os.unlink(log); os.symlink(home + '/precious', log)\n"
        "1/0"
    )
    one.env.update(ARTIFACTS=str(one.artifacts), LOG=str(one.termination_log))
    result = one.run()
    assert result.exit_code == 10
    assert result.report["verdict"]["verdict"] == "Failed"
    assert (one.artifacts / "report.html").read_text().startswith("<!doctype html>")
    assert (one.home / "precious").read_text() == "keep"
    assert not one.termination_log.is_symlink()
    assert verify(one.key, result.termination.rstrip(b"\n")) is not None


def test_a_pipe_planted_as_termination_log_blocks_nothing(attempt: Make) -> None:
    one = attempt("import os\nlog = os.environ['LOG']\nos.unlink(log); os.mkfifo(log)")
    one.env["LOG"] = str(one.termination_log)
    result = one.run(limit=20)
    assert result.exit_code == 0
    assert verify(one.key, result.termination.rstrip(b"\n")) is not None


def test_a_replaced_do_execute_ends_as_an_error(attempt: Make) -> None:
    result = attempt(
        "kernel = get_ipython().kernel\n"
        "async def do_execute(*args, **options):\n"
        "    return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}\n"
        "original = kernel.do_execute\n"
        "async def sometimes(code, silent, *args, **options):\n"
        "    return await (original if silent else do_execute)(code, silent, *args, **options)\n"
        "kernel.do_execute = sometimes",
        "1/0",
    ).run()
    assert (result.exit_code, result.verdict["verdict"]) == (1, "Error")
    assert result.verdict["reason"] == "KernelTampered"


def test_a_termination_request_ends_in_a_verdict_within_seconds(attempt: Make) -> None:
    one = attempt(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "print('up', flush=True)\nopen(%r, 'w')\ntime.sleep(60)"
    )
    ready = one.root / "ready"
    path = one.source / "work" / "analysis.ipynb"
    path.write_text(path.read_text().replace("%r", json.dumps(repr(str(ready)))[1:-1]))
    process = one.start()
    _wait_for(ready)
    process.send_signal(signal.SIGTERM)
    result = one.run(limit=8)
    assert (result.exit_code, result.verdict["verdict"], result.verdict["reason"]) == (1, "Error", "Terminated")
    assert verify(one.key, result.termination.rstrip(b"\n")) is not None
    assert result.verdict["counts"]["codeCells"] == 1


def test_a_reader_that_went_away_does_not_stop_the_run(attempt: Make) -> None:
    one = attempt("print('x')", "print('y')")
    process = one.start()
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    result = one.run()
    assert result.exit_code == 0
    verified = verify(one.key, result.termination.rstrip(b"\n"))
    assert verified is not None and verified[1]["verdict"] == "Passed"


def test_the_kernel_sees_the_users_environment_and_nothing_of_ours(attempt: Make) -> None:
    one = attempt(
        "import sys, os, json\n"
        "print([p for p in sys.path if 'nbv' in p or 'vendor' in p or p.endswith('/runner')])\n"
        "print(sys.flags.isolated, sys.flags.no_site, os.environ.get('PYTHONDONTWRITEBYTECODE'))",
        "import helpers; print(helpers.WHERE, os.path.basename(os.getcwd()))",
        "from importlib.util import find_spec\n"
        "carried = [find_spec(name) for name in ('nbformat', 'fastjsonschema', 'pyrsistent')]\n"
        "print(any(spec and 'vendor' in spec.origin for spec in carried))",
    )
    (one.source / "helpers.py").write_text("WHERE = 'repository root'")
    (one.source / "random.py").write_text("raise ImportError('shadows the standard library')")
    result = one.run()
    lines = result.cell(0)["output"].splitlines()
    assert [path for path in eval(lines[0]) if str(one.source) not in path] == []
    assert lines[1] == "0 0 None"
    assert result.cell(1)["output"] == "repository root work\n"
    assert result.cell(2)["output"] == "False\n"


def _wait_for(path: Path, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, "%s never appeared" % path
        time.sleep(0.02)
