"""A process that writes to a room's log: `python -m tests.room_writer ROOM USER` says something for each line that comes in."""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatproject.settings")
    django.setup()
    from chat.rooms import log

    room, user = (int(word) for word in sys.argv[1:])
    print("ready", flush=True)
    for n, _ in enumerate(sys.stdin, start=1):
        [stored] = log.write([log.Append(room, user, "", n, f"{user} says {n}")])
        assert isinstance(stored, log.Stored), stored
        print(stored.seq, flush=True)


if __name__ == "__main__":
    main()
