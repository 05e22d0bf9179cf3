"""Reading users. Every query is limited to what the actor may see."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from sme_match.accounts.enums import UserState
from sme_match.accounts.models import SecondFactor, User, state_of
from sme_match.accounts.policy import STAFF_ROLES, visible_to
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.paging import KEPT_STATEMENTS, Listing, Page, fetch_lines, select_listing
from sme_match.support_bodies.enums import SecondFactorRule
from sme_match.support_bodies.models import SupportBody

SORTS = {
    "name": (User.name_kana, User.name, User.id),
    "email": (User.email, User.id),
    "last": (User.last_sign_in_at, User.id),
}
DEFAULT_SORT = "name"
STATES: dict[str, ColumnElement[bool]] = {
    UserState.DISABLED: not_(User.active),
    UserState.INVITED: and_(User.active, User.password_hash.is_(None)),
    UserState.ACTIVE: and_(User.active, User.password_hash.is_not(None)),
}

REQUIRING = (SupportBody.active, SupportBody.second_factor == SecondFactorRule.REQUIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFilter:
    """What the list of users shows; every field comes from the URL."""

    text: str = ""
    role: str = ""
    state: str = ""
    body: int = 0
    sort: str = DEFAULT_SORT


def get_user(session: Session, actor: Actor, user_id: int) -> User:
    """Return a user with the body.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    user = session.scalar(
        select(User).where(User.id == user_id, visible_to(actor)).options(joinedload(User.body))
    )
    if user is None:
        raise NotFoundError(mark_text("この利用者は見つかりませんでした。"))
    return user


def get_own_user(session: Session, actor: Actor) -> User:
    """Return the actor's own user.

    Raises:
        NotFoundError: when the actor is no user.
    """
    user = session.scalar(
        select(User).where(User.id == (actor.user_id or 0)).options(joinedload(User.body))
    )
    if user is None:
        raise NotFoundError
    return user


def has_second_factor(session: Session, user_id: int) -> bool:
    """Say whether the account is asked for a code after the password."""
    query = select(SecondFactor.user_id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return session.scalar(query) is not None


def rule_for(session: Session, user: User) -> SecondFactorRule:
    """Return whether the account may or must have a second factor.

    Administrators can take it from others, so what one body requires binds them too.
    """
    if user.role not in STAFF_ROLES:
        return SecondFactorRule.OFF
    if user.role is not Role.ADMINISTRATOR:
        return user.body.second_factor if user.body else SecondFactorRule.OFF
    required = session.scalar(select(SupportBody.id).where(*REQUIRING).limit(1))
    return SecondFactorRule.OFFERED if required is None else SecondFactorRule.REQUIRED


def list_staff(session: Session, actor: Actor, body_id: int) -> list[tuple[User, bool]]:
    """Return the staff of a body who have accepted their invitation, and who has a second factor."""
    query = (
        select(User, SecondFactor.user_id.is_not(None))
        .outerjoin(
            SecondFactor,
            and_(SecondFactor.user_id == User.id, SecondFactor.confirmed_at.is_not(None)),
        )
        .where(
            visible_to(actor),
            User.body_id == body_id,
            User.role.in_(STAFF_ROLES),
            User.active,
            User.password_hash.is_not(None),
        )
        .order_by(User.name_kana, User.name, User.id)
    )
    return [(user, enrolled) for user, enrolled in session.execute(query)]


def select_users(actor: Actor, filters: UserFilter) -> Select[User]:
    """Return the query behind the list."""
    query = select(User).where(visible_to(actor))
    for word in filters.text.split():
        query = query.where(
            or_(
                func.lower(User.name).contains(word.lower(), autoescape=True),
                User.name_kana.contains(word, autoescape=True),
                User.email.contains(word.lower(), autoescape=True),
            )
        )
    if filters.role in {role.value for role in Role}:
        query = query.where(User.role == Role(filters.role))
    if filters.state in STATES:
        query = query.where(STATES[filters.state])
    if filters.body:
        query = query.where(User.body_id == filters.body)
    return query.order_by(*_order(filters.sort))


def _order(sort: str) -> list[ColumnElement[Any]]:
    columns = SORTS.get(sort.lstrip("-"), SORTS[DEFAULT_SORT])
    return [column.desc() if sort.startswith("-") else column.asc() for column in columns]


class UserLine(NamedTuple):
    """What the list shows of a user."""

    id: int
    name: str
    email: str
    role: Role
    body_name: str | None
    company_id: int | None
    active: bool
    invited: bool
    last_sign_in_at: datetime | None

    @property
    def state(self) -> UserState:
        """Return where the account stands."""
        return state_of(active=self.active, invited=self.invited)


def list_users(session: Session, actor: Actor, filters: UserFilter, *, page: int) -> Page[UserLine]:
    """Return one page of the users that match."""
    return fetch_lines(session, _select_lines(actor, filters), UserLine, number=page)


@lru_cache(KEPT_STATEMENTS)
def _select_lines(actor: Actor, filters: UserFilter) -> Listing:
    columns = (
        User.id,
        User.name,
        User.email,
        User.role,
        SupportBody.name,
        User.company_id,
        User.active,
        User.password_hash.is_(None),
        User.last_sign_in_at,
    )
    shown = select(*columns).select_from(User).outerjoin(User.body).order_by(*_order(filters.sort))
    return select_listing(select_users(actor, filters), shown, User.id)
