"""Amounts of yen as people write them: 300万円, 1.2億, 1,500,000. Pure."""

import re
from decimal import Decimal

from sme_match.core.text import normalize_width

_SPELLED = re.compile(r"約?(?:(?P<oku>[\d.]+)億)?(?:(?P<man>[\d.]+)万)?(?P<rest>[\d.]*)円?")
_UNITS = (("oku", 100_000_000), ("man", 10_000), ("rest", 1))
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def spell_out_yen(text: str) -> str:
    """Return the amount in plain digits of yen; text that is no amount comes back as it is.

    >>> spell_out_yen("１億２，０００万円")
    '120000000'
    """
    plain = normalize_width(text).replace(",", "").replace(" ", "").replace("¥", "")
    match = _SPELLED.fullmatch(plain)
    if match is None or not any(match.groups()):
        return text
    total = Decimal(0)
    for name, unit in _UNITS:
        figure = match[name]
        if not figure:
            continue
        if not _NUMBER.fullmatch(figure):
            return text
        total += Decimal(figure) * unit
    return f"{total.normalize():f}"
