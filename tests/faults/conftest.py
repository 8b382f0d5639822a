"""The harness of this folder is a package of its own, which the script that makes the tables of docs/faults.md uses as well."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
