"""Saved filters: a name for the address of a list or a page of statistics, personal or shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Integer, bindparam, or_, select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.audit.kept import KeptFigures
from sme_match.audit.services import record
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.home.models import SavedView

MOST_ON_A_PAGE = 30
LONGEST_PATH = 200
LONGEST_QUERY = 1000
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class SavedLink:
    """A saved filter as a page shows it."""

    saved_id: int
    name: str
    query: str
    shared: bool
    owner: str
    may_delete: bool


_kept: KeptFigures[Sequence[SavedLink]] = KeptFigures()


def list_saved(session: Session, actor: Actor, path: str, *, now: datetime) -> Sequence[SavedLink]:
    """Return the saved filters of a page: one's own first, then those shared within the body.

    Most lists show them, so they are kept until something changes.
    """
    reader = (actor.user_id, actor.body_id, actor.role, path)
    return _kept.get(session, reader, lambda: _read_saved(session, actor, path), now=now)


def _read_saved(session: Session, actor: Actor, path: str) -> Sequence[SavedLink]:
    given = {"user": actor.user_id or 0, "body": actor.body_id or 0, "path": path}
    rows = session.connection().execute(_LINKS, given)
    return tuple(
        SavedLink(
            saved_id, name, query, shared, owner, _may_delete(actor, user_id=user_id, shared=shared)
        )
        for saved_id, user_id, name, query, shared, owner in rows
    )


def save_view(
    session: Session,
    actor: Actor,
    *,
    path: str,
    query: str,
    name: str,
    shared: bool,
    now: datetime,
) -> SavedView:
    """Keep the filter of a page under a name.

    Raises:
        NotAllowedError: unless the actor is staff of a body.
        InvalidError: for a name that is taken, a filter that is too long, or too many of them.
    """
    if not actor.is_staff or actor.user_id is None or actor.body_id is None:
        raise NotAllowedError
    if len(query) > LONGEST_QUERY:
        raise InvalidError(mark_text("条件が長すぎて保存できません。条件を減らしてください。"))
    # Two saves of one person at once: the second waits, and then sees the name of the first.
    session.execute(select(User.id).where(User.id == actor.user_id).with_for_update())
    names = _own_names(session, actor.user_id, path)
    if name in names:
        raise InvalidError(
            mark_text("この名前の条件は、このページにもうあります。別の名前にしてください。"),
            field="name",
        )
    if len(names) >= MOST_ON_A_PAGE:
        raise InvalidError(
            mark_text("1つのページに保存できる条件は%(most)s件までです。"), most=MOST_ON_A_PAGE
        )
    saved = SavedView(
        body_id=actor.body_id,
        user_id=actor.user_id,
        path=path,
        query=query,
        name=name,
        shared=shared,
        created_at=now,
    )
    session.add(saved)
    session.flush()
    _note(session, actor, saved, "saved_view.create", now=now)
    return saved


def delete_view(session: Session, actor: Actor, saved_id: int, *, now: datetime) -> SavedView:
    """Forget a saved filter.

    Raises:
        NotFoundError: when the actor does not see it.
        NotAllowedError: when it is somebody else's; leads tidy up what is shared.
    """
    saved = session.scalar(select(SavedView).where(SavedView.id == saved_id, _visible_to(actor)))
    if saved is None:
        raise NotFoundError(mark_text("この条件は、もうありません。"))
    if not may_delete(actor, saved):
        raise NotAllowedError
    _note(session, actor, saved, "saved_view.delete", now=now)
    session.delete(saved)
    session.flush()
    return saved


def may_delete(actor: Actor, saved: SavedView) -> bool:
    """Everybody forgets their own; the lead also what is shared within the body."""
    return _may_delete(actor, user_id=saved.user_id, shared=saved.shared)


def _may_delete(actor: Actor, *, user_id: int, shared: bool) -> bool:
    return user_id == actor.user_id or (actor.role is Role.LEAD and shared)


def _visible_to(actor: Actor) -> ColumnElement[bool]:
    return _visible(actor.user_id or 0, actor.body_id or 0)


def _visible(user: int | BindParameter[int], body: int | BindParameter[int]) -> ColumnElement[bool]:
    return (SavedView.body_id == body) & or_(SavedView.user_id == user, SavedView.shared)


_USER: BindParameter[int] = bindparam("user", type_=Integer)
_LINKS = (
    select(
        SavedView.id, SavedView.user_id, SavedView.name, SavedView.query, SavedView.shared,
        User.name.label("owner"),
    )
    .join(User, User.id == SavedView.user_id)
    .where(SavedView.path == bindparam("path"), _visible(_USER, bindparam("body", type_=Integer)))
    .order_by(SavedView.user_id != _USER, SavedView.name, SavedView.id)
)  # fmt: skip
"""Put together once: every list asks for its saved filters after any change."""


def _own_names(session: Session, user_id: int, path: str) -> Sequence[str]:
    query = select(SavedView.name).where(SavedView.user_id == user_id, SavedView.path == path)
    return session.scalars(query).all()


def _note(session: Session, actor: Actor, saved: SavedView, action: str, *, now: datetime) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("saved_view", saved.id),
        body_id=saved.body_id,
        now=now,
        changes={
            "path": (None, saved.path),
            "query": (None, saved.query),
            "shared": (None, saved.shared),
        },
        note=saved.name,
    )
