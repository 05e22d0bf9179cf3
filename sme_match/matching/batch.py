"""All open needs of a body matched again: asked in groups, answered anywhere, recorded here."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.core.actor import Actor
from sme_match.matching.corpus import Corpus
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.match import MatchResult
from sme_match.matching.engine.shards import Question, Terms, answer
from sme_match.matching.services.running import Asked, ask, record_result, record_run
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need

NEEDS_AT_ONCE = 25
"""How many needs are asked, answered and recorded together: one transaction, a second or so."""

Answers = Callable[[Iterable[Sequence[Question]]], Iterator[Sequence[MatchResult]]]
"""Answers groups of questions, group by group in their order; it may look some groups ahead."""


def answers_here(index: Index, terms: Terms) -> Answers:
    """Return what answers questions in this process."""

    def answers(groups: Iterable[Sequence[Question]]) -> Iterator[Sequence[MatchResult]]:
        for questions in groups:
            yield [answer(index, question, terms) for question in questions]

    return answers


@dataclass(frozen=True, slots=True)
class Written:
    """How many runs a group led to; `changed` needs were edited or closed while the engine ran."""

    runs: int
    changed: int


def list_groups(session: Session, *, body_id: int) -> list[list[int]]:
    """Return the open needs of a body in groups."""
    ids = session.scalars(
        select(Need.id).where(Need.body_id == body_id, Need.state == NeedState.OPEN).order_by(Need.id)
    ).all()
    return [list(ids[start : start + NEEDS_AT_ONCE]) for start in range(0, len(ids), NEEDS_AT_ONCE)]


def ask_group(
    session: Session, corpus: Corpus, terms: Terms, need_ids: Iterable[int]
) -> dict[int, Asked]:
    """Return what the needs of a group ask; one that is not open any more asks nothing."""
    needs = _open_needs(session, need_ids)
    return {need_id: ask(session, need, corpus, terms) for need_id, need in needs.items()}


def write_group(
    session: Session,
    actor: Actor,
    asked: Mapping[int, Asked],
    results: Iterable[MatchResult],
    *,
    now: datetime,
) -> Written:
    """Record what was found for the needs of a group.

    A need that was changed or closed since it was asked keeps its proposals: the answer is not to
    what it says now.
    """
    needs = _open_needs(session, asked)
    runs = 0
    for (need_id, each), result in zip(asked.items(), results, strict=True):
        need = needs.get(need_id)
        if need is None or need.version != each.need_version:
            continue
        run = record_result(session, need, each, result, actor=actor, now=now)
        record_run(session, actor, run, now=now)
        runs += 1
    return Written(runs=runs, changed=len(asked) - runs)


def _open_needs(session: Session, need_ids: Iterable[int]) -> dict[int, Need]:
    query = (
        select(Need)
        .where(Need.id.in_(list(need_ids)), Need.state == NeedState.OPEN)
        .options(joinedload(Need.buyer), selectinload(Need.conditions))
        .order_by(Need.id)
    )
    return {need.id: need for need in session.scalars(query)}
