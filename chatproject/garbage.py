"""Python looks for garbage among everything it has loaded, and every chat of the process waits for that."""

import gc

# Python looks among the new objects whenever there are so many of them, and after so many looks also among those that stayed.
# Left alone it takes 700 and 10; one newcomer brings more than 700.
NEW_OBJECTS, LOOKS = 10_000, 4


def leave_out_what_is_loaded() -> None:
    """What is there when a server is ready is there until it ends: collections look only at what came since."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, LOOKS, gc.get_threshold()[2])
