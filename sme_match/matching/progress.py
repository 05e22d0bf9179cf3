"""The open needs of a body, and how their proposals stand."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.text import fold_for_search
from sme_match.db.paging import KEPT_STATEMENTS, Columns, Listing, Page, fetch_lines, select_listing
from sme_match.db.search import holds
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import MatchRun, Proposal
from sme_match.matching.policy import visible_to
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need


class NeedLine(NamedTuple):
    """One open need on the overview, and when its proposals were computed."""

    id: int
    number: str
    title: str
    buyer_name: str
    expires_on: date | None
    ran_at: datetime | None


@dataclass(frozen=True, slots=True)
class NeedProgress:
    """One need on the overview, and how its proposals stand."""

    need: NeedLine
    counts: dict[ProposalState, int]


def list_progress(
    session: Session, actor: Actor, *, text: str, show: str, page: int
) -> Page[NeedProgress]:
    """Return one page of the open needs of the actor's body with the state of their proposals.

    `show` is `new` (some proposal waits for a decision), `none` (no proposal) or empty for all.
    """
    found = fetch_lines(session, _select_open(actor, text, show), NeedLine, number=page)
    counts = {need.id: dict.fromkeys(ProposalState, 0) for need in found.items}
    rows = session.connection().execute(_count_proposals(actor), {"needs": list(counts)})
    for need_id, state, count in rows:
        counts[need_id][state] = count
    items = [NeedProgress(need, counts[need.id]) for need in found.items]
    return Page(items, found.number, found.size, found.total)


@lru_cache(KEPT_STATEMENTS)
def _select_open(actor: Actor, text: str, show: str) -> Listing:
    proposed = select(Proposal.id).where(Proposal.need_id == Need.id)
    query = select(Need).where(Need.body_id == (actor.body_id or 0), Need.state == NeedState.OPEN)
    for word in text.split():
        query = query.where(holds(Need.search_text, fold_for_search(word)))
    if show == "new":
        waiting = proposed.where(Proposal.state == ProposalState.NEW, visible_to(actor))
        query = query.where(waiting.exists())
    if show == "none":
        query = query.where(~proposed.exists())
    order = (Need.expires_on.asc().nulls_last(), Need.id)
    columns = (
        Need.id,
        Need.number,
        Need.title,
        Company.name,
        Need.expires_on,
        select(func.max(MatchRun.ran_at)).where(MatchRun.need_id == Need.id).scalar_subquery(),
    )
    shown = select(*columns).select_from(Need).join(Need.buyer).order_by(*order)
    return select_listing(query.order_by(*order), shown, Need.id)


@lru_cache(KEPT_STATEMENTS)
def _count_proposals(actor: Actor) -> Columns:
    return (
        select(Proposal.need_id, Proposal.state, func.count())
        .where(Proposal.need_id.in_(bindparam("needs", expanding=True)), visible_to(actor))
        .group_by(Proposal.need_id, Proposal.state)
    )
