"""Who may do what with reports. The whole policy on one page.

Everybody counts the records of the own body alone. What spans bodies is shown without the figures of
few companies (`yearly.all_bodies`): administrators see every body, leads those that closed the year.
"""

from sme_match.core.actor import Actor, Role


def may_keep_years(actor: Actor) -> bool:
    """The lead of a body answers for what it wants to reach and what it reports."""
    return actor.role is Role.LEAD and actor.body_id is not None


def sees_open_years_of_all(actor: Actor) -> bool:
    """Administrators see every body before it has closed its year."""
    return actor.role is Role.ADMINISTRATOR
