"""Applications of SMEs: by themselves while the call is open, or by their coordinator."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.orm import Session, joinedload

from sme_match.audit.services import apply_changes, record
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import to_jst
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.events.enums import CandidateOrigin, Equipment, EventMode, ParticipantState, Side
from sme_match.events.models import (
    Avoidance,
    Candidate,
    Event,
    EventSlot,
    Participant,
    Placement,
    UnavailableSlot,
)
from sme_match.events.policy import is_call_open, is_open, may_plan
from sme_match.events.queries import lock_event
from sme_match.events.queries.apart import avoids
from sme_match.events.queries.participants import Wishable, find_part, list_wishable

MOST_WISHES = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """A need whose buyer the SME would like to meet; the order of wishes is their rank."""

    need_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What an SME says when it applies."""

    attendee: str
    day_phone: str
    lanes: int = 1
    mode: EventMode = EventMode.WEB
    equipment: Equipment = Equipment.OWN
    needs_helper: bool = False
    pr_text: str = ""
    unavailable: frozenset[int] = frozenset()
    """Slots in which it cannot meet."""
    wishes: tuple[Wish, ...] = ()
    avoids: tuple[tuple[int, str], ...] = ()
    """Companies that it does not want to meet, with reasons."""

    def facts(self) -> dict[str, object]:
        """Return the values of the participant itself."""
        apart = {"unavailable", "wishes", "avoids"}
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name not in apart}


def apply(
    session: Session,
    actor: Actor,
    event_id: int,
    application: Application,
    *,
    company_id: int,
    now: datetime,
) -> Participant:
    """Write down the application of a company, or change it.

    Raises:
        NotFoundError: when the actor may not see the event or the company.
        NotAllowedError: when the actor does not act for the company.
        ConflictError: when the call is not open, or the company was refused.
        InvalidError: when what it says cannot be.
    """
    event = lock_event(session, actor, event_id, now=now)
    company = _applicant(session, actor, event, company_id, now=now)
    part = find_part(session, event, company.id)
    if part is not None and part.side is not Side.SME:
        raise InvalidError(
            mark_text("この企業は委託側として参加しています。1つの商談会で両方の側には立てません。")
        )
    if part is not None and part.state is ParticipantState.REFUSED and actor.role is Role.SME:
        raise ConflictError(
            mark_text("今回は参加をお受けできませんでした。支援機関の窓口へお問い合わせください。")
        )
    _check(event, application)
    if part is None:
        part = Participant(
            event_id=event.id, company_id=company.id, body_id=company.body_id, side=Side.SME,
            state=ParticipantState.APPLIED, unavailable=[], avoids=[],
        )  # fmt: skip
        part.company = company
        session.add(part)
    else:
        check_way(session, event, part, application.mode)
    before = part.state
    changes = apply_changes(part, application.facts())
    if part.state is not ParticipantState.ACCEPTED:
        part.state, part.reason = ParticipantState.APPLIED, ""
    part.applied_at, part.by_proxy = now, actor.role is Role.COORDINATOR
    session.flush()
    set_unavailable(session, event, part, application.unavailable)
    set_avoids(session, part, application.avoids)
    _set_wishes(session, event, part, application.wishes, now=now)
    part.wishes = [{"need": wish.need_id, "reason": wish.reason} for wish in application.wishes]
    event.revision += 1
    session.flush()
    if before is not part.state:
        changes["state"] = (before, part.state)
    # Reasons and whom the company avoids are private: the log of the body names only what is open.
    record(
        session,
        actor,
        action="participant.apply",
        subject=("event_participant", part.id),
        body_id=part.body_id,
        now=now,
        changes=changes,
    )
    return part


def set_unavailable(
    session: Session, event: Event, part: Participant, unavailable: frozenset[int]
) -> None:
    """Write down in which slots a participant cannot meet.

    Raises:
        InvalidError: when no slot is left, or a meeting stands in one of them.
    """
    known = {slot.id for slot in event.slots}
    unavailable &= known
    if known and unavailable == known:
        raise InvalidError(mark_text("会えるコマを1つ以上選んでください。"), field="free")
    placed = session.scalars(
        select(EventSlot)
        .join(Placement, Placement.slot_id == EventSlot.id)
        .where(
            EventSlot.id.in_(unavailable),
            (Placement.buyer_id == part.id) | (Placement.sme_id == part.id),
        )
        .order_by(EventSlot.starts_at)
    ).all()
    if placed:
        raise InvalidError(
            mark_text(
                "次のコマには、もう商談が組まれています：%(slots)s。先に時間割を変える必要があります。"
                "支援機関の窓口へお知らせください。"
            ),
            field="free",
            slots="、".join(f"{to_jst(slot.starts_at):%m/%d %H:%M}" for slot in placed),
        )
    kept = [row for row in part.unavailable if row.slot_id in unavailable]
    missing = unavailable - {row.slot_id for row in kept}
    part.unavailable = [*kept, *(UnavailableSlot(slot_id=slot_id) for slot_id in sorted(missing))]


