"""Python looks for garbage among everything it has loaded, and every chat of the process waits for that."""

import gc


def leave_out_what_is_loaded() -> None:
    """What is there when a server is ready is there until it ends: collections look only at what came since."""
    gc.collect()
    gc.freeze()
