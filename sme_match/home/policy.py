"""Whom a waiting thing concerns: the order is that of the home page."""

from collections.abc import Mapping
from types import MappingProxyType

from sme_match.core.actor import Actor, Role
from sme_match.home.enums import Waiting

W = Waiting

TO_DO: Mapping[Role, tuple[Waiting, ...]] = MappingProxyType(
    {
        Role.COORDINATOR: (
            W.EVENTS_TODAY,
            W.EVENT_OBJECTIONS,
            W.EVENT_APPLICATIONS,
            W.EVENT_BUYERS_UNANSWERED,
            W.EVENTS_TO_PUBLISH,
            W.NEEDS_TO_REVIEW,
            W.NEEDS_WITHOUT_PROPOSAL,
            W.PROPOSALS_TO_ARRANGE,
            W.MEETINGS_UNANSWERED,
            W.MEETINGS_EXPIRED,
            W.MEETINGS_WITHOUT_TIME,
            W.MEETINGS_AWAITING_RESULT,
            W.REPORTS_OVERDUE,
            W.DISAGREEMENTS,
            W.FOLLOW_UPS_DUE,
            W.STALE_COMPANIES,
            W.WORDS_TO_REVIEW,
        ),
        Role.LEAD: (
            W.NEEDS_WITHOUT_PROPOSAL,
            W.MEETINGS_EXPIRED,
            W.MEETINGS_AWAITING_RESULT,
            W.REPORTS_OVERDUE,
            W.DISAGREEMENTS,
            W.FOLLOW_UPS_DUE,
            W.STALE_COMPANIES,
            W.WORDS_TO_REVIEW,
        ),
        Role.SME: (W.ANSWERS_DUE, W.EVENTS_TO_CONFIRM, W.REPORTS_DUE, W.EVENTS_TO_APPLY),
        Role.ADMINISTRATOR: (W.USERS_NEVER_SIGNED_IN, W.FAILED_MAILS, W.WORDS_TO_REVIEW),
    }
)

BADGES: Mapping[Role, Mapping[str, tuple[Waiting, ...]]] = MappingProxyType(
    {
        Role.COORDINATOR: {
            "matching.index": (W.NEEDS_TO_REVIEW,),
            "meetings.index": (
                W.PROPOSALS_TO_ARRANGE,
                W.MEETINGS_EXPIRED,
                W.MEETINGS_WITHOUT_TIME,
                W.MEETINGS_AWAITING_RESULT,
            ),
            "outcomes.index": (W.REPORTS_DUE, W.DISAGREEMENTS),
        },
        Role.SME: {"meetings.index": (W.ANSWERS_DUE,), "outcomes.index": (W.REPORTS_DUE,)},
    }
)
"""Which entries of the navigation carry a count, and of what: things the reader can act on."""


def may_see_waiting(actor: Actor, waiting: Waiting) -> bool:
    """Everybody sees what waits for their role; lists of other roles do not exist for them."""
    return waiting in TO_DO.get(actor.role, ())
