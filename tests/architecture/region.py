"""Two bodies with one record of every kind; everything of the second carries a canary word."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link
from sme_match.accounts.models import User
from sme_match.companies.models import Certificate, Company
from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.events.enums import CandidateOrigin, ParticipantState, RunState
from sme_match.events.enums import Side as EventSide
from sme_match.events.models import (
    Candidate,
    Event,
    EventDay,
    EventHost,
    EventSlot,
    Participant,
    TimetableRun,
)
from sme_match.home.models import SavedView
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Exclusion, MatchRun, Proposal, ProposalDecision, TrainingRun
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting, MeetingOffer
from sme_match.needs.models import Need
from sme_match.notifications.models import OutboxMail
from sme_match.outcomes.enums import FollowUpState, Reporter
from sme_match.outcomes.models import FollowUp, Outcome, OutcomeEvidence, OutcomeReport
from sme_match.privacy.enums import AccessKind, RetentionClass, Subject
from sme_match.privacy.models import AccessEntry, Consent, PurposeText, RetentionSetting
from sme_match.registers.models import RegisterImport
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import (
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_contact,
    make_need,
    make_share,
    make_user,
)

ROLES = (Role.COORDINATOR, Role.LEAD, Role.SME, Role.ADMINISTRATOR)
EXPLANATION: dict[str, object] = {
    "parts": {"text": 40, "conditions": 20, "freshness": 10},
    "terms": [],
    "conditions": [],
    "excerpt": {"text": "", "marks": []},
}


@dataclass(frozen=True, slots=True)
class Side:
    """One body with its people and its records' ids by the name they have in URLs."""

    body: SupportBody
    partner: SupportBody
    """Another body, with which it shares."""
    users: dict[Role, User]
    ids: dict[str, int | str]


