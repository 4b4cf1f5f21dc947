"""How many sockets a process may have open."""

import contextlib
import resource

OPEN_FILES = 65_536  # a socket each; systems begin with 1,024 (Linux) or 256 (macOS)


def allow_many_sockets() -> None:
    """Up to what the system lets us have without asking an administrator."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # macOS says infinity and means less
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
