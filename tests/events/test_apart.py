"""Pairs that must not meet: offered to nobody, whoever said so and whenever, and nobody learns why."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.errors import InvalidError
from sme_match.db.session import Database
from sme_match.events.enums import BuyerAnswer, ParticipantState, Side
from sme_match.events.models import Avoidance, Participant
from sme_match.events.queries.candidates import list_asked
from sme_match.events.queries.day import list_open_pairs
from sme_match.events.queries.timetable import load_timetable
from sme_match.events.services.answering import answer
from sme_match.matching.models import Exclusion
from tests.client import Client
from tests.conftest import NOW
from tests.events.scenes import EventScene, make_event
from tests.events.test_applying import make_open
from tests.events.test_candidates import OPEN, as_buyer
from tests.factories import make_body, make_buyer, make_company, make_user


def offered(session: Session, scene: EventScene) -> list[set[int]]:
    """The SMEs that the first buyer is asked about, may meet by the day, and by the timetable."""
    buyer, timetable = scene.buyers[0], load_timetable(session, scene.event)
    pairs = [pair for pair in scene.candidates if pair.buyer_id == buyer.id]
    return [
        {pair.sme_id for pair in list_asked(session, buyer)},
        {pair.sme for pair in list_open_pairs(session, scene.event) if pair.buyer == buyer.id},
        {pair.sme_id for pair in pairs if pair.id not in timetable.apart},
    ]


def avoid(session: Session, by: Participant, company_id: int) -> None:
    session.add(Avoidance(participant_id=by.id, company_id=company_id, reason="取引の経緯"))
    session.flush()


@pytest.mark.parametrize("side", ["sme", "buyer", "exclusion"])
def test_what_is_said_after_a_candidate_stands_takes_it_off_every_list(
    session: Session, side: str
) -> None:
    scene = make_event(session, **OPEN)
    buyer, sme, *rest = scene.buyers[0], *scene.smes
    if side == "sme":
        avoid(session, sme, buyer.company_id)
    elif side == "buyer":
        avoid(session, buyer, sme.company_id)
    else:
        need_id = scene.pair(0, 0).need_id
        session.add(
            Exclusion(
                body_id=scene.body.id, company_id=sme.company_id, need_id=need_id, written_at=NOW
            )
        )  # fmt: skip
        session.flush()
    assert offered(session, scene) == [{each.id for each in rest}] * 3
    with pytest.raises(InvalidError):
        answer(session, as_buyer(buyer), buyer.id, {scene.pair(0, 0).id: BuyerAnswer.MUST}, now=NOW)


def test_a_buyer_left_alone_meets_nobody_also_about_no_need_in_particular(session: Session) -> None:
    scene = make_event(session, **OPEN)
    for pair in scene.candidates:
        pair.need_id = None
    session.get_one(Company, scene.buyers[0].company_id).use_stopped_at = NOW
    session.flush()
    assert offered(session, scene) == [set()] * 3


def test_another_record_of_the_same_corporate_number_is_meant_as_well(session: Session) -> None:
    scene = make_event(session, **OPEN)
    number = "1010001000006"
    session.get_one(Company, scene.buyers[0].company_id).corporate_number = number
    twin = make_buyer(session, make_body(session))
    twin.corporate_number = number
    avoid(session, scene.smes[0], twin.id)
    assert offered(session, scene) == [{each.id for each in scene.smes[1:]}] * 3


def test_two_companies_without_a_corporate_number_are_two(session: Session) -> None:
    scene = make_event(session, **OPEN)
    avoid(session, scene.smes[0], make_company(session, scene.body).id)
    assert offered(session, scene) == [{each.id for each in scene.smes}] * 3


def test_a_changed_application_keeps_whom_it_avoids_when_they_have_nothing_on_offer(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        scene, company, _ = make_open(session)
        gone = make_buyer(session, scene.body, name="いまは案件のない会社")
        user = make_user(session, scene.body)
        part = Participant(
            event_id=scene.event.id, company_id=company.id, body_id=scene.body.id,
            side=Side.SME, state=ParticipantState.APPLIED, attendee="山田", day_phone="090",
        )  # fmt: skip
        session.add(part)
        session.flush()
        avoid(session, part, gone.id)
        address = f"/events/{scene.event.id}/apply/{company.id}"
        slots = [str(slot.id) for slot in scene.slots]
    page = client.sign_in(user.id).get(address).text
    assert "いまは案件のない会社" in page
    form = {
        "attendee": "山田", "day_phone": "090-1111-2222", "mode": "web", "equipment": "own",
        "lanes": "1", "free": slots, "avoid": [str(gone.id)], "avoid_reason": "取引の経緯",
    }  # fmt: skip
    assert client.post(address, form).status_code == 302
    with database.reading() as session:
        assert session.scalars(select(Avoidance.company_id)).all() == [gone.id]
