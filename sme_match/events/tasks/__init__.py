"""Scheduled work of events: calls, answers, timetables, and what is over."""

from sme_match.events.tasks.answering import chase_answers
from sme_match.events.tasks.calling import announce_calls
from sme_match.events.tasks.ending import end_events
from sme_match.events.tasks.solving import solve_waiting

__all__ = ["announce_calls", "chase_answers", "end_events", "solve_waiting"]
