"""Use cases of the yearly report: count it, set targets, close a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.kept import KeptFigures
from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM, Actor
from sme_match.core.clock import jst_date, jst_midnight
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.core.fiscal_year import FiscalYear
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.statistics.evidence import Evidence
from sme_match.statistics.facts import Facts, facts_of
from sme_match.statistics.kept_facts import Kept, recall_facts
from sme_match.statistics.key_figures import Unit
from sme_match.statistics.models import ClosedYear, YearTarget
from sme_match.statistics.policy import may_keep_years
from sme_match.statistics.queries import load_records
from sme_match.statistics.yearly.all_bodies import (
    AllBodies,
    BodyYear,
    count_body,
    over_bodies,
    records_behind,
)
from sme_match.statistics.yearly.editions import Edition, freeze
from sme_match.statistics.yearly.figures import (
    TARGET_KEYS,
    UNITS,
    YEARS_SHOWN,
    YearCount,
    count_year,
)
from sme_match.statistics.yearly.reading import (
    find_target,
    list_bodies,
    list_editions,
    list_targets,
)
from sme_match.support_bodies.models import SupportBody

_PAST: KeptFigures[tuple[YearCount, ...]] = KeptFigures()
"""Figures as they were known on earlier days."""
_KEPT_OF_ALL: KeptFigures[AllBodies] = KeptFigures()
NO_TARGET_YET = 0
"""The version of targets that nobody has set."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YearReport:
    """A fiscal year with the four before it, its targets, and what was reported earlier."""

    year: int
    counts: Sequence[YearCount]
    """Oldest first; the last is the year itself."""
    targets: Mapping[int, Mapping[str, float]]
    editions: Sequence[Edition]
    known_on: date | None

    @property
    def count(self) -> YearCount:
        """The figures of the year itself."""
        return self.counts[-1]

    @property
    def own_editions(self) -> list[Edition]:
        """What was reported about the year itself."""
        return [edition for edition in self.editions if edition.year == self.year]

    def latest_edition(self, year: int) -> Edition | None:
        """Return what was last reported about a year."""
        return next((e for e in reversed(self.editions) if e.year == year), None)

    def target(self, key: str) -> float | None:
        """Return the target of a figure of the year."""
        return self.targets.get(self.year, {}).get(key)

    def achieved(self, key: str) -> float | None:
        """Return the figure as a fraction of its target; None without a target or a figure."""
        target, value = self.target(key), self.count.figures[key].value
        return value / target if target and value is not None else None


def make_year_report(
    session: Session, actor: Actor, year: int, *, now: datetime, known_on: date | None = None
) -> YearReport:
    """Return the yearly report of the actor's body, now or as known at the end of a day."""
    years = tuple(range(year - YEARS_SHOWN + 1, year + 1))
    body_id = actor.body_id or 0
    return YearReport(
        year=year,
        counts=count_years(session, actor, years, now=now, known_on=known_on),
        targets=list_targets(session, body_id, years),
        editions=list_editions(session, body_id, years),
        known_on=known_on,
    )


def count_years(
    session: Session,
    actor: Actor,
    years: Sequence[int],
    *,
    now: datetime,
    known_on: date | None = None,
) -> tuple[YearCount, ...]:
    """Return the figures of some years of the actor's body, counted from its records."""
    if known_on is None or known_on >= jst_date(now):
        kept = recall_facts(session, actor, now=now)
        return tuple(
            kept.figures(("year", year), partial(_count, year), basis=partial(_revision, year))
            for year in years
        )
    known_at = jst_midnight(known_on + timedelta(days=1))

    def count() -> tuple[YearCount, ...]:
        facts = facts_of(load_records(session, actor, known_at=known_at))
        return tuple(_count(year, facts) for year in years)

    return _PAST.get(session, (actor.body_id, tuple(years), known_at), count, now=now)


def _count(year: int, facts: Facts) -> YearCount:
    return count_year(facts.pairs, facts.answers, year)


def _count_body(year: int, facts: Facts) -> BodyYear:
    return count_body(facts.pairs, facts.answers, year)


def _revision(year: int, facts: Facts) -> int:
    return facts.revision_of(year)


def is_over(year: int, now: datetime) -> bool:
    """Tell whether a fiscal year has ended in Japan."""
    return jst_date(now) > FiscalYear(year).ends_on


