"""The whole way, once: from a registered capability to a regional figure, as four roles and a buyer."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Page

from sme_match.accounts.passwords import hash_password
from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.settings import SMTPSettings
from sme_match.notifications.delivery import deliver_due
from tests.browser.conftest import Site, Visitor, VisitorFactory
from tests.factories import make_body, make_buyer, make_company, make_contact, make_user
from tests.postgresql import free_port

pytestmark = [pytest.mark.ui, pytest.mark.timeout(1200)]
PASSWORD = "correct horse battery"
COORDINATOR, LEAD, MANAGER, ADMINISTRATOR = (
    f"{name}@example.jp" for name in ("coordinator", "lead", "manager", "administrator")
)
BUYER = "buyer@example.jp"
COMPANY = "株式会社みやぎ精密"


class Inbox:
    """A real mail server on loopback that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def last_to(self, address: str) -> EmailMessage:
        return next(mail for mail in reversed(self.mails) if address in mail["To"])


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, SMTPSettings]]:
    inbox, port = Inbox(), free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, SMTPSettings(host="127.0.0.1", port=port, starttls=False)
    controller.stop()


def prepare(site: Site) -> None:
    with site.database.unit_of_work() as session:
        body = make_body(session, name="みちのく産業振興機構")
        company = make_company(session, body, name=COMPANY, prefecture_code="04")
        make_contact(session, company, name="宮城 健一", email=MANAGER)
        buyer = make_buyer(session, body, name="東海メディカル機器株式会社", prefecture_code="23")
        make_contact(session, buyer, name="購買 花子", email=BUYER)
        password = hash_password(PASSWORD)
        for email, role in ((COORDINATOR, Role.COORDINATOR), (LEAD, Role.LEAD)):
            make_user(session, body, role, email=email, password_hash=password)
        make_user(session, body, Role.SME, email=MANAGER, password_hash=password, company_id=company.id)
        make_user(session, None, Role.ADMINISTRATOR, email=ADMINISTRATOR, password_hash=password)


def fill_day(page: Page, name: str, day: date) -> None:
    for box, value in zip(
        page.locator(f"[name={name}]").all(), (day.year, day.month, day.day), strict=True
    ):
        box.fill(str(value))


def deliver(site: Site, settings: SMTPSettings) -> None:
    report = deliver_due(
        site.database, settings, "desk@example.jp", owner="test", now_of=site.clock, limit=50
    )
    assert (report.retried, report.dead) == (0, 0)


def link_in(mail: EmailMessage, path: str) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(rf"https?://\S+{path}\S+", body.get_content())
    assert found is not None, body.get_content()
    return found[0]


def calendar_of(mail: EmailMessage) -> str:
    [calendar, *_] = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return str(calendar.get_content())


def register_capability(coordinator: Visitor) -> None:
    page = coordinator.open("/companies/")
    page.get_by_role("link", name=COMPANY).click()
    coordinator.look()
    page.goto(page.url + "/capabilities/new")
    coordinator.look()
    page.locator("[name=process_code]").select_option("milling")
    page.locator("[name=description]").fill("SUS316Lの微細切削。φ2mmの小径部品をバリなしで仕上げます。")
    page.locator("[name=materials]").fill("SUS316L、SUS304")
    page.locator("[name=tolerance_mm]").fill("±0.005")
    page.locator("[name=lot_min]").fill("１個")
    coordinator.submit("保存する")


def register_need(coordinator: Visitor) -> None:
    page = coordinator.open("/needs/new")
    page.get_by_role("radio", name="東海メディカル機器株式会社").check()
    page.locator("[name=title]").fill("内視鏡 先端部ハウジングの微細切削加工")
    page.locator("[name=description]").fill("SUS316Lの小径部品。バリなしで仕上げること。")
    page.locator("[name=process_code]").select_option("milling")
    page.locator("[name=materials]").fill("SUS316L")
    page.locator("[name=must_tolerance_mm]").fill("0.01")
    page.locator("[name=wish_certificate]").fill("ISO 13485")
    coordinator.submit("下書きとして登録する")
    coordinator.submit("募集を始める")


