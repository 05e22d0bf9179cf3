"""Who may do what with reports. The whole policy on one page.

Everybody counts the records of the own body alone. What spans bodies is for administrators, who hand it
on without the figures of few companies (`yearly.all_bodies`): a lead could take the own figures off
a total, and of two bodies the other one would be left.
"""

from sme_match.core.actor import Actor, Role


def may_keep_years(actor: Actor) -> bool:
    """The lead of a body answers for what it wants to reach and what it reports."""
    return actor.role is Role.LEAD and actor.body_id is not None


def may_keep_series(actor: Actor) -> bool:
    """Official series belong to the whole installation: its administrators bring them in."""
    return actor.role is Role.ADMINISTRATOR