def check_way(session: Session, event: Event, part: Participant, mode: EventMode) -> None:
    """Refuse to change how a company takes part behind the back of its published meetings.

    Raises:
        InvalidError: when meetings are published that would take place in another way.
    """
    published = select(Placement.candidate_id).where(
        (Placement.buyer_id == part.id) | (Placement.sme_id == part.id),
        Placement.meeting_id.is_not(None),
    )
    if event.mode is not EventMode.BOTH or part.mode is mode:
        return
    if session.scalar(published.limit(1)) is not None:
        raise InvalidError(
            mark_text(
                "公開した商談があるため、参加の方法はここでは変えられません。"
                "「当日」の画面で、商談ごとに方法を変えてください。双方に知らされます。"
            ),
            field="mode",
        )


def _applicant(
    session: Session, actor: Actor, event: Event, company_id: int, *, now: datetime
) -> Company:
    company = session.scalar(
        select(Company).where(Company.id == company_id, Company.archived_at.is_(None))
    )
    hosts = {host.body_id for host in event.hosts}
    if company is None or company.body_id not in hosts:
        raise NotFoundError
    if actor.role is Role.SME:
        if actor.company_id != company.id:
            raise NotFoundError
        if not is_call_open(event, now):
            raise ConflictError(
                mark_text("申込の受付は終わりました。支援機関の窓口へお問い合わせください。")
                if now >= event.sme_call_until
                else mark_text("申込の受付はまだ始まっていません。")
            )
    elif not may_plan(actor):
        raise NotAllowedError
    elif actor.body_id != company.body_id:
        raise NotFoundError
    elif not is_open(event):
        raise ConflictError(mark_text("この商談会は終わったか、中止になりました。もう変えられません。"))
    if not company.is_sme:
        raise InvalidError(mark_text("この企業は受託側の企業として登録されていません。"))
    return company


def _check(event: Event, application: Application) -> None:
    if not application.attendee:
        raise InvalidError(mark_text("当日出席する方の名前を入力してください。"), field="attendee")
    if not application.day_phone:
        raise InvalidError(mark_text("当日つながる電話番号を入力してください。"), field="day_phone")
    if event.mode is not EventMode.BOTH and application.mode is not event.mode:
        raise InvalidError(mark_text("この商談会では選べない方法です。"), field="mode")


def set_avoids(session: Session, part: Participant, said: tuple[tuple[int, str], ...]) -> None:
    """Write down whom a participant does not want to meet, with reasons; the log does not name them."""
    known = {row.company_id: row for row in part.avoids}
    rows = []
    for company_id, reason in said:
        row = known.get(company_id) or Avoidance(company_id=company_id)
        row.reason = reason
        rows.append(row)
    part.avoids = rows
    session.flush()


def _set_wishes(
    session: Session,
    event: Event,
    part: Participant,
    wishes: tuple[Wish, ...],
    *,
    now: datetime,
) -> None:
    """Let the wishes be the ranked candidates of the SME; each buyer is met once."""
    wishable = {each.need.id: each for each in list_wishable(session, event)}
    avoided = set(
        session.scalars(
            select(Participant.id).where(
                Participant.event_id == event.id, avoids(literal(part.id), Participant.company_id)
            )
        )
    )
    known = {
        row.buyer_id: row
        for row in session.scalars(
            select(Candidate)
            .where(Candidate.sme_id == part.id)
            .options(joinedload(Candidate.placement))
        )
    }
    wished = _by_buyer(wishes, wishable, avoided)
    for buyer_id, (rank, wish) in wished.items():
        row = known.get(buyer_id)
        if row is None:
            row = Candidate(
                event_id=event.id, buyer_id=buyer_id, sme_id=part.id, need_id=wish.need_id,
                origin=CandidateOrigin.SME, created_at=now,
            )  # fmt: skip
            session.add(row)
        row.sme_rank, row.sme_reason = rank, wish.reason
        if row.origin is CandidateOrigin.SME:
            row.need_id = wish.need_id
    for buyer_id, row in known.items():
        if buyer_id in wished or row.sme_rank is None:
            continue
        row.sme_rank, row.sme_reason = None, ""
        if row.origin is CandidateOrigin.SME and row.answer is None and row.placement is None:
            session.delete(row)


def _by_buyer(
    wishes: Sequence[Wish], wishable: Mapping[int, Wishable], avoided: Collection[int]
) -> dict[int, tuple[int, Wish]]:
    """Return the wishes with their ranks by participant.

    A wish that would tell who an anonymous buyer is, by being refused, makes no pair, without a word.

    Raises:
        InvalidError: for a partner that is gone, wished for twice, or not to be met.
    """
    found: dict[int, tuple[int, Wish]] = {}
    for rank, wish in enumerate(wishes, start=1):
        field, asked = f"wish_{rank}", wishable.get(wish.need_id)
        if asked is None:
            raise InvalidError(
                mark_text("選んだ相手は参加しなくなりました。ほかの相手を選んでください。"), field=field
            )
        twice, unwanted = asked.buyer_id in found, asked.buyer_id in avoided
        first = wishable[found[asked.buyer_id][1].need_id] if twice else asked
        if (twice or unwanted) and not (asked.buyer_name and first.buyer_name):
            continue
        if twice:
            raise InvalidError(
                mark_text("同じ相手を2回選んでいます。1社につき1つだけ選んでください。"), field=field
            )
        if unwanted:
            raise InvalidError(
                mark_text("会いたくない相手に選んだ企業です。どちらかにしてください。"), field=field
            )
        found[asked.buyer_id] = (rank, wish)
    return found
