"""The optimistic lock between two people who edit one record in their browsers."""

from sme_match.core.errors import StaleVersionError
from sme_match.core.text import mark_text
from sme_match.db.base import Versioned

FIRST_VERSION = 1
"""The version of a record that nobody has changed yet."""


def check_version(record: Versioned, expected: int) -> None:
    """Refuse a change that was made on an older state of the record.

    Raises:
        StaleVersionError: when the record has changed since the form was opened.
    """
    if record.version != expected:
        raise StaleVersionError(mark_text("ほかの人が先に更新しました。内容を確かめてください。"))
