"""Charts as JSON for ECharts, each with its finding as data that a view puts into words.

A chart is a payload for `static/js/charts.js`: the option, the maps it needs, and its height.
Nothing here is a sentence: titles, units and the summary come from the view, translated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict
from xml.sax.saxutils import quoteattr

MAP_BREAKS = (1, 4, 8, 16, 25)
"""Lower bounds of the classes of the map; fixed, so that years compare. Below the first: none."""

# The blues and greys of the design tokens (blue-200, 300, 400, 600, 1000 and 900).
MAP_COLORS = ("#e1e3e8", "#c5d7fb", "#9db7f9", "#7096f8", "#3460fb", "#00118f")
PRIMARY = "#0017c1"
_MUTED = "#767676"
_INK = "#1a1a1a"
_INK_SOFT = "#4d4d4d"
_LINE = "#cccccc"
_FONT = (
    '"Noto Sans JP", "Hiragino Sans", "BIZ UDPGothic", "Yu Gothic UI", "Noto Sans CJK JP", '
    "Meiryo, system-ui, sans-serif"
)
_MIN_FONT_PX = 12

# Where the line is drawn that sets the Nansei islands apart, in the units of the outline.
_INSET_LINE = "M-12 300H84L176 206V90"
_LABELLED = 3
_LABEL_DISTANCE = 62
_LABEL_GAP = 34


class Outline(TypedDict):
    """One prefecture of the map of Japan: JIS code, SVG path and its centre."""

    code: str
    d: str
    c: list[float]


class JapanMap(TypedDict):
    """The map of Japan as it ships with the reference data."""

    viewBox: list[float]
    prefs: list[Outline]


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A payload for the page: `as_json` goes into the data block that the element names.

    The height is width × `ratio`, between the two bounds (pixels). Equal only to itself, so that what
    a page writes of a chart can be kept with it.
    """

    option: dict[str, Any]
    maps: dict[str, str] = field(default_factory=dict)
    ratio: float = 0.6
    min_height: int = 240
    max_height: int = 560

    def as_json(self) -> dict[str, Any]:
        """Return the payload as plain data."""
        return {
            "option": self.option,
            "maps": self.maps,
            "ratio": self.ratio,
            "minHeight": self.min_height,
            "maxHeight": self.max_height,
        }


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart: what it is called, how much, and the page of the records behind it."""

    label: str
    value: float
    url: str | None = None


@dataclass(frozen=True, slots=True)
class RankFinding:
    """What a map or bars say: the sum, and the largest values that are not zero."""

    total: float
    top: tuple[Point, ...]
    zeros: int


@dataclass(frozen=True, slots=True)
class TrendFinding:
    """What a monthly trend says: both sums, and the months of the highest value (several = tie)."""

    total: float
    previous_total: float
    difference: float
    highest: float
    highest_labels: tuple[str, ...]


def class_of(value: float, breaks: Sequence[float] = MAP_BREAKS) -> int:
    """Return the class of a value, 0 to len(breaks): how many lower bounds it reaches."""
    return sum(value >= bound for bound in breaks)


def class_bounds(breaks: Sequence[int] = MAP_BREAKS) -> list[tuple[int, int | None]]:
    """Return the first and last whole number of each class, for a legend; None = open."""
    starts = [0, *breaks]
    ends = [*(bound - 1 for bound in breaks), None]
    return list(zip(starts, ends, strict=True))


def rank_finding(points: Sequence[Point], top: int = _LABELLED) -> RankFinding:
    """Return what stands out: the largest values first, equals in the given order."""
    ordered = sorted((p for p in points if p.value), key=lambda point: -point.value)
    return RankFinding(
        sum(point.value for point in points),
        tuple(ordered[:top]),
        sum(not point.value for point in points),
    )


def trend_finding(current: Sequence[Point], previous: Sequence[float]) -> TrendFinding:
    """Return what stands out in a trend; no highest month when every value is zero."""
    total, before = sum(point.value for point in current), sum(previous)
    highest = max((point.value for point in current), default=0)
    labels = tuple(point.label for point in current if highest and point.value == highest)
    return TrendFinding(total, before, total - before, highest, labels)


def prefecture_map(
    japan: JapanMap, points: Mapping[str, Point], *, unit: str, summary: str, total_label: str
) -> Chart:
    """Return the map of Japan colored by value, with the three largest values written beside it.

    `points` are by prefecture code and name every prefecture of the map; `unit` follows a
    value (社); `summary` is read to those who do not see the picture; `total_label` names
    what is counted.
    """
    named = {pref["code"]: points[pref["code"]] for pref in japan["prefs"]}
    data = [_item(point, name=point.label) for point in named.values()]
    top = rank_finding(list(named.values())).top
    centers = {points[p["code"]].label: (p["c"][0], p["c"][1]) for p in japan["prefs"]}
    option = _base(summary) | {
        "tooltip": {"renderMode": "richText", "formatter": "{b} {c}" + unit, "textStyle": _text()},
        "visualMap": {
            "type": "piecewise",
            "show": False,
            "seriesIndex": 0,
            "pieces": _pieces(),
        },
        "geo": {
            "map": "japan",
            "label": {"show": False},
            "emphasis": {
                "label": {"show": False},
                "itemStyle": {"areaColor": "inherit", "borderColor": _INK, "borderWidth": 1.6},
            },
            "itemStyle": {"borderColor": "#ffffff", "borderWidth": 0.8},
            "layoutCenter": ["50%", "50%"],
            "layoutSize": "100%",
        },
        "series": [
            {
                "type": "map",
                "name": total_label,
                "geoIndex": 0,
                "selectedMode": False,
                "data": data,
            },
            *_labels(top, centers),
        ],
    }
    _, _, width, height = japan["viewBox"]
    return Chart(
        option,
        {"japan": _svg(japan, named)},
        ratio=round(height / width, 4),
        max_height=620,
    )


def monthly_trend(
    current: Sequence[Point],
    previous: Sequence[float],
    *,
    current_label: str,
    previous_label: str,
    unit: str,
    summary: str,
) -> Chart:
    """Return this year's months as a line and those of the year before as a dashed one.

    The highest month carries its value. Raises ValueError when the two differ in length.
    """
    if len(current) != len(previous):
        raise ValueError("Both years have the same months.")
    finding = trend_finding(current, previous)
    now = [
        _item(point, label=_value_label() if point.label in finding.highest_labels else None)
        for point in current
    ]
    option = _cartesian(summary, unit) | {
        "xAxis": _category([point.label for point in current]),
        "yAxis": _amount(),
        "series": [
            {
                "type": "line",
                "name": previous_label,
                "data": list(previous),
                "symbol": "none",
                "lineStyle": {"color": _MUTED, "width": 2, "type": "dashed"},
                "itemStyle": {"color": _MUTED},
            },
            {
                "type": "line",
                "name": current_label,
                "data": now,
                "symbol": "circle",
                "symbolSize": 8,
                "lineStyle": {"color": PRIMARY, "width": 3},
                "itemStyle": {"color": "#ffffff", "borderColor": PRIMARY, "borderWidth": 2.5},
            },
        ],
    }
    return Chart(option, max_height=320)


def bars(points: Sequence[Point], *, name: str, unit: str, summary: str) -> Chart:
    """Return horizontal bars in the given order, the first on top, each with its value."""
    row_px, frame_px = 36, 24
    option = _cartesian(summary, unit) | {
        "xAxis": _amount() | {"show": False},
        "yAxis": _category([point.label for point in points]) | {"inverse": True},
        "series": [
            {
                "type": "bar",
                "name": name,
                "data": [_item(point) for point in points],
                "barMaxWidth": 20,
                "itemStyle": {"color": PRIMARY, "borderRadius": [0, 3, 3, 0]},
                "label": _value_label() | {"position": "right", "formatter": "{c}" + unit},
            }
        ],
    }
    height = max(1, len(points)) * row_px + frame_px
    return Chart(option, ratio=0, min_height=height, max_height=height)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart over years, in stretches of (year, value) that must not be joined."""

    label: str
    stretches: tuple[tuple[tuple[int, float], ...], ...]


