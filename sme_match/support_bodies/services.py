"""Use cases of support bodies."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.notifications.services import check_address
from sme_match.reference.prefectures import list_prefectures
from sme_match.support_bodies.enums import SecondFactorRule
from sme_match.support_bodies.models import SupportBody
from sme_match.support_bodies.policy import may_edit_desk, may_manage_bodies, may_set_second_factor
from sme_match.support_bodies.queries import get_body


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskDraft:
    """How the body is reached: what its own staff keep."""

    phone: str
    desk_hours: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyDraft(DeskDraft):
    """All about a body: what administrators keep."""

    name: str
    name_en: str
    short_name: str
    prefecture_code: str


def create_body(session: Session, actor: Actor, draft: BodyDraft, *, now: datetime) -> SupportBody:
    """Register a support body.

    Raises:
        NotAllowedError: unless the actor is an administrator.
        InvalidError: for a known name, an unknown prefecture or a bad address.
    """
    if not may_manage_bodies(actor):
        raise NotAllowedError
    _check(session, draft, except_id=None)
    body = SupportBody(**asdict(draft), active=True, created_at=now)
    session.add(body)
    session.flush()
    _note(session, actor, body, "support_body.create", now=now)
    return body


def edit_body(
    session: Session,
    actor: Actor,
    body_id: int,
    draft: BodyDraft | DeskDraft,
    *,
    version: int,
    now: datetime,
) -> SupportBody:
    """Change a body; staff change their own desk alone.

    Raises:
        NotFoundError: when the actor does not see the body.
        NotAllowedError: when the actor may not change this much.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: for a known name, an unknown prefecture or a bad address.
    """
    body = get_body(session, actor, body_id)
    whole = isinstance(draft, BodyDraft)
    if not (may_manage_bodies(actor) if whole else may_edit_desk(actor, body)):
        raise NotAllowedError
    check_version(body, version)
    _check(session, draft, except_id=body.id)
    changes = apply_changes(body, asdict(draft))
    session.flush()
    if changes:
        _note(session, actor, body, "support_body.edit", changes=changes, now=now)
    return body


def switch_body(
    session: Session, actor: Actor, body_id: int, *, active: bool, now: datetime
) -> SupportBody:
    """Activate or deactivate a body. Its people cannot sign in while it is inactive; data stays.

    Raises:
        NotFoundError: when the actor does not see the body.
        NotAllowedError: unless the actor is an administrator.
    """
    body = get_body(session, actor, body_id)
    if not may_manage_bodies(actor):
        raise NotAllowedError
    if body.active is not active:
        body.active = active
        session.flush()
        action = "support_body.activate" if active else "support_body.deactivate"
        _note(session, actor, body, action, now=now)
    return body


def set_second_factor(
    session: Session, actor: Actor, body_id: int, rule: SecondFactorRule, *, now: datetime
) -> SupportBody:
    """Say whether the body's staff may or must have a second factor; it holds from the next page on.

    Raises:
        NotFoundError: when the actor does not see the body.
        NotAllowedError: when the actor may not decide this.
    """
    body = get_body(session, actor, body_id)
    if not may_set_second_factor(actor, body):
        raise NotAllowedError
    changes = apply_changes(body, {"second_factor": rule})
    session.flush()
    if changes:
        _note(session, actor, body, "support_body.edit", changes=changes, now=now)
    return body


def _check(session: Session, draft: DeskDraft, *, except_id: int | None) -> None:
    check_address(draft.email)
    if not isinstance(draft, BodyDraft):
        return
    if draft.prefecture_code not in {entry.code for entry in list_prefectures()}:
        raise InvalidError(mark_text("都道府県を選んでください。"), field="prefecture_code")
    known = session.scalar(select(SupportBody.id).where(SupportBody.name == draft.name))
    if known is not None and known != except_id:
        raise InvalidError(mark_text("この名前の支援機関はすでにあります。"), field="name")


def _note(
    session: Session,
    actor: Actor,
    body: SupportBody,
    action: str,
    *,
    now: datetime,
    changes: dict[str, tuple[object, object]] | None = None,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("support_body", body.id),
        body_id=body.id,
        now=now,
        changes=changes,
    )
