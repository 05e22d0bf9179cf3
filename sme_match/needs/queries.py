"""Reading needs. Every query is limited to what the actor may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, or_, select
from sqlalchemy.orm import Session, joinedload

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import NotFoundError
from sme_match.core.text import fold_for_search, mark_text, normalize_width
from sme_match.db.paging import KEPT_STATEMENTS, Listing, Page, fetch_lines, select_listing
from sme_match.db.parts import load_parts
from sme_match.db.search import holds
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need, NeedShare
from sme_match.needs.policy import buyer_named_to, visible_to
from sme_match.support_bodies.models import SupportBody

SORTS = {
    "updated": (Need.updated_at, Need.id),
    "number": (Need.number, Need.id),
    "due": (Need.due_on, Need.id),
    "expires": (Need.expires_on, Need.id),
    "title": (Need.title, Need.id),
}
DEFAULT_SORT = "-updated"
DUE_SOON = timedelta(days=30)
"""How far ahead the filter 期限が近い looks."""
NOT_FOUND = mark_text("この発注案件は見つかりませんでした。")
LONGEST_KEYWORD = 100
LARGEST_ID = 2**31 - 1
BUYERS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFilter:
    """What the list of needs shows; every field comes from the URL."""

    text: str = ""
    state: str = ""
    process: str = ""
    buyer_id: int | None = None
    owner_id: int | None = None
    due_soon: bool = False
    sort: str = DEFAULT_SORT

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Self:
        """Return the filter that the arguments of a URL ask for; anything odd is left out."""
        return cls(
            text=normalize_width(arguments.get("q", ""))[:LONGEST_KEYWORD],
            state=arguments.get("state", ""),
            # PostgreSQL refuses NUL in what it compares.
            process=normalize_width(arguments.get("process", "")),
            buyer_id=read_id(arguments.get("buyer", "")),
            owner_id=read_id(arguments.get("owner", "")),
            due_soon=arguments.get("due") == "soon",
            sort=arguments.get("sort", DEFAULT_SORT),
        )


def get_need(session: Session, actor: Actor, need_id: int) -> Need:
    """Return a need with its buyer and conditions.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    need = session.scalar(_whole(actor), {"need": need_id})
    if need is None:
        raise NotFoundError(NOT_FOUND)
    load_parts(session, [need], Need.conditions)
    return need


@lru_cache(KEPT_STATEMENTS)
def _whole(actor: Actor) -> Select[Need]:
    return (
        select(Need)
        .where(Need.id == bindparam("need"), visible_to(actor))
        .options(joinedload(Need.buyer))
    )


def select_needs(actor: Actor, filters: NeedFilter, *, today: date) -> Select[Need]:
    """Return the query behind the list and its export."""
    query = select(Need).where(visible_to(actor))
    for word in filters.text.split():
        query = query.where(mentions(actor, word))
    if filters.state in set(NeedState):
        query = query.where(Need.state == NeedState(filters.state))
    if filters.process:
        query = query.where(Need.process_code == filters.process)
    if filters.buyer_id is not None:
        query = query.where(Need.buyer_id == filters.buyer_id, buyer_named_to(actor))
    if filters.owner_id is not None:
        query = query.where(Need.owner_id == filters.owner_id)
    if filters.due_soon:
        until = today + DUE_SOON
        query = query.where(
            or_(Need.due_on.between(today, until), Need.expires_on.between(today, until)),
            Need.state != NeedState.CLOSED,
        )
    return query.order_by(*_order(filters.sort))


def _order(sort: str) -> list[ColumnElement[Any]]:
    columns = SORTS.get(sort.lstrip("-"), SORTS[DEFAULT_SORT.lstrip("-")])
    # A need without a date is not urgent, whichever way the list runs.
    return [
        (column.desc() if sort.startswith("-") else column.asc()).nulls_last() for column in columns
    ]


def mentions(actor: Actor, word: str) -> ColumnElement[bool]:
    """Return the condition that a word stands in a need, or in the buyer's name unless it is hidden.

    The searched text holds the name. Without it title and number are looked through: nobody must
    find out an anonymous buyer by searching for it.
    """
    plain = or_(
        Need.title.icontains(word, autoescape=True), Need.number.icontains(word, autoescape=True)
    )
    return and_(
        holds(Need.search_text, fold_for_search(word)),
        or_(buyer_named_to(actor), plain),
    )


def buyer_name_for(actor: Actor) -> ColumnElement[str]:
    """Return the column with the buyer's name, empty where it is hidden from the actor."""
    return case((buyer_named_to(actor), Company.name), else_="")


class NeedLine(NamedTuple):
    """What the list shows of a need."""

    id: int
    body_id: int
    number: str
    title: str
    buyer_name: str
    """Empty where it is hidden from the reader."""
    buyer_anonymous: bool
    process_code: str
    state: NeedState
    expires_on: date | None
    due_on: date | None
    owner_name: str | None
    updated_at: datetime


