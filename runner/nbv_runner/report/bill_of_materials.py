"""`environment.cdx.json`: what the notebook ran on, as a CycloneDX 1.6 bill of materials.

The same environment, image and commit give the same bytes, so that their digest tells whether two runs had the same:
nothing in it says when or for which job it was written.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Optional, Sequence
from urllib.parse import quote, urlsplit, urlunsplit

from ..installed import Distribution

SPEC_VERSION = "1.6"
_ALGORITHMS = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
_DIGEST = re.compile(r"@sha256:([0-9a-f]{64})\Z")


def bill_of_materials(
    distributions: Sequence[Distribution],
    *,
    notebook: str,
    commit: str,
    image: Optional[str] = None,
    python: Optional[str] = None,
    kernel: Optional[str] = None,
    changed: Mapping[str, str] = {},  # noqa: B006 - never written to
) -> Dict[str, Any]:
    """@param changed: by normalized name, `added` or `replaced` while the notebook ran."""
    components: List[Dict[str, Any]] = []
    if image is not None:
        components.append(_image(image))
    if python is not None:
        components.append(_generic("platform", "python", python, "runtime"))
    components += [_library(one, changed.get(one.normalized_name)) for one in distributions]
    properties = [{"name": "nbv:kernel", "value": kernel}] if kernel is not None else []
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "notebook",
                "name": notebook,
                "version": commit,
                **({"properties": properties} if properties else {}),
            }
        },
        "components": components,
    }


def _image(reference: str) -> Dict[str, Any]:
    digest = _DIGEST.search(reference)
    component: Dict[str, Any] = {"type": "container", "bom-ref": "image", "name": reference}
    if digest is not None:
        component["hashes"] = [{"alg": "SHA-256", "content": digest.group(1)}]
    return component


def _generic(kind: str, name: str, version: str, reference: str) -> Dict[str, Any]:
    purl = "pkg:generic/%s@%s" % (name, quote(version, safe=""))
    return {"type": kind, "bom-ref": reference, "name": name, "version": version, "purl": purl}


def _library(one: Distribution, change: Optional[str]) -> Dict[str, Any]:
    purl = "pkg:pypi/%s@%s" % (one.normalized_name, quote(one.version, safe=""))
    component: Dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": one.name,
        "version": one.version,
        "purl": purl,
    }
    if one.archive_hashes:
        component["hashes"] = [
            {"alg": _ALGORITHMS[name], "content": value} for name, value in one.archive_hashes.items()
        ]
    if one.url is not None:
        origin = {"type": "vcs" if one.commit else "distribution", "url": _without_login(one.url)}
        component["externalReferences"] = [origin]
    facts = {
        "nbv:installer": one.installer,
        "nbv:requested": "true" if one.requested else None,
        "nbv:editable": "true" if one.is_editable else None,
        "nbv:commit": one.commit,
        "nbv:record-sha256": one.record_sha256,
        "nbv:changed-by-notebook": change,
    }
    properties = [{"name": name, "value": value} for name, value in facts.items() if value is not None]
    if properties:
        component["properties"] = properties
    return component


def _without_login(url: str) -> str:
    """Installers leave the login out; a hand-written file may not."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "invalid"
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url
