"""Every page of the application with an address that somebody can open: rules from the URL map, ids
from the database."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, product
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from sme_match.accounts.models import User
from sme_match.capabilities.models import Capability
from sme_match.companies.models import Certificate, Company, Contact
from sme_match.core.actor import Role
from sme_match.db.base import Base
from sme_match.events.models import Candidate, Event, Participant, TimetableRun
from sme_match.matching.models import Proposal, WordEntry
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.notifications.models import OutboxMail
from sme_match.outcomes.models import FollowUp, OutcomeEvidence
from sme_match.registers.models import RegisterImport
from sme_match.statistics.models import OfficialSeries
from sme_match.support_bodies.models import SupportBody
from sme_match.web.access import rule_of
from tests.browser.region import Region

NAMES: dict[str, type[Base]] = {
    "body_id": SupportBody,
    "candidate_id": Candidate,
    "capability_id": Capability,
    "certificate_id": Certificate,
    "company_id": Company,
    "contact_id": Contact,
    "entry_id": WordEntry,
    "event_id": Event,
    "evidence_id": OutcomeEvidence,
    "follow_up_id": FollowUp,
    "import_id": RegisterImport,
    "mail_id": OutboxMail,
    "meeting_id": Meeting,
    "need_id": Need,
    "participant_id": Participant,
    "proposal_id": Proposal,
    "series_id": OfficialSeries,
    "timetable_run_id": TimetableRun,
    "user_id": User,
}
"""What an id of an address is called, and the records it is one of."""
WORDS = {
    "code": ["milling"],
    "format": ["csv", "xlsx"],
    "key": ["meetings"],
    "register": ["companies", "capabilities", "needs"],
    "year": [str(datetime.now(UTC).year - 1), str(datetime.now(UTC).year - 2)],
}
"""Parts of addresses that name no record."""
MOST_TRIED = 400
RICHEST_OF = 2
"""Of that many pages that differ by their record only, the one with the most on it is looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page: its address, and the kinds of elements on it."""

    endpoint: str
    path: str
    kinds: frozenset[str]


@dataclass(slots=True)
class Walk:
    """What one person can open: pages to be looked at, and files."""

    pages: list[Found] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    failed: list[tuple[str, int]] = field(default_factory=list)

    @property
    def met(self) -> set[str]:
        return {page.endpoint for page in self.pages} | self.files


def walk(app: Flask, client: FlaskClient, role: Role | None, region: Region) -> Walk:
    """Open an address of every rule for the role; who only has links is of none."""
    done, database = Walk(), app.extensions["sme_match"].database
    for rule in app.url_map.iter_rules():
        allowed = rule_of(app.view_functions[rule.endpoint])
        is_for = allowed is not None and (not allowed or role in allowed)
        by_link = "token" in rule.arguments
        if "GET" not in (rule.methods or ()) or not is_for or (by_link and role is not None):
            continue
        with database.reading() as session:
            known = records(session, rule.arguments & NAMES.keys(), region.body_id)
            tried = list(islice(from_both_ends(known), MOST_TRIED))
        tokens = [{"token": token} for token in region.tokens] if by_link else [{}]
        for words in words_of(rule):
            _open(
                app,
                client,
                rule,
                [{**token, **ids, **words} for token in tokens for ids in tried],
                done,
            )
    return done


def records(session: Session, parts: AbstractSet[str], body_id: int) -> Iterator[dict[str, int]]:
    """Return the ids for these parts of an address, of records that belong together, newest first."""
    if not parts:
        yield {}
    for name, model in sorted(NAMES.items(), key=lambda entry: entry[0] not in parts):
        columns = model.__table__.columns
        if not parts or not parts <= {name, *columns.keys()}:
            continue
        for record in session.scalars(
            select(model).where(own(model, body_id)).order_by(columns.id.desc())
        ):
            ids = {part: getattr(record, "id" if part == name else part) for part in parts}
            if None not in ids.values():
                yield ids


def from_both_ends(known: Iterable[dict[str, int]]) -> Iterator[dict[str, int]]:
    """Return the newest, the oldest, the second newest and so on: records differ with their age."""
    left = deque(known)
    while left:
        yield left.popleft()
        left.reverse()


def own(model: type[Base], body_id: int) -> ColumnElement[bool]:
    """Return the condition that a record is of the body, as far as its own columns tell."""
    columns = model.__table__.columns
    if "body_id" in columns:
        return columns.body_id == body_id
    if "company_id" in columns:
        return columns.company_id.in_(select(Company.id).where(Company.body_id == body_id))
    return true()


def words_of(rule: Rule) -> Iterator[dict[str, str]]:
    """Return the words for the other parts of an address, in every combination."""
    parts = sorted(rule.arguments - NAMES.keys() - {"token"})
    choices = [sorted(getattr(rule._converters[part], "items", ())) or WORDS[part] for part in parts]
    for chosen in product(*choices):
        yield dict(zip(parts, chosen, strict=True))


def _open(app: Flask, client: FlaskClient, rule: Rule, known: list[dict[str, Any]], done: Walk) -> None:
    pages = []
    for values in known:
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
        response = client.get(path)
        # 503 is what a probe says on purpose.
        if response.status_code >= 500 and response.status_code != 503:
            done.failed.append((path, response.status_code))
        elif response.status_code == 200 and response.mimetype == "text/html":
            pages.append(Found(rule.endpoint, path, kinds_of(response.text)))
        elif response.status_code == 200:
            done.files.add(rule.endpoint)
            return
        if len(pages) == RICHEST_OF:
            break
    if pages:
        done.pages.append(max(pages, key=lambda page: len(page.kinds)))


def kinds_of(page: str) -> frozenset[str]:
    """Return the kinds of elements on a page: names and classes, whatever they say."""
    return frozenset(
        tag + "." + ".".join(re.findall(r'class="([^"]*)"', rest))
        for tag, rest in re.findall(r"<([a-z][a-z0-9]*)([^>]*)>", page)
    )
