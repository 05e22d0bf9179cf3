"""The second factor of staff: the step after the password, its codes, help when the phone is lost."""

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from sme_match.accounts.models import HalfSignIn, RecoveryCode, SecondFactor, User, UserSession
from sme_match.accounts.second_factor import (
    RECOVERY_CODES,
    fitting_step,
    hash_recovery_code,
    new_secret,
    plain_code,
    seal,
    unseal,
)
from sme_match.accounts.services import second_factor as services
from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.support_bodies.enums import SecondFactorRule
from sme_match.support_bodies.models import SupportBody
from tests.accounts.conftest import HASH, PASSWORD, mails, make_member
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_body, make_user

KEY = "a key of thirty-two characters or more"
ADDRESS = "hanako@example.jp"
PAGE = "/account/second-factor"
WRONG = "数字が合わないか、もう使われています"


@pytest.fixture
def user(database: Database) -> User:
    with database.unit_of_work() as session:
        return make_member(session, email=ADDRESS)


def code_at(secret: str, clock: Clock) -> str:
    return pyotp.TOTP(secret).at(clock.now)


def set_up(client: Client, clock: Clock) -> tuple[str, list[str]]:
    """Turn the second factor on as a person does; return the app's secret and the recovery codes."""
    assert client.post(f"{PAGE}/start", {"password": PASSWORD}).location == PAGE
    secret = secret_on(client.get(PAGE).text)
    page = client.post(f"{PAGE}/confirm", {"code": code_at(secret, clock)})
    assert page.status_code == 200
    codes = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", page.text)
    clock.now += timedelta(minutes=1)
    return secret, codes


def secret_on(page: str) -> str:
    found = re.search(r'<p class="key">([A-Z2-7 ]+)</p>', page)
    assert found is not None
    return found[1].replace(" ", "")


def give_password(client: Client, network: str = "192.0.2.1") -> TestResponse:
    return client.post(
        "/sign-in?next=/needs/",
        {"email": ADDRESS, "password": PASSWORD},
        environ_overrides={"REMOTE_ADDR": network},
    )


def give_code(client: Client, code: str, network: str = "192.0.2.1") -> TestResponse:
    return client.post(
        "/sign-in/code?next=/needs/",
        {"code": code},
        environ_overrides={"REMOTE_ADDR": network},
    )


@given(st.integers(0, 2_000_000_000), st.integers(-90, 90))
def test_a_code_fits_for_its_step_and_one_on_either_side(second: int, drift: int) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    now = NOW + timedelta(seconds=second)
    typed = pyotp.TOTP(secret).at(now + timedelta(seconds=drift))
    steps = (int(now.timestamp()) + drift) // 30 - int(now.timestamp()) // 30
    if abs(steps) <= 1:
        assert fitting_step(secret, typed, now=now) is not None
    else:
        near = {pyotp.TOTP(secret).at(now + timedelta(seconds=30 * n)) for n in (-1, 0, 1)}
        assert (fitting_step(secret, typed, now=now) is None) == (typed not in near)


def test_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, SHA-1, the last six digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    start = NOW - timedelta(seconds=NOW.timestamp())
    for seconds, code in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]:
        assert fitting_step(secret, code, now=start + timedelta(seconds=seconds)) == seconds // 30


def test_a_sealed_secret_opens_with_its_key_and_for_its_user_alone() -> None:
    secret = new_secret()
    sealed = seal(secret, user_id=1, secret_key=KEY)
    assert secret not in sealed
    assert unseal(sealed, user_id=1, secret_key=KEY) == secret
    assert unseal(sealed, user_id=2, secret_key=KEY) is None
    assert unseal(sealed, user_id=1, secret_key=KEY + "!") is None


@pytest.mark.parametrize("typed", ["ABCDE-FGHJK", "abcdefghjk", " ａｂｃｄｅ－ｆｇｈｊｋ "])
def test_a_recovery_code_fits_as_people_type_it(typed: str) -> None:
    assert plain_code(typed) == "abcdefghjk"
    hashes = {hash_recovery_code(each, user_id=1, secret_key=KEY) for each in (typed, "abcde-fghjk")}
    assert len(hashes) == 1


