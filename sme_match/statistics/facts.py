"""Everything the figures of a body are counted from, as frames: one for each kind of record. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from sme_match.statistics.columns import NONE, Array, Frame, Mask, distinct, is_in
from sme_match.statistics.frames import (
    ANSWER_ORDER,
    NEED_ORDER,
    PAIR_ORDER,
    REFUSAL_ORDER,
    answer_frame,
    need_frame,
    pair_frame,
    refusal_frame,
)
from sme_match.statistics.periods import fiscal_year_of
from sme_match.statistics.rows import AnswerRow, NeedRow, PairRow, RefusalRow


@dataclass(frozen=True, slots=True)
class Records:
    """All needs, pairs, refusals and registered SMEs of one body, before any period or filter."""

    needs: tuple[NeedRow, ...]
    pairs: tuple[PairRow, ...]
    companies: dict[str, int]
    """Registered SMEs by prefecture code."""
    refusals: tuple[RefusalRow, ...]
    """Of meetings about which the latest words of somebody say that they came to nothing."""
    answers: tuple[AnswerRow, ...]
    """What the two sides said about meetings."""


_COUNTED_ON = ("decided_on", "met_on", "dealt_on")
"""The days by which a pair counts in the figures of a fiscal year."""
_FIRST_TIME = ("held", "met_on", "sme_id", "sme_key")
"""What tells whether an SME takes part for the first time: later years depend on it too."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The records of a body as frames; never changed, since many pages count from them."""

    needs: Frame
    pairs: Frame
    refusals: Frame
    answers: Frame
    companies: Mapping[str, int]
    revision: int = 0
    _of_year: Mapping[int, int] = field(default_factory=dict)
    """By fiscal year, the revision that last touched it."""
    _of_later: dict[int, int] = field(default_factory=dict)
    """By fiscal year, the revision that last touched it and every later one."""

    def revision_of(self, year: int) -> int:
        """Return the revision in which the figures of a fiscal year can have changed last."""
        later = (number for first, number in self._of_later.items() if first <= year)
        return max((self._of_year.get(year, 0), *later))

    def replaced(self, need_ids: Collection[int], part: "Facts") -> "Facts":
        """Return the facts with those of some needs replaced by `part`, read again for these.

        The registered SMEs stay: they belong to no need.
        """
        own = is_in(self.pairs["need_id"], need_ids)
        of_need = is_in(self.needs["need_id"], need_ids)
        meetings = self.pairs["meeting_id"][own]
        refused, answered = (
            is_in(each["meeting_id"], meetings) for each in (self.refusals, self.answers)
        )
        pairs = self.pairs.replaced(own, part.pairs, PAIR_ORDER)
        answers = self.answers.replaced(answered, part.answers, ANSWER_ORDER)
        years = _years(self.pairs, pairs, need_ids, answers_differ=answers is not self.answers)
        is_new_to_later = any(self.pairs[each] is not pairs[each] for each in _FIRST_TIME)
        revision = self.revision + 1
        return Facts(
            self.needs.replaced(of_need, part.needs, NEED_ORDER),
            pairs,
            self.refusals.replaced(refused, part.refusals, REFUSAL_ORDER),
            answers,
            self.companies,
            revision,
            {**self._of_year, **dict.fromkeys(years, revision)},
            self._of_later | ({min(years): revision} if years and is_new_to_later else {}),
        )


def _years(before: Frame, after: Frame, need_ids: Collection[int], *, answers_differ: bool) -> set[int]:
    """Return the fiscal years in which pairs are counted that differ, or the answers about them."""
    differing = _differing(before, after)
    found: set[int] = set()
    for frame in (before, after):
        rows = is_in(frame["need_id"], need_ids)
        if differing is not None:
            rows = rows | differing if answers_differ else differing
        found |= {year for column in _COUNTED_ON for year in _fiscal_years(frame[column][rows])}
    return found


def _differing(before: Frame, after: Frame) -> Mask | None:
    """Tell which rows are not the same; None when there are more or fewer of them."""
    if len(before) != len(after):
        return None
    found: Mask = np.zeros(len(before), dtype=bool)
    for column in before.columns:
        # Codes that were known keep their numbers, and columns without a change are shared.
        if before[column] is not after[column]:
            found |= before[column] != after[column]
    return found


def _fiscal_years(days: Array) -> set[int]:
    return {fiscal_year_of(date.fromordinal(day)) for day in distinct(days).tolist() if day != NONE}


def facts_of(records: Records) -> Facts:
    """Return records as frames."""
    return Facts(
        need_frame(records.needs),
        pair_frame(records.pairs),
        refusal_frame(records.refusals),
        answer_frame(records.answers),
        records.companies,
    )
