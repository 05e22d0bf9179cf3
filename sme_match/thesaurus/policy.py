"""Who may do what with the words of the trade. The whole policy on one page.

The list and its proposals are shared by the whole installation: words are not confidential. Of a
proposal from another body everybody sees the body's name and nobody's own.
"""

from sme_match.core.actor import Actor, Role
from sme_match.matching.enums import WordState
from sme_match.matching.models import WordEntry


def may_see_words(actor: Actor) -> bool:
    """Staff of every body, and administrators."""
    return actor.is_staff or actor.role is Role.ADMINISTRATOR


def may_propose_words(actor: Actor) -> bool:
    """Staff propose for their body."""
    return actor.is_staff and actor.body_id is not None


def may_edit_entry(actor: Actor, entry: WordEntry) -> bool:
    """Staff of the proposing body, until it is decided."""
    return is_own(actor, entry) and entry.state is WordState.PROPOSED


def may_decide_entry(actor: Actor, entry: WordEntry) -> bool:
    """Anybody who keeps the list, except the one who proposed it."""
    return (
        may_see_words(actor)
        and entry.state is WordState.PROPOSED
        and entry.proposed_by != actor.user_id
    )


def may_withdraw_entry(actor: Actor, entry: WordEntry) -> bool:
    """The proposing body, and administrators; an accepted entry loses its effect."""
    return (is_own(actor, entry) or actor.role is Role.ADMINISTRATOR) and entry.state in {
        WordState.PROPOSED,
        WordState.ACCEPTED,
    }


def may_reopen_entry(actor: Actor, entry: WordEntry) -> bool:
    """Whoever decided may take it back; what was withdrawn, the proposing body."""
    if entry.state is WordState.WITHDRAWN:
        return is_own(actor, entry)
    return entry.state is not WordState.PROPOSED and entry.decided_by == actor.user_id


def is_own(actor: Actor, entry: WordEntry) -> bool:
    """Whether the entry comes from the actor's body."""
    return actor.is_staff and entry.body_id == actor.body_id
