"""Files that a page gives out to be saved."""

from flask import Response

from sme_match.core.clock import jst_date
from sme_match.tables.writing import attachment_name, content_disposition
from sme_match.web.context import current_time

TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def attachment(data: bytes | str, title: str, suffix: str) -> Response:
    """Return a file of one of `TYPES`, named by its title and the day."""
    response = Response(data, mimetype=TYPES[suffix])
    name = attachment_name(title, jst_date(current_time()), suffix)
    response.headers["Content-Disposition"] = content_disposition(name)
    return response