_LINE_LOOKS = (
    (PRIMARY, "circle", "solid"),
    ("#ac3e00", "rect", "dashed"),
    ("#197a4b", "triangle", "dotted"),
    ("#8b0075", "diamond", "solid"),
    (_INK, "emptyCircle", "dashed"),
)
MAX_LINES = len(_LINE_LOOKS)


def yearly_lines(lines: Sequence[Line], *, unit: str, summary: str) -> Chart:
    """Return lines over years; nothing is drawn between two stretches of a line."""
    series = []
    for line, (color, symbol, dash) in zip(lines, _LINE_LOOKS, strict=False):
        look = {"lineStyle": {"color": color, "width": 2, "type": dash}, "itemStyle": {"color": color}}
        end = {"show": True, "formatter": "{a}", "color": color, "fontSize": 13}
        for number, stretch in enumerate(line.stretches, start=1):
            last = {"endLabel": end} if number == len(line.stretches) else {}
            data = [[str(year), value] for year, value in stretch]
            common = {"type": "line", "name": line.label, "symbol": symbol, "symbolSize": 6}
            series.append(common | {"data": data} | look | last)
    years = [year for line in lines for stretch in line.stretches for year, _ in stretch]
    # Years without figures keep their place on the axis.
    labels = [str(year) for year in range(min(years), max(years) + 1)] if years else []
    frame = _cartesian(summary, unit)
    grid = {"grid": frame["grid"] | {"right": 88}}
    tooltip = {"tooltip": frame["tooltip"] | {"formatter": "{a} {c}" + unit}}
    axes = {"xAxis": _category(labels), "yAxis": _amount(), "series": series}
    return Chart(frame | grid | tooltip | axes, max_height=400)


