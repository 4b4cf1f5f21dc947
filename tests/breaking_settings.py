"""The site's own settings, and a page more that has a mistake in it (tests/breaking_urls.py)."""

from chatproject.settings import *  # noqa: F403

ROOT_URLCONF = "tests.breaking_urls"
