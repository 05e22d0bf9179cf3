"""The numbers of needs: N-2026-0143 is the 143rd of a body in fiscal year 2026."""

import re
from collections.abc import Iterable
from datetime import datetime

from sme_match.core.fiscal_year import FiscalYear

_COUNT_DIGITS = 4
_OWN_PATTERN = re.compile(r"N-[0-9]{4}-[0-9]{4,}")


def number_prefix(now: datetime) -> str:
    """Return what the numbers of this fiscal year begin with."""
    return f"N-{FiscalYear.of(now).year}-"


def next_number(prefix: str, taken: Iterable[str]) -> str:
    """Return the number after the highest one taken; gaps are not filled.

    >>> next_number("N-2026-", ["N-2026-0001", "N-2026-0143", "N-2026-A"])
    'N-2026-0144'
    """
    counts = (text.removeprefix(prefix) for text in taken)
    highest = max((int(count) for count in counts if count.isascii() and count.isdigit()), default=0)
    return f"{prefix}{highest + 1:0{_COUNT_DIGITS}d}"


def is_own_number(text: str) -> bool:
    """Whether a number looks as if this service had given it."""
    return _OWN_PATTERN.fullmatch(text) is not None
