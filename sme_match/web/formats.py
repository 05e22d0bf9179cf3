"""How dates, times, amounts and numbers are written on pages, in the reader's language."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from flask import Flask
from flask_babel import force_locale, format_date

from sme_match.core.clock import to_jst
from sme_match.core.fiscal_year import format_date_ja
from sme_match.web.languages import in_language
from sme_match.web.languages import message as _

KEPT_DAYS = 4096
"""A list of one page shows forty days, and mostly those of the last year."""


def init_app(app: Flask) -> None:
    """Make the formats available in templates."""
    for formatter in (day, moment, moment_range, clock_time, number, yen, man_yen, plain_decimal):
        app.jinja_env.filters[formatter.__name__] = formatter


@in_language
def day(language: str, value: date | datetime | None) -> str:
    """Return a day: 2026年12月10日（木） / Thu, 10 Dec 2026. An instant counts in Japan."""
    return "" if value is None else _day(language, value)


@lru_cache(KEPT_DAYS)
def _day(language: str, value: date | datetime) -> str:
    on = to_jst(value).date() if isinstance(value, datetime) else value
    if language == "ja":
        return format_date_ja(on)
    with force_locale(language):
        return str(format_date(on, "EEE, d MMM yyyy"))


def clock_time(value: datetime) -> str:
    """Return the time of day in Japan, without the zone: only where the zone stands beside it."""
    return f"{to_jst(value):%H:%M}"


def moment(value: datetime | None) -> str:
    """Return day and time in Japan with the zone named."""
    if value is None:
        return ""
    zone = _("日本時間")
    return f"{day(value)} {clock_time(value)} {zone}"


def moment_range(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """Return day, start and end in Japan with the zone named."""
    if starts_at is None or ends_at is None:
        return ""
    zone = _("日本時間（JST, UTC+9）")
    return f"{day(starts_at)} {clock_time(starts_at)}–{clock_time(ends_at)} {zone}"


def number(value: float | Decimal | None) -> str:
    """Return a number with thousands separators; nothing for None."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{float(value):,g}"


def plain_decimal(value: Decimal | float | None) -> str:
    """Return a measured figure without trailing zeros: 0.005, 12.5, 1200."""
    if value is None:
        return ""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def yen(value: int | None) -> str:
    """Return an amount in yen."""
    return "" if value is None else _("%(amount)s円", amount=f"{value:,}")


def man_yen(value: int | None) -> str:
    """Return an amount of 10,000 yen units."""
    return "" if value is None else _("%(amount)s万円", amount=f"{value:,}")
