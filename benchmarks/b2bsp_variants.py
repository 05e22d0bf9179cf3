"""Relatives of Business-to-Business instances, to test the solver on what it has not seen.

Each draws one or two changes: fewer tables, partners exchanged with the number of meetings of each
company kept, forbidden slots, fixed meetings, precedences.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from sme_match.events.timetable.placement import Placement

SCATTERED = 0.07
"""The share of forbidden slots that published variants have."""


def fewer_tables(placement: Placement, rng: random.Random) -> Placement:
    """Leave as many tables as the meetings need at least, or one more."""
    slots = len(placement.blocks[0])
    return replace(placement, at_once=-(-len(placement.ends) // slots) + rng.randint(0, 1))


def exchanged_partners(placement: Placement, rng: random.Random) -> Placement:
    """Let pairs of meetings exchange their second companies, which keeps all counts."""
    ends = list(placement.ends)
    taken = {frozenset(pair) for pair in ends}
    for _ in range(len(ends)):
        i, j = rng.sample(range(len(ends)), 2)
        (a, b), (c, d) = ends[i], ends[j]
        new = frozenset((a, d)), frozenset((c, b))
        if placement.domains[i] == placement.domains[j] and a != d and b != c and not taken & {*new}:
            taken -= {frozenset(ends[i]), frozenset(ends[j])}
            taken |= {*new}
            ends[i], ends[j] = (a, d), (c, b)
    return replace(placement, ends=tuple(ends))


def forbidden_slots(placement: Placement, rng: random.Random) -> Placement:
    """Forbid a company in three a slot."""
    slots = len(placement.blocks[0])
    rows = [row for row in range(placement.rows) if rng.random() < 1 / 3]
    return _without(placement, {(row, rng.randrange(slots)) for row in rows})


def scattered_slots(placement: Placement, rng: random.Random) -> Placement:
    """Forbid one slot of a company in fourteen."""
    slots = range(len(placement.blocks[0]))
    every = [(row, slot) for row in range(placement.rows) for slot in slots]
    return _without(placement, {cell for cell in every if rng.random() < SCATTERED})


def _without(placement: Placement, closed: set[tuple[int, int]]) -> Placement:
    return replace(
        placement,
        domains=tuple(
            tuple(slot for slot in domain if not closed & {(row, slot) for row in ends})
            for ends, domain in zip(placement.ends, placement.domains, strict=True)
        ),
    )


def fixed_meetings(placement: Placement, rng: random.Random) -> Placement:
    """Fix a tenth of the meetings."""
    return replace(
        placement,
        domains=tuple(
            (rng.choice(domain),) if domain and rng.random() < 1 / 10 else domain
            for domain in placement.domains
        ),
    )


def ordered_meetings(placement: Placement, rng: random.Random) -> Placement:
    """Order pairs of meetings, along one random order so that there is no circle."""
    order = rng.sample(range(len(placement.ends)), len(placement.ends))
    pairs = [tuple(sorted(rng.sample(order, 2), key=order.index)) for _ in range(len(order) // 5)]
    return replace(placement, precedences=tuple((first, second) for first, second in pairs))


CHANGES: dict[str, Callable[[Placement, random.Random], Placement]] = {
    "tables": fewer_tables,
    "partners": exchanged_partners,
    "forbidden": forbidden_slots,
    "scattered": scattered_slots,
    "fixed": fixed_meetings,
    "order": ordered_meetings,
}


def draw_variants(
    placement: Placement, count: int, rng: random.Random
) -> Iterator[tuple[str, Placement]]:
    """Draw `count` variants with their names: one or two changes each."""
    for number in range(count):
        names = rng.sample(sorted(CHANGES), rng.randint(1, 2))
        variant = placement
        for name in names:
            variant = CHANGES[name](variant, rng)
        yield f"{'+'.join(names)}{number}", variant
