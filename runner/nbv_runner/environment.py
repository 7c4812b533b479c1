"""Where the user's Python environment keeps its packages and kernels, found out without the `site` module's work.

The runner starts with `-I -S`: no `.pth` file, no PYTHONPATH, no sitecustomize of the user's environment may run inside
it. Its site-packages are *appended* to `sys.path` afterwards, which processes no `.pth` and can't shadow our modules.
"""

from __future__ import annotations

import os
import site  # Importing it does nothing under -S; only site.main() would.
import sys
from dataclasses import dataclass
from typing import Dict, Iterable, List, Optional


@dataclass(frozen=True)
class VirtualEnvironment:
    root: str
    sees_system_packages: bool


def virtual_environment(executable: Optional[str] = None) -> Optional[VirtualEnvironment]:
    """The venv or virtualenv that `executable` belongs to. Under -S, `sys.prefix` names the base interpreter."""
    folder = os.path.dirname(os.path.abspath(executable or sys.executable or ""))
    for root in (folder, os.path.dirname(folder)):
        config = os.path.join(root, "pyvenv.cfg")
        if os.path.isfile(config):
            settings = _read_settings(config)
            return VirtualEnvironment(root, settings.get("include-system-site-packages", "false").lower() == "true")
    return None


def _read_settings(path: str) -> Dict[str, str]:
    settings: Dict[str, str] = {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            name, separator, value = line.partition("=")
            if separator:
                settings[name.strip().lower()] = value.strip()
    return settings


def site_packages() -> List[str]:
    """Package folders in the order in which the interpreter itself would search them."""
    found: List[str] = []
    venv = virtual_environment()
    version = "python%d.%d" % sys.version_info[:2]
    if venv is not None:
        found += [os.path.join(venv.root, lib, version, "site-packages") for lib in ("lib", "lib64")]
    if venv is None or venv.sees_system_packages:
        # Knows Debian's dist-packages, which no other public function names under -S.
        found += site.getsitepackages([sys.base_prefix, sys.base_exec_prefix])
    return _existing(found)


def _existing(folders: Iterable[str]) -> List[str]:
    seen: List[str] = []
    for folder in folders:
        real = os.path.realpath(folder)
        if os.path.isdir(real) and real not in seen:
            seen.append(real)
    return seen


def add_site_packages() -> None:
    sys.path.extend(folder for folder in site_packages() if folder not in sys.path)


def kernel_folders() -> List[str]:
    """Folders that may hold kernelspecs, most specific first, as Jupyter searches them in this environment."""
    bases: List[str] = []
    bases += [entry for entry in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if entry]
    data = os.environ.get("JUPYTER_DATA_DIR")
    xdg = os.environ.get("XDG_DATA_HOME")
    home = os.environ.get("HOME")
    venv = virtual_environment()
    if venv is not None:
        bases.append(os.path.join(venv.root, "share", "jupyter"))
    if data:
        bases.append(data)
    elif xdg:
        bases.append(os.path.join(xdg, "jupyter"))
    elif home:
        bases.append(os.path.join(home, ".local", "share", "jupyter"))
    if venv is None or venv.sees_system_packages:
        bases.append(os.path.join(sys.base_prefix, "share", "jupyter"))
    bases += ["/usr/local/share/jupyter", "/usr/share/jupyter"]
    return _existing(os.path.join(base, "kernels") for base in bases)
