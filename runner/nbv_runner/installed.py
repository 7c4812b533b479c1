"""What is installed in the kernel's environment, from the files that installers leave: nothing is imported or run."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

MAX_DISTRIBUTIONS = 10_000
MAX_METADATA_BYTES = 64 * 1024
"""Name and version stand at the top; the description, which may be long, comes after them."""
MAX_RECORD_BYTES = 4 * 1024 * 1024
MAX_ALL_RECORDS = 64 * 1024 * 1024
"""Beyond it, fingerprints are left out: nobody may keep the runner reading for ever."""
MAX_DIRECT_URL_BYTES = 64 * 1024
MAX_TEXT = 200
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_ALGORITHMS = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
_HEX = re.compile(r"[0-9a-f]+\Z")


@dataclass(frozen=True)
class Distribution:
    name: str
    """As its metadata spell it."""
    version: str
    installer: Optional[str] = None
    """`pip`, `conda`, `uv`… as INSTALLER says."""
    requested: bool = False
    """Asked for by name, not only needed by another distribution."""
    record_sha256: Optional[str] = None
    """Of RECORD, which lists every file with its hash: a fingerprint of what was unpacked."""
    url: Optional[str] = None
    """Where it came from, when that was no index."""
    commit: Optional[str] = None
    """Of a version control system."""
    is_editable: bool = False
    archive_hashes: Mapping[str, str] = field(default_factory=dict)
    """By algorithm, of the archive at `url`. Installers write none for what came from an index."""

    @property
    def normalized_name(self) -> str:
        return re.sub(r"[-_.]+", "-", self.name).lower()


def installed_distributions(folders: Iterable[str]) -> List[Distribution]:
    """Sorted by name. Of several in the search path, the first one counts, as it does for `import`."""
    found: Dict[str, Distribution] = {}
    records = _Records()
    for folder in filter(os.path.isabs, folders):
        for entry in _names(folder):
            stem, dot, kind = entry.rpartition(".")
            if not dot or kind not in ("dist-info", "egg-info") or len(found) >= MAX_DISTRIBUTIONS:
                continue
            distribution = _read(os.path.join(folder, entry), stem, records)
            if distribution is not None:
                found.setdefault(distribution.normalized_name, distribution)
    return [found[name] for name in sorted(found)]


def changes_between(
    before: Sequence[Distribution], after: Sequence[Distribution]
) -> List[Tuple[str, Optional[str], Optional[str]]]:
    """(name, version before, version after) of what was installed, replaced or removed; None = not there."""
    old = {one.normalized_name: one for one in before}
    new = {one.normalized_name: one for one in after}
    return [
        (name, _version(old.get(name)), _version(new.get(name)))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _version(distribution: Optional[Distribution]) -> Optional[str]:
    return distribution.version if distribution is not None else None


class _Records:
    """Reads fingerprints until their budget is used up."""

    def __init__(self) -> None:
        self._left = MAX_ALL_RECORDS

    def fingerprint(self, path: str) -> Optional[str]:
        data = _bytes(path, min(MAX_RECORD_BYTES, self._left))
        if data is None:
            return None
        self._left -= len(data)
        return hashlib.sha256(data).hexdigest()


def _read(path: str, stem: str, records: _Records) -> Optional[Distribution]:
    is_folder = os.path.isdir(path)
    metadata = os.path.join(path, "METADATA" if path.endswith(".dist-info") else "PKG-INFO") if is_folder else path
    headers = _headers(_text(metadata, MAX_METADATA_BYTES) or "")
    folder_name, _, rest = stem.partition("-")
    name = headers.get("name") or folder_name
    if not _NAME.match(name) or len(name) > MAX_TEXT:
        return None
    version = headers.get("version") or rest.split("-py")[0]
    if not is_folder:
        return Distribution(name, version[:MAX_TEXT])
    return Distribution(
        name,
        version[:MAX_TEXT],
        installer=_first_word(_text(os.path.join(path, "INSTALLER"), MAX_TEXT)),
        requested=os.path.exists(os.path.join(path, "REQUESTED")),
        record_sha256=records.fingerprint(os.path.join(path, "RECORD")),
        **_direct_url(_text(os.path.join(path, "direct_url.json"), MAX_DIRECT_URL_BYTES)),
    )


def _headers(text: str) -> Dict[str, str]:
    """Name and version, without the machinery of `email`, whose parser is slow and forgiving."""
    headers: Dict[str, str] = {}
    for line in text.splitlines():
        if not line:
            break
        name, colon, value = line.partition(":")
        if colon and name.lower() in ("name", "version"):
            headers.setdefault(name.lower(), value.strip())
    return headers


def _direct_url(text: Optional[str]) -> Dict[str, Any]:
    """PEP 610."""
    try:
        document = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict) or not isinstance(document.get("url"), str):
        return {}
    archive, vcs, local = (_object(document.get(name)) for name in ("archive_info", "vcs_info", "dir_info"))
    hashes = dict(_object(archive.get("hashes")))
    old_style = archive.get("hash")
    if isinstance(old_style, str) and "=" in old_style:
        hashes.setdefault(*old_style.split("=", 1))
    commit = vcs.get("commit_id")
    return {
        "url": document["url"][:2000],
        "commit": commit[:MAX_TEXT] if isinstance(commit, str) else None,
        "is_editable": local.get("editable") is True,
        "archive_hashes": {
            name: value for name, value in sorted(hashes.items()) if isinstance(value, str) and _is_hash(name, value)
        },
    }


def _is_hash(algorithm: str, value: str) -> bool:
    return _ALGORITHMS.get(algorithm) == len(value) and _HEX.match(value) is not None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _first_word(text: Optional[str]) -> Optional[str]:
    return next(iter((text or "").split()), None)


def _text(path: str, max_bytes: int) -> Optional[str]:
    data = _bytes(path, max_bytes, may_cut=True)
    return data.decode("utf-8", "replace") if data is not None else None


def _bytes(path: str, max_bytes: int, may_cut: bool = False) -> Optional[bytes]:
    """None for what is absent, no plain file (a pipe would never end), or longer than allowed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(max_bytes + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if len(data) > max_bytes and not may_cut:
        return None
    return data[:max_bytes]


def _names(folder: str) -> List[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
