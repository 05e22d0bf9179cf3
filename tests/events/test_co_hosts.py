"""What a body that hosts an event, but does not run it, reads and sets off."""

from dataclasses import dataclass
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from sme_match.companies.models import Company
from sme_match.db.session import Database
from sme_match.events.enums import ParticipantState, RunKind, RunState
from sme_match.events.models import Event, Participant, TimetableRun
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW
from tests.events.published import publish
from tests.events.scenes import EventScene, bring, make_event, make_placement
from tests.factories import make_body, make_need, make_user

PAGES = ("participants", "participants?side=sme", "candidates", "timetable", "runs/{run}")


@dataclass(frozen=True)
class Shared:
    """An event of which another body brings the SME 0; buyer 1 hides behind its need."""

    scene: EventScene
    run: int
    guest: int
    buyers: list[str]
    smes: list[str]


@pytest.fixture
def shared(database: Database) -> Shared:
    with database.unit_of_work() as session:
        scene = make_event(session, rooms=1)
        host = make_body(session)
        bring(session, host, scene.smes[0])
        session.get_one(Need, scene.pair(1, 0).need_id).buyer_anonymous = True
        placed = [(1, 0, 0), (0, 1, 0), (1, 2, 1)]
        for buyer, sme, slot in placed:
            make_placement(session, scene.pair(buyer, sme), scene.slots[slot])
        meetings = [
            {"candidate": scene.pair(buyer, sme).id, "slot": scene.slots[slot + 1].id,
             "buyer_lane": 1, "sme_lane": 1}
            for buyer, sme, slot in placed
        ]  # fmt: skip
        run = TimetableRun(
            event_id=scene.event.id, label="A", state=RunState.DONE, settings={}, wished_at=NOW,
            best={"status": "optimal"}, meetings=meetings,
        )  # fmt: skip
        session.add(run)
        for part in (*scene.buyers, *scene.smes):
            # Boards write the short name where there is one.
            session.get_one(Company, part.company_id).short_name = ""
        session.flush()
        names = [
            [session.get_one(Company, part.company_id).name for part in side]
            for side in (scene.buyers, scene.smes)
        ]
        return Shared(scene, run.id, make_user(session, host).id, *names)


def read(client: Client, shared: Shared) -> str:
    """All that the pages of the event and its workbook say to whoever is signed in."""
    base = f"/events/{shared.scene.event.id}"
    pages = [client.get(f"{base}/{page.format(run=shared.run)}") for page in PAGES]
    assert [page.status_code for page in pages] == [200] * len(PAGES)
    book = openpyxl.load_workbook(BytesIO(client.get(f"{base}/timetable.xlsx").data))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
    moves = [client.get(f"{base}/candidates/{pair.id}/move") for pair in shared.scene.candidates]
    assert {page.status_code for page in moves} == {200}
    return "\n".join([*(page.text for page in (*pages, *moves)), *cells])


def test_before_publication_a_co_host_reads_the_names_that_it_needs(
    client: Client, shared: Shared
) -> None:
    said = read(client.sign_in(shared.guest), shared)
    assert shared.smes[0] in said, "its own"
    assert shared.buyers[0] in said, "offers a need openly"
    for name in (shared.buyers[1], *shared.smes[1:]):
        assert name not in said
    assert "社名は非公開" in said
    plans = read(client.sign_in(shared.scene.coordinator.id), shared)
    assert all(name in plans for name in (*shared.buyers, *shared.smes))


def test_a_co_host_reads_the_names_of_those_that_its_own_buyer_may_meet(
    client: Client, database: Database, shared: Shared
) -> None:
    scene = shared.scene
    with database.unit_of_work() as session:
        host = session.get_one(SupportBody, session.get_one(Participant, scene.smes[0].id).body_id)
        buyer = bring(session, host, scene.buyers[1])
        session.delete(scene.pair(1, 1))
    said = read_participants(client.sign_in(shared.guest), shared)
    assert shared.buyers[1] in said
    assert (shared.smes[1] in said, shared.smes[2] in said) == (False, True)
    form = client.get(f"/events/{scene.event.id}/invite/{buyer.company_id}").text
    assert (shared.smes[1] in form, shared.smes[2] in form) == (False, True)


def test_a_buyer_that_offers_another_need_without_its_name_is_not_named(
    client: Client, database: Database, shared: Shared
) -> None:
    assert shared.buyers[0] in read_participants(client.sign_in(shared.guest), shared)
    with database.unit_of_work() as session:
        buyer = session.get_one(Company, shared.scene.buyers[0].company_id)
        make_need(session, buyer, buyer_anonymous=True)
    board = client.get(f"/events/{shared.scene.event.id}/timetable").text
    assert shared.buyers[0] not in read_participants(client, shared) + board


def read_participants(client: Client, shared: Shared) -> str:
    base = f"/events/{shared.scene.event.id}/participants"
    return "".join(client.get(f"{base}?side={side}").text for side in ("buyer", "sme"))


def test_once_published_all_hosts_read_all_names(
    client: Client, database: Database, shared: Shared
) -> None:
    with database.unit_of_work() as session:
        session.get_one(Event, shared.scene.event.id).published_at = NOW
    said = read(client.sign_in(shared.guest), shared)
    assert all(name in said for name in (*shared.buyers, *shared.smes))


def test_a_company_of_a_co_host_that_falls_out_sets_off_a_repair(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session)
        host = make_body(session)
        for sme in scene.smes[:2]:
            bring(session, host, sme)
        publish(session, scene, (0, 0, 0), (1, 1, 1))
        guest = make_user(session, host)
    client.sign_in(guest.id)
    runs = f"/events/{scene.event.id}/runs"
    for sme in scene.smes[:2]:
        done = client.post(f"/events/participants/{sme.id}/withdraw", {"reason": "急病"})
        assert done.location == runs
    assert "空いた時間を埋める案" in client.get(runs).text
    with database.reading() as session:
        (run,) = session.scalars(select(TimetableRun))
        assert (run.kind, run.state) == (RunKind.REPAIR, RunState.QUEUED), "one is enough for both"
        left = session.get_one(Participant, scene.smes[0].id)
        assert left.state is ParticipantState.WITHDRAWN
