"""Settings of all tests.

Examples of hypothesis are the same in every run, so that a newcomer's run says of the code what ours said. To look for new
ones: HYPOTHESIS_PROFILE=explore.
"""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