def make_report_of_all(session: Session, year: int, *, now: datetime) -> AllBodies:
    """Return a year over all bodies."""

    def count() -> AllBodies:
        bodies = list_bodies(session)
        return over_bodies([(body_id, name, count_one(body_id)) for body_id, name in bodies], year)

    def count_one(body_id: int) -> BodyYear:
        kept = _recall_facts_of(session, body_id, now=now)
        count = partial(_count_body, year)
        return kept.figures(("year beside others", year), count, basis=partial(_revision, year))

    return _KEPT_OF_ALL.get(session, year, count, now=now)


def find_behind(
    session: Session, year: int, key: str, *, body_id: int | None, now: datetime
) -> Evidence:
    """Return the records behind a figure of one body, or of all, in the report over all bodies.

    Raises:
        NotFoundError: the report has no such figure, or withholds it.
    """
    shown = make_report_of_all(session, year, now=now)
    rows = {row.body_id: row.values for row in shown.rows}
    values = shown.total if body_id is None else rows.get(body_id, {})
    if values.get(key) is None:
        raise NotFoundError
    facts = [
        _recall_facts_of(session, each, now=now).facts
        for each in (rows if body_id is None else (body_id,))
    ]
    return records_behind(key, [(each.pairs, each.answers) for each in facts], year)


def _recall_facts_of(session: Session, body_id: int, *, now: datetime) -> Kept:
    return recall_facts(session, replace(SYSTEM, body_id=body_id), now=now)


def set_targets(
    session: Session,
    actor: Actor,
    year: int,
    targets: Mapping[str, float],
    *,
    version: int,
    now: datetime,
) -> YearTarget:
    """Say what the body wants to reach in a fiscal year; figures that are not named have no target.

    Raises:
        NotAllowedError: unless the actor is the lead of a body.
        InvalidError: naming the figure whose target cannot be.
        StaleVersionError: when somebody else changed them since the form was opened.
    """
    if not may_keep_years(actor):
        raise NotAllowedError
    _check_targets(targets)
    body_id = _lock_body(session, actor)
    kept = find_target(session, body_id, year)
    before: Mapping[str, float] = {}
    if kept is None:
        kept = YearTarget(body_id=body_id, fiscal_year=year, targets=dict(targets), updated_at=now)
        session.add(kept)
    else:
        check_version(kept, version)
        before = kept.targets
        kept.targets, kept.updated_at = dict(targets), now
    session.flush()
    changes: dict[str, tuple[object, object]] = {
        key: (before.get(key), targets.get(key))
        for key in TARGET_KEYS
        if before.get(key) != targets.get(key)
    }
    if changes:
        record(
            session, actor, action="year_target.set", subject=("year_target", kept.id),
            body_id=body_id, now=now, changes=changes,
        )  # fmt: skip
    return kept


def close_year(session: Session, actor: Actor, year: int, *, note: str, now: datetime) -> ClosedYear:
    """Keep the figures of a year as they are known now: what was reported stays to be compared with.

    A year may be closed again after corrections; each time is an edition of its own.

    Raises:
        NotAllowedError: unless the actor is the lead of a body.
        ConflictError: before the year is over.
        InvalidError: for a further edition without a reason.
    """
    if not may_keep_years(actor):
        raise NotAllowedError
    if not is_over(year, now):
        raise ConflictError(mark_text("年度が終わってから確定してください。"))
    body_id = _lock_body(session, actor)
    earlier = list_editions(session, body_id, (year,))
    if earlier and not note:
        raise InvalidError(mark_text("もう一度確定する理由を入力してください。"), field="note")
    count = count_years(session, actor, (year,), now=now)[0]
    closed = ClosedYear(
        body_id=body_id,
        fiscal_year=year,
        edition=len(earlier) + 1,
        figures=freeze(count),
        note=note,
        closed_at=now,
        closed_by=actor.user_id,
        closed_by_name=actor.name,
    )
    session.add(closed)
    session.flush()
    record(
        session, actor, action="closed_year.close", subject=("closed_year", closed.id),
        body_id=body_id, now=now, changes={"edition": (None, closed.edition)}, note=note,
    )  # fmt: skip
    return closed


def _lock_body(session: Session, actor: Actor) -> int:
    """Let one lead of a body change its years at a time; return the body."""
    query = select(SupportBody.id).where(SupportBody.id == (actor.body_id or 0)).with_for_update()
    return session.execute(query).scalar_one()


def _check_targets(targets: Mapping[str, float]) -> None:
    for key, value in targets.items():
        if key not in TARGET_KEYS:
            raise InvalidError(mark_text("この数字には目標を決められません。"))
        if value <= 0:
            raise InvalidError(mark_text("目標は0より大きい数字にしてください。"), field=key)
        if UNITS[key] is Unit.RATE and value > 1:
            raise InvalidError(mark_text("割合の目標は100%までにしてください。"), field=key)
