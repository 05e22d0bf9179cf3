"""What the bodies aimed at in each fiscal year, and what they reported when it was over."""

import random
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from sme_match.accounts.models import User
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import from_jst, jst_midnight
from sme_match.core.fiscal_year import FiscalYear
from sme_match.demo.world import World, next_business_day
from sme_match.statistics.facts import Facts, facts_of
from sme_match.statistics.models import ClosedYear, YearTarget
from sme_match.statistics.queries import load_records
from sme_match.statistics.yearly.editions import freeze
from sme_match.statistics.yearly.figures import count_figures, count_year

COUNTED = ("introduced", "meetings", "smes", "deals")
"""Targets near what was reached, in round numbers; those of rates are the same everywhere."""
RATES = {"quote_rate": 0.4, "deal_rate": 0.15, "answered_smes": 0.8}
ROUND = 5
NEAR = (0.85, 1.25)
CLOSED_AFTER = timedelta(days=50)


def report_years(world: World) -> None:
    """Set targets for every fiscal year of the region, and close those that are long over.

    What was reported is what was known on the day: deals that came later show as restated.
    """
    first, now = FiscalYear.of(world.starts_on), FiscalYear.of(world.today)
    leads = world.session.scalars(select(User).where(User.role == Role.LEAD).order_by(User.id)).all()
    for lead in leads:
        actor = lead.as_actor()
        facts = facts_of(load_records(world.session, actor))
        for year in range(first.starts_on.year, now.starts_on.year + 1):
            rng = world.chance("year", actor.body_id, year)
            world.session.add(_target(rng, facts, actor, year))
            closed_on = next_business_day(FiscalYear(year).ends_on + CLOSED_AFTER)
            if closed_on < world.today:
                world.session.add(_edition(world, actor, year, closed_on))
    world.session.flush()


def _target(rng: random.Random, facts: Facts, actor: Actor, year: int) -> YearTarget:
    counted = count_figures(facts.pairs, facts.answers, year, COUNTED)
    targets = {
        key: max(ROUND, ROUND * round((counted[key].value or 0) * rng.uniform(*NEAR) / ROUND))
        for key in COUNTED
    }
    return YearTarget(
        body_id=actor.body_id,
        fiscal_year=year,
        targets=targets | RATES,
        updated_at=_noon(FiscalYear(year).starts_on),
    )


def _edition(world: World, actor: Actor, year: int, closed_on: date) -> ClosedYear:
    known = load_records(world.session, actor, known_at=jst_midnight(closed_on))
    facts = facts_of(known)
    return ClosedYear(
        body_id=actor.body_id,
        fiscal_year=year,
        edition=1,
        figures=freeze(count_year(facts.pairs, facts.answers, year)),
        note="県への実績報告",
        closed_at=_noon(closed_on),
        closed_by=actor.user_id,
        closed_by_name=actor.name,
    )


def _noon(day: date) -> datetime:
    return from_jst(day, time(12))
