"""Settings read from the environment. Every default is safe to publish; see README for the list."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from sme_match.core.settings import ConfigurationError, Environment, Settings, SMTPSettings

ROOT = Path(__file__).resolve().parent
DEVELOPMENT_SECRET = "development-only-secret-not-for-real-data"  # noqa: S105 -- refused in production
SECRET_LENGTH = 32


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this installation.

    Raises:
        ConfigurationError: when a value is malformed or production lacks a value it needs.
    """
    environment = _environment(environ.get("SME_MATCH_ENV", "development"))
    production = environment is Environment.PRODUCTION
    base_url = environ.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    if production and not base_url.startswith("https://"):
        raise ConfigurationError("BASE_URL must be set and begin with https:// in production.")
    counted_in = environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    if counted_in and not os.access(counted_in, os.W_OK | os.X_OK):
        raise ConfigurationError("PROMETHEUS_MULTIPROC_DIR must name a folder that can be written to.")
    return Settings(
        environment=environment,
        secret_key=_secret(environ, production=production),
        database_url=(url := _database_url(environ, production=production)),
        owner_url=_with_driver(environ.get("DATABASE_OWNER_URL", "")) or url,
        base_url=base_url,
        template_folder=ROOT / "templates",
        static_folder=ROOT / "static",
        translations_folder=ROOT / "translations",
        trusted_hosts=_trusted_hosts(environ, base_url),
        mail_from=environ.get("MAIL_FROM", "no-reply@example.jp"),
        smtp=_smtp(environ),
        room_base_url=environ.get("ROOM_BASE_URL", "https://meet.jit.si").rstrip("/"),
        index_folder=_index_folder(environ, environment),
        proxies=_integer(environ, "PROXIES", 0),
        session_idle_minutes=_integer(environ, "SESSION_IDLE_MINUTES", 60),
        session_absolute_hours=_integer(environ, "SESSION_ABSOLUTE_HOURS", 12),
    )


def _environment(value: str) -> Environment:
    try:
        return Environment(value)
    except ValueError:
        choices = ", ".join(Environment)
        raise ConfigurationError(f"SME_MATCH_ENV is {value!r}; it must be one of {choices}.") from None


def _secret(environ: Mapping[str, str], *, production: bool) -> str:
    secret = environ.get("SECRET_KEY", "")
    if not production:
        return secret or DEVELOPMENT_SECRET
    if len(secret) < SECRET_LENGTH or secret == DEVELOPMENT_SECRET:
        raise ConfigurationError(
            f"SECRET_KEY must be set to at least {SECRET_LENGTH} random characters in production "
            '(python -c "import secrets; print(secrets.token_urlsafe(48))").'
        )
    return secret


def _database_url(environ: Mapping[str, str], *, production: bool) -> str:
    url = environ.get("DATABASE_URL", "")
    if not url and production:
        raise ConfigurationError("DATABASE_URL must be set in production.")
    if not url:
        return f"sqlite:///{ROOT / 'var' / 'sme_match.sqlite3'}"
    return _with_driver(url)


def _with_driver(url: str) -> str:
    # The short form that hosting providers hand out names no driver.
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _index_folder(environ: Mapping[str, str], environment: Environment) -> Path | None:
    folder = environ.get("INDEX_FOLDER", "")
    if folder:
        return Path(folder)
    # Tests come and go with databases of the same name; an index of another one must not be met.
    return None if environment is Environment.TEST else ROOT / "var" / "index"


def _trusted_hosts(environ: Mapping[str, str], base_url: str) -> tuple[str, ...]:
    named = tuple(host.strip() for host in environ.get("TRUSTED_HOSTS", "").split(",") if host.strip())
    own = urlsplit(base_url).hostname or "127.0.0.1"
    return tuple(dict.fromkeys((*named, own, "127.0.0.1", "localhost")))


def _smtp(environ: Mapping[str, str]) -> SMTPSettings | None:
    host = environ.get("SMTP_HOST", "")
    if not host:
        return None
    return SMTPSettings(
        host=host,
        port=_integer(environ, "SMTP_PORT", 587),
        username=environ.get("SMTP_USERNAME") or None,
        password=environ.get("SMTP_PASSWORD") or None,
        starttls=environ.get("SMTP_STARTTLS", "1") not in {"0", "false", "no"},
    )


def _integer(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, "")
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ConfigurationError(f"{name} is {value!r}; it must be a whole number.") from None
