"""The demonstration region with what only use brings: a file, a timetable run, links in mails."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.accounts.companies import CompanyEntry
from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link
from sme_match.accounts.models import User
from sme_match.accounts.passwords import hash_password
from sme_match.accounts.services.invitations import invite_manager
from sme_match.companies.models import Company
from sme_match.companies.register import COMPANY_REGISTER
from sme_match.core.actor import SYSTEM, Role
from sme_match.core.clock import from_jst, jst_date
from sme_match.demo.build import MatchNeed, build_demo
from sme_match.events.enums import EventState
from sme_match.events.models import Event, Participant, Placement
from sme_match.events.services.runs import Wish, wish_run
from sme_match.events.tasks.solving import solve_waiting
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal
from sme_match.matching.services.deciding import Decision, decide_proposal
from sme_match.matching.services.running import run_engine
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.meetings.offers import OfferPlan
from sme_match.meetings.services.opening import open_meeting
from sme_match.needs.models import Need
from sme_match.registers.services import read_file, start_import
from sme_match.statistics.imported.services import SeriesDraft, create_series
from sme_match.support_bodies.models import SupportBody
from tests.browser.conftest import Site
from tests.demo.matching import match_by_process
from tests.factories import make_user
from tests.meetings.scenes import SITE, draft
from tests.registers.files import csv_file

PASSWORD = "monozukuri-demo"
EACH = 4
"""How many records of a kind get a link: not everything opens every page."""
ROWS = [
    {"企業名": "株式会社あたらしい製作所", "都道府県": "岩手県", "従業員数": "１２"},
    {"企業名": "", "都道府県": "岩手", "従業員数": "たくさん"},
]


@dataclass(frozen=True, slots=True)
class Region:
    """Whom to be, and what opens a page without signing in."""

    body_id: int
    users: dict[Role, User]
    tokens: list[str]


def build_region(site: Site) -> Region:
    """Fill the database; proposals, and what follows from them, are of the first body alone."""
    now = site.clock()
    with site.app.app_context(), site.database.unit_of_work() as session:
        build_demo(
            session,
            today=jst_date(now),
            now=now,
            password_hash=hash_password(PASSWORD),
            match_need=matching(now=now),
        )
        body_id = first_body(session)
        users = {user.role: user for user in people(session, body_id)}
        look_at_file(session, users[Role.COORDINATOR], now=now)
        create_series(session, users[Role.ADMINISTRATOR].as_actor(), SERIES, now=now)
        event_id = session.scalars(select(Event.id).where(Event.state == EventState.PREPARING)).one()
        wish_run(session, users[Role.COORDINATOR].as_actor(), event_id, Wish(), now=now)
        ask(session, users, now=now)
        tokens = list(links(session, users, body_id, base_url=site.url, now=now))
    solve_waiting(site.database, owner="test", now_of=site.clock)
    return Region(body_id, users, tokens)


SERIES = SeriesDraft(
    title="製造業の実質付加価値額",
    publisher="研究所「生産性データベース」",
    basis="実質、2000年価格",
    licence="出典を示せば自由に使える",
    unit="百万円",
    source="https://example.jp/",
    breaks=(1990,),
)


def matching(*, now: datetime) -> MatchNeed:
    """Return the real engine for the needs of the first body, a quick stand-in for all others."""
    stand_in = match_by_process(now)

    def match_need(opened: Session, need: Need) -> None:
        if need.body_id == first_body(opened):
            opened.refresh(need, ["buyer", "conditions"])
            run_engine(opened, need, actor=SYSTEM, now=now)
        else:
            stand_in(opened, need)

    return match_need


def first_body(session: Session) -> int:
    return session.scalars(select(SupportBody.id).order_by(SupportBody.id).limit(1)).one()


def people(session: Session, body_id: int) -> Iterator[User]:
    """Give one person of each role; the manager is of a company with much to do."""
    yield session.scalars(select(User).where(User.role == Role.ADMINISTRATOR)).one()
    for role in (Role.COORDINATOR, Role.LEAD):
        query = select(User).where(User.role == role, User.body_id == body_id)
        yield session.scalars(query.order_by(User.id).limit(1)).one()
    company_id = session.scalars(
        select(Meeting.company_id)
        .join(Participant, Participant.company_id == Meeting.company_id)
        .join(Placement, Placement.sme_id == Participant.id)
        .where(Meeting.body_id == body_id)
        .group_by(Meeting.company_id)
        .order_by(func.count(Meeting.state.distinct()).desc(), Meeting.company_id)
    ).first()
    body = session.get_one(SupportBody, body_id)
    yield make_user(
        session, body, Role.SME, email="manager@example.jp", company_id=company_id,
        password_hash=hash_password(PASSWORD),
    )  # fmt: skip


def ask(session: Session, users: dict[Role, User], *, now: datetime) -> None:
    """Ask the manager's company for a meeting: what the demonstration asks is asked of others."""
    actor, company_id = users[Role.COORDINATOR].as_actor(), users[Role.SME].company_id
    query = select(Proposal).where(
        Proposal.company_id == company_id,
        Proposal.body_id == actor.body_id,
        Proposal.live_meeting_id.is_(None),
        Proposal.state != ProposalState.REJECTED,
    )
    proposal = session.scalars(query.order_by(Proposal.id.desc()).limit(1)).one()
    if proposal.state is not ProposalState.ACCEPTED:
        accepted = Decision(state=ProposalState.ACCEPTED)
        decide_proposal(
            session,
            actor,
            proposal_id=proposal.id,
            decision=accepted,
            version=proposal.version,
            now=now,
        )
    today = jst_date(now)
    offers = OfferPlan(
        starts=[from_jst(today + timedelta(days=10), time(10))],
        minutes=30,
        answer_on=today + timedelta(days=5),
    )
    open_meeting(session, actor, proposal.id, draft(offers=offers), now=now, site=SITE)


