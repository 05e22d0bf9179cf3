"""Concentration with its breaks, and the quotients of the service beside official figures."""

import pytest

from sme_match.core.actor import Actor, Role
from sme_match.db.session import Database
from sme_match.statistics.concentration import TOPICS, quotients, read_concentration, read_shift_share
from sme_match.statistics.frames import Side, by_prefecture, need_frame, pair_frame
from sme_match.statistics.imported.services import SeriesDraft, create_series
from sme_match.statistics.indices import contract_quotient, participation_quotient
from sme_match.statistics.models import OfficialValue
from sme_match.statistics.official import load_series
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_user
from tests.statistics.test_frames import DEAL, HELD, pair
from tests.statistics.test_region_views import region

__all__ = ["region"]


def test_the_share_of_tokyo_is_cut_where_the_basis_changes() -> None:
    found = {(row.year, row.stretch): row for row in read_concentration("product")}
    shares = {year: (stretch, round(row.share, 4)) for (year, stretch), row in found.items()}
    assert (shares[1989][1], shares[1990][1]) == (0.1891, 0.1702)
    assert shares[1989][0] != shares[1990][0], "two bases, not a fall"


@pytest.mark.parametrize("key", TOPICS)
def test_every_topic_has_its_years_and_values_within_bounds(key: str) -> None:
    found = read_concentration(key)
    assert found
    for row in found:
        assert 0 < row.share <= row.largest <= 1
        assert 1 / 47 <= row.herfindahl < 1
        assert 0 < row.gini < 1


@pytest.mark.parametrize("code", ["03", "13"])
def test_shift_and_share_add_up_to_the_change_of_all_activities(code: str) -> None:
    first, last, parts = read_shift_share(code)
    frame = load_series("gpp_activity").fillna(0)
    frame = frame.loc[frame["pref_code"] == code].drop(columns=["pref_code", "gpp_total"])
    sums = frame.set_index("year").sum(axis=1)
    assert parts.total == pytest.approx(sums[last] - sums[first])


def test_a_quotient_is_one_where_the_service_follows_the_size() -> None:
    assert participation_quotient(
        own_part=2, own_total=10, establishments=100, establishments_total=500
    ) == pytest.approx(1)
    assert contract_quotient(
        own_part=4, own_total=10, value_added=100, value_added_total=500
    ) == pytest.approx(2)
    assert contract_quotient(own_part=0, own_total=0, value_added=1, value_added_total=2) is None


def test_quotients_compare_the_prefectures_of_registered_companies() -> None:
    pairs = pair_frame([pair(DEAL, 1), pair(HELD, 2, sme_prefecture="04"), pair(HELD, 3)])
    rows = quotients({"03": 5, "04": 9, "": 1}, by_prefecture(need_frame([]), pairs, Side.SME))
    assert [(row.prefecture, row.companies, row.smes, row.total_yen) for row in rows] == [
        ("03", 5, 2, 900_000),
        ("04", 9, 1, 0),
    ]
    assert rows[0].participation is not None
    assert rows[0].participation > 1
    assert rows[1].contract == 0


def test_the_page_names_sources_and_breaks(client: Client, region: object) -> None:
    client.sign_in(region.lead.id)  # type: ignore[attr-defined]
    page = client.get("/statistics/concentration?topic=product").text
    assert "18.91%" in page
    assert "内閣府経済社会総合研究所「県民経済計算」" in page
    assert 'class="break"' in page


def test_a_series_that_was_brought_in_is_a_topic_once_all_prefectures_have_a_figure(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        lead = make_user(session, make_body(session), Role.LEAD)
        keeper = Actor(role=Role.ADMINISTRATOR, name="管理者", user_id=lead.id)
        draft = SeriesDraft(
            title="付加価値", publisher="研究所", basis="実質", unit="百万円", licence="自由",
            source="https://example.jp", breaks=(2005,),
        )  # fmt: skip
        series = create_series(session, keeper, draft, now=NOW)
        session.flush()
        topic = f"official-{series.id}"
        session.add_all(
            OfficialValue(
                series_id=series.id, prefecture_code=f"{code:02d}", industry="", year=year, basis="",
                value=53.0 if code == 13 else 1.0,
            )
            for year, codes in ((2003, range(1, 47)), (2004, range(48)), (2005, range(48)))
            for code in codes
        )  # fmt: skip
    client.sign_in(lead.id)
    body = client.get(f"/statistics/concentration?topic={topic}").text
    assert "付加価値" in body
    assert body.count("53.54%") == 2, "the whole country is no prefecture"
    assert 'class="break"' in body
    assert '<th scope="row">2003</th>' not in body, "one prefecture is missing"
