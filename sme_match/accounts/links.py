"""Signed links in mails: random, bound to one purpose, expiring, revocable, used at most once.

A page shows what a link is for on GET (`find_link`), because mail scanners open links too; only a
POST uses it up (`use_link`).
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.models import SignedLink
from sme_match.accounts.tokens import hash_token, new_token
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.scope import reach_also, scope_of

UNKNOWN = mark_text(
    "このリンクは見つかりませんでした。メールのリンクが途中で切れていないか確かめてください。"
    "それでも開けないときは、支援機関の窓口に新しいリンクを頼んでください。"
)
EXPIRED = mark_text(
    "このリンクは期限が切れています。支援機関の窓口に連絡して、新しいリンクを送ってもらってください。"
)
USED = mark_text(
    "このリンクはもう使われました。心当たりがないときや、もう一度必要なときは、"
    "支援機関の窓口に新しいリンクを頼んでください。"
)
REVOKED = mark_text(
    "このリンクは取り消されました。新しいメールが届いていないか確かめてください。"
    "見あたらないときは、支援機関の窓口に新しいリンクを頼んでください。"
)


def create_link(
    session: Session,
    *,
    purpose: LinkPurpose,
    subject_id: int,
    company_id: int | None,
    body_id: int | None,
    holder_name: str,
    expires_at: datetime,
    now: datetime,
) -> str:
    """Store a link and return its token; the table holds only the token's hash."""
    token = new_token()
    link = SignedLink(
        token_hash=hash_token(token),
        purpose=purpose,
        subject_id=subject_id,
        company_id=company_id,
        body_id=body_id,
        holder_name=holder_name,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()
    return token


def find_link(session: Session, token: str, purpose: LinkPurpose, now: datetime) -> SignedLink:
    """Return the link of the token while it can be used; nothing is used up.

    Raises:
        NotFoundError: when it is unknown, serves another purpose, or has been used, revoked or has
            expired; the message says which and what to do.
    """
    query = select(SignedLink).where(
        SignedLink.token_hash == hash_token(token), SignedLink.purpose == purpose
    )
    link = session.scalar(query.execution_options(populate_existing=True))
    if link is None:
        raise NotFoundError(UNKNOWN)
    if link.used_at is not None:
        raise NotFoundError(USED)
    if link.revoked_at is not None:
        raise NotFoundError(REVOKED)
    if link.expires_at <= now:
        raise NotFoundError(EXPIRED)
    _let_in(session, link)
    return link


def use_link(session: Session, token: str, purpose: LinkPurpose, now: datetime) -> SignedLink:
    """Use the link up and return it.

    One conditional UPDATE decides: of any number of simultaneous uses exactly one succeeds.

    Raises:
        NotFoundError: as `find_link`.
    """
    used = session.scalar(
        update(SignedLink)
        .where(
            SignedLink.token_hash == hash_token(token),
            SignedLink.purpose == purpose,
            SignedLink.used_at.is_(None),
            SignedLink.revoked_at.is_(None),
            SignedLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignedLink)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if used is None:
        find_link(session, token, purpose, now)
        # It looked usable a moment ago: somebody else is just using it.
        raise NotFoundError(USED)
    _let_in(session, used)
    return used


def revoke_links(
    session: Session,
    purpose: LinkPurpose,
    subject_id: int,
    now: datetime,
    *,
    company_id: int | None = None,
) -> int:
    """Take back the open links about a subject, or those of one company; return how many."""
    query = update(SignedLink).where(
        SignedLink.purpose == purpose,
        SignedLink.subject_id == subject_id,
        SignedLink.used_at.is_(None),
        SignedLink.revoked_at.is_(None),
    )
    if company_id is not None:
        query = query.where(SignedLink.company_id == company_id)
    revoked = session.scalars(
        query.values(revoked_at=now)
        .returning(SignedLink.id)
        .execution_options(synchronize_session=False)
    )
    return len(revoked.all())


def extend_links(
    session: Session, purpose: LinkPurpose, subject_id: int, now: datetime, *, until: datetime
) -> None:
    """Let the links about a subject that can still be used live on until then, if that is longer."""
    session.execute(
        update(SignedLink)
        .where(
            SignedLink.purpose == purpose,
            SignedLink.subject_id == subject_id,
            SignedLink.used_at.is_(None),
            SignedLink.revoked_at.is_(None),
            SignedLink.expires_at > now,
            SignedLink.expires_at < until,
        )
        .values(expires_at=until)
        .execution_options(synchronize_session=False)
    )


def _let_in(session: Session, link: SignedLink) -> None:
    """Let whoever holds the link reach the body that sent it."""
    if link.body_id is not None:
        reach_also(session, scope_of([link.body_id]))
