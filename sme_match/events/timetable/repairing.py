"""Which confirmed meetings stay, move or fall out when something has changed: as few as possible."""

from collections.abc import Mapping
from dataclasses import dataclass

from ortools.sat.python import cp_model

from sme_match.events.timetable.board import Board
from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.encoding import total
from sme_match.events.timetable.exact import ExactModel
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.solution import Status


@dataclass(frozen=True, slots=True)
class Kept:
    """Slots of the confirmed meetings that are held, and whether fewer moves are ruled out."""

    status: Status
    slots: Mapping[int, int]


def keep_most(indexed: Indexed, before: Mapping[int, int], budget: Budget) -> Kept:
    """Hold as many confirmed meetings as can be held, then move as few of them as possible.

    Where each meeting that cannot stay finds another slot while all others stay, no proof is needed:
    fewer cannot move. Otherwise the meetings become one model.
    """
    board = Board(indexed)
    leaving = []
    for index, (slot, _) in indexed.locked.items():
        if not board.may_hold(index) or not board.fits(index, slot):
            return _keep_by_model(indexed, before, budget)
        board.put(index, slot)
    for index, slot in before.items():
        if index in indexed.locked:
            continue
        if slot not in board.open[index]:
            leaving.append(index)
        elif board.may_hold(index) and board.fits(index, slot):
            board.put(index, slot)
        else:
            return _keep_by_model(indexed, before, budget)
    for index in leaving:
        slots = [slot for slot in indexed.domains[index] if board.fits(index, slot)]
        if slots and board.may_hold(index):
            board.put(index, slots[0])
        elif indexed.domains[index]:
            return _keep_by_model(indexed, before, budget)
    return Kept(Status.OPTIMAL, dict(board.slot_of))


def _keep_by_model(indexed: Indexed, before: Mapping[int, int], budget: Budget) -> Kept:
    domains = [
        domain if index in before or index in indexed.locked else ()
        for index, domain in enumerate(indexed.domains)
    ]
    exact = ExactModel(indexed, domains)
    lost = total(1 - exact.held(index) for index in before)
    moved = total(
        x for index, slot in before.items() for other, x in exact.at[index].items() if other != slot
    )
    exact.model.minimize((len(before) + 1) * lost + moved)
    exact.hint(before)
    solver, status = budget.run(exact.model)
    if status == cp_model.INFEASIBLE:
        return Kept(Status.INFEASIBLE, {})
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Kept(Status.UNKNOWN, {})
    proven = Status.OPTIMAL if status == cp_model.OPTIMAL else Status.FEASIBLE
    return Kept(proven, exact.slots(solver))
