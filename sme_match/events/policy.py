"""Who may do what with an event. The whole policy on one page.

Staff of every host body see the event and its timetable; the coordinators of the hosts look after
their own companies in it; those of the running body plan it, solve and publish the timetable. What a
company said in confidence (whom it avoids) stays with the body that looks after it. Until publication
the other hosts read the names of their own companies, of buyers that offer all needs openly and of SMEs
that may meet their own buyers: whoever does not plan needs no others. An SME sees the
events of its body from the day the call opens, and of the timetable its own part; a buyer acts
through a signed link. Until publication no SME
and no other body reads the name of an anonymous buyer beside its need.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.events.enums import EventState
from sme_match.events.models import Candidate, Event, EventHost, Participant
from sme_match.needs.policy import is_buyer_named


def visible_to(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition that an event may be seen by the actor."""
    if actor.role is Role.SYSTEM:
        return true()
    if actor.is_staff and actor.body_id is not None:
        return _hosted_by(actor.body_id)
    if actor.role in {Role.SME, Role.BUYER} and actor.company_id is not None:
        takes_part = exists(
            select(Participant.id).where(
                Participant.event_id == Event.id, Participant.company_id == actor.company_id
            )
        )
        if actor.role is Role.BUYER:
            return takes_part
        called = exists(
            select(EventHost.event_id)
            .join(Company, Company.body_id == EventHost.body_id)
            .where(EventHost.event_id == Event.id, Company.id == actor.company_id)
        )
        return or_(takes_part, and_(called, Event.sme_call_from <= now))
    return false()


def participants_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor looks after a participant, or is it."""
    if actor.role is Role.SYSTEM:
        return true()
    if actor.is_staff and actor.body_id is not None:
        return Participant.body_id == actor.body_id
    if actor.company_id is not None:
        return Participant.company_id == actor.company_id
    return false()


def may_plan(actor: Actor) -> bool:
    """Coordinators plan events for their body."""
    return actor.role is Role.COORDINATOR and actor.body_id is not None


def may_run(actor: Actor, event: Event) -> bool:
    """The running body's coordinators change the event, its timetable and its publication."""
    return may_plan(actor) and actor.body_id == event.body_id


def may_look_after(actor: Actor, participant: Participant) -> bool:
    """Coordinators act for the companies that their body brings."""
    return may_plan(actor) and actor.body_id == participant.body_id


def may_staff_desk(actor: Actor, event: Event) -> bool:
    """On the day the coordinators of all hosts work at one desk; `event` was read with its hosts."""
    return may_plan(actor) and actor.body_id in {host.body_id for host in event.hosts}


def may_see_day_phone(
    actor: Actor, event: Event, participant: Participant, *, on_the_day: bool
) -> bool:
    """Who looks after a company knows its phone; on the day the running body calls everybody."""
    return may_look_after(actor, participant) or (on_the_day and may_run(actor, event))


def names_everybody(actor: Actor, event: Event) -> bool:
    """Tell whether the actor, staff of a host, reads the names of all who take part.

    The running body does, as it plans; once the timetable is published all hosts work at one desk.
    """
    return event.published_at is not None or event.body_id == actor.body_id


def may_see_pair(actor: Actor, event: Event, pair: Candidate) -> bool:
    """Tell whether staff of a host see a pair, read with its sides, and what was said to it."""
    return names_everybody(actor, event) or actor.body_id in {pair.buyer.body_id, pair.sme.body_id}


def is_buyer_shown(actor: Actor, event: Event, pair: Candidate) -> bool:
    """Tell whether the buyer's name may stand beside the need of a pair.

    Who asked to stay anonymous is named to other bodies once the timetable is published.
    """
    return event.published_at is not None or pair.need is None or is_buyer_named(actor, pair.need)


def is_open(event: Event) -> bool:
    """Tell whether anything may still change."""
    return event.state in {EventState.PREPARING, EventState.PUBLISHED}


def is_call_open(event: Event, now: datetime) -> bool:
    """Tell whether SMEs may apply by themselves."""
    return event.state is EventState.PREPARING and event.sme_call_from <= now < event.sme_call_until


def calls_at(now: datetime) -> ColumnElement[bool]:
    """Return the same as a condition."""
    return and_(
        Event.state == EventState.PREPARING, Event.sme_call_from <= now, Event.sme_call_until > now
    )


def _hosted_by(body_id: int) -> ColumnElement[bool]:
    return exists(
        select(EventHost.event_id).where(EventHost.event_id == Event.id, EventHost.body_id == body_id)
    )
