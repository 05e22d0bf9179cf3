"""Figures that many pages show, kept in the process until somebody changes something.

Every change writes an audit entry in its own transaction, so the number of the newest entry tells
whether a figure still stands. What depends on the time alone is looked at again once a minute.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry

Value = TypeVar("Value")
Bind = Engine | Connection

KEPT_FOR = timedelta(minutes=1)
MOST_KEPT = 500
_NEWEST_ENTRY = select(func.max(AuditEntry.id))


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Value]):
    value: Value
    newest: int | None
    made_at: datetime


class KeptFigures(Generic[Value]):
    """Figures by key, apart for each database; those made longest ago go first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: WeakKeyDictionary[Bind, OrderedDict[Hashable, _Entry[Value]]] = WeakKeyDictionary()

    def get(
        self, session: Session, key: Hashable, make: Callable[[], Value], *, now: datetime
    ) -> Value:
        """Return the figure of the key, made anew when it may have changed.

        The key must name everything that the figure depends on besides the records: whose it is,
        filters, the day.
        """
        newest = session.scalar(_NEWEST_ENTRY)
        with self._lock:
            kept = self._kept.setdefault(session.get_bind(), OrderedDict())
            found = kept.get(key)
        if found and found.newest == newest and found.made_at <= now < found.made_at + KEPT_FOR:
            return found.value
        # A change after the number was read only makes the next reader count once more.
        value = make()
        with self._lock:
            kept[key] = _Entry(value, newest, now)
            kept.move_to_end(key)
            if len(kept) > MOST_KEPT:
                kept.popitem(last=False)
        return value
