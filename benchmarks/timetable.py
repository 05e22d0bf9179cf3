"""How good timetables of practical size get, beside a textbook model and a greedy one, in one run.

    python benchmarks/timetable.py [--sizes 20x100x12 50x300x24 200x2000x48] [--json FILE]

Made-up events: popular buyers are wished for by many (Zipf), everybody is away in an eighth of the
slots, SMEs meet two to four times at most and at least once, one candidate in fifty is a must. The
textbook model gives CP-SAT the same rules and one weighted sum, with 20 s; the greedy one
puts the best wishes first into the first slot that is free. Every timetable is checked and measured by
the same independent code. Times are CPU seconds of this process.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ortools.sat.python import cp_model

from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.check import violations
from sme_match.events.timetable.exact import ExactModel
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.problem import Attendee, Buyer, Candidate, Key, Problem, Slot
from sme_match.events.timetable.selection import select
from sme_match.events.timetable.solution import Placed
from sme_match.events.timetable.solve import repair, solve

AWAY, MUSTS = 0.12, 0.02
SLOTS_OF_DAY, MORNING = 12, 6
LIMITS = {"20x100x12": 8.0, "50x300x24": 8.0, "200x2000x48": 40.0}
GIVEN_UP = 0.001
"""The share of the best utility that the goals would let go for fewer breaks."""
LONG, TEXTBOOK_SECONDS, REPAIR_LIMIT = 1e6, 20.0, 1.0
MOST_FOR_TEXTBOOK = 2_000
"""Candidates above which the textbook model is left out: it finds nothing worth a row."""


@dataclass
class Row:
    """What one way of solving made of one event."""

    event: str
    way: str
    seconds: float
    meetings: int = 0
    musts_unmet: int = 0
    shortfall: int = 0
    utility: int = 0
    breaks: int = 0
    span: int = 0
    status: str = ""
    bounds: tuple[int, ...] = ()
    note: str = ""


def make_event(size: str, seed: int) -> Problem:
    """Make an event of buyers x SMEs x slots."""
    rng = random.Random(seed)
    buyers, attendees, count = (int(part) for part in size.split("x"))
    slots = tuple(
        Slot(
            key=index,
            day=index // SLOTS_OF_DAY,
            start_minute=600 + 25 * (index % SLOTS_OF_DAY),
            end_minute=620 + 25 * (index % SLOTS_OF_DAY),
            block=index // MORNING,
        )
        for index in range(count)
    )

    def available() -> frozenset[Key]:
        return frozenset(slot.key for slot in slots if rng.random() > AWAY)

    weights = [1 / (rank + 1) ** 0.6 for rank in range(buyers)]
    candidates = []
    for attendee in range(attendees):
        wished: list[int] = []
        for _ in range(rng.randint(3, 7)):
            (buyer,) = rng.choices(range(buyers), weights)
            if buyer not in wished:
                wished.append(buyer)
        candidates += [
            Candidate(
                f"{buyer}-{attendee}",
                f"B{buyer}",
                attendee,
                utility=100 - 10 * rank + rng.randint(0, 9),
                must=rng.random() < MUSTS,
            )
            for rank, buyer in enumerate(wished)
        ]
    return Problem(
        slots=slots,
        buyers=tuple(Buyer(f"B{buyer}", available()) for buyer in range(buyers)),
        attendees=tuple(
            Attendee(attendee, attendee, available(), limit=rng.randint(2, 4))
            for attendee in range(attendees)
        ),
        candidates=tuple(candidates),
        floor=1,
    )


def greedy(problem: Problem) -> tuple[Placed, ...]:
    """Put the best wishes first, each into the first slot that both have free."""
    indexed = Indexed(problem)
    order = sorted(
        range(len(problem.candidates)),
        key=lambda i: (not problem.candidates[i].must, -problem.candidates[i].utility),
    )
    taken: set[tuple[int, int]] = set()
    held: Counter[int] = Counter()
    slots: dict[int, int] = {}
    for index in order:
        rows = indexed.ends[index]
        if any(held[row] >= indexed.rows[row].limit for row in rows):
            continue
        for slot in indexed.domains[index]:
            if not any((row, slot) in taken for row in rows):
                taken.update((row, slot) for row in rows)
                held.update(rows)
                slots[index] = slot
                break
    return indexed.placed(slots)


def textbook(problem: Problem) -> tuple[Placed, ...]:
    """Give CP-SAT the whole problem with one weighted sum and its own settings, with one worker."""
    indexed = Indexed(problem)
    exact = ExactModel(indexed)
    most_breaks = len(problem.candidates)
    most_utility = sum(candidate.utility for candidate in problem.candidates) + 1
    missing = len(problem.candidates) * exact.musts_unmet() + exact.shortfall()
    exact.model.minimize(most_breaks * (most_utility * missing - exact.utility()) + exact.breaks())
    started = time.process_time()
    budget = Budget(LONG, stop=lambda: time.process_time() - started > TEXTBOOK_SECONDS)
    solver, status = budget.run(exact.model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return indexed.placed(exact.slots(solver)) if found else ()


def measured(event: str, way: str, problem: Problem, make: Callable[[], Sequence[Placed]]) -> Row:
    """Time one way, and check and measure what it makes."""
    started = time.process_time()
    meetings = make()
    seconds = time.process_time() - started
    row = Row(event, way, seconds, len(meetings), **measure(problem, meetings)._asdict())
    if violations(problem, meetings):
        row.note = "breaks rules"
    return row


def run(size: str, seed: int) -> list[Row]:
    """Solve one event in every way, and repair it."""
    problem = make_event(size, seed)
    limit = LIMITS.get(size, 10.0)
    started = time.process_time()
    solution = solve(problem, seed=seed, limit=limit)
    seconds = time.process_time() - started
    rows = [
        measured(size, "greedy", problem, lambda: greedy(problem)),
        measured(size, "first answer", problem, lambda: solve(problem, limit=0).meetings),
    ]
    ours = measured(size, "timetable", problem, lambda: solution.meetings)
    ours.seconds, ours.status, ours.bounds = seconds, solution.status.value, tuple(solution.bounds)
    less = select(Indexed(problem), give_up=GIVEN_UP).bounds.breaks
    ours.note = f"no fewer breaks than {less} even for {GIVEN_UP:.1%} less utility"
    rows.append(ours)
    if len(problem.candidates) <= MOST_FOR_TEXTBOOK:
        rows.append(measured(size, "textbook CP-SAT", problem, lambda: textbook(problem)))
    rows += [_repaired(size, name, changed, solution.meetings) for name, changed in _changes(problem)]
    return rows


def _changes(problem: Problem) -> list[tuple[str, Problem]]:
    """Let a buyer lose a half day, an SME lose its first day, a candidate fall out."""
    buyer, attendee = problem.buyers[len(problem.buyers) // 2], problem.attendees[1]
    morning = frozenset(slot.key for slot in problem.slots[:MORNING])
    day = frozenset(slot.key for slot in problem.slots[:SLOTS_OF_DAY])
    without = replace(buyer, available=buyer.available - morning)
    absent = replace(attendee, available=attendee.available - day)
    return [
        ("repair: a wish is cancelled", replace(problem, candidates=problem.candidates[1:])),
        (
            "repair: a buyer loses a morning",
            replace(problem, buyers=tuple(without if b is buyer else b for b in problem.buyers)),
        ),
        (
            "repair: an SME loses a day",
            replace(
                problem, attendees=tuple(absent if a is attendee else a for a in problem.attendees)
            ),
        ),
    ]


def _repaired(size: str, name: str, problem: Problem, before: Sequence[Placed]) -> Row:
    started = time.process_time()
    solution = repair(problem, before, limit=REPAIR_LIMIT)
    seconds = time.process_time() - started
    row = measured(size, name, problem, lambda: solution.meetings)
    row.seconds, row.bounds = seconds, tuple(solution.bounds)
    proven = "proven fewest" if solution.fewest_moves else "not proven"
    row.note = f"{len(solution.moved)} moved, {proven}"
    return row


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table as Markdown, and write the file asked for."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("--sizes", nargs="+", default=list(LIMITS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    print(
        "| event | way | meetings | musts unmet | floor lacks | utility | gap % | breaks | span | s | |"
    )
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    rows: list[Row] = []
    for size in options.sizes:
        found = run(size, options.seed)
        rows += found
        best = max(row.bounds[2] for row in found if row.way == "timetable")
        for row in found:
            proven = [f"{row.status}; bounds {row.bounds[3]}, {row.bounds[4]}"] if row.status else []
            bounds = "; ".join([*proven, row.note])
            gap = 100 * (best - row.utility) / best
            cells = (row.event, row.way, row.meetings, row.musts_unmet, row.shortfall, row.utility)
            more = (f"{gap:.2f}", row.breaks, row.span, f"{row.seconds:.2f}", bounds)
            print("|", " | ".join(str(cell) for cell in (*cells, *more)), "|", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\nMost memory: {memory} MB")
    if options.json:
        shown = [asdict(row) for row in rows]
        options.json.write_text(json.dumps({"rows": shown}, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
