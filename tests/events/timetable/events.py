"""Small events, drawn by hypothesis or written out, that tests of the timetable share."""

from hypothesis import strategies as st

from sme_match.events.timetable.problem import (
    Attendee,
    Buyer,
    Candidate,
    Key,
    Lock,
    Problem,
    Resource,
    Slot,
)

MORNING, NOON = 600, 720


def slots(count: int, *, blocks: int = 1, days: int = 1) -> tuple[Slot, ...]:
    """Make slots of 20 + 5 minutes, spread evenly over blocks, and blocks over days."""
    return tuple(
        Slot(
            index,
            index * days // count,
            MORNING + 25 * index,
            MORNING + 25 * index + 20,
            index * blocks // count,
        )
        for index in range(count)
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Draw an event of up to 3 buyers, 4 SMEs and 5 slots with every kind of rule."""
    count = draw(st.integers(1, 5))
    times = slots(count, blocks=draw(st.integers(1, min(2, count))))
    some = st.frozensets(st.sampled_from([slot.key for slot in times]), min_size=1)
    limit = st.none() | st.integers(0, 3)
    buyers = tuple(
        Buyer(f"b{n}", draw(some), lanes=draw(st.integers(1, 2)), limit=draw(limit))
        for n in range(draw(st.integers(1, 3)))
    )
    attendees = tuple(
        Attendee(
            f"a{n}",
            f"c{n // 2}",
            draw(some),
            limit=draw(limit),
            helper=draw(st.sampled_from([None, None, "helper"])),
            change_over=draw(st.integers(0, 1)),
        )
        for n in range(draw(st.integers(1, 4)))
    )
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(buyers), st.sampled_from(attendees)), max_size=7, unique=True
        )
    )
    candidates = tuple(
        Candidate(
            f"{buyer.key}-{attendee.key}",
            buyer.key,
            attendee.key,
            utility=draw(st.integers(0, 9)),
            must=draw(st.booleans()),
            slots=draw(st.none() | some),
            rooms=draw(st.integers(0, 2)),
            uses=draw(st.sampled_from([frozenset(), frozenset({"helper"})])),
            draws=draw(st.sampled_from([True, True, True, False])),
        )
        for buyer, attendee in pairs
    )
    keys: list[Key] = [candidate.key for candidate in candidates]
    return Problem(
        slots=times,
        buyers=buyers,
        attendees=attendees,
        candidates=candidates,
        resources=(Resource("helper", draw(st.integers(1, 2)), draw(st.none() | some)),),
        precedences=_two(draw, keys),
        exclusions=frozenset({("b0", "c0")} if draw(st.booleans()) else ()),
        alternatives=tuple(frozenset(pair) for pair in _two(draw, keys)),
        company_limits=(("c0", draw(st.integers(0, 3))),) if draw(st.booleans()) else (),
        meetings_at_once=draw(st.none() | st.integers(1, 3)),
        hosted_rooms=draw(st.none() | st.integers(0, 2)),
        floor=draw(st.integers(0, 2)),
        locks=_locks(draw, candidates, times) if draw(st.booleans()) else (),
    )


def _two(draw: st.DrawFn, keys: list[Key]) -> tuple[tuple[Key, Key], ...]:
    if len(keys) < 2 or draw(st.booleans()):
        return ()
    first, second = draw(st.lists(st.sampled_from(keys), min_size=2, max_size=2, unique=True))
    return ((first, second),)


def _locks(
    draw: st.DrawFn, candidates: tuple[Candidate, ...], times: tuple[Slot, ...]
) -> tuple[Lock, ...]:
    if not candidates:
        return ()
    locked = draw(st.lists(st.sampled_from(candidates), max_size=2, unique=True))
    return tuple(Lock(c.key, draw(st.sampled_from(times)).key) for c in locked)
