"""Who may do what with outcomes. The whole policy on one page.

Whoever sees a meeting sees its outcome, a company only its own side's words. Each side reports for
itself; the coordinators of the body write down what a side said, or their own words.
"""

from sme_match.core.actor import Actor
from sme_match.meetings.enums import Party
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import may_arrange, party_of
from sme_match.outcomes.enums import Reporter

SIDES = {Party.SME: Reporter.SME, Party.BUYER: Reporter.BUYER}


def reporter_of(actor: Actor, meeting: Meeting) -> Reporter | None:
    """Return in whose name a company's actor reports; None for staff."""
    party = party_of(actor, meeting)
    return SIDES[party] if party else None


def may_report_as(actor: Actor, meeting: Meeting, reporter: Reporter) -> bool:
    """Each side for itself; coordinators for everybody."""
    return may_arrange(actor, meeting) or reporter_of(actor, meeting) is reporter


def may_close_follow_up(actor: Actor, meeting: Meeting) -> bool:
    """The coordinators of the body decide that nobody will answer any more."""
    return may_arrange(actor, meeting)
