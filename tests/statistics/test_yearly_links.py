"""Every number of the yearly report leads to records, as many as it says."""

import re
from typing import NamedTuple

import pytest
from sqlalchemy import select

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.privacy.models import AccessEntry
from sme_match.statistics.key_figures import Unit
from sme_match.statistics.yearly.figures import UNITS
from tests.client import Client
from tests.conftest import Clock
from tests.factories import make_buyer, make_company, make_need, make_user
from tests.statistics.scenes import Region, make_meeting, make_outcome, make_region, on


@pytest.fixture
def region(database: Database, clock: Clock) -> Region:
    clock.now = on(2027, 5, 20)
    with database.unit_of_work() as session:
        return make_region(session)


SHARED_NUMBER = "7000012050002"


class Cell(NamedTuple):
    address: str
    key: str
    said: float


def linked_cells(table: str) -> list[Cell]:
    found = re.findall(r'<a href="(/statistics/years/[^"]*records/([\w-]+)[^"]*)">([^<]*)<', table)
    return [Cell(address, key, _number(said)) for address, key, said in found]


def _number(said: str) -> float:
    return float(re.sub(r"[^0-9.]", "", said))


def listed(client: Client, address: str) -> int:
    """How many records the list says it has, all pages together."""
    page = client.get(address)
    assert page.status_code == 200, address
    return int(_number(re.findall(r"([\d,]+)(?:件|社)中", page.text)[0]))


def check(client: Client, cell: Cell) -> None:
    """A count is as many as are listed, a rate that part of its denominator."""
    unit = UNITS.get(cell.key, Unit.COUNT)
    if unit is Unit.COUNT:
        assert listed(client, cell.address) == cell.said, cell
    elif unit is Unit.RATE:
        base = listed(client, f"{cell.address}{'&' if '?' in cell.address else '?'}part=base")
        counted = listed(client, cell.address) if cell.said else 0
        assert 100 * counted / base == pytest.approx(cell.said, abs=0.06), cell
    else:
        assert listed(client, cell.address) > 0, cell


def table_after(page: str, heading: str) -> str:
    return page.partition(f'id="{heading}"')[2].partition("</table>")[0]


@pytest.mark.parametrize("known", ["", "?known=2026-12-01"])
def test_each_number_of_five_years_leads_to_as_many_records(
    client: Client, region: Region, known: str
) -> None:
    page = client.sign_in(region.lead.id).get(f"/statistics/years/2026{known}").text
    cells = linked_cells(table_after(page, "series-t"))
    assert {cell.address.split("/")[3] for cell in cells} == {"2025", "2026"}
    assert {cell.key for cell in cells} >= {"planned", "smes", "deal_rate", "deals", "total_yen"}
    for cell in cells:
        check(client, cell)


def test_the_year_before_leads_to_its_records_too(client: Client, region: Region) -> None:
    page = client.sign_in(region.lead.id).get("/statistics/years/2026").text
    cells = [cell for cell in linked_cells(table_after(page, "part-1")) if "/2025/" in cell.address]
    assert {"meetings", "new_smes"} <= {cell.key for cell in cells}
    for cell in cells:
        check(client, cell)


def test_amounts_lead_to_their_deals_by_either_year(client: Client, region: Region) -> None:
    page = client.sign_in(region.lead.id).get("/statistics/years/2026").text
    cells = linked_cells(table_after(page, "source-t"))
    by_key = {cell.key: cell for cell in cells}
    assert set(by_key) == {"source-sme_said", "met-source-sme_said"}
    assert len(cells) == 5, "two numbers of deals and three amounts"
    assert [listed(client, cell.address) for cell in cells] == [1] * 5


@pytest.fixture
def large(database: Database, region: Region) -> Region:
    """The larger of two other bodies: it may be shown, with a company that the first one knows too."""
    with database.unit_of_work() as session:
        session.merge(region.smes[0]).corporate_number = SHARED_NUMBER
        others = {count: make_region(session) for count in (4, 8)}
        for count, other in others.items():
            for place in range(count):
                number = SHARED_NUMBER if place == 0 else None
                company = make_company(session, other.body, corporate_number=number)
                need = make_need(session, make_buyer(session, other.body))
                meeting = make_meeting(session, need, company, on(2026, 9, 1))
                make_outcome(session, meeting, 6 if place > 2 else 1, total_yen=1_000_000)
        return others[8]


@pytest.fixture
def administrator(client: Client, database: Database, large: Region) -> Client:
    with database.unit_of_work() as session:
        user = make_user(session, None, Role.ADMINISTRATOR)
    return client.sign_in(user.id)


def test_each_number_over_all_bodies_leads_to_as_many_records(
    administrator: Client, large: Region
) -> None:
    page = administrator.get("/statistics/years/2026/all").text
    cells = linked_cells(table_after(page, "bodies-t"))
    of_large = {cell.key for cell in cells if f"/bodies/{large.body.id}/" in cell.address}
    of_all = {cell.key for cell in cells if "/bodies/" not in cell.address}
    assert of_large >= {"meetings", "smes"}
    assert of_all >= {"meetings", "smes", "deals", "deal_rate", "total_yen"}
    for cell in cells:
        check(administrator, cell)


def test_what_is_withheld_has_no_records_and_no_more_is_told_than_numbers(
    administrator: Client, region: Region, large: Region
) -> None:
    path = f"/statistics/years/2026/all/bodies/{region.body.id}/records"
    assert administrator.get(f"{path}/meetings").status_code == 404, "two SMEs stand behind them"
    whole = "/statistics/years/2026/all/records"
    assert administrator.get(f"{whole}/planned").status_code == 200
    for unknown in (f"{whole}/nothing", f"{whole}/deal_rate?part=unknown", f"{whole}/meetings?part=x"):
        assert administrator.get(unknown).status_code == 404, unknown
    companies = administrator.get(f"{whole}/smes").text
    assert SHARED_NUMBER in companies
    # Counting the records of each body would tell what is withheld.
    for path in (f"{whole}/smes", f"{whole}/meetings"):
        assert region.body.name not in administrator.get(path).text
    for name in (company.name for company in (*region.smes, *large.smes)):
        assert name not in companies


def test_opening_the_records_of_a_body_is_noted_for_that_body(
    administrator: Client, large: Region, database: Database
) -> None:
    path = f"/statistics/years/2026/all/bodies/{large.body.id}/records/meetings"
    for _ in range(2):
        assert administrator.get(path).status_code == 200
    with database.reading() as session:
        [entry] = session.scalars(select(AccessEntry))
    assert (entry.body_id, entry.role) == (large.body.id, Role.ADMINISTRATOR)


def test_leads_do_not_see_the_records_of_other_bodies(client: Client, large: Region) -> None:
    client.sign_in(large.lead.id)
    for where in ("", f"bodies/{large.body.id}/"):
        assert client.get(f"/statistics/years/2026/all/{where}records/meetings").status_code == 403
