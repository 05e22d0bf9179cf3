"""Says which statements take long, without the values that they were asked with."""

import logging
import time
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from sme_match.core.logs import FIELDS

log = logging.getLogger(__name__)

SLOW_SECONDS: Final = 0.5
"""A page should take less than this altogether."""
_SHOWN: Final = 1_000


def watch(engine: Engine) -> None:
    """Log statements of this engine that take longer than `SLOW_SECONDS`."""
    event.listen(engine, "before_cursor_execute", _begin)
    event.listen(engine, "after_cursor_execute", _end)


def _begin(connection: Connection, *_: Any) -> None:  # noqa: ANN401 -- the cursor and its statement
    connection.info["began"] = time.monotonic()


def _end(connection: Connection, cursor: object, statement: str, *_: Any) -> None:  # noqa: ANN401 -- the values are not looked at
    del cursor
    seconds = time.monotonic() - connection.info.pop("began", time.monotonic())
    if seconds >= SLOW_SECONDS:
        fields = {"milliseconds": round(1000 * seconds), "statement": statement[:_SHOWN]}
        log.info("A statement took long", extra={FIELDS: fields})
