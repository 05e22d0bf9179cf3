"""The steps a meeting may take from one state to the next."""

from collections.abc import Mapping
from types import MappingProxyType

from sme_match.core.errors import ConflictError
from sme_match.core.text import mark_text
from sme_match.meetings.enums import MeetingState

S = MeetingState

# What happened on the day can be put right: a wrong click must not stay in the record for ever.
STEPS: Mapping[MeetingState, frozenset[MeetingState]] = MappingProxyType(
    {
        S.PROPOSED: frozenset({S.ASKED, S.CANCELLED}),
        S.ASKED: frozenset({S.CONFIRMED, S.DECLINED, S.CANCELLED}),
        S.CONFIRMED: frozenset({S.HELD, S.ABSENT, S.BROKEN_OFF, S.CARRIED_OVER, S.CANCELLED, S.ASKED}),
        S.HELD: frozenset({S.ABSENT, S.BROKEN_OFF}),
        S.ABSENT: frozenset({S.HELD, S.BROKEN_OFF, S.CARRIED_OVER}),
        S.BROKEN_OFF: frozenset({S.HELD, S.ABSENT, S.CARRIED_OVER}),
        S.CARRIED_OVER: frozenset({S.ASKED, S.CANCELLED}),
        S.DECLINED: frozenset(),
        S.CANCELLED: frozenset(),
    }
)

HOLDING_TIME = frozenset({S.CONFIRMED})
"""States in which the meeting holds its time in both calendars. A pending request blocks nobody."""
OPEN = frozenset({S.PROPOSED, S.ASKED, S.CONFIRMED, S.CARRIED_OVER})
"""States in which somebody still has to do something for the meeting to take place."""


def may_step(from_: MeetingState, to: MeetingState) -> bool:
    """Tell whether a meeting in the first state may go to the second."""
    return to in STEPS[from_]


def check_step(from_: MeetingState, to: MeetingState) -> None:
    """Refuse a step that the table does not have.

    Raises:
        ConflictError: when the meeting is not in a state that allows it, usually because somebody
            else has moved it on.
    """
    if not may_step(from_, to):
        raise ConflictError(
            mark_text("商談の状態が変わったため、この操作はできません。最新の状態を確かめてください。")
        )
