"""As few settings as the tutorial's chat runs with."""

import os
from typing import Any

SECRET_KEY = "for a measurement on loopback only"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}

# redis-py 8 gives up a blocking read after 5 s by itself, which the core layer takes for a failure.
HOST = {"address": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379"), "socket_timeout": None}
BACKENDS = {
    "core": "channels_redis.core.RedisChannelLayer",
    "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {"BACKEND": BACKENDS[os.environ.get("LAYER", "core")], "CONFIG": {"hosts": [HOST]}}
}
