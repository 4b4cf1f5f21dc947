"""Keeps tokens out of the log, whatever a client puts them into."""

import logging
import re

_TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)


class RedactTokens(logging.Filter):
    """Writes `[token]` for every run of 32 hex digits: someone will paste one into an address."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _TOKEN.sub("[token]", record.getMessage())
        record.args = None
        return True
