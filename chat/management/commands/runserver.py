"""`manage.py runserver`, the server for developing: Daphne's, which also says in one line why it cannot start."""

import os
from typing import Any

from daphne.management.commands.runserver import Command as DaphneRunserver
from django.conf import settings

from chat.management.commands.serve import require_free_port, require_redis
from chatproject.daphne_socket import PatientServer


class Command(DaphneRunserver):
    default_port = str(settings.PORT)
    server_cls = PatientServer

    def run(self, **options: Any) -> None:
        if os.environ.get("RUN_MAIN") != "true":  # in the process a person started, not in one the reloader starts
            require_free_port(self.addr, int(self.port))
            require_redis(start=False)
        super().run(**options)
