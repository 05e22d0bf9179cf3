"""The plain records that outcome figures are counted from."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need that was opened (drafts are not needs yet). Prefecture and industry are the buyer's.

    An empty code means unknown.
    """

    need_id: int
    created_on: date
    process_code: str | None
    prefecture: str | None
    jsic_code: str | None
    buyer_id: int = 0
    municipality: str | None = None
    lot_quantity: int | None = None
    """Pieces ordered at once."""
    passing: int | None = None
    """Companies that passed every must in the latest matching run; None when none was made."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """One need × one SME, and one of their meetings when there is any.

    A proposal with two meetings is two rows; a meeting arranged without a proposal has no
    proposal. Days are days in Japan. States and stages are those of `matching.enums`,
    `meetings.enums` and `outcomes.enums`; amounts are yen before tax.
    """

    need_id: int
    sme_id: int
    buyer_id: int
    body_id: int
    need_prefecture: str | None
    """The buyer's."""
    sme_prefecture: str | None
    process_code: str | None
    jsic_code: str | None
    """The buyer's, as on the need."""
    need_created_on: date
    proposal_id: int | None = None
    proposal_state: str | None = None
    proposed_on: date | None = None
    decided_on: date | None = None
    meeting_id: int | None = None
    meeting_state: str | None = None
    met_on: date | None = None
    outcome_stage: int | None = None
    outcome_end: str | None = None
    first_order_yen: int | None = None
    total_yen: int | None = None
    expected_year_yen: int | None = None
    """A prospect: reported apart, never added to deals."""
    deal_on: date | None = None
    deal_seen_on: date | None = None
    """The day on which a deal was first reported, also when that was denied later."""
    amount_source: str | None = None
    lot_quantity: int | None = None
    need_municipality: str | None = None
    """The buyer's."""
    sme_municipality: str | None = None
    sme_employees: int | None = None
    agglomeration: str | None = None
    """The SME's type of industrial agglomeration."""
    sme_number: int | None = None
    """Its 法人番号, by which it is one company in all bodies."""
    buyer_number: int | None = None


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """One reason why a held meeting came to nothing (`outcomes.enums.NoDealReason`)."""

    meeting_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """That one side has spoken about a meeting, and its latest grade (1 to 5) if it gave any."""

    meeting_id: int
    reporter: str
    satisfaction: int | None
