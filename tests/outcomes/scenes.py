"""Held meetings: what the tests of outcomes begin with."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.meetings.services.changing import DayRecord
from sme_match.outcomes.enums import Reporter, Stage
from sme_match.outcomes.services.attendance import record_attendance
from sme_match.outcomes.services.reporting import ReportDraft
from tests.meetings.scenes import SITE, Scene, at, confirm

HELD_AT = at(7, 10)
AFTER = at(7, 11)


def hold(session: Session, scene: Scene, *, starts_at: datetime = HELD_AT) -> Meeting:
    """A meeting that was held and is followed up."""
    meeting = confirm(session, scene, starts_at)
    return record(session, scene, meeting, DayRecord(result=MeetingState.HELD), now=AFTER)


def record(
    session: Session, scene: Scene, meeting: Meeting, day: DayRecord, *, now: datetime
) -> Meeting:
    return record_attendance(
        session, scene.actor, meeting.id, day, version=meeting.version, now=now, site=SITE
    )


def said(reporter: Reporter, stage: int = 3, **values: Any) -> ReportDraft:
    return ReportDraft(reporter=reporter, said_by="山田", stage=Stage(stage), **values)
