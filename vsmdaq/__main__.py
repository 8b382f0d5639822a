"""`python -m vsmdaq` is `vsmdaq`."""

import sys

from vsmdaq.cli import main

sys.exit(main())
