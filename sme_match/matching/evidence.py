"""What past decisions say about a company: work it was chosen for, and statements found not to hold.

Only needs and decisions of the body itself count, so that no text of one body's buyers reaches
another body. Everything here can be left out of a run.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.clock import jst_date
from sme_match.matching.engine.documents import Document
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.segment import Entry
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.models import Proposal
from sme_match.matching.texts import need_line
from sme_match.needs.enums import ConditionKind
from sme_match.needs.models import Need

WINS, DEALS = "wins", "deals"
"""The fields of a profile that hold the needs it was accepted for, and those that led to a deal."""

DOUBTED_KINDS: Final[Mapping[RejectionReason, tuple[ConditionKind, ...]]] = MappingProxyType(
    {
        RejectionReason.LOT: (ConditionKind.LOT,),
        RejectionReason.ACCURACY: (ConditionKind.TOLERANCE_MM, ConditionKind.ROUGHNESS_RA_UM),
        RejectionReason.LEAD_TIME: (
            ConditionKind.LEAD_TIME_DAYS,
            ConditionKind.PROTOTYPE_LEAD_TIME_DAYS,
        ),
        RejectionReason.CERTIFICATE: (ConditionKind.CERTIFICATE,),
    }
)
"""What a rejection puts in doubt: the statements of the profile about that very thing."""


@dataclass(frozen=True, slots=True)
class Win:
    """A need that a company was accepted for."""

    need_id: int
    text: str
    is_deal: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What past decisions say about one company."""

    wins: tuple[Win, ...] = ()
    doubts: Mapping[ConditionKind, date] = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        """Return the texts as fields of a profile, a need on each line."""
        return {
            name: "\n".join(win.text for win in self.wins if win.is_deal is is_deal)
            for name, is_deal in ((WINS, False), (DEALS, True))
        }


NOTHING: Final = Evidence()


def load_evidence(
    session: Session, *, body_id: int, company_ids: Collection[int] | None = None
) -> dict[int, Evidence]:
    """Return the evidence of the body about each company that there is any about.

    A doubt ends when the company confirms its profile after the rejection.
    """
    query = (
        select(Proposal, Need, Company.confirmed_at)
        .join(Proposal.need)
        .join(Proposal.company)
        .where(
            Proposal.body_id == body_id,
            Proposal.state.in_((ProposalState.ACCEPTED, ProposalState.REJECTED)),
        )
        .order_by(Proposal.decided_at, Proposal.id)
    )
    wins: dict[int, list[Win]] = defaultdict(list)
    doubts: dict[int, dict[ConditionKind, date]] = defaultdict(dict)
    for proposal, need, confirmed_at in session.execute(query):
        company_id = proposal.company_id
        if company_ids is not None and company_id not in company_ids:
            continue
        if proposal.state is ProposalState.ACCEPTED:
            wins[company_id].append(Win(need.id, need_line(need), proposal.led_to_deal))
            continue
        decided_at, reason = proposal.decided_at, proposal.reason
        if decided_at and reason and (confirmed_at is None or decided_at > confirmed_at):
            kinds = DOUBTED_KINDS.get(reason, ())
            doubts[company_id] |= dict.fromkeys(kinds, jst_date(decided_at))
    return {
        company_id: Evidence(tuple(wins[company_id]), dict(doubts[company_id]))
        for company_id in {*wins, *doubts}
    }


def evidence_stamps(session: Session, *, body_id: int) -> dict[int, str]:
    """Return for each decided company what changes whenever the evidence about it does."""
    query = (
        select(
            Proposal.company_id,
            func.count(),
            func.sum(Proposal.version),
            func.sum(Need.version),
        )
        .join(Proposal.need)
        .where(
            Proposal.body_id == body_id,
            Proposal.state.in_((ProposalState.ACCEPTED, ProposalState.REJECTED)),
        )
        .group_by(Proposal.company_id)
    )
    return {
        company_id: f"{count} {versions} {need_versions}"
        for company_id, count, versions, need_versions in session.execute(query)
    }


def entries_for(session: Session, index: Index, need: Need, *, use_evidence: bool) -> tuple[Entry, ...]:
    """Return the profiles that are to be read differently for this need.

    A need that is matched again must not find the companies that were accepted for it by its own
    words. Without `use_evidence` no company keeps any evidence.
    """
    if use_evidence:
        query = select(Proposal.company_id).where(
            Proposal.need_id == need.id, Proposal.state == ProposalState.ACCEPTED
        )
        affected = set(session.scalars(query))
    else:
        affected = set(evidence_stamps(session, body_id=need.body_id))
    line = need_line(need) if use_evidence else None
    entries = [index.entry(company_id) for company_id in sorted(affected) if company_id in index]
    return tuple(
        Entry(
            _without(entry.document, line),
            entry.facts if use_evidence else replace(entry.facts, doubts={}),
        )
        for entry in entries
    )


def _without(document: Document, line: str | None) -> Document:
    """Return a profile without one of the needs that it was accepted for, or without all (None)."""
    fields = {
        name: "\n".join(each for each in text.split("\n") if line is not None and each != line)
        if name in {WINS, DEALS}
        else text
        for name, text in document.fields.items()
    }
    return Document(document.key, fields, document.updated_on)
