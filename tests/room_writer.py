"""A process that writes to a room's log: `python -m tests.room_writer ROOM USER COUNT` begins when a line comes in."""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatproject.settings")
    django.setup()
    from chat.rooms import log

    room, user, count = (int(word) for word in sys.argv[1:])
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(1, count + 1):
        [stored] = log.write([log.Append(room, user, "", n, f"{user} says {n}")])
        assert isinstance(stored, log.Stored), stored
        print(stored.seq, flush=True)


if __name__ == "__main__":
    main()
