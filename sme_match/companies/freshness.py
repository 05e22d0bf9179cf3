"""How old a statement is: when a profile should be confirmed, when a certificate runs out."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sme_match.core.clock import to_jst

STALE_AFTER_MONTHS = 12
"""A profile that nobody confirmed for so long is no longer counted as current."""
ASK_AFTER_MONTHS = 3
"""The company is asked whether anything changed after so long."""
EXPIRY_WARNING = timedelta(days=90)

_MONTHS_A_YEAR = 12
_LAST_COMMON_DAY = 28


class ExpiryState(StrEnum):
    """Where a certificate stands on its way to its last day."""

    NOT_STATED = "not_stated"
    VALID = "valid"
    SOON = "soon"
    EXPIRED = "expired"


def months_before(now: datetime, months: int) -> datetime:
    """Return the instant that lies so many calendar months back in Japan."""
    local = to_jst(now)
    count = local.year * _MONTHS_A_YEAR + local.month - 1 - months
    year, month = divmod(count, _MONTHS_A_YEAR)
    return local.replace(year=year, month=month + 1, day=min(local.day, _LAST_COMMON_DAY))


def months_between(earlier: datetime, now: datetime) -> int:
    """Return the full calendar months from one instant to another; 0 when there is none."""
    start, end = to_jst(earlier), to_jst(now)
    months = (end.year - start.year) * _MONTHS_A_YEAR + end.month - start.month
    complete = (end.day, end.time()) >= (start.day, start.time())
    return max(0, months if complete else months - 1)


def is_stale(confirmed_at: datetime | None, now: datetime) -> bool:
    """Whether nobody has confirmed the profile within the year."""
    return confirmed_at is None or confirmed_at < months_before(now, STALE_AFTER_MONTHS)


def is_due(confirmed_at: datetime | None, now: datetime) -> bool:
    """Whether it is time to ask the company if anything changed."""
    return confirmed_at is None or confirmed_at < months_before(now, ASK_AFTER_MONTHS)


def expiry_state(expires_on: date | None, today: date) -> ExpiryState:
    """Return where a certificate stands; it is still valid on its last day."""
    if expires_on is None:
        return ExpiryState.NOT_STATED
    if expires_on < today:
        return ExpiryState.EXPIRED
    return ExpiryState.SOON if expires_on - today <= EXPIRY_WARNING else ExpiryState.VALID
