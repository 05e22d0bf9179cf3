"""Everything the figures of a body are counted from, as frames: one for each kind of record. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sme_match.statistics.columns import Frame, is_in
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


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The records of a body as frames; never changed, since many pages count from them."""

    needs: Frame
    pairs: Frame
    refusals: Frame
    answers: Frame
    companies: Mapping[str, int]

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
        return Facts(
            self.needs.replaced(of_need, part.needs, NEED_ORDER),
            self.pairs.replaced(own, part.pairs, PAIR_ORDER),
            self.refusals.replaced(refused, part.refusals, REFUSAL_ORDER),
            self.answers.replaced(answered, part.answers, ANSWER_ORDER),
            self.companies,
        )


def facts_of(records: Records) -> Facts:
    """Return records as frames."""
    return Facts(
        need_frame(records.needs),
        pair_frame(records.pairs),
        refusal_frame(records.refusals),
        answer_frame(records.answers),
        records.companies,
    )
