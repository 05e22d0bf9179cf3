"""Closed vocabularies of personal data."""

from enum import StrEnum


class AccessKind(StrEnum):
    """How somebody came to see a record."""

    PAGE = "page"
    FILE = "file"
    LINK = "link"
    """A page opened by the signed link of a mail, without signing in."""


class Subject(StrEnum):
    """What kind of record was seen."""

    COMPANY = "company"
    NEED = "need"
    MEETING = "meeting"
    EVENT = "event"
    USER = "user"
    REGISTER = "register"
    """A file of many records."""


class PersonKind(StrEnum):
    """Where a person is kept."""

    CONTACT = "contact"
    USER = "user"
    ATTENDEE = "attendee"
    """Who attends an event, as the company wrote it."""


class Section(StrEnum):
    """The parts of what is kept about a person."""

    RECORD = "record"
    SAME_ADDRESS = "same_address"
    MEETINGS = "meetings"
    EVENTS = "events"
    ANSWERS = "answers"
    MAILS = "mails"
    SHARES = "shares"
    CHANGES = "changes"
    DONE = "done"
    """What the person did here."""
    SESSIONS = "sessions"
    OPENED = "opened"
    """Who saw it."""


class RetentionClass(StrEnum):
    """Kinds of personal data that go when their time is over; see `privacy.retention`."""

    MAILS = "mails"
    LINKS = "links"
    ACCESS = "access"
    CONTACTS = "contacts"
    USERS = "users"
    ATTENDEES = "attendees"
    ANSWERS = "answers"
    IMPORTS = "imports"
