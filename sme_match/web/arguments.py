"""Days in the URL of a list."""

from datetime import date

from flask import request
from flask_babel import gettext as _

from sme_match.core.clock import parse_date
from sme_match.core.errors import InvalidError
from sme_match.web.errors import message_of

TEXT_LIMIT = 100
FIRST_YEAR = 2
"""Midnight in Japan on the first day of year 1 lies before all that a computer counts, in UTC."""


def requested_day(name: str, problems: list[str]) -> date | None:
    """Return the day of an argument, typed in any usual way; None when it is empty.

    What cannot be read is left out of the filter and explained in `problems`.
    """
    text = request.args.get(name, "")[:TEXT_LIMIT]
    if not text.strip():
        return None
    try:
        day = parse_date(text)
    except InvalidError as error:
        problems.append(message_of(error))
        return None
    if day.year < FIRST_YEAR:
        problems.append(_("日付は「2026/12/10」のように入力してください。"))
        return None
    return day
