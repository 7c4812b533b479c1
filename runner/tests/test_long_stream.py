"""Messages that are too large to be parsed as a whole."""

from __future__ import annotations

import json
import random
from typing import Callable

import pytest

from harness import Attempt
from nbv_runner import long_stream


def test_the_pieces_make_up_the_text_whatever_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)
    for size in (30, 50, 64, 200):
        monkeypatch.setattr(long_stream, "PIECE_BYTES", size)
        for is_ascii in (True, False):
            for alphabet in (' \n"\\é😀abc', "😀", "\\", 'é"', "\x00\x1b", "ab", "😀\\"):
                text = "".join(rng.choice(alphabet) for _ in range(rng.randrange(400)))
                message = json.dumps({"name": "stderr", "text": text}, ensure_ascii=is_ascii).encode()
                read = long_stream.long_stream(memoryview(message))
                assert (read["name"], "".join(read["pieces"])) == ("stderr", text)


def test_what_is_no_stream_is_not_taken_for_one() -> None:
    for message in (b'{"data": {}}', b'{"name": "stderr", "text": "cut', b"", b'{"name": "other", "text": ""}'):
        assert long_stream.long_stream(memoryview(message)) == {}


def test_one_enormous_print_is_searched_to_its_end(attempt: Callable[..., Attempt]) -> None:
    source = "import sys\nsys.stderr.write('x ' * 9_000_000 + '\\nERROR:root:lost\\nthe end\\n')"
    result = attempt(source, expectedLogs=[{"pattern": "^the end$"}], policy={"S5": "failure", "X3": "failure"}).run()
    assert ("S5", "failure") in result.findings(0)
    assert result.of_type("lint") == []
    assert len(str(result.executed["cells"][0]["outputs"])) < 3_000_000
