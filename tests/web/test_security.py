"""What holds for every answer and every form, whoever wrote the page."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, request
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from sme_match.app import create_app
from sme_match.core.actor import Role
from sme_match.core.settings import Settings
from sme_match.db.session import Database
from sme_match.support_bodies.models import SupportBody
from sme_match.web.access import public
from sme_match.web.context import current_session
from sme_match.web.fields import EditForm
from sme_match.web.redirects import safe_path
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_company, make_user

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REDIRECTS = [
    "https://evil.jp/",
    "//evil.jp/",
    "///evil.jp/",
    "////evil.jp",
    "/\\evil.jp",
    "\\\\evil.jp",
    "/\t/evil.jp",
    "/\n/evil.jp",
    "\t//evil.jp",
    " //evil.jp",
    "https:evil.jp",
    "https:/evil.jp",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.jp",
    "@evil.jp",
    "/\r\nLocation: https://evil.jp",
    "http://localhost@evil.jp/",
]


@pytest.fixture
def administrator(client: Client, database: Database) -> Client:
    with database.unit_of_work() as session:
        user = make_user(session, None, Role.ADMINISTRATOR)
    return client.sign_in(user.id)


def check_headers(response: TestResponse) -> None:
    headers = response.headers
    assert {name: headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["object-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert re.fullmatch(r"'nonce-[\w-]{20,}' 'strict-dynamic'", policy["script-src"])
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_every_answer_carries_the_headers(app: Flask, client: Client, database: Database) -> None:
    add_failing_view(app)
    with database.unit_of_work() as session:
        body = make_body(session)
        make_company(session, body)
        user = make_user(session, body)
    answers = [client.get(path) for path in ("/", "/sign-in", "/nowhere", "/healthz", "/fails")]
    answers += [client.post("/sign-in"), client.post("/nowhere"), client.open("/sign-in", "DELETE")]
    answers += [client.get("/static/css/app.css"), client.get("/static/none.css")]
    client.sign_in(user.id)
    answers += [client.get("/companies/"), client.get("/users/9"), client.get("/support-bodies/")]
    assert {answer.status_code for answer in answers} == {200, 302, 403, 404, 405, 422, 500}
    for answer in answers:
        check_headers(answer)
        answer.close()


def test_pages_are_not_kept_by_caches(client: Client) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    with client.get("/static/css/app.css") as asset:
        assert asset.headers["Cache-Control"] == "no-cache"
    with client.get("/static/css/app.css?v=1") as asset:
        assert "immutable" in asset.headers["Cache-Control"]


def test_each_answer_has_a_nonce_of_its_own_that_its_scripts_carry(client: Client) -> None:
    first, second = client.get("/sign-in"), client.get("/sign-in")
    nonces = [
        re.findall(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])[0]
        for answer in (first, second)
    ]
    assert nonces[0] != nonces[1]
    assert set(re.findall(r'<script nonce="([^"]+)"', first.text)) == {nonces[0]}


def test_every_form_is_refused_without_its_token(
    app: Flask, administrator: Client, database: Database
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    taken = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()):
            continue
        path = re.sub(r"<int:\w+>", "1", rule.rule)
        path = re.sub(r"<[^>]+>", "x", path)
        response = administrator.post(path)
        # A path whose parts are not among the allowed ones does not exist: nothing was taken.
        if response.status_code not in {400, 404}:
            taken.append((rule.rule, response.status_code))
    assert taken == []
    assert administrator.post("/sign-out").status_code == 400
    assert "前の画面に戻り、読み込みなおしてから" in administrator.post("/sign-out").text


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 302)]
)
def test_writes_that_another_site_started_are_refused(
    administrator: Client, site: str, status: int
) -> None:
    response = administrator.post("/sign-out", headers={"Sec-Fetch-Site": site})
    assert response.status_code == status


@pytest.mark.parametrize(
    "host", ["evil.jp", "localhost.evil.jp", "evil.jp:80", "127.0.0.1@evil.jp", ""]
)
def test_a_host_that_is_not_ours_is_refused(client: Client, host: str) -> None:
    response = client.flask.get("/sign-in", headers={"Host": host})
    assert response.status_code == 400
    assert "evil" not in response.text


@pytest.mark.parametrize("target", REDIRECTS)
def test_signing_in_never_leads_to_another_site(administrator: Client, target: str) -> None:
    assert safe_path(target) is None
    for path in ("/sign-in", "/language/en"):
        response = administrator.get(path, query_string={"next": target})
        assert (response.status_code, response.location) == (302, "/")


@pytest.mark.parametrize(
    "target", ["/", "/users?q=a&page=2", "/companies/1#x", "/検索?q=部品", "/a//b"]
)
def test_paths_of_this_site_are_kept(target: str) -> None:
    assert safe_path(target) == target


def cookie_of(app: Flask, base_url: str) -> str:
    response = app.test_client().get("/language/en", base_url=base_url)
    return response.headers["Set-Cookie"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask) -> None:
    cookie = cookie_of(app, "http://localhost")
    assert cookie.startswith("session=")
    assert set(cookie.split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.fixture
def secure_app(settings: Settings) -> Iterator[Flask]:
    app = create_app(replace(settings, base_url="https://localhost"))
    yield app
    app.extensions["sme_match"].database.dispose()


def test_over_tls_the_cookie_is_bound_to_the_host(secure_app: Flask) -> None:
    cookie = cookie_of(secure_app, "https://localhost")
    assert cookie.startswith("__Host-session=")
    assert set(cookie.split("; ")[1:]) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_over_tls_browsers_are_told_to_stay_there(app: Flask, secure_app: Flask) -> None:
    header = "Strict-Transport-Security"
    answer = secure_app.test_client().get("/sign-in", base_url="https://localhost")
    assert answer.headers[header] == "max-age=31536000; includeSubDomains"
    assert header not in app.test_client().get("/sign-in").headers


def test_proxy_headers_count_only_where_a_proxy_is_set(settings: Settings) -> None:
    seen = {}
    for proxies in (0, 1):
        app = create_app(replace(settings, proxies=proxies))

        @app.get("/whoami")
        @public
        def whoami() -> str:
            return request.remote_addr or ""

        forged = {"X-Forwarded-For": "203.0.113.5"}
        seen[proxies] = app.test_client().get("/whoami", headers=forged).text
        app.extensions["sme_match"].database.dispose()
    assert seen == {0: "127.0.0.1", 1: "203.0.113.5"}


def test_reading_cannot_write(app: Flask, client: Client, database: Database) -> None:
    @app.get("/sneaky")
    @public
    def sneaky() -> str:
        session = current_session()
        session.add(_body())
        session.flush()
        return "written"

    assert client.get("/sneaky").status_code == 500
    with database.reading() as session:
        assert session.scalar(select(func.count(SupportBody.id))) == 0


def test_a_refused_request_writes_nothing(app: Flask, client: Client, database: Database) -> None:
    @app.post("/half-way")
    @public
    def half_way() -> tuple[str, int]:
        current_session().add(_body())
        current_session().flush()
        return "<!doctype html><title>x</title><h1>x</h1>", 422

    assert client.post("/half-way").status_code == 422
    with database.reading() as session:
        assert session.scalar(select(func.count(SupportBody.id))) == 0


def test_a_failure_shows_a_number_and_no_details(
    app: Flask, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    add_failing_view(app)
    answer = client.get("/fails")
    assert answer.status_code == 500
    found = re.search(r"E-20261120-[0-9A-F]{6}", answer.text)
    assert found is not None
    for detail in ("Traceback", "secret detail", "RuntimeError", "test_security"):
        assert detail not in answer.text
    assert any(found[0] in record.getMessage() for record in caplog.records)


def test_a_failure_while_saving_shows_the_same_page(app: Flask, client: Client) -> None:
    @app.post("/fails-late")
    @public
    def fails_late() -> str:
        body = _body()
        body.name = None  # type: ignore[assignment]  # what the database refuses at the commit
        current_session().add(body)
        return "<!doctype html><title>x</title><h1>x</h1>"

    answer = client.post("/fails-late")
    assert answer.status_code == 500
    assert re.search(r"E-20261120-[0-9A-F]{6}", answer.text)


def test_who_loses_the_race_for_a_record_is_told_so(
    app: Flask, client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        body_id = make_body(session).id

    @app.post("/race")
    @public
    def race() -> str:
        session = current_session()
        body = session.get_one(SupportBody, body_id)
        session.execute(update(SupportBody.__table__).values(version=7))  # type: ignore[arg-type]  # a Table is updatable
        body.phone = "1"
        return "<!doctype html><title>x</title><h1>x</h1>"

    answer = client.post("/race")
    assert answer.status_code == 409
    assert "ほかの人が先に更新しました。" in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_unused_methods_are_refused(administrator: Client, method: str) -> None:
    assert administrator.open("/users", method).status_code in {403, 405}


def test_ids_that_no_table_can_hold_are_no_pages(administrator: Client) -> None:
    for number in ("2147483648", "99999999999999999999", "0"):
        assert administrator.get(f"/users/{number}").status_code == 404


@pytest.mark.parametrize("version", ["9" * 5000, "-1", "１", ""])
def test_a_version_that_nobody_can_have_opened_counts_as_none(app: Flask, version: str) -> None:
    with app.test_request_context(method="POST", data={"version": version}):
        assert EditForm().opened_version() == 0


def test_a_search_for_characters_that_no_table_can_hold_finds_nothing_odd(
    administrator: Client,
) -> None:
    assert administrator.get("/users?q=%00").status_code == 200


def add_failing_view(app: Flask) -> None:
    @app.get("/fails")
    @public
    def fails() -> str:
        raise RuntimeError("secret detail")


def _body() -> SupportBody:
    return SupportBody(
        name="書けないはず", name_en="x", short_name="x", prefecture_code="03", phone="1",
        email="x@example.jp", active=True, desk_hours="x", created_at=NOW,
    )  # fmt: skip
