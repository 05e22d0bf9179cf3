"""The timetable of an event: which wishes are met, when, and why the others are not.

Pure: frozen values in, frozen values out; knows neither web nor database.

    >>> from sme_match.events.timetable.solve import solve
    >>> solve(problem, seed=1, limit=10).meetings
"""
