"""What the pip of this interpreter makes of requirements files: one JSON case per line in, one answer per line out.

A case is {"files": {path: base64}, "file": path, "cwd": path, "env": {name: value}}. Nothing is downloaded or installed.
"""

import base64
import json
import logging
import os
import shutil
import sys
import tempfile
import warnings
from optparse import Values

warnings.simplefilter("ignore")

import pip  # noqa: E402
from pip._internal.index.collector import LinkCollector  # noqa: E402
from pip._internal.index.package_finder import PackageFinder  # noqa: E402
from pip._internal.models.search_scope import SearchScope  # noqa: E402
from pip._internal.models.selection_prefs import SelectionPreferences  # noqa: E402
from pip._internal.network.session import PipSession  # noqa: E402
from pip._internal.req import parse_requirements  # noqa: E402
from pip._internal.req.constructors import install_req_from_parsed_requirement  # noqa: E402
from pip._internal.req.req_install import check_invalid_constraint_type  # noqa: E402

logging.disable(logging.CRITICAL)

# Loading certificates takes longer than reading requirements.
SESSION = PipSession()
# pips until 24 read a file that includes itself for ever.
MAX_ENTRIES = 60
sys.setrecursionlimit(400)


def entry(parsed, req, root):
    comes_from = parsed.comes_from
    file, _, line = comes_from[3:].rpartition(" (line ")
    link = req.link
    return {
        "file": os.path.relpath(os.path.abspath(file), root),
        "line": int(line[:-1]),
        "constraint": parsed.constraint,
        "editable": parsed.is_editable,
        "name": req.req.name if req.req is not None else None,
        "extras": sorted(req.extras),
        "clauses": sorted([s.operator, s.version] for s in req.req.specifier) if req.req is not None else [],
        "url": link.url.replace("file://" + root, "file://ROOT") if link is not None else None,
        "marker": str(req.markers) if req.markers is not None else None,
        "hashes": {name: sorted(digests) for name, digests in (req.hash_options or {}).items()},
    }


def answer(case):
    root = os.path.realpath(tempfile.mkdtemp(prefix="nbv-pip-"))
    environment = dict(os.environ)
    try:
        for path, content in case["files"].items():
            target = os.path.join(root, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as out:
                out.write(base64.b64decode(content))
        os.chdir(os.path.join(root, case.get("cwd", "")))
        os.environ.update(case.get("env", {}))
        SESSION.pip_trusted_origins.clear()
        collector = LinkCollector(session=SESSION, search_scope=SearchScope.create([], [], False))
        finder = PackageFinder.create(link_collector=collector, selection_prefs=SelectionPreferences(allow_yanked=True))
        options = Values(
            {"require_hashes": False, "no_require_hashes": False, "features_enabled": [], "isolated_mode": True}
        )
        entries = []
        error = None
        try:
            reqs = []
            path = os.path.join(root, case["file"])
            for parsed in parse_requirements(path, SESSION, finder=finder, options=options):
                req = install_req_from_parsed_requirement(parsed, user_supplied=True)
                entries.append(entry(parsed, req, root))
                if len(entries) == MAX_ENTRIES:
                    raise RecursionError("endless")
                reqs.append(req)
            for req in reqs:
                if req.constraint and check_invalid_constraint_type(req):
                    error = "invalid constraint"
        except BaseException as raised:
            error = "%s: %s" % (type(raised).__name__, str(raised)[:300])
        scope = finder.search_scope
        return {
            "entries": entries,
            "error": error,
            "options": {
                "indexes": [url for url in scope.index_urls],
                "links": [link.replace(root, "ROOT") for link in scope.find_links],
                "noIndex": scope.no_index,
                "hosts": sorted(host for host in finder.trusted_hosts),
                "requireHashes": options.require_hashes,
                "preferBinary": finder.prefer_binary,
                "noBinary": sorted(finder.format_control.no_binary),
                "onlyBinary": sorted(finder.format_control.only_binary),
            },
        }
    finally:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir("/")
        shutil.rmtree(root)


def main():
    print(json.dumps({"version": pip.__version__}), flush=True)
    # pip's own output goes elsewhere: only answers are read.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


main()
