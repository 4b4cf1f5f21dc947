"""Only this site's own pages may open a socket: the browser sends the login cookie to whoever asks."""

from __future__ import annotations

from typing import Any

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class OwnOriginOnly:
    """Refuses the handshake (HTTP 403) unless `Origin` is exactly this site: scheme, host and port."""

    def __init__(self, application: ASGI3Application) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        application = self.application if is_own_origin(scope["headers"]) else refuse
        await application(scope, receive, send)


def is_own_origin(headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether there is one `Origin` and it names the host that was asked for, which must be an allowed one."""
    origins = [value.decode("latin1") for name, value in headers if name == b"origin"]
    hosts = [value.decode("latin1").lower() for name, value in headers if name == b"host"]
    if len(origins) != 1 or len(hosts) != 1:
        return False
    domain, _ = split_domain_port(hosts[0])
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    scheme = "https" if settings.PUBLIC else "http"
    return origins[0] == f"{scheme}://{hosts[0]}"


async def refuse(scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Answer the handshake with HTTP 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1000, "reason": ""})
