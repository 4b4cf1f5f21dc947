"""The site's own settings, in a folder that is thrown away."""

import atexit
import os
import shutil
import tempfile

# Short, because sockets live in it.
os.environ["TANDEM_VAR_DIR"] = tempfile.mkdtemp(prefix="tandem-", dir="/tmp")
os.environ.pop("REDIS_URL", None)
os.environ.pop("DATABASE_URL", None)
atexit.register(shutil.rmtree, os.environ["TANDEM_VAR_DIR"], ignore_errors=True)

from chatproject.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # people in tests have no secrets

# A file, as the site's own is: threads with connections of their own see the same database, and it can be moved away.
DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}  # noqa: F405
