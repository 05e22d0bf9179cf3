"""Scheduled work of events: chasing answers, solving timetables, ending what is over."""

from sme_match.events.tasks.answering import chase_answers
from sme_match.events.tasks.ending import end_events
from sme_match.events.tasks.solving import solve_waiting

__all__ = ["chase_answers", "end_events", "solve_waiting"]