def test_staff_turn_it_on_with_one_code_and_get_ten_codes_for_paper_once(
    client: Client, database: Database, clock: Clock, user: User
) -> None:
    client.sign_in(user.id)
    secret, codes = set_up(client, clock)
    assert len(set(codes)) == RECOVERY_CODES
    page = client.get(PAGE).text
    assert "回復コードの残り：10個" in page
    assert secret not in page.replace(" ", "")
    assert not any(code in page for code in codes)
    with database.reading() as session:
        stored = session.scalars(select(SecondFactor)).one()
        assert secret not in stored.secret
        assert not set(codes) & set(session.scalars(select(RecoveryCode.code_hash)))
        assert "user.second_factor_on" in session.scalars(select(AuditEntry.action)).all()
        assert "二段階認証が始まりました" in mails(session)[-1].subject


def test_turning_it_on_asks_for_the_password_and_signs_other_browsers_out(
    app: Flask, client: Client, database: Database, clock: Clock, user: User
) -> None:
    elsewhere = Client(app).sign_in(user.id)
    client.sign_in(user.id)
    refused = client.post(f"{PAGE}/start", {"password": "not my password"})
    assert refused.status_code == 422
    assert "いまのパスワードが違います" in refused.text
    with database.reading() as session:
        assert session.scalars(select(SecondFactor)).all() == []
    set_up(client, clock)
    assert "/sign-in" in elsewhere.get("/").location
    assert client.get("/").status_code == 200


def test_a_wrong_first_code_turns_nothing_on(client: Client, clock: Clock, user: User) -> None:
    client.sign_in(user.id)
    client.post(f"{PAGE}/start", {"password": PASSWORD})
    secret = secret_on(client.get(PAGE).text)
    old = pyotp.TOTP(secret).at(clock.now - timedelta(minutes=5))
    refused = client.post(f"{PAGE}/confirm", {"code": old})
    assert refused.status_code == 422
    assert "数字が合いません" in refused.text
    assert secret_on(refused.text) == secret
    assert client.post(f"{PAGE}/confirm", {"code": "あいうえおか"}).status_code == 422
    assert give_password(Client(client.app)).location == "/needs/"


def test_a_picture_needs_no_style_or_script(client: Client, user: User) -> None:
    client.sign_in(user.id)
    client.post(f"{PAGE}/start", {"password": PASSWORD})
    picture = client.get(PAGE).text.partition("<svg viewBox")[2].partition("</svg>")[0]
    assert 'class="qr"' in picture
    assert "style" not in picture
    assert "script" not in picture


def test_the_password_alone_opens_nothing(client: Client, clock: Clock, user: User) -> None:
    client.sign_in(user.id)
    secret, _codes = set_up(client, clock)
    browser = Client(client.app)
    assert give_password(browser).location == "/sign-in/code?next=/needs/"
    assert "/sign-in" in browser.get("/").location
    assert give_code(browser, code_at(secret, clock)).location == "/needs/"
    assert browser.get("/").status_code == 200


def test_a_used_code_cannot_be_used_again(client: Client, clock: Clock, user: User) -> None:
    client.sign_in(user.id)
    secret, codes = set_up(client, clock)
    before = pyotp.TOTP(secret).at(clock.now - timedelta(seconds=30))
    second = Client(client.app)
    for code in (code_at(secret, clock), codes[0]):
        first = Client(client.app)
        give_password(first)
        give_password(second)
        assert give_code(first, code).status_code == 302
        refused = give_code(second, code)
        assert refused.status_code == 422
        assert WRONG in refused.text
    # What was shown before a used code is used up with it.
    assert give_code(second, before).status_code == 422


def test_a_half_sign_in_is_used_once_and_gone_after_ten_minutes(
    client: Client, database: Database, clock: Clock, user: User
) -> None:
    client.sign_in(user.id)
    secret, codes = set_up(client, clock)
    browser = Client(client.app)
    give_password(browser)
    with browser.flask.session_transaction() as cookie:
        token = cookie["half_sign_in"]
    assert give_code(browser, code_at(secret, clock)).location == "/needs/"
    thief = Client(client.app)
    with thief.flask.session_transaction() as cookie:
        cookie["half_sign_in"] = token
    assert give_code(thief, codes[0]).location.startswith("/sign-in?")
    late = Client(client.app)
    give_password(late)
    clock.now += timedelta(minutes=10)
    assert late.get("/sign-in/code").location.startswith("/sign-in")
    assert give_code(late, codes[0]).location.startswith("/sign-in?")
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(RecoveryCode.used_at.is_not(None))) == 0


