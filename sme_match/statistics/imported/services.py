"""Use cases of official series: describe one, change what stands beside its figures, remove it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, delete, update
from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.registers.enums import ImportState
from sme_match.registers.models import RegisterImport
from sme_match.statistics.imported.queries import get_series_row, list_titles
from sme_match.statistics.models import OfficialSeries, OfficialValue
from sme_match.statistics.policy import may_keep_series

_TITLE_TAKEN = mark_text("この名前の系列はすでにあります。続きの年は、その系列に取り込んでください。")
REMOVED = "official-removed"
"""The register of files whose series is gone: there is none of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDraft:
    """What must be known of a series before a figure of it may be shown."""

    title: str
    title_en: str = ""
    publisher: str
    basis: str
    licence: str
    unit: str
    source: str
    breaks: tuple[int, ...] = ()


def create_series(
    session: Session, actor: Actor, draft: SeriesDraft, *, now: datetime
) -> OfficialSeries:
    """Describe a new series; its figures come in from files.

    Raises:
        NotAllowedError: unless the actor is an administrator.
        InvalidError: when something is missing or the title is taken.
    """
    if not may_keep_series(actor):
        raise NotAllowedError
    _check(session, draft)
    series = OfficialSeries(**_columns(draft), created_at=now)
    session.add(series)
    session.flush()
    _note(session, actor, series, "official_series.create", now=now)
    return series


def edit_series(
    session: Session, actor: Actor, series_id: int, draft: SeriesDraft, *, version: int, now: datetime
) -> OfficialSeries:
    """Change what stands beside the figures of a series.

    The unit stays as it is once there are figures: they would mean something else.

    Raises:
        NotFoundError: there is no such series.
        NotAllowedError: unless the actor is an administrator.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: when something is missing, the title is taken or the unit would change.
    """
    row = get_series_row(session, series_id)
    if not may_keep_series(actor):
        raise NotAllowedError
    check_version(row.series, version)
    _check(session, draft, own_title=row.series.title)
    if row.figures and draft.unit != row.series.unit:
        message = mark_text("取り込んだ値があるため、単位は変えられません（いまは「%(unit)s」）。")
        raise InvalidError(message, field="unit", unit=row.series.unit)
    changes = apply_changes(row.series, _columns(draft))
    session.flush()
    if changes:
        _note(session, actor, row.series, "official_series.edit", now=now, changes=changes)
    return row.series


def remove_series(session: Session, actor: Actor, series_id: int, *, now: datetime) -> OfficialSeries:
    """Remove a series with all its figures; the log keeps what it was.

    Raises:
        NotFoundError: there is no such series.
        NotAllowedError: unless the actor is an administrator.
    """
    row = get_series_row(session, series_id)
    if not may_keep_series(actor):
        raise NotAllowedError
    changes: dict[str, tuple[object, object]] = {
        name: (getattr(row.series, name), None) for name in SeriesDraft.__slots__
    }
    changes["figures"] = (row.figures, 0)
    session.execute(delete(OfficialValue).where(OfficialValue.series_id == series_id))
    # Its files let go of the number: applied or undone later, they would meet what has it by then.
    own = update(RegisterImport).where(RegisterImport.register == f"official-{series_id}")
    waiting = RegisterImport.state == ImportState.WAITING
    session.execute(own.where(waiting).values(state=ImportState.PREVIEW))
    session.execute(own.values(register=REMOVED))
    session.delete(row.series)
    session.flush()
    _note(session, actor, row.series, "official_series.remove", now=now, changes=changes)
    return row.series


def _check(session: Session, draft: SeriesDraft, *, own_title: str = "") -> None:
    for name in ("title", "publisher", "basis", "licence", "unit", "source"):
        if not getattr(draft, name).strip():
            raise InvalidError(mark_text("入力してください。"), field=name)
        kind = OfficialSeries.__table__.c[name].type
        limit = kind.length if isinstance(kind, String) else None
        if limit is not None and len(getattr(draft, name)) > limit:
            raise InvalidError(
                mark_text("%(limit)s文字までで入力してください。"), field=name, limit=limit
            )
    if draft.title != own_title and draft.title in list_titles(session):
        raise InvalidError(_TITLE_TAKEN, field="title")


def _columns(draft: SeriesDraft) -> dict[str, Any]:
    return asdict(draft) | {"breaks": sorted(set(draft.breaks))}


def _note(
    session: Session,
    actor: Actor,
    series: OfficialSeries,
    action: str,
    *,
    now: datetime,
    changes: dict[str, tuple[object, object]] | None = None,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("official_series", series.id),
        body_id=None,
        now=now,
        changes=changes,
    )
