"""The plain records that a yearly report needs besides those of every page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """That one side has spoken about a meeting, and its latest grade (1 to 5) if it gave any."""

    meeting_id: int
    reporter: str
    satisfaction: int | None
