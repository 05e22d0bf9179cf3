from xml.etree import ElementTree as ET

from sme_match.reference.japan_map import load_japan_map
from sme_match.reference.prefectures import list_prefectures

SVG = "{http://www.w3.org/2000/svg}"


def test_every_prefecture_has_a_shape_under_its_short_name() -> None:
    assert [(shape.code, shape.ja, shape.en) for shape in load_japan_map().shapes] == [
        (prefecture.code, prefecture.short_ja, prefecture.en) for prefecture in list_prefectures()
    ]


def test_labels_lie_inside_the_view_box() -> None:
    japan = load_japan_map()
    x, y, width, height = japan.view_box
    outside = [
        shape.code
        for shape in japan.shapes
        if not (x < shape.centroid[0] < x + width and y < shape.centroid[1] < y + height)
    ]
    assert outside == []


def test_no_two_prefectures_share_a_tile() -> None:
    assert len({shape.tile for shape in load_japan_map().shapes}) == 47


def test_the_svg_names_its_regions_by_code() -> None:
    root = ET.fromstring(load_japan_map().to_svg())  # noqa: S314 -- our own document
    named = [path.get("name") for path in root.iter(f"{SVG}path") if path.get("name")]
    assert root.get("viewBox") == "-20 -6 560 520"
    assert named == [prefecture.code for prefecture in list_prefectures()]
