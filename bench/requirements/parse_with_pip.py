"""CPU seconds that this interpreter's pip takes to read requirements files: one float per line, for each file named.

parse_with_pip.py FILE... The start of Python and the loading of pip don't count.
"""

import sys
import time
from optparse import Values

from pip._internal.network.session import PipSession
from pip._internal.req import parse_requirements
from pip._internal.req.constructors import install_req_from_parsed_requirement

# Loading certificates takes longer than reading requirements.
SESSION = PipSession()

for path in sys.argv[1:]:
    options = Values(
        {"require_hashes": False, "features_enabled": [], "isolated_mode": True}
    )
    begun = time.process_time()
    for parsed in parse_requirements(path, SESSION, options=options):
        install_req_from_parsed_requirement(parsed, user_supplied=True)
    print(time.process_time() - begun)
