"""How complete a profile is, and the one next thing that helps most. Pure: counts plain facts."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ProfileStep(StrEnum):
    """The topics of a profile, in the order a manager is led through them."""

    COMPANY = "company"
    PROCESS = "process"
    MATERIALS = "materials"
    MACHINES = "machines"
    LOTS = "lots"
    QUALITY = "quality"
    PRESENTATION = "presentation"


class StepState(StrEnum):
    """How far a topic is."""

    DONE = "done"
    STARTED = "started"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """What one capability states."""

    description: bool = False
    materials: bool = False
    machines: bool = False
    lot: bool = False
    lead_time: bool = False
    capacity: bool = False
    precision: bool = False
    inspection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """What a profile states."""

    municipality: bool = False
    employees: bool = False
    phone: bool = False
    industry: bool = False
    contact: bool = False
    pr_text: bool = False
    work_style: bool = False
    rows: tuple[RowFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One topic and how far it is."""

    step: ProfileStep
    state: StepState


@dataclass(frozen=True, slots=True)
class Completeness:
    """The share of a profile that is there, in percent, and what to do next."""

    percent: int
    steps: tuple[StepProgress, ...]
    next_step: ProfileStep | None
    """The topic whose missing part is worth most; None when nothing is missing."""
    percent_after: int
    """The percentage once that topic is complete."""

    @property
    def done(self) -> int:
        """Return how many topics are complete."""
        return sum(progress.state is StepState.DONE for progress in self.steps)


@dataclass(frozen=True, slots=True)
class _Item:
    step: ProfileStep
    points: int
    share: Callable[[ProfileFacts], float]
    """How much of the item is there, from 0 to 1."""


def _of_rows(stated: Callable[[RowFacts], bool]) -> Callable[[ProfileFacts], float]:
    """Return the share of capabilities that state something; none of them states nothing."""
    return lambda facts: sum(map(stated, facts.rows)) / len(facts.rows) if facts.rows else 0.0


# The weights follow what matching reads first: the process with its description, then materials,
# machines and quantities. They add up to a hundred.
_ITEMS: Final = (
    _Item(ProfileStep.COMPANY, 3, lambda facts: facts.municipality),
    _Item(ProfileStep.COMPANY, 3, lambda facts: facts.employees),
    _Item(ProfileStep.COMPANY, 3, lambda facts: facts.phone),
    _Item(ProfileStep.COMPANY, 3, lambda facts: facts.industry),
    _Item(ProfileStep.COMPANY, 3, lambda facts: facts.contact),
    _Item(ProfileStep.PROCESS, 10, lambda facts: bool(facts.rows)),
    _Item(ProfileStep.PROCESS, 10, _of_rows(lambda row: row.description)),
    _Item(ProfileStep.MATERIALS, 15, _of_rows(lambda row: row.materials)),
    _Item(ProfileStep.MACHINES, 15, _of_rows(lambda row: row.machines)),
    _Item(ProfileStep.LOTS, 6, _of_rows(lambda row: row.lot)),
    _Item(ProfileStep.LOTS, 5, _of_rows(lambda row: row.lead_time)),
    _Item(ProfileStep.LOTS, 4, _of_rows(lambda row: row.capacity)),
    _Item(ProfileStep.QUALITY, 5, _of_rows(lambda row: row.precision)),
    _Item(ProfileStep.QUALITY, 5, _of_rows(lambda row: row.inspection)),
    _Item(ProfileStep.PRESENTATION, 7, lambda facts: facts.pr_text),
    _Item(ProfileStep.PRESENTATION, 3, lambda facts: facts.work_style),
)


def measure_completeness(facts: ProfileFacts) -> Completeness:
    """Return how complete a profile is.

    Percentages are rounded down: a hundred means that nothing is missing.
    """
    shares = [(item, item.share(facts)) for item in _ITEMS]
    reached = sum(item.points * share for item, share in shares)
    missing = {
        step: sum(item.points * (1 - share) for item, share in shares if item.step is step)
        for step in ProfileStep
    }
    next_step = max(missing, key=lambda step: missing[step])
    return Completeness(
        percent=int(reached),
        steps=tuple(
            StepProgress(step, _state([share for item, share in shares if item.step is step]))
            for step in ProfileStep
        ),
        next_step=next_step if missing[next_step] else None,
        percent_after=int(reached + missing[next_step]),
    )


def _state(shares: list[float]) -> StepState:
    if all(share == 1 for share in shares):
        return StepState.DONE
    return StepState.STARTED if any(shares) else StepState.EMPTY
