"""The repository as the notebook's own image holds it, copied to where a container that fetches it would put it."""

from __future__ import annotations

import os
import shutil
import stat


class ImageSourceError(Exception):
    """The image does not hold the notebook in a way that it can be run. `reason`: of the failure catalogue."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def copy_source(image_folder: str, into: str, notebook: str) -> int:
    """Copies the tree below `image_folder`, writable for this user, and returns its number of files.

    Links are copied as links; what is neither file, folder nor link is left out. Raises ImageSourceError.
    """
    if not os.path.isfile(os.path.join(image_folder, notebook)):
        raise ImageSourceError("NotebookNotFound", "the image has no %s in %s" % (notebook, image_folder))
    files = 0
    try:
        for folder, names, leaves in os.walk(image_folder, onerror=_raise):
            target = os.path.normpath(os.path.join(into, os.path.relpath(folder, image_folder)))
            os.makedirs(target, exist_ok=True)
            links = [name for name in names if os.path.islink(os.path.join(folder, name))]
            for name in links + leaves:
                files += _copy(os.path.join(folder, name), os.path.join(target, name))
    except OSError as error:
        reason = "SourceTooLarge" if error.errno in _FULL else "PermissionDenied"
        problem = "%s: %s" % (error.filename or image_folder, error.strerror)
        raise ImageSourceError(reason, "the copy in the image can't be taken: " + problem) from error
    return files


_FULL = (28, 122)  # ENOSPC, EDQUOT


def _copy(path: str, target: str) -> int:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        os.symlink(os.readlink(path), target)
    elif stat.S_ISREG(mode):
        shutil.copyfile(path, target)
        os.chmod(target, 0o755 if mode & 0o100 else 0o644)
    else:
        return 0
    return 1


def _raise(error: OSError) -> None:
    raise error
