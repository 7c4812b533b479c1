"""Whether the pip of this interpreter could install requirements files, from wheels made here: JSON cases in, answers out.

A case is {"files": {path: text}, "args": [...]}; in texts, HASH(foo-1.0) stands for the digest of that wheel, and
WHEELS for their directory. The wheels depend on nothing. Nothing is installed: pip only resolves (--dry-run).
"""

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import zipfile

import pip
from pip._internal.cli.main import main as pip_main

WHEELS = ["foo-1.0", "foo-1.1", "foo-2.0", "foo-2.1a1", "foo-1.0.post1", "bar-1.0", "bar-3.5", "baz-1.0", "baz-1.0+cpu"]


def make_wheels(directory):
    digests = {}
    for wheel in WHEELS:
        name, version = wheel.split("-")
        path = os.path.join(directory, "%s-%s-py3-none-any.whl" % (name, version))
        info = "%s-%s.dist-info" % (name, version)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name + ".py", "")
            archive.writestr(info + "/METADATA", "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version))
            archive.writestr(info + "/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(info + "/RECORD", "")
        with open(path, "rb") as made:
            digests[wheel] = hashlib.sha256(made.read()).hexdigest()
    return digests


def answer(case, wheels, digests):
    root = tempfile.mkdtemp(prefix="nbv-pip-")
    try:
        for path, text in case["files"].items():
            filled = re.sub(r"HASH\(([^)]*)\)", lambda found: digests[found.group(1)], text).replace("WHEELS", wheels)
            target = os.path.join(root, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w") as out:
                out.write(filled)
        os.chdir(root)
        options = ["install", "--dry-run", "--ignore-installed", "--no-index", "--find-links", wheels]
        options += ["--no-build-isolation", "--disable-pip-version-check", "--no-color", "--isolated", "--no-cache-dir"]
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = pip_main(options + case.get("args", []) + ["-r", "requirements.txt"])
        return {"code": int(code), "said": said.getvalue()[-1500:]}
    finally:
        os.chdir("/")
        shutil.rmtree(root)


def main():
    wheels = tempfile.mkdtemp(prefix="nbv-wheels-")
    try:
        digests = make_wheels(wheels)
        answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        answers.write(json.dumps({"version": pip.__version__}) + "\n")
        answers.flush()
        for line in sys.stdin:
            answers.write(json.dumps(answer(json.loads(line), wheels, digests)) + "\n")
            answers.flush()
    finally:
        shutil.rmtree(wheels)


main()
