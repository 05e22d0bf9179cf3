"""Forms of register files."""

from collections.abc import Iterable

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import FileField

from sme_match.core.text import mark_text
from sme_match.registers.enums import RowAction
from sme_match.registers.rows import ImportRow
from sme_match.web.fields import Form, required

NO_FILE = mark_text("ファイルを選んでください。")


class ImportForm(Form):
    file = FileField(
        _l("取り込むファイル"),
        description=_l(
            "Excelファイル（.xlsx）かCSVファイル。20,000行、10MBまで。CSVの文字コードは自動で判別します。"
        ),
        validators=[required(_l(NO_FILE))],
    )


TAKE = "take"
"""The answer that lets all rows come in that could."""


def decision_name(number: int) -> str:
    """Return the name of the field that decides about a row."""
    return f"row-{number}"


def read_decisions(questions: Iterable[ImportRow]) -> dict[int, RowAction]:
    """Return what was decided about the rows that ask, by row number.

    The field `all` decides about every row at once. Rows beyond those on the page follow the field
    `rest`: as proposed, or not at all.
    """
    decisions: dict[int, RowAction] = {}
    for_all = request.form.get("all")
    if for_all == RowAction.SKIP.value:
        return {row.number: RowAction.SKIP for row in questions}
    if for_all == TAKE:
        return {row.number: row.way_in for row in questions}
    skip_rest = request.form.get("rest") == RowAction.SKIP.value
    known = set(RowAction)
    for row in questions:
        chosen = request.form.get(decision_name(row.number))
        if chosen in known:
            decisions[row.number] = RowAction(chosen)
        elif chosen is None and skip_rest:
            decisions[row.number] = RowAction.SKIP
    return decisions
