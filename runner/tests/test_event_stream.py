"""The stream on its own: budget, numbering, signatures."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Tuple

from harness import verify
from nbv_runner.event_stream import MAX_STREAM_BYTES, EventStream
from nbv_runner.pipe_writer import PipeWriter
from nbv_runner.redaction import Redactor

KEY = bytes(range(32))


class Collected(PipeWriter):
    def __init__(self) -> None:
        self.data = b""
        self.broken = False

    def write(self, data: bytes) -> bool:
        self.data += data
        return True


def cell_end(index: int, output: str = "", **more: Any) -> Dict[str, Any]:
    return {
        "type": "cell-end",
        "cell": index,
        "codeCell": index,
        "status": "Success",
        "seconds": 0.1,
        "output": output,
        "outputTruncated": False,
        "findings": [],
        **more,
    }


def read(data: bytes) -> List[Tuple[int, Dict[str, Any]]]:
    events = [verify(KEY, line) for line in data.splitlines()]
    assert all(events), "every line verifies"
    return [event for event in events if event is not None]


def test_five_thousand_chatty_cells_stay_below_a_mebibyte_with_the_verdict_in_it() -> None:
    writer = Collected()
    stream = EventStream(writer, KEY, Redactor())
    total = 5000
    for index in range(total):
        stream.emit({"type": "cell-start", "cell": index, "codeCell": index}, cells_to_come=total - index)
        stream.emit(cell_end(index, "x" * 5000), cells_to_come=total - index - 1)
    failing = cell_end(total, "", error={"name": "E", "message": "m", "traceback": "t" * 9000})
    stream.emit({**failing, "status": "Failure"})
    line = stream.verdict_line(
        {"type": "verdict", "verdict": "Failed", "reason": "r", "message": "m" * 9999, "failingCells": []}
    )
    stream.send(line)
    assert len(writer.data) <= MAX_STREAM_BYTES
    events = read(writer.data)
    assert events[-1][1]["type"] == "verdict"
    assert events[-2][1]["status"] == "Failure", "what failed is never what is dropped"
    sent = [number for number, _ in events]
    assert sent == sorted(set(sent)) and sent[-1] > len(sent), "what was dropped shows as gaps"


def test_a_short_notebook_keeps_two_kibibytes_of_every_cell() -> None:
    writer = Collected()
    stream = EventStream(writer, KEY, Redactor())
    for index in range(100):
        stream.emit(cell_end(index, "x" * 5000), cells_to_come=99 - index)
    assert all(len(event["output"].encode()) == 2048 for _, event in read(writer.data))
    assert all(event["outputTruncated"] for _, event in read(writer.data))


def test_lone_surrogates_and_line_separators_travel_in_one_ascii_line() -> None:
    writer = Collected()
    EventStream(writer, KEY, Redactor()).emit(cell_end(0, "a\udcff\u2028\u0085\x00b\n"))
    assert writer.data.isascii() and writer.data.count(b"\n") == 1
    assert read(writer.data)[0][1]["output"].startswith("a")


def test_a_write_to_a_full_pipe_gives_up_once_the_run_is_told_to_stop() -> None:
    reading, writing = os.pipe()
    try:
        writer = PipeWriter(writing, lambda: True)
        assert writer.write(b"x" * 1_000_000) is False and writer.broken
    finally:
        os.close(reading)
        os.close(writing)


def finding(number: int, severity: str = "warning", evidence: int = 20) -> Dict[str, Any]:
    text = {"text": "x" * evidence}
    return {"check": "L6", "severity": severity, "cell": number, "message": "Line %d." % number, "evidence": text}


def told(writer: Collected) -> List[int]:
    return [each["cell"] for _, event in read(writer.data) for each in event["findings"]]


def test_long_lists_of_findings_take_several_events_and_lose_none() -> None:
    writer = Collected()
    stream = EventStream(writer, KEY, Redactor())
    stream.emit_findings([finding(number, evidence=300) for number in range(700)], cells_to_come=200)
    assert told(writer) == list(range(700))
    assert [seq for seq, _ in read(writer.data)] == list(range(1, len(read(writer.data)) + 1)), "no gap"
    assert all(each["evidence"] for _, event in read(writer.data) for each in event["findings"])


def test_the_gravest_findings_come_first() -> None:
    writer = Collected()
    severities = ["note", "failure", "warning"] * 20
    EventStream(writer, KEY, Redactor()).emit_findings([finding(i, each) for i, each in enumerate(severities)])
    seen = [each["severity"] for _, event in read(writer.data) for each in event["findings"]]
    assert seen == sorted(severities, key=["failure", "warning", "note"].index)


def test_endless_findings_leave_the_stream_to_the_cells_and_a_gap_to_the_reader() -> None:
    writer = Collected()
    stream = EventStream(writer, KEY, Redactor())
    stream.emit_findings([finding(number, "failure", 400) for number in range(50_000)], cells_to_come=300)
    assert len(writer.data) < MAX_STREAM_BYTES // 2
    last = read(writer.data)[-1][0]
    stream.emit(cell_end(0, "x" * 1000), cells_to_come=299)
    assert read(writer.data)[-1][0] == last + 2, "the number in between is missing"
    assert read(writer.data)[-1][1]["output"] == "x" * 1000
