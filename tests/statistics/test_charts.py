"""Charts: what they say, that they are plain JSON, and that a strict policy can show them."""

import json
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from sme_match.statistics import charts
from sme_match.statistics.charts import Chart, Point

MAP: charts.JapanMap = {
    "viewBox": [-20, -6, 560, 520],
    "prefs": [
        {"code": "03", "d": "M0 0l9 0l0 9z", "c": [300, 200]},
        {"code": "04", "d": "M9 0l9 0l0 9z", "c": [290, 220]},
        {"code": "13", "d": "M0 9l9 0l0 9z", "c": [283, 324]},
        {"code": "47", "d": "M9 9l9 0l0 9z", "c": [60, 280]},
    ],
}
FIRMS = {
    "03": Point("岩手", 26, "/companies?pref=03"),
    "04": Point("宮城", 34),
    "13": Point("A&B <東京>", 3),
    "47": Point("沖縄", 0),
}


def drawn_map(points: dict[str, Point] | None = None) -> Chart:
    return charts.prefecture_map(
        MAP, points or FIRMS, unit="社", summary="宮城が34社で最多。", total_label="企業"
    )


def trend(values: list[float], previous: list[float]) -> Chart:
    points = [Point(f"{month}月", value) for month, value in enumerate(values, start=1)]
    return charts.monthly_trend(
        points, previous, current_label="今年", previous_label="前年", unit="件", summary="要約"
    )


def font_sizes(node: object) -> list[int]:
    if isinstance(node, dict):
        own = [node["fontSize"]] if "fontSize" in node else []
        return own + [size for value in node.values() for size in font_sizes(value)]
    if isinstance(node, list):
        return [size for value in node for size in font_sizes(value)]
    return []


ALL_CHARTS = [
    drawn_map(),
    trend([1, 2], [0, 0]),
    charts.bars([Point("切削", 4)], name="商談", unit="件", summary="要約"),
    charts.bars([], name="商談", unit="件", summary="要約"),
]


@pytest.mark.parametrize("chart", ALL_CHARTS)
def test_every_chart_is_json_says_its_finding_and_writes_large_enough(chart: Chart) -> None:
    payload = json.loads(json.dumps(chart.as_json(), allow_nan=False))
    assert payload["option"]["aria"]["label"]["description"]
    assert min(font_sizes(payload["option"])) >= 12
    assert payload["minHeight"] <= payload["maxHeight"]


@pytest.mark.parametrize("chart", ALL_CHARTS)
def test_tooltips_are_drawn_inside_the_picture(chart: Chart) -> None:
    assert chart.option["tooltip"]["renderMode"] == "richText"


class TestFindings:
    def test_the_largest_first_without_zeros(self) -> None:
        finding = charts.rank_finding(list(FIRMS.values()), top=2)
        assert (finding.total, finding.zeros) == (63, 1)
        assert [point.label for point in finding.top] == ["宮城", "岩手"]

    def test_nothing_stands_out_of_nothing(self) -> None:
        assert charts.rank_finding([]) == charts.RankFinding(0, (), 0)

    def test_highest_month_and_difference(self) -> None:
        finding = charts.trend_finding([Point("4月", 3), Point("5月", 7)], [2, 1])
        assert finding == charts.TrendFinding(10, 3, 7, 7, ("5月",))

    def test_a_tie_names_all_months(self) -> None:
        finding = charts.trend_finding([Point("4月", 7), Point("5月", 7)], [0, 0])
        assert finding.highest_labels == ("4月", "5月")

    def test_a_year_of_zeros_has_no_highest_month(self) -> None:
        assert charts.trend_finding([Point("4月", 0)], [0]).highest_labels == ()


class TestClasses:
    @pytest.mark.parametrize(
        ("value", "expected"), [(0, 0), (1, 1), (3, 1), (4, 2), (8, 3), (16, 4), (25, 5), (999, 5)]
    )
    def test_breaks_are_fixed(self, value: int, expected: int) -> None:
        assert charts.class_of(value) == expected

    def test_legend_says_first_and_last_number(self) -> None:
        assert charts.class_bounds() == [(0, 0), (1, 3), (4, 7), (8, 15), (16, 24), (25, None)]

    def test_the_map_colors_by_the_same_classes(self) -> None:
        pieces = drawn_map().option["visualMap"]["pieces"]
        assert [(piece["gte"], piece.get("lt")) for piece in pieces] == [
            (0, 1), (1, 4), (4, 8), (8, 16), (16, 25), (25, None),
        ]  # fmt: skip


class TestPrefectureMap:
    def test_outline_is_svg_with_a_name_per_prefecture_and_no_style(self) -> None:
        svg = ET.fromstring(drawn_map().maps["japan"])  # noqa: S314 -- our own text
        names = [path.get("name") for path in svg if path.get("name")]
        assert names == ["岩手", "宮城", "A&B <東京>", "沖縄"]
        assert [path for path in svg if path.get("style")] == []

    def test_every_prefecture_has_a_value_and_some_a_page(self) -> None:
        assert drawn_map().option["series"][0]["data"] == [
            {"value": 26, "url": "/companies?pref=03", "name": "岩手"},
            {"value": 34, "name": "宮城"},
            {"value": 3, "name": "A&B <東京>"},
            {"value": 0, "name": "沖縄"},
        ]

    def test_the_three_largest_are_written_apart_from_each_other(self) -> None:
        labels = drawn_map().option["series"][-1]["data"]
        assert [label["name"] for label in labels] == ["岩手 26", "宮城 34", "A&B <東京> 3"]
        heights = [label["value"][1] for label in labels]
        assert min(below - above for above, below in pairwise(heights)) >= 34

    def test_nothing_is_written_beside_an_empty_map(self) -> None:
        none = {code: Point(point.label, 0) for code, point in FIRMS.items()}
        assert drawn_map(none).option["series"][-1]["data"] == []


class TestTrend:
    def test_the_year_before_is_dashed_and_the_highest_month_carries_its_value(self) -> None:
        before, now = trend([1, 5, 2], [3, 3, 3]).option["series"]
        assert before["lineStyle"]["type"] == "dashed"
        assert [bool(item.get("label")) for item in now["data"]] == [False, True, False]

    def test_years_of_different_length_are_refused(self) -> None:
        with pytest.raises(ValueError, match="same months"):
            trend([1, 2], [1])


def test_bars_are_as_high_as_they_are_many() -> None:
    points = [Point(str(number), number) for number in range(10)]
    few = charts.bars(points[:2], name="n", unit="件", summary="s")
    many = charts.bars(points, name="n", unit="件", summary="s")
    assert many.max_height - few.max_height == 8 * 36
