"""Use cases of accounts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.accounts.passwords import verify_password
from sme_match.accounts.sessions import open_user_session


def sign_in(session: Session, *, email: str, password: str, now: datetime) -> tuple[User, str] | None:
    """Open a session when address and password fit; None otherwise, without saying which."""
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    fits = verify_password(user.password_hash if user else None, password)
    if user is None or not fits or not user.active:
        return None
    user.last_sign_in_at = now
    return user, open_user_session(session, user, now=now)
