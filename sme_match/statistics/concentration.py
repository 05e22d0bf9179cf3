"""How concentrated an official series is over prefectures, and how the service lies beside it. Pure.

Years before and after a change of basis are never joined; shift and share are taken apart within one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sme_match.statistics.comparison import OfficialColumn, official_columns
from sme_match.statistics.frames import Group
from sme_match.statistics.indices import (
    ShiftShare,
    concentration_ratio,
    contract_quotient,
    gini_coefficient,
    herfindahl_index,
    participation_quotient,
    shares,
    shift_share,
)
from sme_match.statistics.official import OfficialTable, load_series, shipped
from sme_match.statistics.series import SERIES

TOKYO = "13"
LARGEST = 3
ACTIVITIES = "gpp_activity"


@dataclass(frozen=True, slots=True)
class Topic:
    """A column of an official series whose concentration is shown."""

    key: str
    series: str
    column: str


TOPICS: Mapping[str, Topic] = {
    topic.key: topic
    for topic in (
        Topic("product", "gpp_long", "gpp_total"),
        Topic("manufacturing", "gpp_long", "manufacturing"),
        Topic("product_all_bases", "gpp_all_bases", "gpp_total"),
        Topic("population", "population_census", "population"),
        Topic("shipments", "manufacturing", "shipments_yen"),
    )
}


@dataclass(frozen=True, slots=True)
class Year:
    """The concentration of one year on one basis; rows of different stretches do not compare."""

    year: int
    basis: str
    stretch: int
    share: float
    """Of Tokyo, as a fraction of 1."""
    largest: float
    """Of the three largest prefectures together."""
    herfindahl: float
    gini: float


@dataclass(frozen=True, slots=True)
class QuotientRow:
    """One prefecture in the service and in official figures; None where nothing can be divided."""

    prefecture: str
    companies: int
    smes: int
    total_yen: int
    participation: float | None
    contract: float | None


@cache
def read_concentration(key: str) -> tuple[Year, ...]:
    """Return the concentration of a topic that ships over the years, stretch by stretch."""
    topic = TOPICS[key]
    return concentration_of(shipped(topic.series), topic.column)


def concentration_of(
    table: OfficialTable, column: str, *, division: str | None = None, least: int = 1
) -> tuple[Year, ...]:
    """Return the concentration of a column over the years that have a figure of Tokyo.

    Years with figures of fewer than `least` prefectures, or with negative ones, are left out: a share
    of a part of the country says nothing.
    """
    frame = table.narrow(column, division)
    bases = frame["basis"] if "basis" in frame.columns else None
    found = []
    for segment in table.segments(column, TOKYO, division=division):
        own = frame if bases is None else frame.loc[bases == segment.basis]
        for year in segment.years:
            rows = own.loc[own["year"] == year]
            values = dict(zip(rows["pref_code"], rows[column], strict=True))
            if len(values) < least or min(values.values()) < 0 or values[TOKYO] == 0:
                continue
            found.append(
                Year(
                    year,
                    segment.basis or "",
                    segment.stretch,
                    shares(values)[TOKYO],
                    concentration_ratio(values.values(), LARGEST),
                    herfindahl_index(values.values()),
                    gini_coefficient(values.values()),
                )
            )
    return tuple(found)


@cache
def read_shift_share(prefecture: str) -> tuple[int, int, ShiftShare]:
    """Return the change of a prefecture's product taken apart, from the first to the last year.

    Both are on the newest basis. Unit: million yen, nominal.
    """
    series = SERIES[ACTIVITIES]
    frame = load_series(ACTIVITIES).fillna(0)
    activities = [name for name in series.columns if name != "gpp_total"]

    def values(year: int, code: str | None) -> dict[str, float]:
        rows = frame.loc[frame["year"] == year]
        chosen = rows if code is None else rows.loc[rows["pref_code"] == code]
        return {name: float(chosen[name].sum()) for name in activities}

    first, last = series.years
    parts = shift_share(
        local_before=values(first, prefecture),
        local_after=values(last, prefecture),
        nation_before=values(first, None),
        nation_after=values(last, None),
    )
    return first, last, parts


def quotients(companies: Mapping[str, int], groups: Sequence[Group]) -> list[QuotientRow]:
    """Return the quotients of the prefectures with registered companies, compared among these.

    Participation counts SMEs with a held meeting against establishments of manufacturing, contracts
    the yen of deals against value added.
    """
    by_code = {group.key: group for group in groups}
    codes = sorted(code for code, number in companies.items() if code and number)
    smes = {code: len(by_code[code].sme_ids) if code in by_code else 0 for code in codes}
    yen = {code: by_code[code].amounts.total_yen if code in by_code else 0 for code in codes}
    places, added = (
        {code: column.values[code] for code in codes if code in column.values}
        for column in quotient_columns()
    )
    return [
        QuotientRow(
            code,
            companies[code],
            smes[code],
            yen[code],
            participation_quotient(
                own_part=smes[code],
                own_total=sum(smes.values()),
                establishments=places.get(code, 0),
                establishments_total=sum(places.values()),
            ),
            contract_quotient(
                own_part=yen[code],
                own_total=sum(yen.values()),
                value_added=added.get(code, 0),
                value_added_total=sum(added.values()),
            ),
        )
        for code in codes
    ]


def quotient_columns() -> tuple[OfficialColumn, OfficialColumn]:
    """Return the official figures that the quotients are taken against."""
    by_key = {column.key: column for column in official_columns()}
    return by_key["establishments"], by_key["value_added_10k_yen"]
