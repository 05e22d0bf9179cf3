"""The scene that tests of events begin with can be stored, and the keys of the tables bind it."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.events.scenes import make_event, make_placement


def test_no_side_is_in_two_places_at_once(session: Session) -> None:
    scene = make_event(session)
    make_placement(session, scene.pair(0, 0), scene.slots[0])
    make_placement(session, scene.pair(1, 1), scene.slots[0])
    for same_buyer_or_sme in (scene.pair(0, 1), scene.pair(1, 0)):
        with pytest.raises(IntegrityError), session.begin_nested():
            make_placement(session, same_buyer_or_sme, scene.slots[0])
