"""A secret in base32, alone or inside a longer text, is as secret as in base64."""

from __future__ import annotations

import base64

import pytest

from nbv_runner.redaction import MASK, Redactor

SECRET = 'p@ss w0rd/+"é&<'


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user", "user:"])
@pytest.mark.parametrize("after", ["", "x", "xy", "xyz", "xyz!", "@host"])
@pytest.mark.parametrize("lower", [False, True])
def test_base32_is_found_at_every_alignment(before: str, after: str, lower: bool) -> None:
    text = base64.b32encode((before + SECRET + after).encode()).decode()
    shown = Redactor([SECRET]).text("before " + (text.lower() if lower else text) + " after")
    assert MASK in shown
    # Only characters that also hold bits of the neighbours remain.
    left = shown.replace("before ", "").replace(" after", "").replace(MASK, "").rstrip("=")
    assert len(left) <= (8 * (len(before) + len(after)) + 4) // 5 + 2


def test_other_base32_stays() -> None:
    text = base64.b32encode(b"nothing to hide here").decode()
    assert Redactor([SECRET]).text(text) == text
