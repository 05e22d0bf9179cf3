"""One person or company: what is kept, a copy of it, and leaving it alone (利用停止)."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from sme_match.accounts.models import User
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import to_jst
from sme_match.core.errors import InvalidError
from sme_match.privacy.blueprint import blueprint
from sme_match.privacy.forms import StopForm
from sme_match.privacy.labels import COLUMNS, SECTIONS
from sme_match.privacy.queries.persons import (
    Part,
    Record,
    find_company_kept,
    find_contact_kept,
    find_user_kept,
    list_kept,
    list_people,
    list_to_settle,
)
from sme_match.privacy.services.stopping import (
    lift_company,
    lift_contact,
    lift_user,
    stop_company,
    stop_contact,
    stop_user,
)
from sme_match.privacy.wording import value_text
from sme_match.tables.writing import Sheet, Value, write_xlsx
from sme_match.web.access import allow
from sme_match.web.arguments import TEXT_LIMIT
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.files import attachment
from sme_match.web.flashes import flash_done

KEEPERS = (Role.LEAD, Role.ADMINISTRATOR)
SHOWN = 20
"""How many rows of a part the page shows; the copy holds all."""
_KINDS: Mapping[str, type[Record]] = {"contact_id": Contact, "user_id": User, "company_id": Company}
_FIND: Mapping[str, Callable[[Session, Actor, int], Record]] = {
    "contact_id": find_contact_kept,
    "user_id": find_user_kept,
    "company_id": find_company_kept,
}
_STOP: Mapping[str, Callable[..., Record]] = {
    "contact_id": stop_contact,
    "user_id": stop_user,
    "company_id": stop_company,
}
_LIFT: Mapping[str, Callable[..., Record]] = {
    "contact_id": lift_contact,
    "user_id": lift_user,
    "company_id": lift_company,
}


@blueprint.get("/personal-data/people")
@allow(*KEEPERS)
def people() -> str:
    """Find a person or a company; without a name those whose data is not used."""
    text = request.args.get("q", "")[:TEXT_LIMIT]
    found = list_people(current_session(), current_actor(), text)
    return render_template("privacy/people.html", people=found, text=text, address_of=address_of)


@blueprint.get("/personal-data/contacts/<int:contact_id>")
@blueprint.get("/personal-data/users/<int:user_id>")
@blueprint.get("/personal-data/companies/<int:company_id>")
@allow(*KEEPERS)
def person(**ids: int) -> str:
    """Show what is kept about a person, or who of a company is left alone."""
    return _page(_find(ids), StopForm())


@blueprint.get("/personal-data/contacts/<int:contact_id>/copy.<any(json, xlsx):suffix>")
@blueprint.get("/personal-data/users/<int:user_id>/copy.<any(json, xlsx):suffix>")
@allow(*KEEPERS)
def copy(suffix: str, **ids: int) -> Response:
    """Give all that is kept about a person as one file."""
    record = _find(ids)
    if isinstance(record, Company):
        abort(404)
    parts = list_kept(current_session(), current_actor(), record)
    data = _workbook(parts) if suffix == "xlsx" else _document(parts)
    return attachment(data, _("%(name)s_個人情報の写し", name=record.name), suffix)


@blueprint.post("/personal-data/contacts/<int:contact_id>/stop")
@blueprint.post("/personal-data/users/<int:user_id>/stop")
@blueprint.post("/personal-data/companies/<int:company_id>/stop")
@allow(*KEEPERS)
def stop(**ids: int) -> WerkzeugResponse | tuple[str, int]:
    """Leave a person or a company alone from now on."""
    form, [(part, record_id)] = StopForm(), ids.items()
    record = _find(ids)
    if not form.validate():
        return _page(record, form), 422
    stopping = _STOP[part]
    try:
        stopping(
            current_session(),
            current_actor(),
            record_id,
            reason=form.reason.data,
            now=current_time(),
        )
    except InvalidError as error:
        form.refuse(error)
        return _page(record, form), 422
    flash_done(_("「%(name)s」の利用を停止しました。", name=record.name))
    return redirect(address_of(record))


@blueprint.post("/personal-data/contacts/<int:contact_id>/lift")
@blueprint.post("/personal-data/users/<int:user_id>/lift")
@blueprint.post("/personal-data/companies/<int:company_id>/lift")
@allow(*KEEPERS)
def lift(**ids: int) -> WerkzeugResponse:
    """Use the data of a person or a company again."""
    [(part, record_id)] = ids.items()
    record = _LIFT[part](current_session(), current_actor(), record_id, now=current_time())
    flash_done(_("「%(name)s」の利用停止を解除しました。", name=record.name))
    return redirect(address_of(record))


def address_of(record: Record, page: str = "privacy.person", **more: str) -> str:
    """Return the address of the page of a record."""
    part = next(name for name, kind in _KINDS.items() if isinstance(record, kind))
    return url_for(page, **{part: record.id, **more})  # type: ignore[arg-type]  # takes any value


def _find(ids: dict[str, int]) -> Record:
    [(part, record_id)] = ids.items()
    return _FIND[part](current_session(), current_actor(), record_id)


def _page(record: Record, form: StopForm) -> str:
    session, company = current_session(), None
    if isinstance(record, Company):
        settle, parts = list_to_settle(session, record, now=current_time()), []
    else:
        settle, parts = [], list_kept(session, current_actor(), record)
        if record.company_id is not None:
            company = session.get(Company, record.company_id)
    return render_template(
        "privacy/person.html",
        record=record,
        kind=next(name for name, kind in _KINDS.items() if isinstance(record, kind)),
        company=company,
        form=form,
        parts=parts,
        shown=SHOWN,
        to_settle=settle,
        address_of=address_of,
        sections=SECTIONS,
        columns=COLUMNS,
        value_text=value_text,
    )


def _workbook(parts: Sequence[Part]) -> bytes:
    def plain(column: str, value: object) -> Value:
        if isinstance(value, datetime):
            return to_jst(value)
        if isinstance(value, int | date) and not isinstance(value, bool):
            return value
        return value_text(column, value)

    return write_xlsx(
        [
            Sheet(
                str(SECTIONS[part.section]),
                [str(COLUMNS.get(name, name)) for name in part.columns],
                [[plain(*each) for each in zip(part.columns, row, strict=True)] for row in part.rows],
            )
            for part in parts
        ]
    )


def _document(parts: Sequence[Part]) -> str:
    """Return the parts for machines: names of columns as they are stored, instants in UTC."""
    return json.dumps(
        {
            part.section.value: [dict(zip(part.columns, row, strict=True)) for row in part.rows]
            for part in parts
        },
        ensure_ascii=False,
        indent=1,
        default=lambda value: value.isoformat(),
    )
