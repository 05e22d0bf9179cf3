"""Closed vocabularies of accounts."""

from enum import StrEnum


class LinkPurpose(StrEnum):
    """What a signed link lets its holder do; a link never serves another purpose."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- a purpose, not a password
    MEETING_REPLY = "meeting_reply"
    OUTCOME_REPORT = "outcome_report"
    EVENT_PAGE = "event_page"
    """A participant's own page of an event, used from the publication to the end of the event."""
    CALENDAR_FEED = "calendar_feed"
    """Read by calendar programs again and again; revoked by the user, never used up."""
    EVENT_ANSWER = "event_answer"
    DIGEST_STOP = "digest_stop"


class UserState(StrEnum):
    """Where an account stands."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"
