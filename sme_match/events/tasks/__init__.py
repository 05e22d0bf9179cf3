"""Scheduled work of events: chasing answers, and solving timetables."""

from sme_match.events.tasks.answering import chase_answers
from sme_match.events.tasks.solving import solve_waiting

__all__ = ["chase_answers", "solve_waiting"]
