"""`manage.py serve`: run the site, and say in one line why it cannot."""

import errno
import socket
from argparse import SUPPRESS
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from redis.backoff import NoBackoff
from redis.retry import Retry

from chat.realtime.sentinel import CachePool
from chatproject import embedded

REDIS_SECONDS = 3  # a Redis that takes longer to answer a PING is of no use for a chat


class Command(BaseCommand):
    help = "Runs the site until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--server", choices=["daphne", "uvicorn"], default="daphne", help="(default: %(default)s)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port (default: %(default)s)")
        parser.add_argument(
            "--processes", type=int, default=1, help="behind this port, with uvicorn only (default: %(default)s)"
        )
        parser.add_argument("--worker", type=int, nargs=2, help=SUPPRESS)  # how chatproject/workers.py starts one

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["worker"]:
            work(*options["worker"])
            return
        host, port = options["host"], options["port"]
        try:
            require_free_port(host, port)
            require_redis()
            require_migrations()
            self.serve(options["server"], host, port, options["processes"])
        except KeyboardInterrupt:
            pass  # Ctrl-C while it was starting
        self.stdout.write("Tandem has stopped.")

    def serve(self, kind: str, host: str, port: int, processes: int) -> None:
        def say_ready(listening: int) -> None:
            self.stdout.write(f"Tandem is ready: {address(host, listening)} (Ctrl-C to stop)")
            self.stdout.flush()

        server = new_server(kind, host, port, processes, say_ready)
        server.run()
        if server.cannot_listen:
            raise CommandError(f"Cannot listen on {address(host, port)}: {server.cannot_listen}")
        if getattr(server, "did_not_start", False):
            raise CommandError("A server process did not start; it has said why.")


def new_server(kind: str, host: str, port: int, processes: int, on_ready: Callable[[int], None]) -> Any:
    """Imports happen only now: there is a Redis, daphne brings Twisted, and uvicorn may not be there."""
    if processes < 1 or (processes > 1 and kind == "daphne"):
        raise CommandError("--processes takes a number from 1, and more than one only with --server uvicorn.")
    if kind == "uvicorn":
        require_uvicorn()
    if processes > 1:
        from chatproject.workers import Workers

        return Workers(host, port, processes, on_ready)
    from chatproject.asgi import application

    if kind == "daphne":
        from chatproject.daphne_server import TandemServer as DaphneServer

        return DaphneServer(application, host, port, on_ready)
    from chatproject.uvicorn_server import TandemServer

    return TandemServer(application, host, port, on_ready)


def require_uvicorn() -> None:
    for package in ("uvicorn", "uvloop", "websockets"):
        if find_spec(package) is None:
            raise CommandError(f"{package} is not installed. Run: pip install -r requirements-uvicorn.txt")


def work(listener: int, line: int) -> None:
    """One of several processes behind a port. Its parent has asked all questions, and speaks for it."""
    from chatproject import uvicorn_server
    from chatproject.asgi import application

    uvicorn_server.work(application, listener, line)


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def require_free_port(host: str, port: int) -> None:
    """Asked before anything is started, so that the answer comes at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that closed a moment ago is free
        try:
            probe.bind((host, port))
        except OverflowError:
            raise CommandError(f"PORT must be between 0 and 65535, not {port}.") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = port + 1 if port < 65535 else 8000
                message = f"Port {port} is in use. Choose another: make run PORT={other}"
            else:
                message = f"Cannot listen on {address(host, port)}: {error.strerror}."
            raise CommandError(message) from None


def require_redis(*, start: bool = True) -> None:
    """Every chat needs Redis: a wrong address or password is said now, not by the first person who logs in."""
    if settings.EMBEDDED_VALKEY:
        if not start:
            return
        try:
            embedded.ensure_running(settings.VAR_DIR)
        except embedded.EmbeddedValkeyError as error:
            raise CommandError(str(error)) from None
    url = settings.REDIS_URL
    try:
        pool = CachePool.from_url(url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS)
        with redis.Redis(connection_pool=pool, retry=Retry(NoBackoff(), 0)) as client:
            client.ping()
    except ValueError as error:
        raise CommandError(f"REDIS_URL is not the address of a Redis: {error}") from None
    except redis.AuthenticationError:
        answer = "refuses the password in REDIS_URL." if has_password(url) else "wants a password in REDIS_URL."
        raise CommandError(f"Redis at {without_password(url)} {answer}") from None
    except (redis.RedisError, OSError) as error:
        raise CommandError(f"Redis at {without_password(url)} cannot be used: {error}") from None


def has_password(url: str) -> bool:
    return "@" in urlsplit(url).netloc or "password=" in url


def without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def require_migrations() -> None:
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        raise CommandError(f"The database cannot be used: {' '.join(str(error).split())}") from None
    finally:
        connections.close_all()
    if missing:
        raise CommandError("The database is not up to date. Run: python manage.py migrate")
