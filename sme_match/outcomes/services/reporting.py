"""Taking a report: append-only words, the outcome derived from them, the follow-ups they settle."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import use_link
from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.matching.services.holding import note_deal
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.meetings.queries import lock_meeting
from sme_match.outcomes.calendar import current_round
from sme_match.outcomes.derive import Words, derive
from sme_match.outcomes.enums import (
    AmountSource,
    End,
    FollowUpState,
    NoDealReason,
    Reporter,
    Stage,
)
from sme_match.outcomes.models import Outcome, OutcomeReport
from sme_match.outcomes.policy import may_report_as
from sme_match.outcomes.queries import find_outcome, list_follow_ups, list_reports
from sme_match.outcomes.services.documents import (
    SeenDocument,
    check_document,
    has_evidence,
    keep_document,
)

SURPRISING_YEN = 100_000_000
"""An amount above this is asked back: it is far more often a slip of the unit than an order."""
OVERTAKEN = mark_text("あとの回の報告があったため")
NOTHING_SEEN = SeenDocument()
BOTH_SIDES = {Reporter.SME, Reporter.BUYER}
DERIVED = (
    "stage",
    "end",
    "first_order_yen",
    "expected_year_yen",
    "total_yen",
    "amount_source",
    "deal_on",
    "disagreement",
    "next_action",
    "next_action_on",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """What a report says."""

    reporter: Reporter
    said_by: str
    stage: Stage
    end: End | None = None
    reasons: Sequence[NoDealReason] = ()
    satisfaction: int | None = None
    first_order_yen: int | None = None
    expected_year_yen: int | None = None
    total_yen: int | None = None
    amount_source: AmountSource | None = None
    deal_on: date | None = None
    next_action: str = ""
    next_action_on: date | None = None
    comment: str = ""
    amounts_sure: bool = False
    """Whether the reporter confirmed amounts that are larger than usual."""


def report_outcome(
    session: Session,
    actor: Actor,
    meeting_id: int,
    draft: ReportDraft,
    *,
    now: datetime,
    seen: SeenDocument = NOTHING_SEEN,
) -> Outcome:
    """Add a report and derive anew where the meeting stands. A correction is a report of its own.

    Raises:
        NotFoundError: when the actor may not see the meeting.
        NotAllowedError: when the actor may not report in this name.
        ConflictError: when the meeting was not held.
        InvalidError: naming the field that contradicts another.
    """
    meeting = lock_meeting(session, actor, meeting_id)
    if not may_report_as(actor, meeting, draft.reporter):
        raise NotAllowedError
    if meeting.state is not MeetingState.HELD or meeting.starts_at is None:
        raise ConflictError(mark_text("実施した商談ではないため、結果を報告できません。"))
    held_on, today = jst_date(meeting.starts_at), jst_date(now)
    check_report(draft, held_on=held_on, today=today)
    _check_seen(session, meeting, draft, seen)
    months_after = current_round(held_on, today)
    said = asdict(draft)
    said.pop("amounts_sure")
    values = said | {
        "stage": int(draft.stage),
        "reasons": [reason.value for reason in draft.reasons],
        "amount_source": _source(draft),
    }
    report = OutcomeReport(
        meeting_id=meeting.id,
        months_after=months_after,
        reported_at=now,
        reported_by=actor.user_id,
        **values,
    )
    session.add(report)
    session.flush()
    if not seen.is_empty:
        keep_document(session, actor, meeting, report, seen, now=now)
    reports = list_reports(session, meeting.id)
    _settle_follow_ups(session, meeting, reports, months_after, now=now)
    outcome = _derive_outcome(session, meeting, reports, now=now)
    record(
        session,
        actor,
        action="outcome.report",
        subject=("outcome", meeting.id),
        body_id=meeting.body_id,
        now=now,
        changes={"stage": (None, report.stage), "reporter": (None, report.reporter)},
        note=draft.said_by,
    )
    return outcome


def report_by_link(
    session: Session,
    actor: Actor,
    token: str,
    meeting_id: int,
    draft: ReportDraft,
    *,
    now: datetime,
) -> Outcome:
    """Report through a mail's link, which is used up by it.

    Raises:
        NotFoundError: when the link is not usable any more, and as `report_outcome`.
        ConflictError, InvalidError: as `report_outcome`.
    """
    # First the link: of two senders at the same moment the second stops here.
    use_link(session, token, LinkPurpose.OUTCOME_REPORT, now)
    return report_outcome(session, actor, meeting_id, draft, now=now)


def check_report(draft: ReportDraft, *, held_on: date, today: date) -> None:
    """Refuse a report that contradicts itself.

    Raises:
        InvalidError: naming the field.
    """
    ordered = draft.stage >= Stage.DEAL
    for field in ("first_order_yen", "total_yen", "deal_on"):
        if getattr(draft, field) is not None and not ordered:
            raise InvalidError(
                mark_text(
                    "受注の金額や日付を入れるときは、段階を「成約（初回の受注）」以上にしてください。"
                ),
                field=field,
            )
    if draft.end is End.NO_DEAL and ordered:
        raise InvalidError(
            mark_text("「成約」と「成約しなかった」の両方は選べません。どちらかにしてください。"),
            field="end",
        )
    if draft.end is End.NO_DEAL and not draft.reasons:
        raise InvalidError(mark_text("成約しなかった理由を、1つ以上選んでください。"), field="reasons")
    if draft.deal_on is not None and not held_on <= draft.deal_on <= today:
        raise InvalidError(
            mark_text("成約の日は、商談の日から今日までの間にしてください。"), field="deal_on"
        )
    if (
        draft.total_yen is not None
        and draft.first_order_yen is not None
        and draft.total_yen < draft.first_order_yen
    ):
        raise InvalidError(
            mark_text("これまでの合計が、初回の受注より少なくなっています。"), field="total_yen"
        )
    _check_size(draft)
    _check_source(draft)


def _check_size(draft: ReportDraft) -> None:
    for field in ("first_order_yen", "total_yen", "expected_year_yen"):
        amount = getattr(draft, field)
        if amount is not None and amount > SURPRISING_YEN and not draft.amounts_sure:
            raise InvalidError(
                mark_text(
                    "1億円を超えています。円の単位で正しいか確かめ、正しければ、下の"
                    "「金額に間違いありません」に印を付けて、もう一度送ってください。"
                ),
                field=field,
            )


def _check_source(draft: ReportDraft) -> None:
    own = draft.reporter is Reporter.COORDINATOR
    if draft.amount_source is AmountSource.DOCUMENT_SEEN and not own:
        raise InvalidError(
            mark_text("「書類で確認」は、支援機関の報告だけで選べます。"), field="amount_source"
        )
    if own and draft.amount_source is None and _has_amount(draft):
        raise InvalidError(mark_text("金額をどこで確かめたかを選んでください。"), field="amount_source")


def _check_seen(session: Session, meeting: Meeting, draft: ReportDraft, seen: SeenDocument) -> None:
    """What a document shows must be there to be looked at, or somebody says who saw it where."""
    check_document(seen)
    if not seen.is_empty and draft.reporter is not Reporter.COORDINATOR:
        raise InvalidError(mark_text("書類は、支援機関の報告だけに付けられます。"), field="document")
    if (
        draft.amount_source is AmountSource.DOCUMENT_SEEN
        and seen.is_empty
        and not has_evidence(session, meeting.id)
    ):
        raise InvalidError(
            mark_text(
                "「書類で確認」を選ぶときは、書類を付けるか、だれがどこで何を見たかを入力してください。"
            ),
            field="seen_note",
        )


def _has_amount(draft: ReportDraft) -> bool:
    amounts = (draft.first_order_yen, draft.expected_year_yen, draft.total_yen)
    return any(amount is not None for amount in amounts)


def _source(draft: ReportDraft) -> AmountSource | None:
    """A side's amounts are its own words; only a coordinator can have seen a document."""
    if draft.reporter is Reporter.COORDINATOR:
        return draft.amount_source
    if not _has_amount(draft):
        return None
    return AmountSource.SME_SAID if draft.reporter is Reporter.SME else AmountSource.BUYER_SAID


