"""The key and the configuration of this attempt, read once and then gone from the disk."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

KEY_BYTES = 32
MAX_CONFIG_BYTES = 4 * 1024 * 1024


class HandoverError(Exception):
    """Without a key nothing can be signed: the run ends with exit code 60 and a sentence on stderr."""


@dataclass(frozen=True)
class Handover:
    key: bytes
    config_text: str


def take(folder: str) -> Handover:
    """Reads and unlinks `key` and `config.json`. Raises HandoverError."""
    key_text = _read_and_unlink(os.path.join(folder, "key"), 4096)
    config = _read_and_unlink(os.path.join(folder, "config.json"), MAX_CONFIG_BYTES)
    try:
        key = bytes.fromhex(key_text.decode("ascii").strip())
    except (UnicodeDecodeError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise HandoverError("%s/key does not hold %d bytes in hexadecimal" % (folder, KEY_BYTES))
    return Handover(key, config.decode("utf-8", "replace"))


def _read_and_unlink(path: str, limit: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError as error:
        raise HandoverError("can't read %s: %s" % (path, error.strerror)) from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise HandoverError("%s is not a file" % path)
        data = file.read(limit + 1)
    try:
        os.unlink(path)
    except OSError as error:
        # A key that stays readable would let the notebook sign its own verdict.
        raise HandoverError("can't remove %s: %s" % (path, error.strerror)) from error
    if len(data) > limit:
        raise HandoverError("%s is larger than %d bytes" % (path, limit))
    return data
