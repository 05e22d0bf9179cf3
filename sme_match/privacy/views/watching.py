"""Noting what an answer shows, before it leaves: every file, and the pages of persons and needs.

The session of a reading request cannot write; a note has its own transaction, as the sign of life of
a session has. Lists are not noted, nor is a page that was opened within the hour: the process remembers
that for some minutes, and the database knows it of all processes.
"""

import logging
from datetime import datetime, timedelta

from flask import Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from sme_match.privacy.blueprint import blueprint
from sme_match.privacy.enums import AccessKind
from sme_match.privacy.models import AccessEntry
from sme_match.privacy.services.opened import (
    NOTED_FOR,
    RECORD_PARTS,
    Opened,
    find_opened,
    find_opened_by_link,
)
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
        "statistics.year_of_all_records",
    }
)
"""The pages that show persons, what is confidential about a need, or records of another body."""
WITHOUT_RECORDS = frozenset({"static", "registers.template"})
SUCCESS = range(200, 300)
ASKED_AGAIN = timedelta(minutes=5)
"""How long a process does not ask the database again whether a page is noted."""
MOST_REMEMBERED = 10_000
Key = tuple[int | None, str, str, int]


@blueprint.after_app_request
def note_opened(response: Response) -> Response:
    """Note what the answer shows. A file that cannot be noted is not given out; a page is."""
    endpoint = request.endpoint or ""
    is_file = (response.headers.get("Content-Disposition") or "").startswith("attachment")
    if not (is_file or endpoint in PAGES) or endpoint in WITHOUT_RECORDS:
        return response
    if response.status_code not in SUCCESS or request.method == "HEAD":
        return response
    key = None if is_file else _key(endpoint)
    if key is not None and _remembered().get(key, current_time()) > current_time():
        return response
    try:
        entry = _entry(endpoint, is_file=is_file)
        if entry is not None:
            _keep(entry)
        if key is not None:
            _remember(key, NOTED_FOR if entry is not None else ASKED_AGAIN)
    except SQLAlchemyError:
        if is_file:
            raise
        log.exception("Who opened a page could not be noted")
    return response


def _key(endpoint: str) -> Key | None:
    """Return by what a page is remembered that a signed-in person opened; None for all else."""
    actor = find_actor()
    if actor is None or request.method not in SAFE_METHODS:
        return None
    part = _part()
    return actor.user_id, endpoint, part, (request.view_args or {}).get(part, 0)


def _remembered() -> dict[Key, datetime]:
    found: dict[Key, datetime] = current_app.extensions.setdefault("noted_pages", {})
    return found


def _remember(key: Key, span: timedelta) -> None:
    found = _remembered()
    if len(found) >= MOST_REMEMBERED:
        found.clear()
    found[key] = current_time() + span


def _part() -> str:
    """Return the part of the address that names the record."""
    return next((name for name in request.view_args or {} if name in RECORD_PARTS), "")


def _entry(endpoint: str, *, is_file: bool) -> AccessEntry | None:
    arguments = request.view_args or {}
    actor = find_actor()
    token = arguments.get("token")
    if token is not None:
        opened = Opened(kind=AccessKind.LINK, page=endpoint)
        return find_opened_by_link(current_session(), token, opened, now=current_time())
    if actor is None:
        return None
    part = _part()
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
