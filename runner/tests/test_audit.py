"""What was really installed: read from the installers' own files, whatever somebody put among them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from harness import Attempt
from nbv_runner.installed import Distribution, changes_between, installed_distributions
from nbv_runner.report.bill_of_materials import bill_of_materials

Make = Callable[..., Attempt]
SHA = "0123456789abcdef" * 4


def install(folder: Path, name: str, version: str, **files: str) -> Path:
    info = folder / ("%s-%s.dist-info" % (name, version))
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: %s\nVersion: %s\n\nVersion: 9\n" % (name, version))
    for file, text in files.items():
        (info / file.replace("direct_url", "direct_url.json")).write_text(text)
    return info


def test_what_installers_leave_is_read(folder: Path) -> None:
    url = {"url": "https://host.example/a.whl", "archive_info": {"hashes": {"sha256": SHA, "crc": "1", "md5": "no"}}}
    install(
        folder, "Zope.Thing_x", "1.0+cpu", INSTALLER="pip\n", REQUESTED="", RECORD="a,b,c\n", direct_url=json.dumps(url)
    )
    (folder / "old-2.0-py3.11.egg-info").write_text("Name: old\nVersion: 2.0\n")
    (folder / "not-a-distribution").mkdir()
    old, zope = installed_distributions([str(folder), "relative", str(folder / "absent")])
    assert old == Distribution("old", "2.0")
    assert (zope.name, zope.normalized_name, zope.version) == ("Zope.Thing_x", "zope-thing-x", "1.0+cpu")
    assert (zope.installer, zope.requested, zope.archive_hashes) == ("pip", True, {"sha256": SHA})
    assert zope.record_sha256 == hashlib.sha256(b"a,b,c\n").hexdigest()


def test_the_first_of_two_in_the_search_path_counts(folder: Path) -> None:
    install(folder / "a", "pandas", "2.0")
    install(folder / "b", "Pandas", "1.0")
    assert [one.version for one in installed_distributions([str(folder / "a"), str(folder / "b")])] == ["2.0"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda info: os.mkfifo(info / "RECORD"),
        lambda info: (info / "RECORD").symlink_to("/dev/zero"),
        lambda info: (info / "RECORD").mkdir(),
        lambda info: (info / "RECORD").touch() or os.truncate(info / "RECORD", 1 << 34),
        lambda info: (info / "direct_url.json").write_text("[" * 60_000),
        lambda info: (info / "direct_url.json").write_text('{"url": 7, "archive_info": []}'),
        lambda info: (info / "INSTALLER").write_bytes(b"\xff\xfe"),
    ],
)
def test_hostile_files_cost_a_fact_and_nothing_else(folder: Path, spoil: Callable[[Path], Any]) -> None:
    spoil(install(folder, "good", "1.0"))
    (one,) = installed_distributions([str(folder)])
    assert (one.name, one.version, one.record_sha256, one.url) == ("good", "1.0", None, None)


def test_names_that_are_none_are_left_out(folder: Path) -> None:
    (folder / "x-1.dist-info").mkdir()
    (folder / "x-1.dist-info" / "METADATA").write_text("Name: <script>\nVersion: 1\n")
    assert installed_distributions([str(folder)]) == []


def test_changes_are_told_by_name() -> None:
    before = [Distribution("a", "1"), Distribution("B", "1"), Distribution("same", "1")]
    after = [Distribution("b", "2"), Distribution("c", "1"), Distribution("same", "1")]
    assert changes_between(before, after) == [("a", "1", None), ("b", "1", "2"), ("c", None, "1")]


def test_a_bill_of_materials_says_where_things_came_from() -> None:
    materials = bill_of_materials(
        [
            Distribution(
                "Some_Lib", "1!2.0+cu", archive_hashes={"sha256": SHA}, url="https://me:pw@host.example/x.whl"
            ),
            Distribution("tree", "0", url="git+https://host.example/t", commit="c0ffee", is_editable=True),
        ],
        notebook="nb.ipynb",
        commit="c0ffee",
        image="registry.example/img@sha256:" + SHA,
        python="3.11.7",
        kernel="python3",
        changed={"tree": "added"},
    )
    image, python, library, tree = materials["components"]
    assert image["hashes"] == [{"alg": "SHA-256", "content": SHA}] and python["version"] == "3.11.7"
    assert library["purl"] == "pkg:pypi/some-lib@1%212.0%2Bcu"
    assert library["hashes"] == [{"alg": "SHA-256", "content": SHA}]
    assert library["externalReferences"] == [{"type": "distribution", "url": "https://host.example/x.whl"}]
    assert tree["externalReferences"][0]["type"] == "vcs"
    assert {"name": "nbv:changed-by-notebook", "value": "added"} in tree["properties"]
    assert materials["metadata"]["component"]["version"] == "c0ffee"


def check_cyclonedx(document: Dict[str, Any]) -> None:
    """What CycloneDX 1.6 demands of the parts that we write."""
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.6", 1)
    kinds = {"application", "container", "platform", "library"}
    algorithms = {"MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"}
    references = [part["bom-ref"] for part in document["components"]]
    assert len(references) == len(set(references))
    for part in [document["metadata"]["component"], *document["components"]]:
        assert part["type"] in kinds and part["name"]
        assert part.keys() <= {
            *("type", "bom-ref", "name", "version", "purl", "hashes", "externalReferences", "properties"),
        }
        assert all(one.keys() == {"alg", "content"} and one["alg"] in algorithms for one in part.get("hashes", ()))
        assert all(one.keys() == {"name", "value"} for one in part.get("properties", ()))


def test_the_list_of_a_run_is_in_the_report_and_its_digest_in_the_verdict(attempt: Make) -> None:
    first = attempt("1", image="registry.example/nb:1").run()
    data = (first.artifacts / "environment.cdx.json").read_bytes()
    assert first.verdict["environment"]["sbomDigest"] == "sha256:" + hashlib.sha256(data).hexdigest()
    materials = json.loads(data)
    check_cyclonedx(materials)
    assert first.report["environment"]["billOfMaterials"] == materials
    libraries = [part for part in materials["components"] if part["type"] == "library"]
    assert first.verdict["environment"]["packages"] == len(libraries) == len(first.report["environment"]["packages"])
    kernel = next(part for part in libraries if part["name"] == "ipykernel")
    assert any(fact["name"] == "nbv:record-sha256" for fact in kernel["properties"])
    assert materials["components"][0]["name"] == "registry.example/nb:1"
    again = attempt("2", "3", image="registry.example/nb:1").run()
    assert again.verdict["environment"] == first.verdict["environment"], "the same environment, whatever ran"


def test_what_the_notebook_installs_by_itself_is_told(attempt: Make, folder: Path) -> None:
    install(folder, "there", "1.0")
    result = attempt(
        "import pathlib\n"
        "info = pathlib.Path(%r) / 'late-2.0.dist-info'\n"
        "info.mkdir()\n"
        "_ = (info / 'METADATA').write_text('Name: late\\nVersion: 2.0\\n')" % str(folder),
        env={"PYTHONPATH": str(folder)},
    ).run()
    environment = result.report["environment"]
    assert environment["packages"]["there"] == "1.0"
    assert environment["changedByNotebook"] == [{"name": "late", "before": None, "after": "2.0"}]
    assert "late" in (result.artifacts / "report.html").read_text()
