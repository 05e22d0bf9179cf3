"""Building the demonstration region, and the list of sign-ins that start-up prints."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.base import Base
from sme_match.demo import companies, needs
from sme_match.demo.constants import SEED
from sme_match.demo.decisions import decide_proposals
from sme_match.demo.events import Events
from sme_match.demo.meetings import Planner
from sme_match.demo.outcomes import Reporting
from sme_match.demo.people import make_administrator, make_body
from sme_match.demo.vocabulary import propose_words
from sme_match.demo.words import bodies, buyers
from sme_match.demo.world import World
from sme_match.demo.years import report_years
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.outcomes.models import Outcome
from sme_match.support_bodies.models import SupportBody

MatchNeed = Callable[[Session, Need], object]
"""Runs the matching service for one need and stores its proposals."""
DEFAULT_ROOM_BASE_URL = "https://meet.jit.si"


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """How much there is in the region."""

    bodies: int
    smes: int
    buyers: int
    needs: int
    meetings: int
    held: int
    outcomes: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account to try the service with; `body` is empty for the administrator."""

    role: Role
    body: str
    name: str
    email: str


def build_demo(
    session: Session,
    *,
    today: date,
    now: datetime,
    password_hash: str,
    match_need: MatchNeed | None = None,
    room_base_url: str = DEFAULT_ROOM_BASE_URL,
    seed: int = SEED,
) -> DemoSummary:
    """Fill an empty database with the demonstration region; the caller commits.

    The same seed, day, instant and matching give the same rows. Without `match_need` there are no
    proposals, and therefore no meetings and outcomes.
    """
    world = World(session=session, today=today, now=now, seed=seed)
    _make_registers(world, password_hash=password_hash)
    if match_need is not None:
        for need in session.scalars(
            select(Need).where(Need.state != NeedState.DRAFT).order_by(Need.id)
        ).all():
            match_need(session, need)
        session.flush()
    decide_demo(session, today=today, now=now, room_base_url=room_base_url, seed=seed)
    return summarise(session)


def decide_demo(
    session: Session,
    *,
    today: date,
    now: datetime,
    room_base_url: str = DEFAULT_ROOM_BASE_URL,
    seed: int = SEED,
) -> None:
    """Decide on the proposals that exist, hold the meetings and report what came of them."""
    world = World(session=session, today=today, now=now, seed=seed)
    planner = Planner(world, room_base_url)
    meetings = planner.plan(decide_proposals(world))
    coordinators: dict[int, list[User]] = defaultdict(list)
    for user in session.scalars(select(User).where(User.role == Role.COORDINATOR).order_by(User.id)):
        if user.body_id is not None:
            coordinators[user.body_id].append(user)
    meetings += Events(world, room_base_url).make()
    refused = frozenset(meeting.id for meeting in planner.refused)
    Reporting(world, planner.people, coordinators, refused).report(meetings)
    report_years(world)


def list_sign_ins(session: Session) -> list[SignIn]:
    """Return one account for each role of each body, the administrator last."""
    rows = session.execute(
        select(User, SupportBody.name)
        .outerjoin(SupportBody, SupportBody.id == User.body_id)
        .where(User.active, User.password_hash.is_not(None))
        .order_by(User.body_id.is_(None), User.body_id, User.id)
    )
    found: dict[tuple[str, Role], SignIn] = {}
    for user, body in rows:
        found.setdefault((body or "", user.role), SignIn(user.role, body or "", user.name, user.email))
    return list(found.values())


def summarise(session: Session) -> DemoSummary:
    """Count what the region holds."""

    def count(of: type[Base], *where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(of).where(*where)) or 0

    return DemoSummary(
        bodies=count(SupportBody),
        smes=count(Company, Company.is_sme.is_(True)),
        buyers=count(Company, Company.is_buyer.is_(True)),
        needs=count(Need),
        meetings=count(Meeting),
        held=count(Meeting, Meeting.state == MeetingState.HELD),
        outcomes=count(Outcome),
    )


def _make_registers(world: World, *, password_hash: str) -> None:
    homes = [make_body(world, words, password_hash=password_hash) for words in bodies()]
    by_prefecture = {home.prefecture: home for home in homes}
    names = companies.Names()
    for home in homes:
        companies.make_smes(world, home, names, password_hash=password_hash)
    for serial, words in enumerate(buyers(), start=1):
        companies.make_buyer(world, by_prefecture[words.body], words, serial)
    for column, (home, body_words) in enumerate(zip(homes, bodies(), strict=True)):
        receiver = by_prefecture[body_words.shares_with]
        companies.share_some(world, home, receiver)
        written = needs.make_needs(world, home, column=column)
        needs.share_some(world, home, receiver, written)
        needs.exclude_some(world, home, written)
    make_administrator(world, password_hash=password_hash)
    world.session.flush()
    propose_words(world, homes)
