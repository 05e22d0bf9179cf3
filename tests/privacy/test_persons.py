"""What is kept about a person: of the own body, and nothing that its side may not know."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.audit.services import record
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Role
from sme_match.events.models import Participant
from sme_match.meetings.enums import MeetingState, Party, ReplyKind
from sme_match.meetings.models import Meeting, MeetingReply
from sme_match.privacy.enums import Section
from sme_match.privacy.queries.persons import Value, list_kept, list_people, list_to_settle
from tests.architecture.region import Side
from tests.conftest import NOW
from tests.factories import make_buyer, make_contact, make_need, make_user
from tests.privacy.scenes import make_side
from tests.statistics.scenes import make_meeting


@pytest.fixture
def side(session: Session) -> Side:
    return make_side(session, "北上")


def contact_of(session: Session, side: Side) -> Contact:
    return session.get_one(Contact, side.ids["contact_id"])


def meeting_of(session: Session, side: Side, buyer: str, **values: Any) -> Meeting:
    """A meeting of the body's own company with a buyer of this name."""
    hidden = bool(values.pop("buyer_anonymous", False))
    body = values.pop("body", side.body)
    need = make_need(session, make_buyer(session, body, name=buyer), buyer_anonymous=hidden)
    contact = contact_of(session, side)
    company = session.get_one(Company, side.ids["company_id"])
    defaults: dict[str, Any] = {"company_contact_id": contact.id, "state": MeetingState.ASKED}
    return make_meeting(session, need, company, NOW + timedelta(days=5), **(defaults | values))


def kept(session: Session, side: Side, person: Contact | User, section: Section) -> list[list[Value]]:
    """The rows of one part, as the lead of the side reads them."""
    actor = side.users[Role.LEAD].as_actor()
    return [
        list(row)
        for part in list_kept(session, actor, person)
        if part.section is section
        for row in part.rows
    ]


def test_meetings_that_another_body_arranges_for_a_shared_company_stay_with_that_body(
    session: Session, side: Side
) -> None:
    contact = contact_of(session, side)
    meeting_of(session, side, "自県重工")
    theirs = meeting_of(session, side, "隣県重工", body=side.partner)
    session.add(
        MeetingReply(
            meeting_id=theirs.id, party=Party.SME, kind=ReplyKind.DECLINED, note="隣県の事情",
            said_by=contact.name, replied_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    assert [row[3] for row in kept(session, side, contact, Section.MEETINGS)] == ["自県重工"]
    assert kept(session, side, contact, Section.ANSWERS) == []
    company = session.get_one(Company, side.ids["company_id"])
    assert [each.buyer.name for each in list_to_settle(session, company, now=NOW)] == ["自県重工"]


def test_the_copy_names_an_anonymous_buyer_to_the_sme_only_once_both_agreed(
    session: Session, side: Side
) -> None:
    hidden = meeting_of(session, side, "匿名重工", buyer_anonymous=True)
    meeting_of(
        session, side, "合意重工", buyer_anonymous=True, confirmed_at=NOW, state=MeetingState.CONFIRMED
    )
    meeting_of(session, side, "公開重工")
    meeting_of(session, side, "検討重工", state=MeetingState.PROPOSED)
    told = [row[3] for row in kept(session, side, contact_of(session, side), Section.MEETINGS)]
    assert told == [None, "合意重工", "公開重工"]
    buyer = make_contact(session, session.get_one(Company, hidden.buyer_id))
    hidden.buyer_contact_id = buyer.id
    session.flush()
    assert [row[3] for row in kept(session, side, buyer, Section.MEETINGS)] == ["匿名重工"]


def test_answers_are_those_of_the_own_side_and_not_of_a_namesake_across_the_table(
    session: Session, side: Side
) -> None:
    contact = contact_of(session, side)
    meeting = meeting_of(session, side, "自県重工")
    namesake = make_contact(session, session.get_one(Company, meeting.buyer_id), name=contact.name)
    meeting.buyer_contact_id = namesake.id
    for party, note in ((Party.SME, "受託側の都合"), (Party.BUYER, "委託側の都合")):
        session.add(
            MeetingReply(
                meeting_id=meeting.id, party=party, kind=ReplyKind.DECLINED, note=note,
                said_by=contact.name, replied_at=NOW,
            )
        )  # fmt: skip
    session.flush()
    assert [row[2] for row in kept(session, side, contact, Section.ANSWERS)] == ["受託側の都合"]
    assert [row[2] for row in kept(session, side, namesake, Section.ANSWERS)] == ["委託側の都合"]


def test_a_short_name_does_not_take_what_is_kept_about_a_longer_one(
    session: Session, side: Side
) -> None:
    lead = side.users[Role.LEAD].as_actor()
    company = session.get_one(Company, side.ids["company_id"])
    short, spaced = (make_contact(session, company, name=name) for name in ("林", "林田 花子"))
    participant = session.get_one(Participant, side.ids["participant_id"])
    participant.attendee = "林田花子"
    for note in ("林", "林：電話で申出", "林田 花子", "林田 花子：電話で申出"):
        record(
            session, lead, action="contact.edit", subject=("company", company.id), note=note,
            body_id=side.body.id, now=NOW,
        )  # fmt: skip
    notes = [row[3] for row in kept(session, side, short, Section.CHANGES)]
    assert notes == ["林", "林：電話で申出"]
    assert kept(session, side, short, Section.EVENTS) == []
    assert [row[1] for row in kept(session, side, spaced, Section.EVENTS)] == ["林田花子"]


def test_what_a_person_did_is_read_by_the_body_it_was_done_for(session: Session, side: Side) -> None:
    person = side.users[Role.COORDINATOR]
    for body, note in ((side.partner, "前の支援機関の企業"), (side.body, "北上製作所")):
        record(
            session, person.as_actor(), action="company.edit", note=note, body_id=body.id,
            subject=("company", int(side.ids["company_id"])), now=NOW,
        )  # fmt: skip
    assert [row[3] for row in kept(session, side, person, Section.DONE)] == ["北上製作所"]
    administrator = make_user(session, None, Role.ADMINISTRATOR).as_actor()
    [done] = [
        part for part in list_kept(session, administrator, person) if part.section is Section.DONE
    ]
    assert (list(done.columns), len(done.rows)) == (["at", "actor_name", "action"], 2)


def test_a_name_of_nothing_visible_is_no_name(session: Session, side: Side) -> None:
    lead = side.users[Role.LEAD].as_actor()
    assert list_people(session, lead, "北上担当") != []
    assert list_people(session, lead, "\u200b\u200b") == []
