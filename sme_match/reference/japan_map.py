"""A small map of the 47 prefectures, for charts: SVG paths, label points and a tile grid."""

import json
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from sme_match.reference.lookup import Entry
from sme_match.reference.tables import read_text

# Okinawa stands in the upper left corner, cut off by this line.
INSET_LINE = "M-12 300H84L176 206V90"


@dataclass(frozen=True, slots=True)
class PrefectureShape(Entry):
    """The outline of one prefecture in map units, y downwards.

    `centroid` is where a label stands, `tile` the (column, row) in a grid of equal squares.
    """

    path: str
    centroid: tuple[float, float]
    tile: tuple[int, int]


@dataclass(frozen=True, slots=True)
class JapanMap:
    """The whole map; `view_box` is (x, y, width, height)."""

    view_box: tuple[float, float, float, float]
    shapes: tuple[PrefectureShape, ...]

    def to_svg(self) -> str:
        """Return an SVG document whose regions are named by prefecture code.

        A chart library that maps values to named SVG elements takes it as it is.
        """
        box = " ".join(f"{value:g}" for value in self.view_box)
        paths = "".join(
            f'<path name="{escape(shape.code)}" d="{escape(shape.path)}"/>' for shape in self.shapes
        )
        inset = f'<path d="{INSET_LINE}" fill="none" stroke="#999"/>'
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{paths}{inset}</svg>'


@cache
def load_japan_map() -> JapanMap:
    """Return the map; names are short (岩手), codes those of JIS X 0401."""
    raw: dict[str, Any] = json.loads(read_text("japan_map.json"))
    x, y, width, height = raw["viewBox"]
    return JapanMap(
        view_box=(float(x), float(y), float(width), float(height)),
        shapes=tuple(
            PrefectureShape(
                code=each["code"],
                ja=each["ja"],
                en=each["en"],
                path=each["d"],
                centroid=(float(each["c"][0]), float(each["c"][1])),
                tile=(int(each["tile"][0]), int(each["tile"][1])),
            )
            for each in raw["prefs"]
        ),
    )