def _settle_follow_ups(
    session: Session,
    meeting: Meeting,
    reports: Sequence[OutcomeReport],
    months_after: int,
    *,
    now: datetime,
) -> None:
    """Close the round when both sides, or the coordinator for them, have answered it."""
    spoken = {report.reporter for report in reports if report.months_after == months_after}
    answered = Reporter.COORDINATOR in spoken or spoken >= BOTH_SIDES
    for row in list_follow_ups(session, meeting.id):
        if row.state is FollowUpState.DONE:
            continue
        if row.months_after == months_after and answered:
            # Also one that was closed as unknown: somebody answered after all.
            row.state, row.done_at = FollowUpState.DONE, now
        elif row.months_after < months_after and row.state is FollowUpState.DUE:
            row.state, row.closed_reason, row.done_at = FollowUpState.CLOSED, OVERTAKEN, now


def _derive_outcome(
    session: Session, meeting: Meeting, reports: Sequence[OutcomeReport], *, now: datetime
) -> Outcome:
    derived = derive(words_of(report) for report in reports)
    if derived is None:
        raise ValueError("A report was just added.")
    outcome = find_outcome(session, meeting.id)
    if outcome is None:
        outcome = Outcome(meeting_id=meeting.id, body_id=meeting.body_id)
        session.add(outcome)
    for name in DERIVED:
        setattr(outcome, name, getattr(derived, name))
    outcome.updated_at = now
    session.flush()
    if meeting.proposal_id is not None:
        note_deal(session, proposal_id=meeting.proposal_id, is_deal=outcome.stage >= Stage.DEAL)
    return outcome


def words_of(report: OutcomeReport) -> Words:
    """Return a stored report as the derivation reads it."""
    return Words(
        reporter=report.reporter,
        months_after=report.months_after,
        reported_at=report.reported_at,
        stage=report.stage,
        end=report.end,
        first_order_yen=report.first_order_yen,
        expected_year_yen=report.expected_year_yen,
        total_yen=report.total_yen,
        amount_source=report.amount_source,
        deal_on=report.deal_on,
        next_action=report.next_action,
        next_action_on=report.next_action_on,
    )
