"""What may wait for somebody, over all domains."""

from enum import StrEnum


class Waiting(StrEnum):
    """A kind of thing that waits; its value is the name in the URL of its list."""

    NEEDS_TO_REVIEW = "needs-to-review"
    NEEDS_WITHOUT_PROPOSAL = "needs-without-proposal"
    PROPOSALS_TO_ARRANGE = "proposals-to-arrange"
    MEETINGS_UNANSWERED = "meetings-unanswered"
    MEETINGS_EXPIRED = "meetings-expired"
    MEETINGS_WITHOUT_TIME = "meetings-without-time"
    MEETINGS_AWAITING_RESULT = "meetings-awaiting-result"
    REPORTS_OVERDUE = "reports-overdue"
    DISAGREEMENTS = "disagreements"
    FOLLOW_UPS_DUE = "follow-ups-due"
    EVENTS_TODAY = "events-today"
    EVENT_OBJECTIONS = "event-objections"
    EVENT_APPLICATIONS = "event-applications"
    EVENT_BUYERS_UNANSWERED = "event-buyers-unanswered"
    EVENTS_TO_PUBLISH = "events-to-publish"
    EVENTS_TO_APPLY = "events-to-apply"
    EVENTS_TO_CONFIRM = "events-to-confirm"
    STALE_COMPANIES = "stale-companies"
    WORDS_TO_REVIEW = "words-to-review"
    ANSWERS_DUE = "answers-due"
    REPORTS_DUE = "reports-due"
    USERS_NEVER_SIGNED_IN = "users-never-signed-in"
    FAILED_MAILS = "failed-mails"


class Subject(StrEnum):
    """What the waiting records are."""

    NEED = "need"
    PROPOSAL = "proposal"
    MEETING = "meeting"
    FOLLOW_UP = "follow_up"
    EVENT = "event"
    PARTICIPANT = "participant"
    COMPANY = "company"
    WORD = "word"
    USER = "user"
    MAIL = "mail"
