"""The records behind a figure as lines of a list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import BindParameter, Integer, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.matching.models import Proposal
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.outcomes.enums import Stage
from sme_match.outcomes.models import Outcome
from sme_match.statistics.columns import Ids
from sme_match.statistics.evidence import RecordKind
from sme_match.statistics.past import day_of

Columns = Select[*tuple[Any, ...]]
Line = tuple[Any, ...]
_SME = aliased(Company, name="sme")
_BUYER = aliased(Company, name="buyer")
_BODY: BindParameter[int] = bindparam("body", type_=Integer)
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_CHUNK = 1000
"""How many ids go into one query: well under the limits of both back ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One record behind a figure, as a line of a list; what its kind does not have is empty."""

    record_id: int
    need_id: int | None = None
    number: str = ""
    title: str = ""
    sme: str = ""
    buyer: str = ""
    day: date | None = None
    state: StrEnum | None = None
    stage: Stage | None = None
    prefecture: str = ""


def list_lines(session: Session, actor: Actor, kind: RecordKind, ids: Ids) -> list[RecordLine]:
    """Return the records of the actor's body with these ids, in the order of the ids."""
    query, line = _LINES[kind]
    found: dict[int, RecordLine] = {}
    for start in range(0, len(ids), _CHUNK):
        given = {"body": actor.body_id or 0, "ids": list(ids[start : start + _CHUNK])}
        rows = session.execute(query(), given)
        found |= {row[0]: line(row) for row in rows}
    return [found[record_id] for record_id in ids if record_id in found]


@cache
def _need_lines() -> Columns:
    return (
        select(Need.id, Need.number, Need.title, _BUYER.name, Need.created_at, Need.state)
        .join(_BUYER, _BUYER.id == Need.buyer_id)
        .where(Need.body_id == _BODY, Need.id.in_(_IDS))
    )


@cache
def _proposal_lines() -> Columns:
    return (
        select(
            Proposal.id,
            Need.id,
            Need.number,
            Need.title,
            _SME.name,
            _BUYER.name,
            Proposal.created_at,
            Proposal.state,
        )
        .select_from(Proposal)
        .join(Need, Need.id == Proposal.need_id)
        .join(_SME, _SME.id == Proposal.company_id)
        .join(_BUYER, _BUYER.id == Need.buyer_id)
        .where(Proposal.body_id == _BODY, Proposal.id.in_(_IDS))
    )


@cache
def _meeting_lines() -> Columns:
    return (
        select(
            Meeting.id,
            Need.id,
            Need.number,
            Need.title,
            _SME.name,
            _BUYER.name,
            Meeting.starts_at,
            Meeting.state,
            Outcome.stage,
        )
        .select_from(Meeting)
        .join(Need, Need.id == Meeting.need_id)
        .join(_SME, _SME.id == Meeting.company_id)
        .join(_BUYER, _BUYER.id == Meeting.buyer_id)
        .outerjoin(Outcome, Outcome.meeting_id == Meeting.id)
        .where(Meeting.body_id == _BODY, Meeting.id.in_(_IDS))
    )


@cache
def _company_lines() -> Columns:
    """Return companies that the body met, also those that another body shares with it."""
    met = exists().where(
        Meeting.body_id == _BODY,
        or_(Meeting.company_id == Company.id, Meeting.buyer_id == Company.id),
    )
    return select(Company.id, Company.name, Company.prefecture_code).where(Company.id.in_(_IDS), met)


def _need_line(row: Line) -> RecordLine:
    need_id, number, title, buyer, created_at, state = row
    return RecordLine(
        record_id=need_id,
        need_id=need_id,
        number=number,
        title=title,
        buyer=buyer,
        day=day_of(created_at),
        state=state,
    )


def _pair_line(row: Line) -> RecordLine:
    record_id, need_id, number, title, sme, buyer, instant, state, *stage = row
    return RecordLine(
        record_id=record_id,
        need_id=need_id,
        number=number,
        title=title,
        sme=sme,
        buyer=buyer,
        day=day_of(instant),
        state=state,
        stage=Stage(stage[0]) if stage and stage[0] is not None else None,
    )


def _company_line(row: Line) -> RecordLine:
    company_id, name, prefecture = row
    return RecordLine(record_id=company_id, title=name, prefecture=prefecture)


_LINES: Mapping[RecordKind, tuple[Callable[[], Columns], Callable[[Line], RecordLine]]] = (
    MappingProxyType(
        {
            RecordKind.NEED: (_need_lines, _need_line),
            RecordKind.PROPOSAL: (_proposal_lines, _pair_line),
            RecordKind.MEETING: (_meeting_lines, _pair_line),
            RecordKind.COMPANY: (_company_lines, _company_line),
        }
    )
)