def build_side(session: Session, word: str, *, grown: Side | None = None) -> Side:
    """Make a body with one record of every kind; `word` stands in every text of its records.

    The names of bodies are known to everybody and do without the word. What is `grown` gets the
    records once more.
    """
    body = grown.body if grown else make_body(session)
    company = make_company(session, body, name=f"{word}製作所", name_kana="カナリア")
    buyer = make_buyer(session, body, name=f"{word}発注")
    other = grown.partner if grown else make_body(session)
    contact = make_contact(session, company, name=f"{word}担当")
    make_contact(session, buyer, name=f"{word}購買")
    certificate = Certificate(
        company_id=company.id, standard="iso_9001", scope=word, created_at=NOW, updated_at=NOW
    )
    share = make_share(session, company, other)
    capability = make_capability(session, company, description=f"{word}の切削")
    need = make_need(session, buyer, title=f"{word}の部品", description=f"{word}の説明")
    users = {
        Role.COORDINATOR: make_user(session, body, Role.COORDINATOR, name=f"{word}調整"),
        Role.LEAD: make_user(session, body, Role.LEAD, name=f"{word}責任"),
        Role.SME: make_user(session, body, Role.SME, name=f"{word}社長", company_id=company.id),
    }
    run = MatchRun(
        body_id=body.id, need_id=need.id, need_version=1, engine_version="1", settings={},
        index_size=1, excluded={}, near_misses=[], ran_at=NOW,
    )  # fmt: skip
    session.add_all([certificate, run])
    session.flush()
    proposal = Proposal(
        body_id=body.id, need_id=need.id, company_id=company.id, run_id=run.id, rank=1,
        score=Decimal("70.0"), confidence=Decimal("0.5"), explanation=dict(EXPLANATION),
        state=ProposalState.ACCEPTED, note=word, created_at=NOW,
    )  # fmt: skip
    session.add(proposal)
    session.flush()
    decision = ProposalDecision(
        proposal_id=proposal.id, decided_at=NOW, from_state=ProposalState.NEW,
        to_state=ProposalState.ACCEPTED,
    )  # fmt: skip
    exclusion = Exclusion(
        body_id=body.id, company_id=company.id, buyer_id=buyer.id, reason=word, written_at=NOW,
    )  # fmt: skip
    unwanted = Exclusion(
        body_id=body.id, company_id=company.id, need_id=need.id, reason=word, written_at=NOW,
    )  # fmt: skip
    meeting = Meeting(
        body_id=body.id, proposal_id=proposal.id, need_id=need.id, company_id=company.id,
        buyer_id=buyer.id, state=MeetingState.HELD, starts_at=NOW - timedelta(days=40),
        ends_at=NOW - timedelta(days=40) + timedelta(minutes=30), reason=word,
        calendar_uid=f"{word}@example.jp", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    training = TrainingRun(
        body_id=body.id, engine_version="1", fingerprint=word, needs=120, pairs=240,
        points={"text": 50, "conditions": 40, "freshness": 10}, ndcg_fixed=0.5, ndcg_learned=0.6,
        may_be_used=True, ran_at=NOW,
    )  # fmt: skip
    session.add_all([decision, exclusion, unwanted, meeting, training])
    session.flush()
    offer = MeetingOffer(
        meeting_id=meeting.id, starts_at=NOW + timedelta(days=2),
        ends_at=NOW + timedelta(days=2, minutes=30),
    )  # fmt: skip
    report = OutcomeReport(
        meeting_id=meeting.id, reporter=Reporter.SME, reported_at=NOW, stage=4, reasons=[],
        comment=word,
    )  # fmt: skip
    outcome = Outcome(meeting_id=meeting.id, body_id=body.id, stage=4, next_action=word, updated_at=NOW)
    follow_up = FollowUp(
        body_id=body.id, meeting_id=meeting.id, months_after=1, due_on=date(2026, 11, 1),
        state=FollowUpState.DUE,
    )  # fmt: skip
    import_ = RegisterImport(
        body_id=body.id, register="companies", filename=f"{word}.xlsx", header=["企業名"],
        rows=[], written=[], created_by=users[Role.COORDINATOR].id, created_at=NOW,
    )  # fmt: skip
    mail = OutboxMail(
        key=f"{word}:1", body_id=body.id, to_address="someone@example.jp", subject=word, text=word,
        message_id=f"<{word}@example.jp>", created_at=NOW, next_attempt_at=NOW,
    )  # fmt: skip
    session.add_all([offer, report, outcome, follow_up, import_, mail])
    session.flush()
    evidence = OutcomeEvidence(
        meeting_id=meeting.id, body_id=body.id, report_id=report.id, note=word,
        filename=f"{word}.pdf", media_type="application/pdf", size=9, content=b"%PDF-1.7\n",
        added_by_name=word, added_at=NOW,
    )  # fmt: skip
    saved = SavedView(
        body_id=body.id, user_id=users[Role.COORDINATOR].id, path="/companies/", query="", name=word,
        shared=True, created_at=NOW,
    )  # fmt: skip
    session.add_all([evidence, saved])
    session.flush()
    _add_records_of_handling(session, word, users, grown=grown is not None)
    event, part, candidate, solved = _add_event(session, word, need, company)
    meeting.event_id, meeting.confirmed_at = event.id, NOW - timedelta(days=50)
    token = create_link(
        session, purpose=LinkPurpose.INVITATION, subject_id=users[Role.SME].id, company_id=None,
        body_id=body.id, holder_name=word, expires_at=NOW + timedelta(days=7), now=NOW,
    )  # fmt: skip
    ids: dict[str, int | str] = {
        "body_id": body.id,
        "company_id": company.id,
        "buyer_id": buyer.id,
        "contact_id": contact.id,
        "certificate_id": certificate.id,
        "share_id": share.id,
        "capability_id": capability.id,
        "need_id": need.id,
        "run_id": run.id,
        "proposal_id": proposal.id,
        "decision_id": decision.id,
        "exclusion_id": exclusion.id,
        "training_id": training.id,
        "meeting_id": meeting.id,
        "offer_id": offer.id,
        "report_id": report.id,
        "follow_up_id": follow_up.id,
        "evidence_id": evidence.id,
        "saved_view_id": saved.id,
        "import_id": import_.id,
        "mail_id": mail.id,
        "user_id": users[Role.SME].id,
        "coordinator_id": users[Role.COORDINATOR].id,
        "event_id": event.id,
        "slot_id": event.slots[0].id,
        "participant_id": part.id,
        "candidate_id": candidate.id,
        "timetable_run_id": solved.id,
        "token": token,
    }
    return Side(body=body, partner=other, users=users, ids=ids)


def _add_records_of_handling(
    session: Session, word: str, users: dict[Role, User], *, grown: bool
) -> None:
    """Make a purpose text with an answer, a note of who saw the register, and a time to keep it."""
    lead = users[Role.LEAD]
    body_id = lead.body_id or 0
    purpose = PurposeText(
        body_id=body_id, number=2 if grown else 1, text=f"{word}の目的", published_at=NOW,
        published_by=lead.id,
    )  # fmt: skip
    session.add(purpose)
    session.flush()
    answer = Consent(
        body_id=body_id, user_id=lead.id, purpose_id=purpose.id, agreed=True, answered_at=NOW
    )
    note = AccessEntry(
        at=NOW, body_id=body_id, user_id=lead.id, reader=lead.name, role=lead.role.value,
        kind=AccessKind.FILE, page="registers.export", subject=Subject.REGISTER,
    )  # fmt: skip
    session.add_all([answer, note])
    if not grown:
        session.add(RetentionSetting(body_id=body_id, kind=RetentionClass.MAILS, years=2))
    session.flush()


def _add_event(
    session: Session, word: str, need: Need, company: Company
) -> tuple[Event, Participant, Candidate, TimetableRun]:
    """Make an event in preparation with one slot, a buyer, an SME, the pair of both and a run."""
    starts_at = NOW + timedelta(days=30)
    event = Event(
        body_id=need.body_id, name=f"{word}商談会", summary=word, sme_call_from=NOW - timedelta(days=1),
        sme_call_until=NOW + timedelta(days=10), buyer_answer_until=NOW + timedelta(days=15),
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    event.hosts = [EventHost(body_id=need.body_id, added_at=NOW)]
    event.days = [
        EventDay(
            date=jst_date(starts_at), opens_at=time(10), closes_at=time(10, 25), slot_minutes=20,
            change_over_minutes=5,
        )
    ]  # fmt: skip
    event.slots = [EventSlot(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=20), block=1)]
    session.add(event)
    session.flush()
    buyer, sme = (
        Participant(
            event_id=event.id, company_id=company_id, body_id=need.body_id, side=side,
            state=ParticipantState.ACCEPTED, attendee=f"{word}出席", pr_text=word,
        )
        for company_id, side in ((need.buyer_id, EventSide.BUYER), (company.id, EventSide.SME))
    )  # fmt: skip
    session.add_all([buyer, sme])
    session.flush()
    candidate = Candidate(
        event_id=event.id, buyer_id=buyer.id, sme_id=sme.id, need_id=need.id, sme_rank=1,
        origin=CandidateOrigin.SME, sme_reason=word, created_at=NOW,
    )  # fmt: skip
    session.add(candidate)
    session.flush()
    solved = TimetableRun(
        event_id=event.id, label="A", state=RunState.DONE, settings={}, wished_at=NOW, ended_at=NOW
    )
    session.add(solved)
    session.flush()
    return event, sme, candidate, solved
