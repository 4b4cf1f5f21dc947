"""The log's lines: never a token, whatever a client puts it into, and never a traceback that a client caused."""

import logging
import re

from django.core.exceptions import SuspiciousOperation

# 32 hex digits, with whatever people write between the groups: spaces (also as in addresses), dashes, dots.
_TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f](?:(?:[\s\-+._]|%20)*[0-9a-f]){31}(?![0-9a-f])", re.IGNORECASE)


class DiscreetFormatter(logging.Formatter):
    """Writes `[token]` for every token, in messages and tracebacks alike."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and isinstance(record.exc_info[1], SuspiciousOperation):
            record.exc_info = record.exc_text = None  # a foreign Host, a forged cookie: one line says enough
        return _TOKEN.sub("[token]", super().format(record))
