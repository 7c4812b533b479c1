"""The artifacts folder. Files appear whole or not at all, whatever the notebook put in their place."""

from __future__ import annotations

import os
import secrets
import shutil
from typing import Iterable


class Artifacts:
    """Holds the folder itself open, so that a symbolic link put in its place later leads nowhere."""

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Raises OSError, or what `pieces` raise: nothing is left behind then."""
        temporary = ".%s.%s" % (name, secrets.token_hex(6))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o644, dir_fd=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in pieces:
                    file.write(piece)
            self._remove_folder(name)
            os.replace(temporary, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except BaseException:
            os.unlink(temporary, dir_fd=self._folder)
            raise

    def _remove_folder(self, name: str) -> None:
        """A folder of that name, which the notebook made, can't be replaced by a file."""
        try:
            os.rmdir(name, dir_fd=self._folder)
        except NotADirectoryError:
            return
        except FileNotFoundError:
            return
        except OSError:
            shutil.rmtree("/proc/self/fd/%d/%s" % (self._folder, name), ignore_errors=True)
