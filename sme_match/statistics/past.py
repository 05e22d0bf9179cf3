"""The records of a body as they were known at an earlier moment.

Reports and decisions are append-only and every change is in the audit log, so what was known is found
by going back from now: outcomes are derived from the reports that had come by then, proposals stand
where the last decision by then left them, and changes that the log holds are undone, newest first.
A proposal that a later matching run replaced before anybody decided about it is gone and counts for
no moment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.companies.models import Company
from sme_match.core.clock import jst_date
from sme_match.db.bulk import in_parts
from sme_match.matching.models import MatchRun, Proposal, ProposalDecision
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.models import LOGGED_BUYER
from sme_match.outcomes.derive import Derived, derive
from sme_match.outcomes.models import OutcomeReport
from sme_match.outcomes.services.reporting import words_of
from sme_match.statistics.rows import NeedRow, PairRow

Subject = tuple[str, int]
Changes = Mapping[str, Sequence[Any]]
"""Field -> (before, after), as an entry of the audit log has it."""
_SUBJECTS = ("meeting", "need", "company")


@dataclass(frozen=True, slots=True)
class Decided:
    """Where a proposal stood: its state, and when it was last decided about."""

    state: str
    at: datetime | None


class Place(NamedTuple):
    """Where a company is, and in which industry."""

    prefecture: str | None
    municipality: str | None
    jsic_code: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """What was different at a moment; what is not named here was as it is now."""

    known_at: datetime
    fields: Mapping[Subject, Mapping[str, Any]]
    later_meetings: frozenset[int]
    """Meetings that were not begun yet."""
    decisions: Mapping[int, Decided]
    outcomes: Mapping[int, Derived | None]
    """By meeting; None while nobody had reported."""
    matched_again: frozenset[int]
    """Needs with a later matching run: it replaced what was found, so that is not known any more."""
    buyers: Mapping[int, Place]
    """Where the companies are, today, that needs had as their buyers then and have no more."""

    def field(self, kind: str, number: int, name: str, now: Any) -> Any:  # noqa: ANN401 -- any field
        """Return the value that a field had, given the one it has."""
        return self.fields.get((kind, number), {}).get(name, now)

    def buyer(self, need_id: int, buyer_id: int, place: Place) -> tuple[int, Place]:
        """Return the buyer that a need had and where that was, given the one that it has."""
        then: int = self.field("need", need_id, LOGGED_BUYER, buyer_id)
        now = self.buyers.get(then, place) if then != buyer_id else place
        return then, Place(
            self.field("company", then, "prefecture_code", now.prefecture),
            self.field("company", then, "municipality_code", now.municipality),
            self.field("company", then, "jsic_code", now.jsic_code),
        )


def undo(entries: Iterable[Changes]) -> dict[str, Any]:
    """Return what fields held before a run of changes, given oldest first."""
    before: dict[str, Any] = {}
    for changes in entries:
        for name, (value, _after) in changes.items():
            before.setdefault(name, value)
    return before


def read_past(session: Session, body_id: int, known_at: datetime) -> Past:
    """Return what of a body's records was different just before a moment, with six queries."""
    entries: defaultdict[Subject, list[Changes]] = defaultdict(list)
    later_meetings = session.scalars(
        select(Meeting.id).where(Meeting.body_id == body_id, Meeting.created_at >= known_at)
    )
    matched_again = session.scalars(
        select(MatchRun.need_id).where(MatchRun.body_id == body_id, MatchRun.ran_at >= known_at)
    )
    for kind, number, changes in session.execute(_select_changes(body_id, known_at)):
        entries[kind, number].append(changes)
    fields = {subject: undo(changes) for subject, changes in entries.items()}
    return Past(
        known_at=known_at,
        fields=fields,
        later_meetings=frozenset(later_meetings),
        decisions=_decisions(session, body_id, known_at),
        outcomes=_outcomes(session, body_id, known_at),
        matched_again=frozenset(matched_again),
        buyers=_places(
            session, (known[LOGGED_BUYER] for known in fields.values() if LOGGED_BUYER in known)
        ),
    )


def _places(session: Session, company_ids: Iterable[int]) -> dict[int, Place]:
    columns = (Company.prefecture_code, Company.municipality_code, Company.jsic_code)
    found: dict[int, Place] = {}
    for some in in_parts(company_ids):
        rows = session.execute(select(Company.id, *columns).where(Company.id.in_(some)))
        found |= {number: Place(*place) for number, *place in rows}
    return found


def companies_then(session: Session, body_id: int, past: Past) -> dict[str, int]:
    """Return the SMEs that were registered, by the prefecture code they had."""
    company = Company
    rows = session.execute(
        select(company.id, company.prefecture_code, company.is_sme, company.archived_at).where(
            company.body_id == body_id, company.created_at < past.known_at
        )
    )
    return Counter(
        past.field("company", number, "prefecture_code", code)
        for number, code, is_sme, archived_at in rows
        if past.field("company", number, "is_sme", is_sme)
        and _is_registered(past.field("company", number, "archived_at", archived_at), past.known_at)
    )


def _is_registered(archived_at: datetime | str | None, known_at: datetime) -> bool:
    """Whether a company was in the register; the log writes instants as text."""
    if isinstance(archived_at, str):
        archived_at = datetime.fromisoformat(archived_at)
    return archived_at is None or archived_at >= known_at


def need_then(row: NeedRow, past: Past) -> NeedRow:
    """Return the need as it was known."""
    now = Place(row.prefecture, row.municipality, row.jsic_code)
    buyer, place = past.buyer(row.need_id, row.buyer_id, now)
    return replace(
        row,
        buyer_id=buyer,
        process_code=past.field("need", row.need_id, "process_code", row.process_code),
        prefecture=place.prefecture,
        jsic_code=place.jsic_code,
        municipality=place.municipality,
        lot_quantity=past.field("need", row.need_id, "lot_quantity", row.lot_quantity),
        passing=None if row.need_id in past.matched_again else row.passing,
    )


