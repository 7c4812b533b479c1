"""Entry point of the init container that runs on the notebook's own image, where no other one may fetch the commit.

`python3 -I -S from_image.py --from DIR --notebook PATH --into DIR --handover-into DIR --seal-for KEY
 --attempt-identity TEXT --termination-log FILE`, with the configuration in NBV_RUNNER_CONFIG and, where that is
too short for it, NBV_RUNNER_CONFIG_2…

Does what `fetch-source` does but for the fetch: copies the source, hands over key and configuration, and tells the
operator the key, sealed, in the termination message; or why it could not.
"""

import argparse
import base64
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from nbv_runner.image_source import ImageSourceError, copy_source  # noqa: E402
from nbv_runner.seal import KEY_BYTES, seal  # noqa: E402

CONFIG = "NBV_RUNNER_CONFIG"
MAX_MESSAGE = 4000


def main(arguments):
    options = _options(arguments)
    try:
        files = copy_source(getattr(options, "from"), options.into, options.notebook)
        key = os.urandom(KEY_BYTES)
        sealed = seal(key, _decoded(options.seal_for), options.attempt_identity, os.urandom(KEY_BYTES))
        # Last, so that the key lies nowhere when the copy failed.
        _hand_over(options.handover_into, "config.json", _config(os.environ))
        _hand_over(options.handover_into, "key", key.hex())
    except ImageSourceError as error:
        return _fail(options.termination_log, error.reason, str(error))
    except (OSError, ValueError) as error:
        return _fail(options.termination_log, "Unknown", str(error))
    sys.stderr.write("%d files copied from the image\n" % files)
    _tell(options.termination_log, {"version": "nbv.handover.v1", "sealedKey": sealed})
    return 0


def _options(arguments):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    names = ("from", "notebook", "into", "handover-into", "seal-for", "attempt-identity", "termination-log")
    for name in names:
        parser.add_argument("--" + name, required=True)
    return parser.parse_args(arguments)


def _decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _config(environment):
    """What is longer than a variable may be goes on in the next one."""
    text, name, number = "", CONFIG, 1
    while name in environment:
        text += environment[name]
        number += 1
        name = "%s_%d" % (CONFIG, number)
    if not text:
        raise ValueError("%s is not set" % CONFIG)
    return text


def _hand_over(folder, name, text):
    descriptor = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _fail(termination_log, reason, message):
    sys.stderr.write("%s: %s\n" % (reason, message))
    _tell(termination_log, {"version": "nbv.source.v1", "reason": reason, "message": message[:2000]})
    return 1


def _tell(termination_log, report):
    with open(termination_log, "w", encoding="utf-8") as file:
        file.write(json.dumps(report)[:MAX_MESSAGE])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
