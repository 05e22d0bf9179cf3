"""How a contact went on after the meeting: the course that the reports of both sides will tell."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sme_match.demo.words import sentences
from sme_match.outcomes.enums import End, NoDealReason, Stage

DAYS_PER_MONTH = 30.4
REFUSED_AFTER = timedelta(days=14)
# The stage a contact reaches in the end, in parts of a hundred. A year later about four in ten
# contacts have a quote; fewer are seen so far, because the newest meetings are still young.
FINAL_STAGES = (
    (Stage.CONTACT, 7),
    (Stage.INFORMATION, 19),
    (Stage.DRAWING, 15),
    (Stage.QUOTE_ASKED, 9),
    (Stage.QUOTE_GIVEN, 14),
    (Stage.PROTOTYPE, 6),
    (Stage.DEAL, 18),
    (Stage.CONTINUING, 12),
)
# Months after the meeting in which a stage is reached. Orders show up late: few in the first month.
MONTHS_TO_STAGE: dict[Stage, tuple[float, ...]] = {
    Stage.INFORMATION: (0.0,),
    Stage.DRAWING: (0.0, 0.2, 0.6),
    Stage.QUOTE_ASKED: (0.0, 0.3, 0.8),
    Stage.QUOTE_GIVEN: (0.4, 0.8, 1.5, 2.5),
    Stage.PROTOTYPE: (1.2, 2.5, 4.0),
    Stage.DEAL: (0.6, 0.9, 2.4, 2.8, 4.0, 5.5, 8.0, 10.5),
    Stage.CONTINUING: (4.0, 6.0, 9.0),
}
NO_DEAL_SHARE = 0.45
ON_HOLD_SHARE = 0.15
ORDERS_YEN = (
    80_000,
    120_000,
    180_000,
    250_000,
    340_000,
    480_000,
    650_000,
    900_000,
    1_400_000,
    2_800_000,
)
REASONS = (
    (NoDealReason.PRICE, 30),
    (NoDealReason.LEAD_TIME, 13),
    (NoDealReason.LOT_TOO_SMALL, 8),
    (NoDealReason.LOT_TOO_LARGE, 6),
    (NoDealReason.ACCURACY, 8),
    (NoDealReason.EQUIPMENT, 8),
    (NoDealReason.CAPACITY, 7),
    (NoDealReason.DISTANCE, 5),
    (NoDealReason.CERTIFICATE, 4),
    (NoDealReason.INFORMATION, 4),
    (NoDealReason.TERMS, 3),
    (NoDealReason.OTHER, 4),
)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody who knows the course would say on one day, in the columns of a report."""

    stage: Stage
    end: End | None
    reasons: list[str]
    first_order_yen: int | None
    expected_year_yen: int | None
    total_yen: int | None
    deal_on: date | None
    next_action: str
    next_action_on: date | None

    def values(self) -> dict[str, Any]:
        """Return the columns by name."""
        return {name: getattr(self, name) for name in self.__slots__} | {"stage": int(self.stage)}


@dataclass(slots=True)
class Story:
    """The course of one contact; `reached` is the day of each stage, `ended_on` when it stopped."""

    held_on: date
    reached: dict[Stage, date] = field(default_factory=dict)
    end: End | None = None
    ended_on: date | None = None
    reasons: list[str] = field(default_factory=list)
    first_order_yen: int = 0
    yearly_yen: int = 0
    actions: tuple[str, str] = ("", "")

    def words_on(self, day: date) -> Words:
        """Return where the contact stands on a day."""
        stage = max((s for s, on in self.reached.items() if on <= day), default=Stage.CONTACT)
        ended = self.ended_on is not None and self.ended_on <= day
        deal_on = self.reached[Stage.DEAL] if stage >= Stage.DEAL else None
        months_since = (day - deal_on).days / DAYS_PER_MONTH if deal_on else 0.0
        grown = round(self.yearly_yen * months_since / 12, -3) if stage is Stage.CONTINUING else 0
        action = self.actions[stage >= Stage.QUOTE_GIVEN]
        return Words(
            stage=stage,
            end=self.end if ended else None,
            reasons=self.reasons if ended else [],
            first_order_yen=self.first_order_yen if deal_on else None,
            expected_year_yen=self.yearly_yen if stage >= Stage.QUOTE_GIVEN and not ended else None,
            total_yen=self.first_order_yen + int(grown) if deal_on else None,
            deal_on=deal_on,
            next_action="" if ended or stage is Stage.CONTACT else action,
            next_action_on=None if ended or stage is Stage.CONTACT else day + timedelta(days=10),
        )


def tell_story(rng: random.Random, held_on: date) -> Story:
    """Draw the course of one contact."""
    final = rng.choices([stage for stage, _ in FINAL_STAGES], [weight for _, weight in FINAL_STAGES])[0]
    story = Story(
        held_on=held_on,
        first_order_yen=rng.choice(ORDERS_YEN),
        actions=(
            rng.choice(sentences("outcome", "first_actions")),
            rng.choice(sentences("outcome", "later_actions")),
        ),
    )
    story.yearly_yen = story.first_order_yen * rng.choice((2, 3, 5, 8, 12))
    day = held_on
    for stage in Stage:
        if stage is Stage.CONTACT or stage > final:
            continue
        # A first order often needs no prototype.
        if stage is Stage.PROTOTYPE and final >= Stage.DEAL and rng.random() < 0.4:
            continue
        months = rng.choice(MONTHS_TO_STAGE[stage])
        day = max(day, held_on + timedelta(days=round(months * DAYS_PER_MONTH)))
        story.reached[stage] = day
    _end(rng, story, final, last_step_on=day)
    return story


def tell_refusal(rng: random.Random, held_on: date) -> Story:
    """Draw the course of a contact that ends because of the delivery time and one thing more."""
    other = rng.choice((NoDealReason.PRICE, NoDealReason.CAPACITY, NoDealReason.CERTIFICATE))
    return Story(
        held_on=held_on,
        reached={Stage.INFORMATION: held_on},
        end=End.NO_DEAL,
        ended_on=held_on + REFUSED_AFTER,
        reasons=[str(NoDealReason.LEAD_TIME), str(other)],
        actions=(
            rng.choice(sentences("outcome", "first_actions")),
            rng.choice(sentences("outcome", "later_actions")),
        ),
    )


def _end(rng: random.Random, story: Story, final: Stage, *, last_step_on: date) -> None:
    if final >= Stage.DEAL:
        return
    draw = rng.random()
    if draw < NO_DEAL_SHARE:
        story.end = End.NO_DEAL
        kinds = rng.choices([reason for reason, _ in REASONS], [weight for _, weight in REASONS], k=2)
        story.reasons = [str(reason) for reason in dict.fromkeys(kinds)]
    elif draw < NO_DEAL_SHARE + ON_HOLD_SHARE:
        story.end = End.ON_HOLD
    else:
        return
    # Only a meeting that led nowhere ends on the day itself.
    months = 0.0 if final is Stage.CONTACT else rng.choice((0.8, 1.5, 2.5, 4.0))
    story.ended_on = last_step_on + timedelta(days=round(months * DAYS_PER_MONTH))
