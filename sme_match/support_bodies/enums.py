"""Closed vocabularies of support bodies."""

from enum import StrEnum


class SecondFactorRule(StrEnum):
    """Whether the staff of a body sign in with a code of their phone after the password."""

    OFF = "off"
    OFFERED = "offered"
    REQUIRED = "required"
