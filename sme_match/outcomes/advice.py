"""Private advice to an SME: why meetings did not lead to an order, how often, for which work. Pure.

A company must not learn what a single buyer said. Nothing is said before there are `LEAST_REFUSALS`
refusals by at least `LEAST_BUYERS` buyers, and a kind of work is named only where as many buyers
gave the same reason for it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sme_match.outcomes.enums import NoDealReason

LEAST_REFUSALS = 3
LEAST_BUYERS = 2


class Refusal(NamedTuple):
    """One meeting without a deal: of whom, about which process, and why."""

    buyer_id: int
    process_code: str
    reasons: frozenset[NoDealReason]


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """One reason: in how many meetings it was named, and for which processes (code, meetings)."""

    reason: NoDealReason
    meetings: int
    processes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What was missing, most often first; empty where it would tell who said it."""

    refusals: int
    lines: tuple[AdviceLine, ...]


def advise(refusals: Iterable[Refusal]) -> Advice:
    """Return what an SME may be told about its refusals."""
    told = [each for each in refusals if each.reasons]
    if not _hides_who(told):
        return Advice(0, ())
    by_reason: dict[NoDealReason, list[Refusal]] = defaultdict(list)
    for each in told:
        for reason in each.reasons:
            by_reason[reason].append(each)
    lines = [
        AdviceLine(reason, len(found), _processes(found))
        for reason, found in by_reason.items()
        if len({each.buyer_id for each in found}) >= LEAST_BUYERS
    ]
    lines.sort(key=lambda line: (-line.meetings, line.reason))
    return Advice(len(told), tuple(lines))


def _hides_who(refusals: Sequence[Refusal]) -> bool:
    buyers = {each.buyer_id for each in refusals}
    return len(refusals) >= LEAST_REFUSALS and len(buyers) >= LEAST_BUYERS


def _processes(refusals: Sequence[Refusal]) -> tuple[tuple[str, int], ...]:
    buyers: dict[str, set[int]] = defaultdict(set)
    for each in refusals:
        buyers[each.process_code].add(each.buyer_id)
    counts = Counter(
        each.process_code
        for each in refusals
        if each.process_code and len(buyers[each.process_code]) >= LEAST_BUYERS
    )
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
