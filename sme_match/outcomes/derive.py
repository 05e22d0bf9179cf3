"""Where a meeting stands, derived from what both sides said. Pure.

The rule, in words:

* Of each reporter the latest words count; what was said before is history.
* A coordinator who has seen a document beats everything that was said before it. What a side says
  later counts again, beside the document.
* A coordinator's own words without a document count only while no side has spoken.
* The ladder tells how far a contact has come, so it only goes up: a later round that is higher is
  progress. Two words disagree when they are about the same round and lie more than `TOLERANCE`
  apart, or when the later round is lower by more than that; and always when one of them (the later
  one, if the rounds differ) denies an order that the other reports, or only one of them says that
  it came to nothing.
* Agreed: the higher stage, since one side sees a step before the other. Disagreed: the lower stage,
  so that no figure counts what is in doubt, and a task for the coordinator.
* Amounts come from the document, else from the later words, from the lower ones while the words
  disagree; figures of an order count from the stage of a deal on. Where both sides name the same
  first order, the source is their agreement. A prospect is kept apart and never added to deals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sme_match.outcomes.enums import AmountSource, End, Reporter, Stage

TOLERANCE = 1
AMOUNT_TOLERANCE = 0.1
"""Share of the larger amount by which two first orders may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one reporter said at one time."""

    reporter: Reporter
    months_after: int
    reported_at: datetime
    stage: int
    end: End | None = None
    first_order_yen: int | None = None
    expected_year_yen: int | None = None
    total_yen: int | None = None
    amount_source: AmountSource | None = None
    deal_on: date | None = None
    next_action: str = ""
    next_action_on: date | None = None

    @property
    def is_document(self) -> bool:
        """Whether the coordinator saw a document."""
        return (
            self.reporter is Reporter.COORDINATOR and self.amount_source is AmountSource.DOCUMENT_SEEN
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """Where the meeting stands."""

    stage: int
    end: End | None
    first_order_yen: int | None
    expected_year_yen: int | None
    total_yen: int | None
    amount_source: AmountSource | None
    deal_on: date | None
    disagreement: bool
    next_action: str
    next_action_on: date | None


def derive(reports: Iterable[Words]) -> Derived | None:
    """Return where the meeting stands; None while nobody has reported. See the module for the rule."""
    voices = _voices(reports)
    if not voices:
        return None
    pairs = [(early, late) for i, early in enumerate(voices) for late in voices[i + 1 :]]
    disagreement = any(_contradicts(early, late) for early, late in pairs)
    stages = [voice.stage for voice in voices]
    stage = min(stages) if disagreement else max(stages)
    latest = voices[-1]
    latest_first = voices[::-1]
    ranked = sorted(latest_first, key=lambda voice: not voice.is_document)
    ordered = stage >= Stage.DEAL
    amounts = _amounts(ranked, disagreement=disagreement) if ordered else None
    return Derived(
        stage=stage,
        end=_end(voices),
        first_order_yen=amounts.first_order_yen if amounts else None,
        total_yen=amounts.total_yen if amounts else None,
        amount_source=_source(amounts, voices),
        deal_on=next((v.deal_on for v in ranked if v.deal_on), None) if ordered else None,
        expected_year_yen=next(
            (v.expected_year_yen for v in ranked if v.expected_year_yen is not None), None
        ),
        disagreement=disagreement,
        next_action=latest.next_action,
        next_action_on=latest.next_action_on,
    )


def _voices(reports: Iterable[Words]) -> Sequence[Words]:
    """Return the words that count, in the order of rounds and then of time."""
    latest: dict[Reporter, Words] = {}
    for words in sorted(reports, key=lambda words: words.reported_at):
        latest[words.reporter] = words
    coordinator = latest.pop(Reporter.COORDINATOR, None)
    if coordinator is not None and coordinator.is_document:
        newer = [words for words in latest.values() if words.reported_at > coordinator.reported_at]
        return sorted([coordinator, *newer], key=_order)
    if not latest and coordinator is not None:
        return [coordinator]
    return sorted(latest.values(), key=_order)


def _order(words: Words) -> tuple[int, datetime]:
    return words.months_after, words.reported_at


def _contradicts(early: Words, late: Words) -> bool:
    same_round = early.months_after == late.months_after
    fallen = early.stage - late.stage
    apart = abs(fallen) if same_round else fallen
    order_denied = late.stage < Stage.DEAL <= early.stage or (
        same_round and early.stage < Stage.DEAL <= late.stage
    )
    ended = early.end is End.NO_DEAL, late.end is End.NO_DEAL
    only_one_ended = ended[0] != ended[1] and (same_round or ended[0])
    return apart > TOLERANCE or order_denied or only_one_ended or _amounts_differ(early, late)


def _amounts_differ(one: Words, other: Words) -> bool:
    if one.first_order_yen is None or other.first_order_yen is None:
        return False
    larger = max(one.first_order_yen, other.first_order_yen)
    return abs(one.first_order_yen - other.first_order_yen) > AMOUNT_TOLERANCE * larger


def _agree(voices: Sequence[Words]) -> bool:
    """Tell whether both sides named a first order, and the same one."""
    named = {voice.reporter: voice for voice in voices if voice.first_order_yen is not None}
    if not {Reporter.SME, Reporter.BUYER} <= named.keys():
        return False
    return not _amounts_differ(named[Reporter.SME], named[Reporter.BUYER])


def _end(voices: Sequence[Words]) -> End | None:
    """Return the latest end; "unknown" gives way to what somebody knows."""
    if voices[-1].end is not End.UNKNOWN:
        return voices[-1].end
    known = [voice for voice in voices if voice.end is not End.UNKNOWN]
    return known[-1].end if known else End.UNKNOWN


def _amounts(ranked: Sequence[Words], *, disagreement: bool) -> Words | None:
    known = [voice for voice in ranked if _has_order(voice)]
    if disagreement and known:
        return min(known, key=lambda voice: voice.first_order_yen or voice.total_yen or 0)
    return known[0] if known else None


def _has_order(words: Words) -> bool:
    return words.first_order_yen is not None or words.total_yen is not None


def _source(words: Words | None, voices: Sequence[Words]) -> AmountSource | None:
    if words is not None and not words.is_document and _agree(voices):
        return AmountSource.BOTH_AGREE
    if words is None or words.amount_source is not None:
        return words.amount_source if words else None
    return AmountSource.BUYER_SAID if words.reporter is Reporter.BUYER else AmountSource.SME_SAID
