"""Entry point inside the validation pod.

`python3 -I -S main.py --handover DIR --source DIR --artifacts DIR --termination-log FILE`

Written so that every Python 3 can parse it: an image with an old Python gets a sentence, not a SyntaxError.
"""

import os
import sys

# The mount is read-only, and on a laptop nothing should appear inside the installed package.
sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
CARRIED = os.path.join(HERE, "vendor", "py39" if sys.version_info < (3, 10) else "py310")
sys.path[:0] = [HERE, CARRIED]

from nbv_runner.environment import add_site_packages  # noqa: E402

add_site_packages()

from nbv_runner.app import main  # noqa: E402

if __name__ == "__main__":
    main(sys.argv[1:])
