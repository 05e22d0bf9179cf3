"""Logs that a machine can read: one JSON object to a line, each with the request it belongs to.

No message holds what was typed, a token or an address with one: pages are named by their rule.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final, TextIO

NO_REQUEST: Final = "-"
request_id: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)
"""The request that this thread serves; `NO_REQUEST` outside of one."""
FIELDS: Final = "fields"
"""What a record may carry beside its message: `log.info("…", extra={FIELDS: {…}})`."""


class JSONFormatter(logging.Formatter):
    """Writes a record as one line of JSON; times are UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": request_id.get(),
            "message": record.getMessage(),
        }
        line |= getattr(record, FIELDS, {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def write_logs(stream: TextIO = sys.stderr) -> None:
    """Write what the service logs to a stream from now on, instead of where it went before."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JSONFormatter())
    logger = logging.getLogger("sme_match")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
