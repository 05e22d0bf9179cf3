"""Everything the figures of a body are counted from, as frames: one for each kind of record. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

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

    def replaced(self, need_ids: Collection[int], part: "Facts") -> "Facts":
        """Return the facts with those of some needs replaced by `part`, read again for these."""
        own = self.pairs["need_id"].isin(need_ids)
        meetings = set(self.pairs.loc[own, "meeting_id"].dropna().astype(int))
        seen = {key: day for key, day in self.deals_seen.items() if key not in meetings}
        return Facts(
            _joined(self.needs.loc[~self.needs["need_id"].isin(need_ids)], part.needs),
            _joined(self.pairs.loc[~own], part.pairs),
            _joined(self.refusals.loc[~self.refusals["meeting_id"].isin(meetings)], part.refusals),
            part.companies,
            seen | dict(part.deals_seen),
        )


def _joined(kept: pd.DataFrame, part: pd.DataFrame) -> pd.DataFrame:
    """Return two frames as one; codes that only one of them has are known in both."""
    changes: dict[str, list[pd.Series[Any]]] = {}
    for name, own in kept.items():
        other = part[name]
        if isinstance(own.dtype, pd.CategoricalDtype) and own.dtype != other.dtype:
            codes = own.cat.categories.union(other.cat.categories)
            changes[str(name)] = [each.cat.set_categories(codes) for each in (own, other)]
    frames = (
        frame.assign(**{name: both[place] for name, both in changes.items()})
        for place, frame in enumerate((kept, part))
    )
    return pd.concat(list(frames), ignore_index=True)


def facts_of(records: Records) -> Facts:
    """Return records as frames."""
    return Facts(
        need_frame(records.needs),
        pair_frame(records.pairs),
        refusal_frame(records.refusals),
        records.companies,
        records.deals_seen,
    )
