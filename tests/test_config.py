"""Settings from the environment: safe defaults to try it, no defaults to run it for real."""

import pytest

from config import DEVELOPMENT_SECRET, load_settings
from sme_match.core.settings import ConfigurationError

PRODUCTION = {
    "SME_MATCH_ENV": "production",
    "SECRET_KEY": "s" * 32,
    "BASE_URL": "https://shodan.example.jp",
    "DATABASE_URL": "postgresql://app@db/sme",
}


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in PRODUCTION.items() if key != name}


def test_nothing_is_needed_to_try_it() -> None:
    settings = load_settings({})
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.smtp is None
    assert not settings.is_production
    assert not settings.secure_cookies


def test_production_starts_with_what_it_needs() -> None:
    settings = load_settings(PRODUCTION)
    assert settings.is_production
    assert settings.secure_cookies
    assert settings.database_url == "postgresql+psycopg://app@db/sme"
    assert "shodan.example.jp" in settings.trusted_hosts


@pytest.mark.parametrize("name", ["SECRET_KEY", "BASE_URL", "DATABASE_URL"])
def test_production_refuses_to_start_without(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load_settings(without(name))


@pytest.mark.parametrize("secret", ["", "short", "s" * 31, DEVELOPMENT_SECRET])
def test_production_refuses_a_weak_secret(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        load_settings(PRODUCTION | {"SECRET_KEY": secret})


@pytest.mark.parametrize("url", ["http://shodan.example.jp", "shodan.example.jp", ""])
def test_production_refuses_an_address_without_tls(url: str) -> None:
    with pytest.raises(ConfigurationError, match="BASE_URL"):
        load_settings(PRODUCTION | {"BASE_URL": url})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SME_MATCH_ENV", "prod"),
        ("PROXIES", "one"),
        ("SESSION_IDLE_MINUTES", "1h"),
        ("PROMETHEUS_MULTIPROC_DIR", "/nowhere"),
    ],
)
def test_a_malformed_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load_settings({name: value})


def test_the_mail_server_is_set_by_its_host() -> None:
    smtp = load_settings({"SMTP_HOST": "mail.example.jp", "SMTP_STARTTLS": "0"}).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.starttls, smtp.username) == ("mail.example.jp", 587, False, None)


def test_one_role_does_everything_unless_the_owner_of_the_tables_is_named() -> None:
    owner = "postgresql+psycopg://owner@db/sme"
    assert load_settings(PRODUCTION).owner_url == "postgresql+psycopg://app@db/sme"
    named = PRODUCTION | {"DATABASE_OWNER_URL": "postgresql://owner@db/sme"}
    assert load_settings(named).owner_url == owner
