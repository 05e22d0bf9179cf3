"""Where a municipality lies, and how far two of them are apart as the crow flies.

A municipality is a point in its middle. One whose point is not known, and a prefecture without a
municipality, stand at the prefectural office: the code of a position says which of the two it is.
"""

from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

from sme_match.reference.municipalities import get_municipality
from sme_match.reference.prefectures import get_prefecture
from sme_match.reference.tables import read_rows

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius of the earth (IUGG)."""
_PREFECTURE_DIGITS: Final = 2


class Position(NamedTuple):
    """A point in degrees (WGS 84), and the code of the municipality or prefecture it stands for."""

    code: str
    latitude: float
    longitude: float

    @property
    def is_office(self) -> bool:
        """Whether the point is a prefectural office, which stands in for a better one."""
        return len(self.code) == _PREFECTURE_DIGITS


def find_position(prefecture_code: str, municipality_code: str = "") -> Position | None:
    """Return the point of a municipality, else that of its city, else of the prefectural office.

    None when the codes name no place.
    """
    points = _points()
    for code in (municipality_code, _city_of(municipality_code)):
        if code in points:
            return Position(code, *points[code])
    try:
        prefecture = get_prefecture(prefecture_code)
    except KeyError:
        return None
    return Position(prefecture.code, prefecture.capital_lat, prefecture.capital_lon)


def distance_km(one: Position, other: Position) -> float:
    """Return the great-circle distance in km by the haversine formula."""
    south, north = radians(one.latitude), radians(other.latitude)
    half_latitude = (north - south) / 2
    half_longitude = radians(other.longitude - one.longitude) / 2
    chord = sin(half_latitude) ** 2 + cos(south) * cos(north) * sin(half_longitude) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(sqrt(chord), 1.0))


def _city_of(municipality_code: str) -> str:
    try:
        return get_municipality(municipality_code).city_code or ""
    except KeyError:
        return ""


@cache
def _points() -> dict[str, tuple[float, float]]:
    return {
        row["code"]: (float(row["lat"]), float(row["lon"]))
        for row in read_rows("municipality_positions.csv")
    }
