"""Everything the figures of a body are counted from, as frames: one for each kind of record. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from sme_match.statistics.frames import need_frame, pair_frame, refusal_frame
from sme_match.statistics.rows import NeedRow, PairRow, RefusalRow


@dataclass(frozen=True, slots=True)
class Records:
    """All needs, pairs, refusals and registered SMEs of one body, before any period or filter."""

    needs: tuple[NeedRow, ...]
    pairs: tuple[PairRow, ...]
    companies: dict[str, int]
    """Registered SMEs by prefecture code."""
    deals_seen: dict[int, date]
    """By meeting: the day on which a deal was first reported, also when that was denied later."""
    refusals: tuple[RefusalRow, ...]
    """Of meetings about which the latest words of somebody say that they came to nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The records of a body as frames; never changed, since many pages count from them."""

    needs: pd.DataFrame
    pairs: pd.DataFrame
    refusals: pd.DataFrame
    companies: Mapping[str, int]
    deals_seen: Mapping[int, date]


def facts_of(records: Records) -> Facts:
    """Return records as frames."""
    return Facts(
        need_frame(records.needs),
        pair_frame(records.pairs),
        refusal_frame(records.refusals),
        records.companies,
        records.deals_seen,
    )
