"""Fewer idle breaks by trading slots along Kempe chains, worse steps allowed less and less often."""

import random
from math import exp
from typing import Final

from sme_match.events.timetable.board import Board, Chain
from sme_match.events.timetable.budget import Budget

STEPS_PER_UNIT: Final = 60_000
"""Chains that are tried in one unit of deterministic time."""
STEPS_PER_MEETING: Final = 1_000
"""Chains after which a small event is as good as it gets by this."""
ROUND: Final = 2_000
HEAT: Final = 0.5
COOLED: Final = 0.2
"""The heat at the end beside that at the beginning."""
BREAKS_SHARE: Final = 0.6
"""Share of the time for breaks first; what is left goes to spans."""
BREAKS_WEIGHTS: Final = (1.0, 0.02)
SPAN_WEIGHTS: Final = (4.0, 0.5)
"""What a break and a slot of span cost while breaks, then spans are looked at."""
BREAKS_FIRST: Final = 0.8
"""Share of steps that begin at a row with a break."""


class Annealer:
    """A board with breaks and span of every row."""

    def __init__(self, board: Board, seed: int) -> None:
        self.board = board
        self.random = random.Random(seed)
        self.blocks = [sum(1 << slot for slot in block) for block in board.indexed.blocks]
        self.days = [sum(1 << slot for slot in day) for day in board.indexed.days]
        self.known: dict[int, tuple[int, int]] = {}
        self.weights = BREAKS_WEIGHTS
        self.masks = [self._levels(row) for row in range(len(board.cells))]
        self.values = [self.value(masks) for masks in self.masks]
        self.breaks = sum(breaks for breaks, _ in self.values)
        self.span = sum(span for _, span in self.values)

    def run(self, budget: Budget, units: float, bounds: tuple[int, int] = (0, 0)) -> None:
        """Anneal for so many units, or until breaks and span are as low as can be; keep the best."""
        for weights, share in ((BREAKS_WEIGHTS, BREAKS_SHARE), (SPAN_WEIGHTS, 1 - BREAKS_SHARE)):
            self.weights = weights
            goal = (bounds[0], self.span) if weights is BREAKS_WEIGHTS else bounds
            self._cool(budget, units * share, goal)

    def _cool(self, budget: Budget, units: float, goal: tuple[int, int]) -> None:
        board, draw = self.board, self.random.random
        meetings = [i for i in sorted(board.slot_of) if len(board.open[i]) > 1]
        steps = min(int(units * STEPS_PER_UNIT), STEPS_PER_MEETING * len(meetings))
        best, kept = (self.breaks, self.span), dict(board.slot_of)
        if best[0] <= goal[0] and best[1] <= goal[1]:
            return
        rows: list[int] = []
        heat = HEAT
        for step in range(steps if meetings else 0):
            if step % ROUND == 0:
                budget.spent += min(ROUND, steps - step) / STEPS_PER_UNIT
                budget.report("breaks")
                heat = HEAT * COOLED ** (step / steps)
                rows = [row for row, (breaks, _) in enumerate(self.values) if breaks]
                if budget.stopped():
                    break
            index = meetings[int(draw() * len(meetings))]
            if rows and draw() < BREAKS_FIRST and self.weights is BREAKS_WEIGHTS:
                own = board.indexed.rows[rows[int(draw() * len(rows))]].candidates
                index = own[int(draw() * len(own))]
                if index not in board.slot_of:
                    continue
            domain = board.indexed.domains[index]
            target = domain[int(draw() * len(domain))]
            if target != board.slot_of[index] and self._try(index, target, heat):
                now = (self.breaks, self.span)
                if now < best:
                    best, kept = now, dict(board.slot_of)
                    if best[0] <= goal[0] and best[1] <= goal[1]:
                        break
        self.restore(kept)

    def _try(self, index: int, target: int, heat: float) -> bool:
        """Let a chain begin with the meeting, if that is better or luck will have it."""
        board = self.board
        chain = board.chain(index, target)
        if chain is None:
            return False
        source = board.slot_of[index]
        change: dict[int, int] = {}
        for moved, slot in chain.moves.items():
            one = 1 if slot == target else -1
            for row in board.ends[moved]:
                change[row] = change.get(row, 0) + one
        breaks = span = 0
        after = []
        for row, more in change.items():
            if more:
                levels = self._changed(row, source, target, more)
                value = self.value(levels)
                breaks += value[0] - self.values[row][0]
                span += value[1] - self.values[row][1]
                after.append((row, levels, value))
        difference = breaks * self.weights[0] + span * self.weights[1]
        if difference > 0 and self.random.random() >= exp(-difference / heat):
            return False
        board.apply(chain)
        for row, levels, value in after:
            self.masks[row], self.values[row] = levels, value
        self.breaks += breaks
        self.span += span
        return True

    def _changed(self, row: int, source: int, target: int, more: int) -> list[int]:
        """Return the levels of the row with `more` meetings in the target, from the source."""
        levels = list(self.masks[row])
        gain, loss = (target, source) if more > 0 else (source, target)
        for _ in range(abs(more)):
            for level in range(len(levels) - 1, -1, -1):
                if levels[level] >> loss & 1:
                    levels[level] &= ~(1 << loss)
                    break
            for level, mask in enumerate(levels):
                if not mask >> gain & 1:
                    levels[level] |= 1 << gain
                    break
        return levels

    def _levels(self, row: int) -> list[int]:
        return [
            sum(1 << slot for slot, cell in enumerate(self.board.cells[row]) if len(cell) > level)
            for level in range(self.board.lanes[row])
        ]

    def value(self, levels: list[int]) -> tuple[int, int]:
        """Return the breaks of all desks and the span of the first, which is busy whenever any is."""
        if len(levels) == 1:
            return self._of(levels[0])
        return sum(self._of(mask)[0] for mask in levels), self._of(levels[0])[1]

    def _of(self, mask: int) -> tuple[int, int]:
        found = self.known.get(mask)
        if found is None:
            breaks = span = 0
            for block in self.blocks:
                busy = mask & block
                if busy:
                    breaks += (busy & ~(busy << 1)).bit_count() - 1
            for day in self.days:
                busy = mask & day
                if busy:
                    span += busy.bit_length() - (busy & -busy).bit_length() + 1
            found = self.known[mask] = (breaks, span)
        return found

    def restore(self, slots: dict[int, int]) -> None:
        """Bring the meetings that are held to these slots."""
        self.board.apply(Chain(slots))
        self.masks = [self._levels(row) for row in range(len(self.masks))]
        self.values = [self.value(masks) for masks in self.masks]
        self.breaks = sum(breaks for breaks, _ in self.values)
        self.span = sum(span for _, span in self.values)
