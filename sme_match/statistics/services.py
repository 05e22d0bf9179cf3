"""The use cases of statistics: count the report of a support body, and what a region learns from it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from sme_match.audit.kept import KeptFigures
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date, jst_midnight
from sme_match.statistics.dimensions import Dimension
from sme_match.statistics.facts import Facts, facts_of
from sme_match.statistics.filters import StatisticsFilter
from sme_match.statistics.kept_facts import recall_facts
from sme_match.statistics.queries import load_records
from sme_match.statistics.region import (
    Demand,
    Refusals,
    Region,
    build_demand,
    build_refusals,
    build_region,
)
from sme_match.statistics.report import Report

T = TypeVar("T")
_PAST: KeptFigures[Any] = KeptFigures()
"""Figures as they were known on earlier days."""


def make_report(session: Session, actor: Actor, filters: StatisticsFilter, *, now: datetime) -> Report:
    """Return the figures of the actor's body, now or as known on a day; nothing of other bodies counts.

    Facts are kept and brought up to date with what changed, figures until anything does (`kept_facts`).
    """

    def count(facts: Facts, today: date) -> Report:
        return Report(facts, filters, today=today)

    return _recall(session, actor, filters, ("report",), count, now=now)


def make_region(
    session: Session, actor: Actor, filters: StatisticsFilter, by: Dimension, *, now: datetime
) -> Region:
    """Return the figures of the actor's body by one dimension, between prefectures and by year."""

    def count(facts: Facts, today: date) -> Region:
        return build_region(facts, filters, by, today=today)

    return _recall(session, actor, filters, ("region", by), count, now=now)


def make_demand(session: Session, actor: Actor, filters: StatisticsFilter, *, now: datetime) -> Demand:
    """Return which needs of the actor's body become more, and which nobody can meet."""

    def count(facts: Facts, today: date) -> Demand:
        return build_demand(facts, filters, today=today)

    def basis(facts: Facts) -> object:
        # No outcome changes a need; but chosen by an SME, needs are those that have a pair with one.
        return facts if filters.chooses_sme else facts.needs

    return _recall(session, actor, filters, ("demand",), count, basis, now=now)


def make_refusals(
    session: Session, actor: Actor, filters: StatisticsFilter, by: Dimension, *, now: datetime
) -> Refusals:
    """Return why meetings of the actor's body came to nothing, by one dimension."""

    def count(facts: Facts, today: date) -> Refusals:
        return build_refusals(facts, filters, by, today=today)

    return _recall(session, actor, filters, ("refusals", by), count, now=now)


def companies_by_prefecture(session: Session, actor: Actor, *, now: datetime) -> Mapping[str, int]:
    """Return the registered SMEs of the actor's body by prefecture code."""
    return recall_facts(session, actor, now=now).facts.companies


def _recall(  # noqa: PLR0917 -- what is counted, and how
    session: Session,
    actor: Actor,
    filters: StatisticsFilter,
    what: tuple[str, ...],
    count: Callable[[Facts, date], T],
    basis: Callable[[Facts], object] = lambda facts: facts,
    *,
    now: datetime,
) -> T:
    today = jst_date(now)
    if filters.known_on is None or filters.known_on >= today:
        kept = recall_facts(session, actor, now=now)
        key = (what, actor.role, filters, today)
        return kept.figures(key, lambda facts: count(facts, today), basis=basis)
    known_on = filters.known_on

    def make() -> T:
        known_at = jst_midnight(known_on + timedelta(days=1))
        return count(facts_of(load_records(session, actor, known_at=known_at)), known_on)

    then: T = _PAST.get(session, (what, actor.role, actor.body_id, filters), make, now=now)
    return then
