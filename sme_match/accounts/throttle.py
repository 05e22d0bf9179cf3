"""Slowing down guessing: attempts are counted in the database, so the limits hold over all workers.

A limit binds one account from one network, one network, or everybody together. None of them binds
an account as such: whoever guesses from elsewhere cannot lock its owner out. The one exception is the
code after a right password (`services/second_factor.py`), which only who knows that can try.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from sqlalchemy import Insert, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from sme_match.accounts.models import AttemptCounter

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
IPV6_PREFIX_BITS = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts of one kind in a window."""

    kind: str
    most: int

    def key(self, *parts: str) -> str:
        """Return the counter's key: the kind, and a hash, because addresses are personal data."""
        return f"{self.kind}:{sha256('|'.join(parts).encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried, from where: the values that limits are counted by."""

    email: str
    network: str


def network_of(address: str | None) -> str:
    """Return the network of a client address: the address itself, for IPv6 its /64.

    One customer has a whole /64 to choose addresses from.

    >>> network_of("2001:db8::1") == network_of("2001:db8::2")
    True
    """
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> IPV6_PREFIX_BITS << IPV6_PREFIX_BITS)}/64"
    return str(parsed)


def window_start(now: datetime) -> datetime:
    """Return when the window of this moment began; windows are the quarters of an hour."""
    seconds = int(now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(WINDOW.total_seconds()), UTC)


def retry_at(now: datetime) -> datetime:
    """Return when the present window ends and trying makes sense again."""
    return window_start(now) + WINDOW


def count_attempt(session: Session, key: str, *, now: datetime) -> int:
    """Count one attempt and return how many there are in this window.

    One statement counts and reads, so simultaneous attempts each get a number of their own.
    """
    values = {"key": key, "window_start": window_start(now), "count": 1}
    counted = _upsert(session, values).returning(AttemptCounter.count)
    return session.execute(counted).scalar_one()


def attempts_so_far(session: Session, key: str, *, now: datetime) -> int:
    """Return how many attempts this window has seen."""
    query = select(AttemptCounter.count).where(
        AttemptCounter.key == key, AttemptCounter.window_start == window_start(now)
    )
    return session.scalar(query) or 0


def take_back_attempt(session: Session, key: str, *, now: datetime) -> None:
    """Uncount one attempt that turned out to be right."""
    session.execute(
        update(AttemptCounter)
        .where(
            AttemptCounter.key == key,
            AttemptCounter.window_start == window_start(now),
            AttemptCounter.count > 0,
        )
        .values(count=AttemptCounter.count - 1)
    )


def forget_attempts(session: Session, key: str) -> None:
    """Let a key start afresh (the right password was given)."""
    session.execute(delete(AttemptCounter).where(AttemptCounter.key == key))


def forget_old_attempts(session: Session, *, now: datetime) -> int:
    """Delete the counters of windows that ended long ago; return how many."""
    old = delete(AttemptCounter).where(AttemptCounter.window_start < now - KEPT)
    return len(session.scalars(old.returning(AttemptCounter.count)).all())


def _upsert(session: Session, values: dict[str, object]) -> Insert:
    keys = [AttemptCounter.key, AttemptCounter.window_start]
    more = {"count": AttemptCounter.count + 1}
    if session.get_bind().dialect.name == "postgresql":
        return (
            postgresql.insert(AttemptCounter)
            .values(values)
            .on_conflict_do_update(index_elements=keys, set_=more)
        )
    return (
        sqlite.insert(AttemptCounter)
        .values(values)
        .on_conflict_do_update(index_elements=keys, set_=more)
    )
