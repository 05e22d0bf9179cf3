"""Closed vocabularies of companies."""

from enum import StrEnum


class AgglomerationType(StrEnum):
    """Types of industrial agglomeration; they must not be lumped together in figures."""

    CASTLE_TOWN = "castle_town"
    PRODUCTION_AREA = "production_area"
    URBAN = "urban"
    ATTRACTED = "attraction_composite"


class ContactKind(StrEnum):
    """What a contact is for."""

    MAIN = "main"
    DEPUTY = "deputy"
    DAY = "day"


class Visibility(StrEnum):
    """Who may see an item of a profile: everybody, meeting partners, or the own body alone."""

    PUBLIC = "public"
    PARTNERS = "partners"
    BODIES = "bodies"


class MeetingMode(StrEnum):
    """How a company meets the other side."""

    WEB = "web"
    IN_PERSON = "in_person"
    EITHER = "either"
