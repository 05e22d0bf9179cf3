"""Noting what an answer shows, before it leaves: every file, and the pages of persons and needs.

The session of a reading request cannot write; a note has its own transaction, as the sign of life of
a session has. Lists are not noted, and a page opened again within the hour costs one look in an index.
"""

import logging

from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError

from sme_match.privacy.blueprint import blueprint
from sme_match.privacy.enums import AccessKind
from sme_match.privacy.models import AccessEntry
from sme_match.privacy.services.opened import RECORD_PARTS, Opened, find_opened, find_opened_by_link
from sme_match.web.context import (
    SAFE_METHODS,
    current_session,
    current_time,
    find_actor,
    installation,
)

log = logging.getLogger(__name__)

PAGES = frozenset(
    {
        "accounts.show",
        "companies.edit_contact",
        "companies.history",
        "companies.show",
        "events.answer_by_link",
        "events.day",
        "events.mine_by_link",
        "events.participant",
        "events.participants",
        "events.room_by_link",
        "matching.review",
        "meetings.preparation_by_link",
        "meetings.reply_by_link",
        "meetings.show",
        "needs.show",
        "outcomes.report_by_link",
        "outcomes.show",
        "privacy.person",
    }
)
"""The pages that show persons, or a need with what is confidential about it."""
WITHOUT_RECORDS = frozenset({"static", "registers.template"})
SUCCESS = range(200, 300)


@blueprint.after_app_request
def note_opened(response: Response) -> Response:
    """Note what the answer shows. A file that cannot be noted is not given out; a page is."""
    endpoint = request.endpoint or ""
    is_file = (response.headers.get("Content-Disposition") or "").startswith("attachment")
    if not (is_file or endpoint in PAGES) or endpoint in WITHOUT_RECORDS:
        return response
    if response.status_code not in SUCCESS or request.method == "HEAD":
        return response
    try:
        entry = _entry(endpoint, is_file=is_file)
        if entry is not None:
            _keep(entry)
    except SQLAlchemyError:
        if is_file:
            raise
        log.exception("Who opened a page could not be noted")
    return response


def _entry(endpoint: str, *, is_file: bool) -> AccessEntry | None:
    arguments = request.view_args or {}
    actor = find_actor()
    token = arguments.get("token")
    if token is not None:
        opened = Opened(kind=AccessKind.LINK, page=endpoint)
        return find_opened_by_link(current_session(), token, opened, now=current_time())
    if actor is None:
        return None
    part = next((name for name in arguments if name in RECORD_PARTS), "")
    opened = Opened(
        kind=AccessKind.FILE if is_file else AccessKind.PAGE,
        page=endpoint,
        part=part,
        record_id=arguments[part] if part else 0,
        detail=request.full_path.rstrip("?") if is_file else "",
    )
    return find_opened(current_session(), actor, opened, now=current_time())


def _keep(entry: AccessEntry) -> None:
    if request.method in SAFE_METHODS:
        with installation().database.unit_of_work() as session:
            session.add(entry)
    else:
        current_session().add(entry)