def look_at_file(session: Session, user: User, *, now: datetime) -> None:
    file = read_file(COMPANY_REGISTER, filename="企業.csv", data=csv_file(ROWS))
    start_import(session, user.as_actor(), COMPANY_REGISTER, file, now=now)


def links(
    session: Session, users: dict[Role, User], body_id: int, *, base_url: str, now: datetime
) -> Iterator[str]:
    """Give links of every purpose, as mails would carry them."""
    manager = users[Role.SME]
    company = session.get_one(Company, manager.company_id)
    invited = invite_manager(
        session, users[Role.COORDINATOR].as_actor(),
        company=CompanyEntry(company.id, body_id, company.name), name="招待 待子",
        email="invited@example.jp", base_url=base_url, now=now,
    )  # fmt: skip
    subjects: dict[LinkPurpose, list[tuple[int, int | None]]] = {
        LinkPurpose.EVENT_PAGE: taking_part(session, EventState.PUBLISHED),
        LinkPurpose.EVENT_ANSWER: taking_part(session, EventState.PREPARING),
        LinkPurpose.MEETING_REPLY: [
            *meetings(session, body_id, MeetingState.ASKED),
            *meetings(session, body_id, MeetingState.CONFIRMED),
        ],
        LinkPurpose.OUTCOME_REPORT: meetings(session, body_id, MeetingState.HELD),
        LinkPurpose.INVITATION: [(invited.id, company.id)],
        LinkPurpose.PASSWORD_RESET: [(manager.id, None)],
        LinkPurpose.CALENDAR_FEED: [(manager.id, company.id)],
        LinkPurpose.DIGEST_STOP: [(users[Role.LEAD].id, None)],
    }
    assert subjects.keys() == set(LinkPurpose)
    for purpose, records in subjects.items():
        for subject_id, company_id in records:
            yield create_link(
                session, purpose=purpose, subject_id=subject_id, company_id=company_id,
                body_id=body_id, holder_name="購買 花子", expires_at=now + timedelta(days=7), now=now,
            )  # fmt: skip


def taking_part(session: Session, state: EventState) -> list[tuple[int, int | None]]:
    query = (
        select(Participant.id, Participant.company_id)
        .join(Event, Event.id == Participant.event_id)
        .where(Event.state == state)
        .order_by(Participant.side, Participant.id)
    )
    return [(row.id, row.company_id) for row in session.execute(query.limit(EACH))]


def meetings(session: Session, body_id: int, state: MeetingState) -> list[tuple[int, int | None]]:
    query = (
        select(Meeting.id, Meeting.buyer_id)
        .where(Meeting.body_id == body_id, Meeting.state == state, Meeting.proposal_id.is_not(None))
        .order_by(Meeting.id.desc())
    )
    return [(row.id, row.buyer_id) for row in session.execute(query.limit(EACH))]