def test_guessing_codes_is_slowed_and_the_owner_is_told(
    client: Client, database: Database, clock: Clock, user: User
) -> None:
    client.sign_in(user.id)
    secret, _codes = set_up(client, clock)
    answers = []
    browser = Client(client.app)
    for number in range(services.PER_ACCOUNT_AND_NETWORK.most):
        give_password(browser)
        answers.append(give_code(browser, f"{number:06d}").status_code)
    assert set(answers) == {422}
    assert give_code(browser, code_at(secret, clock)).status_code == 429
    with database.reading() as session:
        assert "何度も間違えられました" in mails(session)[-1].subject
    for _ in range(services.PER_ACCOUNT.most):
        assert give_code(browser, "000000").status_code == 429
    owner = Client(client.app)
    give_password(owner, "198.51.100.7")
    assert give_code(owner, code_at(secret, clock), "198.51.100.7").status_code == 302


def test_guessing_from_many_networks_is_bounded_for_the_account(
    client: Client, clock: Clock, user: User
) -> None:
    client.sign_in(user.id)
    secret, _codes = set_up(client, clock)
    give_password(client)
    browser = Client(client.app)
    give_password(browser)
    for number in range(services.PER_ACCOUNT.most):
        assert give_code(browser, f"{number:06d}", f"192.0.2.{number}").status_code == 422
    assert give_code(browser, code_at(secret, clock), "192.0.2.99").status_code == 429


def test_a_new_password_by_mail_does_not_pass_the_second_step(
    client: Client, database: Database, clock: Clock, user: User
) -> None:
    client.sign_in(user.id)
    set_up(client, clock)
    half = Client(client.app)
    give_password(half)
    browser = Client(client.app)
    browser.post("/password-resets", {"email": ADDRESS})
    with database.reading() as session:
        link = re.search(r"/password-resets/\S+", mails(session)[-1].text)
    assert link is not None
    answer = browser.post(link[0], {"password": "umi sora kawa 77"})
    assert answer.location.startswith("/sign-in/code")
    assert "/sign-in" in browser.get("/").location
    # The half sign-in that the old password opened is over.
    assert half.get("/sign-in/code").location.startswith("/sign-in")


def test_paper_codes_are_replaced_and_the_factor_stopped_with_a_code(
    client: Client, database: Database, clock: Clock, user: User
) -> None:
    client.sign_in(user.id)
    secret, old = set_up(client, clock)
    assert client.post(f"{PAGE}/recovery-codes", {"code": "000000"}).status_code == 422
    page = client.post(f"{PAGE}/recovery-codes", {"code": code_at(secret, clock)})
    new = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", page.text)
    assert len(new) == RECOVERY_CODES
    assert client.post(f"{PAGE}/stop", {"code": old[0]}).status_code == 422
    assert client.post(f"{PAGE}/stop", {"code": new[0]}).location == PAGE
    with database.reading() as session:
        assert session.scalars(select(SecondFactor)).all() == []
        assert session.scalars(select(RecoveryCode)).all() == []
    assert give_password(Client(client.app)).location == "/needs/"


def test_where_it_is_required_nothing_else_opens_before_it_is_set_up(
    client: Client, database: Database, clock: Clock, user: User
) -> None:
    require(database, user.body_id)
    client.sign_in(user.id)
    for path in ("/", "/needs/", "/account", "/companies/"):
        assert client.get(path).location == PAGE
    assert client.post("/account", {"name": "別の名"}).status_code == 403
    assert "設定が必要です" in client.get(PAGE).text
    set_up(client, clock)
    assert client.get("/").status_code == 200


