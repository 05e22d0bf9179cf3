"""What was handed on, who saw what, and whose data a leak concerns: for the leads of a body."""

from enum import Enum

from flask import Response, render_template, request
from flask_babel import gettext as _

from sme_match.core.actor import Role
from sme_match.core.clock import to_jst
from sme_match.privacy.blueprint import blueprint
from sme_match.privacy.labels import LABELS, file_name
from sme_match.privacy.queries.affected import count_affected, list_affected
from sme_match.privacy.queries.disclosures import list_disclosures
from sme_match.privacy.queries.opened import OpenedFilter, list_opened, read_opened
from sme_match.tables.writing import Sheet, write_xlsx
from sme_match.web.access import allow
from sme_match.web.arguments import TEXT_LIMIT, requested_day
from sme_match.web.context import current_actor, current_session
from sme_match.web.files import attachment
from sme_match.web.paging import requested_page
from sme_match.web.routing import requested_id

SHOWN = 100
"""How many persons the page shows; the file holds all."""


@blueprint.get("/disclosures")
@allow(Role.LEAD)
def disclosures() -> str:
    """Show what the body handed to others, and on what basis."""
    text = request.args.get("q", "")[:TEXT_LIMIT]
    page = list_disclosures(current_session(), current_actor(), text=text, page=requested_page())
    return render_template("privacy/disclosures.html", page=page, text=text, file_name=file_name)


@blueprint.get("/personal-data/opened")
@allow(Role.LEAD)
def opened() -> str:
    """Show who saw what, by person and period."""
    session, actor = current_session(), current_actor()
    problems: list[str] = []
    filters = requested_filter(problems)
    return render_template(
        "privacy/opened.html",
        filters=filters,
        problems=problems,
        page=list_opened(session, actor, filters, page=requested_page()),
        file_name=file_name,
    )


@blueprint.get("/personal-data/affected")
@allow(Role.LEAD)
def affected() -> str:
    """Show whose data a leak may concern, before the list is taken out."""
    problems: list[str] = []
    filters = requested_filter(problems)
    session, actor = current_session(), current_actor()
    return render_template(
        "privacy/affected.html",
        filters=filters,
        problems=problems,
        people=list_affected(session, actor, filters, limit=SHOWN),
        total=count_affected(session, actor, filters),
    )


@blueprint.get("/personal-data/affected.xlsx")
@allow(Role.LEAD)
def affected_file() -> Response:
    """Give the list of affected persons, and what was opened, as a workbook."""
    session, actor = current_session(), current_actor()
    filters = requested_filter([])
    people = [
        (_word(each.kind), each.name, each.company, each.position, each.email, each.phone, each.address)
        for each in list_affected(session, actor, filters)
    ]
    notes = [
        (
            to_jst(line.entry.at),
            line.entry.reader,
            line.reader_body,
            _word(line.entry.kind),
            _word(line.entry.subject),
            line.subject or file_name(line.entry.page),
            line.entry.detail,
        )
        for line in read_opened(session, actor, filters)
    ]
    sheets = [Sheet(_("影響を受けた人"), _person_titles(), people)]
    if filters.user_id or filters.link_id:
        sheets.append(Sheet(_("見たもの"), _note_titles(), notes))
    return attachment(write_xlsx(sheets), _("影響を受けた人の一覧"), "xlsx")


def requested_filter(problems: list[str]) -> OpenedFilter:
    """Return the filter of the URL; what cannot be read is named in `problems` and left out."""
    args = request.args
    return OpenedFilter(
        about=args.get("q", "")[:TEXT_LIMIT],
        company_id=requested_id("company"),
        reader=args.get("reader", "")[:TEXT_LIMIT],
        user_id=requested_id("user"),
        link_id=requested_id("link"),
        from_on=requested_day("from", problems),
        until_on=requested_day("until", problems),
    )


def _word(member: Enum) -> str:
    return str(LABELS[type(member)][member])


def _person_titles() -> list[str]:
    return [
        _("区分"),
        _("氏名"),
        _("企業"),
        _("役職"),
        _("メールアドレス"),
        _("電話番号"),
        _("所在地"),
    ]


def _note_titles() -> list[str]:
    return [
        _("日時"),
        _("見た人"),
        _("所属"),
        _("方法"),
        _("種類"),
        _("見たもの"),
        _("ファイルの条件"),
    ]
