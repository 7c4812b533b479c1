"""Wall-clock time as the event stream writes it."""

from __future__ import annotations

from datetime import datetime, timezone


def now_text() -> str:
    """RFC 3339, UTC, milliseconds."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
