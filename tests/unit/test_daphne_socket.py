"""Our socket on daphne, where no server has to run for it; tests/integration has the rest."""

from __future__ import annotations

from typing import Any

import pytest

from chatproject.daphne_socket import PatientServer, TandemSocket


@pytest.mark.parametrize("known", [True, False])
async def test_what_is_sent_to_one_that_is_gone_is_an_error_as_the_asgi_specification_asks(known: bool):
    server: Any = PatientServer(None, endpoints=["tcp:0"])
    socket = TandemSocket()
    server.connections = {socket: {"disconnected": 1.0}} if known else {}
    with pytest.raises(OSError, match="gone"):
        await server.handle_reply(socket, {"type": "websocket.send", "text": "x"})
