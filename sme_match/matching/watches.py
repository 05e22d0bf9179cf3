"""Watches: a coordinator is told by mail when one more company passes a need."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.accounts.models import User
from sme_match.audit.services import record
from sme_match.companies.models import Company, CompanyShare
from sme_match.companies.queries import matchable_by
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.paging import portions
from sme_match.matching.corpus import load_corpus
from sme_match.matching.engine.company import match_company
from sme_match.matching.engine.match import passing
from sme_match.matching.exclusions import excluded_companies
from sme_match.matching.messages import NewCompany, Watched, compose_news
from sme_match.matching.models import Proposal, Watch
from sme_match.matching.policy import may_match
from sme_match.matching.texts import match_settings, need_value
from sme_match.matching.training import points_in_use
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.needs.queries import get_need
from sme_match.notifications.services import queue_mail


def start_watch(session: Session, actor: Actor, *, need_id: int, now: datetime) -> Watch:
    """Tell the coordinator from now on when one more company passes the need.

    Whoever passes already is no news. Starting twice leaves the first watch as it is.

    Raises:
        NotFoundError: when the actor may not see the need.
        NotAllowedError: unless the actor coordinates at the body that owns it.
    """
    need = get_need(session, actor, need_id)
    if not may_match(actor, need) or actor.user_id is None:
        raise NotAllowedError
    session.refresh(need, ["state", "version"], with_for_update={"key_share": True})
    watch = find_watch(session, actor, need)
    if watch is None:
        watch = Watch(
            need_id=need.id,
            user_id=actor.user_id,
            known=sorted(_passing(session, need, now=now)),
            started_at=now,
        )
        session.add(watch)
        _record(session, actor, need, "need.watch", now=now)
        session.flush()
    return watch


def stop_watch(session: Session, actor: Actor, *, need_id: int, now: datetime) -> Need:
    """Tell the coordinator no more; does nothing when there is no watch.

    Raises:
        NotFoundError: when the actor may not see the need.
    """
    need = get_need(session, actor, need_id)
    watch = find_watch(session, actor, need)
    if watch is not None:
        session.delete(watch)
        _record(session, actor, need, "need.unwatch", now=now)
        session.flush()
    return need


def find_watch(session: Session, actor: Actor, need: Need) -> Watch | None:
    """Return the actor's own watch of a need."""
    return session.scalar(
        select(Watch).where(Watch.need_id == need.id, Watch.user_id == (actor.user_id or 0))
    )


def list_watches(session: Session, actor: Actor) -> list[Watch]:
    """Return the actor's own watches with their needs, the latest first."""
    query = (
        select(Watch)
        .join(Watch.need)
        .where(Watch.user_id == (actor.user_id or 0), Need.body_id == (actor.body_id or 0))
        .options(joinedload(Watch.need))
        .order_by(Watch.id.desc())
    )
    return list(session.scalars(query))


def list_to_tell(session: Session, *, now: datetime) -> list[int]:
    """Return the users with a watch for which somebody passes who did not before."""
    watches = session.scalars(_living()).all()
    return sorted({watch.user_id for watch in watches if _fresh(session, watch, now=now)})


def tell(session: Session, user_id: int, *, now: datetime, base_url: str) -> int:
    """Queue one mail about all companies that newly pass the needs that a user watches.

    Only companies that were saved or shared since the watch began are news; others that pass
    because the need itself changed are found by matching it anew. Returns how many companies
    the mail names; without any there is no mail.

    Raises:
        NotFoundError: when there is no such user.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError(mark_text("この利用者は見つかりませんでした。"))
    query = (
        _living()
        .where(Watch.user_id == user_id)
        .with_for_update(of=Watch)
        .execution_options(populate_existing=True)
    )
    news, key = [], ""
    for watch in session.scalars(query).all():
        found = _news(session, watch, now=now)
        if found:
            news.append(Watched(watch.need, found))
            watch.told, watch.told_at = watch.told + len(found), now
            # A company is news of a watch only once, so the first pair names the mail.
            # The number of a watch that ended may be given again, its beginning not.
            began = f"{watch.started_at:%Y%m%d%H%M%S}"
            key = key or f"watch:{watch.id}:{began}:{found[0].company.id}"
    if not news:
        return 0
    letter = compose_news(news, language=user.language, name=user.name, base_url=base_url)
    queue_mail(
        session,
        key=key,
        to_address=user.email,
        to_name=user.name,
        subject=letter.subject,
        text=letter.text,
        body_id=user.body_id,
        now=now,
    )
    return sum(len(each.companies) for each in news)


def _living() -> Select[Watch]:
    """Return the query of the watches of open needs by coordinators of the body that owns them."""
    return (
        select(Watch)
        .join(Watch.need)
        .join(User, User.id == Watch.user_id)
        .where(
            Need.state == NeedState.OPEN,
            Need.body_id == User.body_id,
            User.active,
            User.role == Role.COORDINATOR,
        )
        .options(
            selectinload(Watch.need).joinedload(Need.buyer),
            selectinload(Watch.need).selectinload(Need.conditions),
        )
        .order_by(Watch.id)
    )


def _fresh(session: Session, watch: Watch, *, now: datetime) -> set[int]:
    return _passing(session, watch.need, now=now) - set(watch.known)


def _news(session: Session, watch: Watch, *, now: datetime) -> Sequence[NewCompany]:
    """Return who newly passes, best first, and remember everybody who passes now."""
    need = watch.need
    fresh = _fresh(session, watch, now=now)
    if not fresh:
        return ()
    watch.known = sorted({*watch.known, *fresh})
    companies = _saved_since(session, watch, fresh)
    index = load_corpus(session, body_id=need.body_id).index
    value = need_value(need)
    settings = match_settings(points_in_use(session, need.body_id))
    found = [
        NewCompany(companies[company_id], candidate)
        for company_id in companies
        for _, candidate in match_company(
            company_id, [value], index, today=jst_date(now), settings=settings
        ).needs
    ]
    return sorted(found, key=lambda each: (-each.candidate.score, each.company.id))


def _passing(session: Session, need: Need, *, now: datetime) -> set[int]:
    """Return the companies that pass the need, whatever their rank."""
    value = need_value(need, barred=excluded_companies(session, need))
    index = load_corpus(session, body_id=need.body_id).index
    found = passing(value, index, today=jst_date(now), settings=match_settings())
    return {int(key) for key in found}


def _saved_since(session: Session, watch: Watch, ids: set[int]) -> Mapping[int, Company]:
    """Return those of the companies that were saved or shared after the watch began.

    One that was proposed meanwhile is known to the coordinator already.
    """
    body_id, since = watch.need.body_id, watch.started_at
    shared = exists().where(
        CompanyShare.company_id == Company.id,
        CompanyShare.body_id == body_id,
        CompanyShare.granted_at > since,
        CompanyShare.withdrawn_at.is_(None),
    )
    proposed = exists().where(Proposal.need_id == watch.need_id, Proposal.company_id == Company.id)
    return {
        company.id: company
        for portion in portions(sorted(ids))
        for company in session.scalars(
            select(Company).where(
                matchable_by(body_id),
                Company.id.in_(portion),
                or_(Company.updated_at > since, Company.confirmed_at > since, shared),
                ~proposed,
            )
        )
    }


def _record(session: Session, actor: Actor, need: Need, action: str, *, now: datetime) -> None:
    record(session, actor, action=action, subject=("need", need.id), body_id=need.body_id, now=now)
