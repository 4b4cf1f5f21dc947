"""The ASGI application: pages by Django, sockets by Channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatproject.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

# After Django is set up: these read settings and models.
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path, re_path

from chat.pairs.consumer import PairConsumer
from chat.realtime.origin import OwnOriginOnly, refuse
from chat.rooms.consumer import RoomConsumer
from chatproject import daphne_socket, embedded

daphne_socket.install()

if settings.EMBEDDED_VALKEY:
    try:
        embedded.ensure_running(settings.VAR_DIR)
    except embedded.EmbeddedValkeyError as error:
        raise SystemExit(str(error)) from None

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": OwnOriginOnly(
            URLRouter(
                [
                    path("ws/pair/", PairConsumer.as_asgi()),
                    path("ws/rooms/<str:slug>/", RoomConsumer.as_asgi()),
                    re_path("", refuse),  # type: ignore[arg-type]
                ]
            )
        ),
    }
)
