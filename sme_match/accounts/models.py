"""Users, their sessions, signed links and the counters that slow down guessing."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sme_match.accounts.enums import LinkPurpose, UserState
from sme_match.core.actor import Actor, Role
from sme_match.db.base import Base, Versioned, enum_type
from sme_match.support_bodies.models import SupportBody

ERASED_DOMAIN = "@erased.invalid"
"""Where the address of an erased account points: nowhere, RFC 6761."""


class User(Versioned, Base):
    """A person who signs in. Buyers need no account: they act through signed links."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint(
            "(role = 'administrator') = (body_id IS NULL)", name="body_unless_administrator"
        ),
        CheckConstraint("(role = 'sme') = (company_id IS NOT NULL)", name="company_if_sme"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("support_body.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_type(Role))
    name: Mapped[str] = mapped_column(String(100))
    name_kana: Mapped[str] = mapped_column(String(100), default="")
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Stored in lower case; the sign-in name."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """Argon2id; None until the invitation is accepted."""
    language: Mapped[str] = mapped_column(String(2), default="ja")
    active: Mapped[bool] = mapped_column(default=True)
    use_stopped_at: Mapped[datetime | None]
    """利用停止: disabled by the person's own wish, until that is lifted."""
    wants_digest: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether a lead gets the monthly mail."""
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]

    body: Mapped[SupportBody | None] = relationship(lazy="raise")

    @property
    def state(self) -> UserState:
        """Return where the account stands."""
        return state_of(active=self.active, invited=self.password_hash is None)

    @property
    def erased(self) -> bool:
        """Return whether the name and address were let go: nobody is left to sign in."""
        return self.email.endswith(ERASED_DOMAIN)

    def as_actor(self) -> Actor:
        """Return the plain value that use cases take."""
        return Actor(
            role=self.role,
            name=self.name,
            user_id=self.id,
            body_id=self.body_id,
            company_id=self.company_id,
        )


def state_of(*, active: bool, invited: bool) -> UserState:
    """Return where an account stands."""
    if not active:
        return UserState.DISABLED
    return UserState.INVITED if invited else UserState.ACTIVE


class UserSession(Base):
    """One signed-in browser. The cookie holds the token, the table only its hash."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")


class SecondFactor(Base):
    """The app on a person's phone that names a code after the password."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(200))
    """Encrypted; see `accounts.second_factor`."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The newest time step whose code was used: it and earlier ones are used up."""
    started_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """None until a code has shown that the app works; it is not asked for before."""


class RecoveryCode(Base):
    """A code on paper for the day the phone is lost; each works once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class HalfSignIn(Base):
    """A browser whose password was right and whose code is awaited; used once, gone in minutes."""

    __tablename__ = "half_sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]


class SignedLink(Base):
    """A link in a mail that lets its holder do one thing, until it expires, is used or revoked."""

    __tablename__ = "signed_link"
    __table_args__ = (Index(None, "purpose", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_type(LinkPurpose))
    subject_id: Mapped[int]
    """The user for invitations, resets and calendars, the meeting for replies and
    reports, the participant for pages of events."""
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    """The company in whose name the holder acts (meeting replies and reports)."""
    body_id: Mapped[int | None] = mapped_column(ForeignKey("support_body.id"))
    holder_name: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AttemptCounter(Base):
    """How often something was tried in a time window: holds over several workers."""

    __tablename__ = "attempt_counter"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]
