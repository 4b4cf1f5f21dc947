"""Make rooms that are open to everybody: `python -m tests.make_rooms garden kitchen`."""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatproject.settings")
    django.setup()

    from chat.models import Room

    Room.objects.bulk_create(Room(slug=slug, name=slug.title(), is_open=True) for slug in sys.argv[1:])


if __name__ == "__main__":
    main()
