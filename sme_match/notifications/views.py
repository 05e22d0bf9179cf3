"""The mailbox for developers: what the outbox holds, with links that work. Never in production."""

import re
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sme_match.core.errors import NotFoundError
from sme_match.db.paging import fetch_page
from sme_match.notifications.models import OutboxMail
from sme_match.web.access import public
from sme_match.web.context import current_session, current_settings
from sme_match.web.paging import requested_page

blueprint = Blueprint("notifications", __name__, url_prefix="/mailbox")

_STATES = {
    "waiting": ("wa", _l("送信待ち")),
    "sent": ("ok", _l("送信済み")),
    "void": ("gr", _l("取り消し")),
    "dead": ("ng", _l("送れません")),
}
# Not what follows an address in a sentence: brackets, full stops, Japanese text.
_ADDRESS = r"[A-Za-z0-9\-._~/?#&=%+]*[A-Za-z0-9\-_~/=]"


@dataclass(frozen=True, slots=True)
class TextPart:
    """A piece of a mail's text; `path` is set where it is a link into this service."""

    text: str
    path: str | None = None


@blueprint.get("/")
@public
def index() -> str:
    """Show the mails, newest first."""
    _refuse_in_production()
    query = select(OutboxMail).order_by(OutboxMail.created_at.desc(), OutboxMail.id.desc())
    return render_template(
        "notifications/index.html",
        page=fetch_page(current_session(), query, number=requested_page()),
        state_of=state_of,
    )


@blueprint.get("/<int:mail_id>")
@public
def show(mail_id: int) -> str:
    """Show one mail."""
    _refuse_in_production()
    mail = current_session().get(OutboxMail, mail_id)
    if mail is None:
        raise NotFoundError
    return render_template(
        "notifications/show.html",
        mail=mail,
        parts=split_links(mail.text, current_settings().base_url),
        state=state_of(mail),
    )


def state_of(mail: OutboxMail) -> tuple[str, object]:
    """Return chip class and word of where the mail stands."""
    if mail.sent_at is not None:
        return _STATES["sent"]
    if mail.void_at is not None:
        return _STATES["void"]
    return _STATES["dead"] if mail.dead_at is not None else _STATES["waiting"]


def split_links(text: str, base_url: str) -> list[TextPart]:
    """Split a text at the addresses of this service; other addresses stay plain text.

    >>> split_links("See http://host/a.", "http://host")[1]
    TextPart(text='http://host/a', path='/a')
    """
    parts = re.split(rf"({re.escape(base_url)}/{_ADDRESS})", text)
    return [
        TextPart(part, part.removeprefix(base_url)) if index % 2 else TextPart(part)
        for index, part in enumerate(parts)
    ]


def _refuse_in_production() -> None:
    if current_settings().is_production:
        raise NotFoundError