def pair_then(row: PairRow, past: Past) -> PairRow | None:
    """Return the pair as it was known; None when there was neither proposal nor meeting."""
    pair = _with_proposal(_with_companies(row, past), past)
    return _with_meeting(pair, past)


def _with_companies(row: PairRow, past: Past) -> PairRow:
    now = Place(row.need_prefecture, row.need_municipality, row.jsic_code)
    # A meeting without a proposal of the body has its own buyer, whoever the need's is.
    need_id = row.need_id if row.proposal_id is not None else 0
    buyer, place = past.buyer(need_id, row.buyer_id, now)
    return replace(
        row,
        buyer_id=buyer,
        process_code=past.field("need", row.need_id, "process_code", row.process_code),
        need_prefecture=place.prefecture,
        sme_prefecture=past.field("company", row.sme_id, "prefecture_code", row.sme_prefecture),
        jsic_code=place.jsic_code,
        lot_quantity=past.field("need", row.need_id, "lot_quantity", row.lot_quantity),
        need_municipality=place.municipality,
        sme_municipality=past.field("company", row.sme_id, "municipality_code", row.sme_municipality),
        sme_employees=past.field("company", row.sme_id, "employees", row.sme_employees),
        agglomeration=past.field("company", row.sme_id, "agglomeration", row.agglomeration),
    )


def _with_proposal(row: PairRow, past: Past) -> PairRow:
    if row.proposed_on is not None and row.proposed_on >= jst_date(past.known_at):
        return replace(row, proposal_id=None, proposal_state=None, proposed_on=None, decided_on=None)
    then = past.decisions.get(row.proposal_id or 0)
    if then is None:
        return row
    return replace(row, proposal_state=then.state, decided_on=day_of(then.at))


def _with_meeting(row: PairRow, past: Past) -> PairRow | None:
    if row.meeting_id is None or row.meeting_id in past.later_meetings:
        return None if row.proposal_id is None else _without_meeting(row)
    starts_at = past.field("meeting", row.meeting_id, "starts_at", row.met_on)
    met_on = jst_date(datetime.fromisoformat(starts_at)) if isinstance(starts_at, str) else starts_at
    state = past.field("meeting", row.meeting_id, "state", row.meeting_state)
    if met_on is None and state == MeetingState.CONFIRMED:
        # The entry of an agreement names the time that both sides agreed to, not the state.
        state = MeetingState.ASKED
    known = replace(row, met_on=met_on, meeting_state=state)
    if row.meeting_id not in past.outcomes:
        return known
    return _with_outcome(known, past.outcomes[row.meeting_id])


def _without_meeting(row: PairRow) -> PairRow:
    return _with_outcome(replace(row, meeting_id=None, meeting_state=None, met_on=None), None)


def _with_outcome(row: PairRow, derived: Derived | None) -> PairRow:
    return replace(
        row,
        outcome_stage=derived.stage if derived else None,
        outcome_end=derived.end if derived else None,
        first_order_yen=derived.first_order_yen if derived else None,
        total_yen=derived.total_yen if derived else None,
        expected_year_yen=derived.expected_year_yen if derived else None,
        deal_on=derived.deal_on if derived else None,
        amount_source=derived.amount_source if derived else None,
    )


def _select_changes(body_id: int, known_at: datetime) -> Any:  # noqa: ANN401 -- a select of columns
    return (
        select(AuditEntry.subject_type, AuditEntry.subject_id, AuditEntry.changes)
        .where(
            AuditEntry.at >= known_at,
            AuditEntry.subject_type.in_(_SUBJECTS),
            # Companies of other bodies are met too, where they are shared.
            or_(AuditEntry.body_id == body_id, AuditEntry.subject_type == "company"),
        )
        .order_by(AuditEntry.id)
    )


def _decisions(session: Session, body_id: int, known_at: datetime) -> dict[int, Decided]:
    later = select(ProposalDecision.proposal_id).where(ProposalDecision.decided_at >= known_at)
    rows = session.execute(
        select(ProposalDecision.proposal_id, ProposalDecision.decided_at, ProposalDecision.from_state)
        .join(Proposal, Proposal.id == ProposalDecision.proposal_id)
        .where(Proposal.body_id == body_id, ProposalDecision.proposal_id.in_(later))
        .order_by(ProposalDecision.id)
    )
    found: dict[int, Decided] = {}
    before: dict[int, datetime] = {}
    for number, decided_at, state in rows:
        if decided_at < known_at:
            before[number] = decided_at
        elif number not in found:
            found[number] = Decided(state, before.get(number))
    return found


def _outcomes(session: Session, body_id: int, known_at: datetime) -> dict[int, Derived | None]:
    later = select(OutcomeReport.meeting_id).where(OutcomeReport.reported_at >= known_at)
    rows = session.scalars(
        select(OutcomeReport)
        .join(Meeting, Meeting.id == OutcomeReport.meeting_id)
        .where(Meeting.body_id == body_id, OutcomeReport.meeting_id.in_(later))
        .order_by(OutcomeReport.reported_at, OutcomeReport.id)
    )
    by_meeting: defaultdict[int, list[OutcomeReport]] = defaultdict(list)
    for report in rows:
        by_meeting[report.meeting_id].append(report)
    return {
        number: derive(words_of(report) for report in reports if report.reported_at < known_at)
        for number, reports in by_meeting.items()
    }


def day_of(instant: datetime | None) -> date | None:
    """Return the day of an instant in Japan."""
    return None if instant is None else jst_date(instant)
