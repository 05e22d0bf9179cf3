"""The frame of every page in a real browser."""

import pytest

from sme_match.accounts.passwords import hash_password
from tests.browser.conftest import Site, VisitorFactory
from tests.factories import make_body, make_company, make_user

pytestmark = pytest.mark.ui
PASSWORD = "correct horse battery"


def test_sign_in_and_the_register_work_in_both_languages(
    site: Site, new_visitor: VisitorFactory
) -> None:
    database = site.app.extensions["sme_match"].database
    with database.unit_of_work() as session:
        body = make_body(session)
        make_user(session, body, email="sato@example.jp", password_hash=hash_password(PASSWORD))
        make_company(session, body, name="株式会社みやぎ精密")
    visitor = new_visitor()
    visitor.sign_in("sato@example.jp", PASSWORD)
    page = visitor.open("/companies/")
    assert page.get_by_role("link", name="株式会社みやぎ精密").count() == 1
    page.get_by_role("link", name="English").first.click()
    assert page.locator("html").get_attribute("lang") == "en"
    visitor.look()


def test_pages_work_without_script(site: Site, new_visitor: VisitorFactory) -> None:
    visitor = new_visitor(phone=True)
    context = visitor.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url + "/sign-in")
    assert page.get_by_role("button", name="ログインする").is_visible()
    context.close()