def propose_and_accept(coordinator: Visitor) -> None:
    page = coordinator.page
    page.get_by_role("link", name="提案を見る").click()
    coordinator.look()
    coordinator.submit("合う企業を計算する")
    assert page.get_by_role("heading", name=COMPANY).count() == 1
    assert page.get_by_text("±0.005mm").count() == 1
    page.get_by_role("button", name=re.compile(f"^採用.*{COMPANY}")).click()
    page.wait_for_load_state()
    coordinator.look()


def offer_times(coordinator: Visitor, day: date) -> None:
    page = coordinator.page
    page.get_by_role("link", name=re.compile("^商談の日時を打診する")).click()
    coordinator.look()
    fill_day(page, "day_1", day)
    page.locator("[name=time_1]").select_option("10:00")
    fill_day(page, "answer_on", day - timedelta(days=1))
    page.get_by_role("button", name="メールの文面を確かめる").click()
    page.wait_for_load_state()
    assert page.get_by_text("まだ送っていません").count() == 1
    page.locator("button[value=send]").click()
    page.wait_for_load_state()
    coordinator.look()


def say_yes(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("input[type=radio][value=yes]").first.check()
    visitor.submit("この内容で返事をする")


def report_stage(visitor: Visitor, stage: str) -> None:
    visitor.page.locator(f"[name=stage][value='{stage}']").check()
    visitor.submit("報告する")


def test_the_whole_way(
    site: Site, new_visitor: VisitorFactory, inbox: tuple[Inbox, SMTPSettings]
) -> None:
    prepare(site)
    mails, smtp = inbox
    day = next_tuesday(jst_date(site.clock()))

    coordinator = new_visitor()
    coordinator.sign_in(COORDINATOR, PASSWORD)
    register_capability(coordinator)
    register_need(coordinator)
    propose_and_accept(coordinator)
    offer_times(coordinator, day)

    deliver(site, smtp)
    buyer = new_visitor(phone=True)
    buyer.open(link_in(mails.last_to(BUYER), "/reply/"))
    say_yes(buyer)

    manager = new_visitor(phone=True)
    manager.sign_in(MANAGER, PASSWORD)
    for path in ("/companies/mine", "/companies/mine/materials", "/meetings/", "/outcomes/"):
        manager.open(path)
    manager.open(link_in(mails.last_to(MANAGER), "/reply/"))
    say_yes(manager)
    assert manager.page.get_by_text("日時が決まりました").count() >= 1

    deliver(site, smtp)
    for address in (BUYER, MANAGER):
        calendar = calendar_of(mails.last_to(address))
        assert "METHOD:REQUEST" in calendar
        assert f"DTSTART;TZID=Asia/Tokyo:{day:%Y%m%d}T100000" in calendar

    site.clock.passed = timedelta(days=(day - jst_date(site.clock())).days + 1)
    coordinator.open("/meetings/")
    assert "/sign-in" in coordinator.page.url, "the session has ended by itself"
    coordinator.seen.clear()
    coordinator.sign_in(COORDINATOR, PASSWORD)
    coordinator.open("/outcomes/1/attendance")
    coordinator.page.locator("[name=result][value=held]").check()
    coordinator.submit("記録する")

    deliver(site, smtp)
    buyer.open(link_in(mails.last_to(BUYER), "/report/"))
    report_stage(buyer, "4")
    manager.sign_in(MANAGER, PASSWORD)
    manager.open("/outcomes/1/report")
    report_stage(manager, "4")
    coordinator.open("/outcomes/1")

    lead = new_visitor()
    lead.sign_in(LEAD, PASSWORD)
    lead.open("/statistics/official")
    lead.open("/statistics/definitions")
    page = lead.open(f"/statistics/?period=fy{fiscal_year(day)}")
    funnel = page.locator(".fn").inner_text()
    assert re.findall(r"(\d+)\s*[件組]", funnel)[:5] == ["1", "1", "1", "1", "1"]
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")

    administrator = new_visitor()
    administrator.sign_in(ADMINISTRATOR, PASSWORD)
    for path in ("/users", "/support-bodies/", "/account"):
        administrator.open(path)


def next_tuesday(today: date) -> date:
    return today + timedelta(days=7 + (1 - today.weekday()) % 7)


def fiscal_year(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1
