"""The site's own settings, but for one push service on loopback that it may send to: TEST_PUSH_SERVICE."""

import os

from chatproject.settings import *  # noqa: F403

PUSH_TEST_SERVICE = os.environ["TEST_PUSH_SERVICE"]
