"""Which kernel runs the notebook, and by which command."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Sequence

from .environment import kernel_folders
from .outcome import Outcome, RunStopped

NATIVE = "python3"
_PYTHON = re.compile(r"python(\d+(\.\d+)*)?\Z")


@dataclass(frozen=True)
class KernelSpec:
    name: str
    display_name: str
    language: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    interrupts_by_message: bool = False

    def command(self, connection_file: str) -> List[str]:
        words = [word.replace("{connection_file}", connection_file) for word in self.argv]
        return [word.replace("{prefix}", sys.prefix) for word in words]


def require_packages() -> None:
    """Raises RunStopped unless the environment has what a Python kernel needs, and the runner what it carries."""
    missing = [name for name in ("ipykernel", "jupyter_client", "zmq") if importlib.util.find_spec(name) is None]
    if missing:
        raise RunStopped(
            Outcome.KERNEL_MISSING,
            "The environment of %s (Python %s) has no %s. Add `ipykernel` to the image or to the requirements."
            % (sys.executable, sys.version.split()[0], missing[0]),
        )
    if importlib.util.find_spec("nbformat") is None:
        raise RunStopped(Outcome.RUNNER_BUG, "The runner's own packages are missing: run `sh runner/vendor.sh`.")


def find_kernel(name: Optional[str], notebook_metadata: Mapping[str, Any]) -> KernelSpec:
    """The kernel that the job names, else the notebook's own, else python3. Raises RunStopped(NO_SUCH_KERNEL)."""
    stored = notebook_metadata.get("kernelspec")
    wanted = name or (stored.get("name") if isinstance(stored, Mapping) else None) or NATIVE
    specs = installed_kernels()
    spec = specs.get(str(wanted).lower())
    if spec is None:
        raise RunStopped(
            Outcome.NO_SUCH_KERNEL,
            "No kernel named %r (%s). Installed: %s."
            % (
                wanted,
                "notebook.kernel of the job"
                if name
                else "the notebook's metadata; notebook.kernel of the job overrides it",
                ", ".join(sorted(specs)) or "none",
            ),
        )
    return spec


def installed_kernels() -> Dict[str, KernelSpec]:
    """By lower-case name, as Jupyter compares them. Unreadable specs are as if they were not there."""
    specs: Dict[str, KernelSpec] = {}
    for folder in kernel_folders():
        for name in sorted(os.listdir(folder)):
            spec = _read_spec(name, os.path.join(folder, name, "kernel.json"))
            if spec is not None:
                specs.setdefault(name.lower(), spec)
    # ipykernel is there without any kernelspec, too (conda's and Debian's packages split them).
    if importlib.util.find_spec("ipykernel") is not None:
        specs.setdefault(NATIVE, _native())
    return specs


def _native() -> KernelSpec:
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return KernelSpec(NATIVE, "Python 3 (ipykernel)", "python", argv)


def _read_spec(name: str, path: str) -> Optional[KernelSpec]:
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        argv = [str(word) for word in document["argv"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not argv:
        return None
    if _PYTHON.match(argv[0]):
        argv[0] = sys.executable  # As Jupyter does: "python" means this environment's.
    env = document.get("env")
    return KernelSpec(
        name=name,
        display_name=str(document.get("display_name", name)),
        language=str(document.get("language", "")).lower(),
        argv=argv,
        env={str(key): str(value) for key, value in env.items()} if isinstance(env, dict) else {},
        interrupts_by_message=document.get("interrupt_mode") == "message",
    )
