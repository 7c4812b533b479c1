"""Images in outputs: never compared byte by byte unless that is asked for."""

from __future__ import annotations

import base64
import binascii
from typing import Optional

from .png import Grid, UnreadablePng, grey_grid, raw_bytes

LEAST_BYTES = 60
"""No image format says anything in less."""
FIELDS = 32
"""Fields a side of the grid that a picture is reduced to."""
MAX_BRIGHTNESS_STEP = 16
"""Of 255. Another resolution, font or line width moves a field by 8 at most, other data by 20 or more."""
MAX_HASH_DISTANCE = 8
"""Of the 992 bits of the difference hash."""
MAX_LOOKED_AT = 96 * 1024 * 1024
"""Bytes of all decompressed images together: pure Python takes about 20 s for them."""
_FLAT = 2.0
"""Brightness steps that are noise."""


def is_image(mime: str) -> bool:
    return mime.startswith("image/")


class Pictures:
    """Compares the images of one comparison."""

    def __init__(self, mode: str) -> None:
        """`ignore` asks for an image that is not empty. `perceptual` looks at what PNG images show; of others (for JPEG
        the standard library has no decoder) it asks no more than `ignore` does.
        """
        self._mode = mode
        self._left = MAX_LOOKED_AT
        self.not_looked_at = 0
        """Images that were too much to look at."""
        self.unreadable = 0
        """Golden images that can't be decoded, so that nothing can be learnt from them."""

    def mismatch(self, mime: str, expected: str, actual: str) -> Optional[str]:
        """What is wrong with `actual`, as the end of a sentence; None when it will do."""
        if expected == actual:
            return None
        wanted, got = _bytes(mime, expected), _bytes(mime, actual)
        if self._mode == "exact":
            return None if wanted == got else "has other bytes"
        if len(got) < LEAST_BYTES <= len(wanted):
            return "is empty"
        if self._mode == "perceptual" and mime == "image/png" and wanted != got and self._may_look(wanted, got):
            return self._seen_mismatch(wanted, got)
        return None

    def _seen_mismatch(self, wanted: bytes, got: bytes) -> Optional[str]:
        try:
            expected = grey_grid(wanted, FIELDS)
        except UnreadablePng:
            self.unreadable += 1
            return None
        try:
            actual = grey_grid(got, FIELDS)
        except UnreadablePng as error:
            return "can't be compared: %s" % error
        return _difference(expected, actual)

    def _may_look(self, wanted: bytes, got: bytes) -> bool:
        size = raw_bytes(wanted) + raw_bytes(got)
        if size > self._left:
            self.not_looked_at += 1
            return False
        self._left -= size
        return True


def _bytes(mime: str, value: str) -> bytes:
    if mime == "image/svg+xml":
        return value.encode("utf-8", "replace")
    try:
        return base64.b64decode(value.encode("ascii", "replace"), validate=False)
    except (binascii.Error, ValueError):
        return b""


def _difference(expected: Grid, actual: Grid) -> Optional[str]:
    distance = sum(one != other for one, other in zip(difference_hash(expected), difference_hash(actual)))
    step = max(abs(one - other) for rows in zip(expected, actual) for one, other in zip(*rows))
    if distance <= MAX_HASH_DISTANCE and step <= MAX_BRIGHTNESS_STEP:
        return None
    return "shows something else (%d of %d hash bits differ, brightness by up to %d of 255)" % (
        distance,
        FIELDS * (FIELDS - 1),
        round(step),
    )


def difference_hash(grid: Grid) -> "list[bool]":
    """One bit per pair of neighbouring fields: whether it gets brighter to the right."""
    return [row[column + 1] - row[column] > _FLAT for row in grid for column in range(len(row) - 1)]
