"""The board: what it shows, how a meeting is moved without script, and what it asks of the database."""

from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.events.enums import BuyerAnswer
from sme_match.events.models import Placement, UnavailableSlot
from tests.client import Client
from tests.events.scenes import EventScene, make_event, make_placement
from tests.factories import make_user
from tests.queries import count_queries


@pytest.fixture
def scene(database: Database, client: Client) -> EventScene:
    """An event with one meeting in the first slot, and its coordinator signed in."""
    with database.unit_of_work() as session:
        made = make_event(session, rooms=8)
        make_placement(session, made.pair(0, 0), made.slots[0])
    client.sign_in(made.coordinator.id)
    return made


def board(scene: EventScene) -> str:
    return f"/events/{scene.event.id}/timetable"


def move(scene: EventScene, sme: int) -> str:
    return f"/events/{scene.event.id}/candidates/{scene.pair(0, sme).id}/move"


def placed(session: Session) -> dict[int, int]:
    return {each.candidate_id: each.slot_id for each in session.scalars(select(Placement))}


def test_the_board_shows_grid_tray_and_rooms(scene: EventScene, client: Client) -> None:
    page = client.get(board(scene)).text
    assert "1 / 8室" in page
    assert page.count('class="mt ok"') == 1
    assert page.count('class="ti"') == 5
    assert "直してほしい" not in page


def test_a_picked_meeting_shows_where_it_may_go_and_why_not_elsewhere(
    scene: EventScene, client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        make_placement(session, scene.pair(1, 0), scene.slots[1])
        session.add(UnavailableSlot(participant_id=scene.smes[0].id, slot_id=scene.slots[2].id))
    page = client.get(f"{board(scene)}?pick={scene.pair(0, 0).id}").text
    assert page.count('class="go"') == 1
    assert "受託側 商談中" in page
    assert "受託側 不可" in page


def test_a_meeting_is_moved_swapped_and_taken_back_by_plain_forms(
    scene: EventScene, client: Client, database: Database
) -> None:
    first, second = scene.pair(0, 0).id, scene.pair(0, 1).id
    slots = [slot.id for slot in scene.slots]
    assert client.post(move(scene, 1), {"slot": slots[1], "seen": ""}).status_code == 302
    answer = client.post(
        move(scene, 0), {"action": "swap", "seen": slots[0], "other": f"{second}-{slots[1]}"}
    )
    assert answer.status_code == 302
    with database.reading() as session:
        assert placed(session) == {first: slots[1], second: slots[0]}
    page = client.get(board(scene)).text
    change = page.split('name="change" value="')[1].split('"')[0]
    client.post(f"{board(scene)}/undo", {"change": change})
    with database.reading() as session:
        assert placed(session) == {first: slots[0], second: slots[1]}


@pytest.mark.parametrize(
    ("form", "answered"),
    [
        ({"slot": "", "seen": ""}, (422, "コマを選んでください")),
        ({"slot": "0", "seen": ""}, (422, "10:00 に2件")),
        ({"slot": "1", "seen": "3"}, (409, "先にこの商談を未割り当てに")),
        ({"action": "swap", "seen": "", "other": "x"}, (422, "入れ替える商談")),
        ({"action": "burn"}, (422, "何をするか")),
    ],
)
def test_a_refused_move_says_why_and_changes_nothing(
    scene: EventScene,
    client: Client,
    database: Database,
    form: dict[str, str],
    answered: tuple[int, str],
) -> None:
    for field in ("slot", "seen"):
        if form.get(field):
            form = form | {field: str(scene.slots[int(form[field])].id)}
    status, words = answered
    answer = client.post(move(scene, 1), form)
    assert (answer.status_code, words in answer.text) == (status, True)
    with database.reading() as session:
        assert len(placed(session)) == 1


def test_a_pair_that_the_buyer_refused_may_go_nowhere(
    scene: EventScene, client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        session.merge(scene.pair(0, 1)).answer = BuyerAnswer.NO
    page = client.get(move(scene, 1))
    assert page.status_code == 200
    assert "移せるコマはありません" in page.text
    picked = client.get(f"{board(scene)}?pick={scene.pair(0, 1).id}")
    assert picked.status_code == 200
    assert 'class="go"' not in picked.text


def test_conflicts_are_drawn_in_words(scene: EventScene, client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        session.add(UnavailableSlot(participant_id=scene.smes[0].id, slot_id=scene.slots[0].id))
        session.merge(scene.pair(0, 0)).answer = BuyerAnswer.NO
    page = client.get(board(scene)).text
    assert "直してほしい重なりが2件" in page
    assert "10:00 の都合が悪い" in page
    assert "「会わない」と答えています" in page


def test_the_workbook_holds_the_grid_and_a_line_per_meeting(scene: EventScene, client: Client) -> None:
    book = openpyxl.load_workbook(BytesIO(client.get(f"{board(scene)}.xlsx").data))
    grid, lines = book.worksheets
    assert [grid.max_row, grid.max_column] == [3, 5]
    assert lines.max_row == 2


def test_leads_read_the_board_and_sme_managers_do_not(
    scene: EventScene, client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        lead = make_user(session, scene.body, Role.LEAD)
        manager = make_user(session, scene.body, Role.SME, company_id=scene.smes[0].company_id)
    client.sign_in(lead.id)
    assert "移す" not in client.get(board(scene)).text
    assert client.get(move(scene, 0)).status_code == 403
    client.sign_in(manager.id)
    assert client.get(board(scene)).status_code == 403


def test_the_board_asks_the_same_number_of_questions_at_any_size(
    client: Client, database: Database
) -> None:
    counts = []
    for size in (2, 5):
        with database.unit_of_work() as session:
            made = make_event(session, buyers=size, smes=size)
            for index in range(size):
                make_placement(session, made.pair(index, index), made.slots[0])
        client.sign_in(made.coordinator.id)
        client.get(board(made))
        with count_queries(database) as queries:
            client.get(board(made))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_event_without_buyers_says_what_to_do(
    client: Client, database: Database, language: str
) -> None:
    with database.unit_of_work() as session:
        made = make_event(session, buyers=0, smes=0, slots=0)
        user = make_user(session, made.body, language=language)
    client.sign_in(user.id)
    words = {"ja": "準備ができていません", "en": "cannot be made yet"}
    assert words[language] in client.get(board(made)).text
