"""What an installation can set. Values come from the environment through the top-level config.py."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Environment(StrEnum):
    """Where the service runs."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class ConfigurationError(Exception):
    """The installation cannot start with these settings; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SMTPSettings:
    """The mail server that the outbox delivers to."""

    host: str
    port: int = 587
    username: str | None = None
    password: str | None = None
    starttls: bool = True
    timeout_seconds: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one installation.

    `index_folder` is where processes on this machine share the search index; None keeps it in
    the memory of each. `owner_url` is the database as the owner of the tables: for migrations and
    restoring; the same as `database_url` where one role does everything.
    `smtp` is None where no mail server is set: mails then stay in the outbox and are shown on the
    mailbox page, which exists outside production only.
    """

    environment: Environment
    secret_key: str
    database_url: str
    owner_url: str
    base_url: str
    template_folder: Path
    static_folder: Path
    translations_folder: Path
    trusted_hosts: tuple[str, ...]
    mail_from: str
    smtp: SMTPSettings | None
    room_base_url: str
    index_folder: Path | None = None
    proxies: int = 0
    session_idle_minutes: int = 60
    session_absolute_hours: int = 12

    @property
    def is_production(self) -> bool:
        """Whether real users are served."""
        return self.environment is Environment.PRODUCTION

    @property
    def secure_cookies(self) -> bool:
        """Cookies are Secure wherever the service is reached through TLS."""
        return self.base_url.startswith("https://")