def test_what_one_body_requires_binds_administrators_too(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        administrator = make_user(session, None, Role.ADMINISTRATOR)
        body = make_body(session)
    client.sign_in(administrator.id)
    assert client.get("/support-bodies/").status_code == 200
    require(database, body.id)
    assert client.get("/support-bodies/").location == PAGE


def test_companies_are_never_asked_for_it(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        manager = make_member(session, Role.SME)
    require(database, manager.body_id)
    client.sign_in(manager.id)
    assert client.get("/").status_code == 200
    assert client.get(PAGE).status_code == 403


def test_where_it_is_off_nobody_starts_it_but_who_has_it_keeps_it(
    client: Client, database: Database, clock: Clock, user: User
) -> None:
    client.sign_in(user.id)
    set_up(client, clock)
    with database.unit_of_work() as session:
        other = make_user(session, session.get(SupportBody, user.body_id), password_hash=HASH)
        session.execute(update(SupportBody).values(second_factor=SecondFactorRule.OFF))
    assert give_password(Client(client.app)).location.startswith("/sign-in/code")
    client.sign_in(other.id)
    assert client.post(f"{PAGE}/start", {"password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("helper", [Role.LEAD, Role.ADMINISTRATOR])
def test_leads_and_administrators_help_who_lost_the_phone(
    client: Client, database: Database, clock: Clock, user: User, helper: Role
) -> None:
    client.sign_in(user.id)
    set_up(client, clock)
    with database.unit_of_work() as session:
        helping = make_user(session, session.get(SupportBody, user.body_id), helper)
    client.sign_in(helping.id)
    page = f"/support-bodies/{user.body_id}/second-factors"
    assert f"/users/{user.id}/second-factor/reset" in client.get(page).text
    assert client.post(f"/users/{user.id}/second-factor/reset").location == page
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.user_id, entry.subject_id) == (
            "user.second_factor_reset",
            helping.id,
            user.id,
        )
        assert mails(session)[-1].to_address == ADDRESS
        living = select(UserSession).where(
            UserSession.user_id == user.id, UserSession.ended_at.is_(None)
        )
        assert session.scalars(living).all() == []
    assert give_password(Client(client.app)).location == "/needs/"


def test_nobody_resets_the_own_factor_or_that_of_another_body(
    client: Client, database: Database, user: User
) -> None:
    with database.unit_of_work() as session:
        stranger = make_member(session, Role.LEAD)
        colleague = make_user(session, session.get(SupportBody, user.body_id))
    client.sign_in(stranger.id)
    assert client.post(f"/users/{user.id}/second-factor/reset").status_code == 404
    assert client.post(f"/users/{stranger.id}/second-factor/reset").status_code == 403
    assert client.get(f"/support-bodies/{user.body_id}/second-factors").status_code == 404
    client.sign_in(colleague.id)
    assert client.post(f"/users/{user.id}/second-factor/reset").status_code == 403


def test_a_lead_sets_the_rule_of_the_own_body(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        lead = make_member(session, Role.LEAD)
    client.sign_in(lead.id)
    page = f"/support-bodies/{lead.body_id}/second-factors"
    assert client.post(page, {"rule": "perhaps"}).status_code == 422
    assert client.post(page, {"rule": "required"}).location == page
    assert client.get(page).location == PAGE
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert entry.changes == {"second_factor": ["offered", "required"]}


def test_a_changed_key_refuses_codes_without_failing(
    client: Client, database: Database, clock: Clock, user: User
) -> None:
    client.sign_in(user.id)
    secret, _codes = set_up(client, clock)
    with database.unit_of_work() as session:
        sealed = seal(secret, user_id=user.id, secret_key=KEY)
        session.execute(update(SecondFactor).values(secret=sealed))
    browser = Client(client.app)
    give_password(browser)
    assert give_code(browser, code_at(secret, clock)).status_code == 422
    answer = client.app.test_cli_runner().invoke(args=["reset-second-factor", ADDRESS])
    assert answer.exit_code == 0
    assert give_password(Client(client.app)).location == "/needs/"
    with database.reading() as session:
        assert session.scalars(select(HalfSignIn)).all() == []


def require(database: Database, body_id: int | None) -> None:
    with database.unit_of_work() as session:
        rule = update(SupportBody).where(SupportBody.id == body_id)
        session.execute(rule.values(second_factor=SecondFactorRule.REQUIRED))
