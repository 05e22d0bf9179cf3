"""Figures that many pages show, kept in the process until somebody changes something.

Every change writes an audit entry in its own transaction, so the number of the newest entry tells
whether a figure still stands. Ends of meetings and days of answer fall on whole minutes, so a figure
of the same minute is not outdated by the time either. What no entry tells (a mail that failed, a
change whose entry was numbered before another's but committed after it) shows in the next minute.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry

Value = TypeVar("Value")
Bind = Engine | Connection

MOST_KEPT = 500
NEWEST_ENTRY = select(func.max(AuditEntry.id)).scalar_subquery()
"""The number of the newest entry: what is read along with it may be passed to `remember_newest`."""
_NEWEST_ENTRY = select(NEWEST_ENTRY)
_REMEMBERED = "newest_audit_entry"


def remember_newest(session: Session, newest: int | None) -> None:
    """Keep the number of the newest entry for a session that changes nothing and does not live long."""
    session.info[_REMEMBERED] = newest


def remembered_newest(session: Session) -> int | None:
    """Return the number that is kept for the session; None when none is."""
    found: int | None = session.info.get(_REMEMBERED)
    return found


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Value]):
    value: Value
    newest: int | None
    minute: datetime


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
        if _REMEMBERED in session.info:
            newest = session.info[_REMEMBERED]
        else:
            newest = session.connection().scalar(_NEWEST_ENTRY)
        minute = now.replace(second=0, microsecond=0)
        with self._lock:
            kept = self._kept.setdefault(session.get_bind(), OrderedDict())
            found = kept.get(key)
        if found and (found.newest, found.minute) == (newest, minute):
            return found.value
        # A change after the number was read only makes the next reader count once more.
        value = make()
        with self._lock:
            kept[key] = _Entry(value, newest, minute)
            kept.move_to_end(key)
            if len(kept) > MOST_KEPT:
                kept.popitem(last=False)
        return value
