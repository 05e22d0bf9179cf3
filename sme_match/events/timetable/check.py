"""The independent checker: which rules a timetable breaks. It shares no code with any solver."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sme_match.events.timetable.problem import Key, Problem
from sme_match.events.timetable.solution import CauseKind, Placed


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that is broken, by which candidates, and where.

    `subject`: the party, company or resource of the rule, None for rules of the event.
    """

    rule: CauseKind
    candidates: tuple[Key, ...]
    subject: Key | None = None
    slot: Key | None = None


def violations(problem: Problem, meetings: Iterable[Placed]) -> tuple[Violation, ...]:
    """Return every rule that `meetings` break, in the order of the rules, then of the problem.

    Candidates that are placed twice, and lanes that do not exist or are taken twice, count as too many
    meetings of the buyer. Raises KeyError where a meeting names what the problem does not know.
    """
    checker = _Checker(problem, tuple(meetings))
    return tuple(
        violation
        for rule in (
            checker.locks,
            checker.availability,
            checker.lanes,
            checker.calendars,
            checker.limits,
            checker.at_once,
            checker.order,
            checker.sets,
            checker.required,
        )
        for violation in rule()
    )


class _Checker:
    def __init__(self, problem: Problem, meetings: Sequence[Placed]) -> None:
        self.problem = problem
        self.meetings = meetings
        self.position = {slot.key: index for index, slot in enumerate(problem.slots)}
        self.slot = {slot.key: slot for slot in problem.slots}
        self.candidate = {candidate.key: candidate for candidate in problem.candidates}
        self.buyer = {buyer.key: buyer for buyer in problem.buyers}
        self.attendee = {attendee.key: attendee for attendee in problem.attendees}
        self.resource = {resource.key: resource for resource in problem.resources}
        self.at = {meeting.candidate: meeting for meeting in meetings}

    def locks(self) -> Iterator[Violation]:
        for lock in self.problem.locks:
            meeting = self.at.get(lock.candidate)
            if meeting is None or meeting.slot != lock.slot or lock.lane not in (None, meeting.lane):
                yield Violation(CauseKind.LOCK, (lock.candidate,), lock.candidate, lock.slot)

    def availability(self) -> Iterator[Violation]:
        for key, slot, _ in self.meetings:
            candidate = self.candidate[key]
            if slot not in self.buyer[candidate.buyer].available:
                yield Violation(CauseKind.BUYER_AVAILABLE, (key,), candidate.buyer, slot)
            if slot not in self.attendee[candidate.attendee].available:
                yield Violation(CauseKind.ATTENDEE_AVAILABLE, (key,), candidate.attendee, slot)
            if candidate.slots is not None and slot not in candidate.slots:
                yield Violation(CauseKind.CANDIDATE_SLOTS, (key,), key, slot)

    def lanes(self) -> Iterator[Violation]:
        for key, times in Counter(meeting.candidate for meeting in self.meetings).items():
            if times > 1:
                yield Violation(CauseKind.BUYER_LANES, (key,) * times, self.candidate[key].buyer)
        desks: dict[tuple[Key, Key, int], list[Key]] = defaultdict(list)
        for key, slot, lane in self.meetings:
            desks[self.candidate[key].buyer, slot, lane].append(key)
        for (buyer, slot, lane), keys in desks.items():
            if len(keys) > 1 or not 0 <= lane < self.buyer[buyer].lanes:
                yield Violation(CauseKind.BUYER_LANES, tuple(keys), buyer, slot)

    def calendars(self) -> Iterator[Violation]:
        rows: dict[Key, list[Placed]] = defaultdict(list)
        for meeting in self.meetings:
            rows[self.candidate[meeting.candidate].attendee].append(meeting)
        for key, row in rows.items():
            row.sort(key=lambda meeting: self.position[meeting.slot])
            apart = self.attendee[key].change_over + 1
            for first, second in pairwise(row):
                together = self.slot[first.slot].block == self.slot[second.slot].block
                distance = self.position[second.slot] - self.position[first.slot]
                if distance == 0 or (together and distance < apart):
                    yield Violation(
                        CauseKind.ATTENDEE_CALENDAR,
                        (first.candidate, second.candidate),
                        key,
                        second.slot,
                    )

    def limits(self) -> Iterator[Violation]:
        by_buyer, by_attendee, by_company = (defaultdict[Key, list[Key]](list) for _ in range(3))
        for key in self.at:
            candidate = self.candidate[key]
            by_buyer[candidate.buyer].append(key)
            by_attendee[candidate.attendee].append(key)
            by_company[self.attendee[candidate.attendee].company].append(key)
        for rule, groups, limits in (
            (CauseKind.BUYER_LIMIT, by_buyer, {b.key: b.limit for b in self.problem.buyers}),
            (CauseKind.ATTENDEE_LIMIT, by_attendee, {a.key: a.limit for a in self.problem.attendees}),
            (CauseKind.COMPANY_LIMIT, by_company, dict(self.problem.company_limits)),
        ):
            for subject, keys in groups.items():
                limit = limits.get(subject)
                if limit is not None and len(keys) > limit:
                    yield Violation(rule, tuple(keys), subject)

    def at_once(self) -> Iterator[Violation]:
        for slot in self.problem.slots:
            keys = tuple(
                meeting.candidate
                for meeting in self.meetings
                if meeting.slot == slot.key and self.candidate[meeting.candidate].draws
            )
            most = self.problem.meetings_at_once
            if most is not None and len(keys) > most:
                yield Violation(CauseKind.MEETINGS_AT_ONCE, keys, slot=slot.key)
            rooms = self.problem.hosted_rooms
            hosted = tuple(key for key in keys if self.candidate[key].rooms)
            if rooms is not None and sum(self.candidate[key].rooms for key in hosted) > rooms:
                yield Violation(CauseKind.HOSTED_ROOMS, hosted, slot=slot.key)
            for resource in self.problem.resources:
                users = tuple(key for key in keys if self._uses(key, resource.key))
                away = resource.available is not None and slot.key not in resource.available
                used = sum(self._uses(key, resource.key) for key in users)
                if used > (0 if away else resource.capacity):
                    yield Violation(CauseKind.RESOURCE, users, resource.key, slot.key)

    def order(self) -> Iterator[Violation]:
        for first, second in self.problem.precedences:
            before, after = self.at.get(first), self.at.get(second)
            if before and after and self.position[before.slot] >= self.position[after.slot]:
                yield Violation(CauseKind.PRECEDENCE, (first, second), first, after.slot)

    def sets(self) -> Iterator[Violation]:
        for key in self.at:
            candidate = self.candidate[key]
            company = self.attendee[candidate.attendee].company
            if (candidate.buyer, company) in self.problem.exclusions:
                yield Violation(CauseKind.EXCLUSION, (key,), key)
        for group in self.problem.alternatives:
            held = tuple(key for key in self.at if key in group)
            if len(held) > 1:
                yield Violation(CauseKind.ALTERNATIVES, held, held[0])

    def required(self) -> Iterator[Violation]:
        if self.problem.requires_musts:
            for candidate in self.problem.candidates:
                if candidate.must and candidate.key not in self.at:
                    yield Violation(CauseKind.MUST, (candidate.key,), candidate.key)
        if self.problem.requires_floor:
            companies = {attendee.key: attendee.company for attendee in self.problem.attendees}
            held = Counter(companies[self.candidate[key].attendee] for key in self.at)
            for company in dict.fromkeys(companies.values()):
                if held[company] < self.problem.floor:
                    yield Violation(CauseKind.FLOOR, (), company)

    def _uses(self, key: Key, resource: Key) -> int:
        candidate = self.candidate[key]
        beside = self.attendee[candidate.attendee].helper == resource
        return int(resource in candidate.uses) + int(beside)