def _base(summary: str) -> dict[str, Any]:
    return {
        "animation": False,
        "aria": {"enabled": True, "label": {"description": summary}},
        "textStyle": {"fontFamily": _FONT, "fontSize": _MIN_FONT_PX, "color": _INK},
    }


def _cartesian(summary: str, unit: str) -> dict[str, Any]:
    tooltip = {"renderMode": "richText", "formatter": "{b} {c}" + unit, "textStyle": _text()}
    # Room on the right for the value of the longest bar and above for that of the highest month.
    grid = {"left": 8, "right": 48, "top": 28, "bottom": 8, "containLabel": True}
    return _base(summary) | {"tooltip": tooltip, "grid": grid}


def _category(labels: list[str]) -> dict[str, Any]:
    return {
        "type": "category",
        "data": labels,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": _LINE}},
        "axisLabel": _text(),
    }


def _amount() -> dict[str, Any]:
    return {
        "type": "value",
        "min": 0,
        "minInterval": 1,
        "axisLabel": _text(),
        "splitLine": {"lineStyle": {"color": _LINE}},
    }


def _text() -> dict[str, Any]:
    return {"fontFamily": _FONT, "fontSize": _MIN_FONT_PX, "color": _INK_SOFT}


def _value_label() -> dict[str, Any]:
    return {"show": True, "position": "top", "fontSize": 13, "fontWeight": "bold", "color": PRIMARY}


def _item(point: Point, **extra: Any) -> dict[str, Any]:  # noqa: ANN401 -- parts of a JSON option
    item = {"value": point.value, "url": point.url} | extra
    return {key: value for key, value in item.items() if value is not None}


def _pieces() -> list[dict[str, Any]]:
    pieces: list[dict[str, Any]] = []
    for (low, high), color in zip(class_bounds(), MAP_COLORS, strict=True):
        upper = {} if high is None else {"lt": high + 1}
        pieces.append({"gte": low, "color": color} | upper)
    return pieces


def _svg(japan: JapanMap, named: Mapping[str, Point]) -> str:
    box = " ".join(f"{number:g}" for number in japan["viewBox"])
    paths = "".join(
        f"<path name={quoteattr(named[pref['code']].label)} d={quoteattr(pref['d'])}/>"
        for pref in japan["prefs"]
    )
    inset = f'<path d="{_INSET_LINE}" fill="none" stroke="{_MUTED}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{paths}{inset}</svg>'


def _labels(top: Sequence[Point], centers: Mapping[str, tuple[float, float]]) -> list[dict[str, Any]]:
    """Return the labels of the largest values, with lines that lead to their dots.

    Japan runs from north-east to south-west: the sea beside a prefecture is to the east, so
    labels stand there, one below the other.
    """
    dots, names, lines = [], [], []
    lowest_y = float("-inf")
    for point in sorted(top, key=lambda one: centers[one.label][1]):
        x, y = centers[point.label]
        label_x, label_y = x + _LABEL_DISTANCE, max(y, lowest_y + _LABEL_GAP)
        lowest_y = label_y
        dots.append([x, y])
        names.append({"name": f"{point.label} {point.value:g}", "value": [label_x, label_y]})
        lines.append({"coords": [[x, y], [label_x, label_y]]})
    common = {"coordinateSystem": "geo", "silent": True, "tooltip": {"show": False}}
    label = {"show": True, "formatter": "{b}", "position": "right", "color": _INK}
    bold = {"fontSize": 14, "fontWeight": "bold", "textBorderColor": "#ffffff"}
    line = {"color": _INK, "width": 1, "opacity": 1}
    dot = {"color": "#ffffff", "borderColor": _INK, "borderWidth": 1, "opacity": 1}
    return [
        common | {"type": "lines", "lineStyle": line, "data": lines},
        common | {"type": "scatter", "symbolSize": 5, "itemStyle": dot, "data": dots},
        common
        | {
            "type": "scatter",
            "symbolSize": 0.1,
            "label": label | bold | {"textBorderWidth": 3},
            "data": names,
        },
    ]
