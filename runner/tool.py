"""Entry point of commands that need no pod: `python3 -I tool.py lint|compare`, JSON on stdin, JSON on stdout.

Written so that every Python 3 can parse it, as main.py is.
"""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
CARRIED = os.path.join(HERE, "vendor", "py39" if sys.version_info < (3, 10) else "py310")
sys.path[:0] = [HERE, CARRIED]

from nbv_runner.offline.serve import main  # noqa: E402

if __name__ == "__main__":
    main(sys.argv[1:])
