"""Python looks for garbage among everything it has loaded, and every chat of the process waits for that."""

import gc

NEW_OBJECTS = 20_000  # that are kept until Python looks among them; its own 700 are fewer than one newcomer brings


def leave_out_what_is_loaded() -> None:
    """What is there when a server is ready is there until it ends: collections look only at what came since."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