def list_needs(
    session: Session, actor: Actor, filters: NeedFilter, *, page: int, today: date
) -> Page[NeedLine]:
    """Return one page of the needs that match, with the names of buyers and people in charge."""
    return fetch_lines(session, _select_lines(actor, filters, today), NeedLine, number=page)


@lru_cache(KEPT_STATEMENTS)
def _select_lines(actor: Actor, filters: NeedFilter, today: date) -> Listing:
    columns = (
        Need.id,
        Need.body_id,
        Need.number,
        Need.title,
        buyer_name_for(actor),
        Need.buyer_anonymous,
        Need.process_code,
        Need.state,
        Need.expires_on,
        Need.due_on,
        User.name,
        Need.updated_at,
    )
    shown = (
        select(*columns)
        .select_from(Need)
        .join(Need.buyer)
        .outerjoin(User, User.id == Need.owner_id)
        .order_by(*_order(filters.sort))
    )
    return select_listing(select_needs(actor, filters, today=today), shown, Need.id)


def list_buyers(session: Session, actor: Actor, text: str) -> list[Company]:
    """Return the first buyers of the actor's own body whose names match, by their reading.

    Without a text the ones changed last come first: those a coordinator works with.
    """
    query = _buyers(actor).limit(BUYERS_SHOWN)
    words = text.split()
    for word in words:
        query = query.where(holds(Company.search_text, fold_for_search(word)))
    order = (Company.name_kana, Company.id) if words else (Company.updated_at.desc(), Company.id)
    return list(session.scalars(query.order_by(*order)))


def find_buyer(session: Session, actor: Actor, buyer_id: int | None) -> Company | None:
    """Return a buyer of the actor's own body, or None."""
    if buyer_id is None:
        return None
    return session.scalar(_buyers(actor).where(Company.id == buyer_id))


def _buyers(actor: Actor) -> Select[Company]:
    return select(Company).where(
        Company.body_id == (actor.body_id or 0), Company.is_buyer, Company.archived_at.is_(None)
    )


class Owner(NamedTuple):
    """A person who can be in charge of needs."""

    id: int
    name: str


_OWNERS = (
    select(User.id, User.name)
    .where(User.body_id == bindparam("body"), User.role == Role.COORDINATOR, User.active)
    .order_by(User.name_kana, User.id)
)


def list_owners(session: Session, actor: Actor) -> list[Owner]:
    """Return the active coordinators of the actor's body, who can take charge of a need."""
    rows = session.connection().execute(_OWNERS, {"body": actor.body_id or 0})
    return [Owner(*row) for row in rows]


def owner_names(session: Session, needs: Iterable[Need]) -> dict[int, str]:
    """Return the names of the people in charge of these needs, by their id."""
    ids = {need.owner_id for need in needs if need.owner_id is not None}
    if not ids:
        return {}
    rows = session.connection().execute(_NAMES, {"ids": list(ids)})
    return {user_id: name for user_id, name in rows}  # noqa: C416 -- rows are no pairs to mypy


_NAMES = select(User.id, User.name).where(User.id.in_(bindparam("ids", expanding=True)))


class Receiver(NamedTuple):
    """A body, and since when the need is shared with it; None when it is not."""

    id: int
    name: str
    granted_at: datetime | None


_RECEIVERS = (
    select(SupportBody.id, SupportBody.name, NeedShare.granted_at)
    .outerjoin(
        NeedShare,
        and_(
            NeedShare.body_id == SupportBody.id,
            NeedShare.need_id == bindparam("need"),
            NeedShare.withdrawn_at.is_(None),
        ),
    )
    .where(or_(SupportBody.active, NeedShare.id.is_not(None)), SupportBody.id != bindparam("owner"))
    .order_by(NeedShare.granted_at, SupportBody.name)
)


def list_receivers(session: Session, need: Need) -> list[Receiver]:
    """Return the bodies that a need is shared with, and those that it could be shared with."""
    values = {"need": need.id, "owner": need.body_id}
    return [Receiver(*row) for row in session.connection().execute(_RECEIVERS, values)]


def body_name(session: Session, body_id: int) -> str:
    """Return the name of the body that keeps a need."""
    return session.scalar(select(SupportBody.name).where(SupportBody.id == body_id)) or ""


def list_numbers(session: Session, body_id: int, prefix: str) -> list[str]:
    """Return the need numbers of a body that begin with the prefix."""
    return list(
        session.scalars(
            select(Need.number).where(
                Need.body_id == body_id, Need.number.startswith(prefix, autoescape=True)
            )
        )
    )


def read_id(text: str) -> int | None:
    """Return the id that a text names; None when it is none that a table could hold."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LARGEST_ID)):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None
