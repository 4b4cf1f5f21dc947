"""Redis behind Sentinel: `redis+sentinel://[:password@]host:port,host:port/name` asks the sentinels where `name` is now."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from redis import Redis, Sentinel, SentinelConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio import Sentinel as AsyncSentinel

SCHEME = "redis+sentinel://"
PORT = 26379
MOST_CONNECTIONS = 1000


def is_sentinel(url: str) -> bool:
    """Return whether `url` names sentinels rather than a Redis."""
    return url.startswith(SCHEME)


def parse(url: str) -> tuple[list[tuple[str, int]], str, dict[str, Any]]:
    """Return the sentinels, the name of what they watch, and the password for it; raises ValueError with a sentence."""
    rest = url.removeprefix(SCHEME)
    credentials, _, rest = rest.rpartition("@")
    hosts, _, name = rest.partition("/")
    if not name or not hosts:
        raise ValueError(f"it should look like {SCHEME}host:{PORT},host:{PORT}/name")
    user, _, password = credentials.partition(":")
    options = {"username": unquote(user) or None, "password": unquote(password)} if credentials else {}
    return [_address(host) for host in hosts.split(",")], name, options


def _address(host: str) -> tuple[str, int]:
    if ":" not in host:
        return host, PORT
    name, _, port = host.rpartition(":")
    return name, int(port)


def async_client(url: str, **options: Any) -> AsyncRedis:
    """Return a client of the current master; it asks again when it has to connect again."""
    sentinels, name, credentials = parse(url)
    timeouts = {"socket_connect_timeout": 1.0, "socket_timeout": 1.0}  # one that hangs must not hold up the next
    watch = AsyncSentinel(sentinels, sentinel_kwargs=timeouts)  # type: ignore[no-untyped-call]
    options["max_connections"] = MOST_CONNECTIONS  # this pool does not queue
    return watch.master_for(name, **credentials, **options)  # type: ignore[no-any-return]


class CachePool:
    """A connection pool for Django's cache: of the master, or of a plain Redis."""

    @staticmethod
    def from_url(url: str, **options: Any) -> Any:
        """Return the pool for this REDIS_URL."""
        if not is_sentinel(url):
            return Redis.from_url(url, **options).connection_pool
        sentinels, name, credentials = parse(url)
        watch = Sentinel(sentinels, socket_timeout=1.0)  # type: ignore[no-untyped-call]
        return SentinelConnectionPool(name, watch, **credentials, **options)  # type: ignore[no-untyped-call]
