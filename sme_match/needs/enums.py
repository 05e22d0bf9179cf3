"""Closed vocabularies of needs."""

from enum import StrEnum


class NeedState(StrEnum):
    """Where a need stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class NeedKind(StrEnum):
    """What is to be made."""

    PROTOTYPE = "prototype"
    SERIES = "series"
    PROTOTYPE_TO_SERIES = "prototype_to_series"
    REPAIR = "repair"


class DrawingRelease(StrEnum):
    """When the drawings are shown."""

    NOW = "now"
    AT_MEETING = "at_meeting"
    AFTER_NDA = "after_nda"


class ConditionLevel(StrEnum):
    """Must 必須 excludes, wish 希望 adds points."""

    MUST = "must"
    WISH = "wish"


class ConditionKind(StrEnum):
    """What a condition is about. The unit is part of the kind."""

    PROCESS = "process"
    MATERIAL = "material"
    SIZE_MM = "size_mm"
    WEIGHT_KG = "weight_kg"
    LOT = "lot"
    TOLERANCE_MM = "tolerance_mm"
    ROUGHNESS_RA_UM = "roughness_ra_um"
    CERTIFICATE = "certificate"
    LEAD_TIME_DAYS = "lead_time_days"
    PROTOTYPE_LEAD_TIME_DAYS = "prototype_lead_time_days"
    CAPACITY = "capacity"
    PREFECTURE = "prefecture"
    REGION = "region"
    DISTANCE_KM = "distance_km"
    DRAWING_FORMAT = "drawing_format"
    MEETING_MODE = "meeting_mode"
