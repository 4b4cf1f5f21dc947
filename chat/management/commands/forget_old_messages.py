"""`manage.py forget_old_messages`: delete what rooms do not keep any longer. Servers do the same by themselves."""

from typing import Any

from django.core.management.base import BaseCommand

from chat.rooms import retention


class Command(BaseCommand):
    help = "Deletes messages that are older than their room keeps them, and what else rooms forget in time."

    def handle(self, *_args: Any, **_options: Any) -> None:
        count = retention.forget_all()
        self.stdout.write(f"Deleted {count} row{'s' * (count != 1)}.")
