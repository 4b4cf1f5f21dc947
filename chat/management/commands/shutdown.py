"""`manage.py shutdown`: end every server process of the site, telling everybody first."""

from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand, CommandError, CommandParser
from redis.exceptions import RedisError

from chat.realtime import shutdown


class Command(BaseCommand):
    help = "Tells everybody who is connected, waits, and ends every server process of this site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--message", default="", help="what to tell everybody")
        parser.add_argument("--in", dest="seconds", type=int, default=60, help="seconds to wait (default: %(default)s)")

    def handle(self, *_args: Any, **options: Any) -> None:
        seconds = options["seconds"]
        if not 0 <= seconds <= 24 * 3600:
            raise CommandError("--in takes seconds, from 0 to 86400.")
        try:
            processes = async_to_sync(shutdown.order)(options["message"], seconds)
        except RedisError as error:
            raise CommandError(f"Redis does not answer: {error}") from None
        if not processes:
            raise CommandError("No server process of this site is running.")
        self.stdout.write(f"Told {processes} server process{'es' * (processes > 1)}; ending in {seconds} s.")
