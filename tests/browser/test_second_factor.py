"""The second factor of staff on a phone: set up, written down, asked for at the next sign-in."""

from datetime import timedelta

import pyotp
import pytest

from sme_match.accounts.passwords import hash_password
from tests.browser.conftest import Site, Visitor, VisitorFactory
from tests.factories import make_body, make_user

pytestmark = pytest.mark.ui
EMAIL, PASSWORD = "sato@example.jp", "correct horse battery"


def test_a_phone_is_set_up_and_asked_for(site: Site, new_visitor: VisitorFactory) -> None:
    with site.database.unit_of_work() as session:
        make_user(session, make_body(session), email=EMAIL, password_hash=hash_password(PASSWORD))
    visitor = new_visitor(phone=True)
    visitor.sign_in(EMAIL, PASSWORD)
    page = visitor.open("/account/second-factor")
    page.get_by_label("いまのパスワード").fill(PASSWORD)
    visitor.seen.clear()
    visitor.submit("設定を始める")
    secret = page.locator(".key").inner_text().replace(" ", "")
    page.get_by_label("確認の数字").fill(code(secret, site))
    # The codes are the answer to the form and shown this once: there is no address to look at.
    page.get_by_role("button", name="確かめて始める").click()
    paper = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="しまいました").click()
    visitor.open("/account/second-factor")

    site.clock.passed += timedelta(minutes=1)
    ask(new_visitor(phone=True), code(secret, site))
    ask(new_visitor(phone=True), paper)


def ask(visitor: Visitor, answer: str) -> None:
    """Sign in with the password and what the page after it asks for."""
    page = visitor.sign_in(EMAIL, PASSWORD)
    assert page.get_by_role("heading", name="確認の数字を入力する").is_visible()
    page.get_by_label("確認の数字").fill(answer)
    visitor.submit("ログインする")
    assert page.url == visitor.site.url + "/"


def code(secret: str, site: Site) -> str:
    return pyotp.TOTP(secret).at(site.clock())
