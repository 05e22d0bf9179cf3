"""The monthly mail to leads: once a month, caught up when missed, until they stop it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from sme_match.accounts.models import User
from sme_match.core.actor import Role
from sme_match.core.errors import NotFoundError
from sme_match.db.session import Database
from sme_match.home.digest import stop_by_link
from sme_match.home.messages import FIGURES_EN, WAITING_NAMES
from sme_match.home.policy import TO_DO
from sme_match.home.tasks import send_digests
from sme_match.notifications.models import OutboxMail
from sme_match.statistics.changes import strength
from sme_match.statistics.key_figures import KEYS, KeyFigure, Measure, Unit
from tests.client import Client
from tests.factories import make_user
from tests.statistics.scenes import Region, make_region, on

SITE = "https://example.jp"
FIRST = on(2026, 8, 1)
TOO_EARLY = FIRST - timedelta(hours=5)


@pytest.fixture
def region(database: Database) -> Region:
    with database.unit_of_work() as session:
        found = make_region(session)
        found.lead.password_hash, found.lead.created_at = "x", on(2026, 1, 1)
        make_user(session, found.body, Role.COORDINATOR, password_hash="x", created_at=on(2026, 1, 1))
        return found


def mails(database: Database) -> list[OutboxMail]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def test_each_lead_gets_one_mail_a_month_however_often_the_job_runs(
    database: Database, region: Region
) -> None:
    assert send_digests(database, now=TOO_EARLY, base_url=SITE) == 0
    for now in (FIRST, FIRST, on(2026, 8, 20)):
        send_digests(database, now=now, base_url=SITE)
    assert [mail.to_address for mail in mails(database)] == [region.lead.email]
    send_digests(database, now=on(2026, 9, 1), base_url=SITE)
    assert [mail.key[-7:] for mail in mails(database)] == ["2026-07", "2026-08"]


def test_a_missed_day_is_caught_up_but_not_a_missed_month(database: Database, region: Region) -> None:
    assert send_digests(database, now=on(2026, 8, 25), base_url=SITE) == 1
    assert send_digests(database, now=on(2026, 12, 9), base_url=SITE) == 1
    assert [mail.key[-7:] for mail in mails(database)] == ["2026-07", "2026-11"]


def test_the_mail_says_what_changed_and_what_waits(database: Database, region: Region) -> None:
    send_digests(database, now=FIRST, base_url=SITE)
    text = mails(database)[0].text
    figures = re.findall(r"  ・(.+)：(.+)（前の月 (.+)）", text)
    assert 0 < len(figures) <= 5
    assert ("見込み", "1件", "0件") in figures
    assert f"{SITE}/statistics/?period=m2026-07" in text
    assert "結果の報告がまだの商談" in text


def test_a_lead_who_reads_english_gets_it_in_english(database: Database, region: Region) -> None:
    with database.unit_of_work() as session:
        session.get_one(User, region.lead.id).language = "en"
    send_digests(database, now=FIRST, base_url=SITE)
    assert not re.search("[ぁ-ん]", mails(database)[0].text)


def test_the_link_in_the_mail_stops_it_once_and_only_on_a_post(
    database: Database, region: Region, client: Client
) -> None:
    send_digests(database, now=on(2026, 11, 2), base_url=SITE)
    path = re.search(rf"{SITE}(/digest/stop/\S+)", mails(database)[0].text)
    assert path is not None
    assert client.get(path[1]).status_code == 200
    with database.reading() as session:
        assert session.get_one(User, region.lead.id).wants_digest, "opening the page stops nothing"
    assert client.post(path[1]).status_code == 200
    assert send_digests(database, now=on(2026, 12, 2), base_url=SITE) == 0
    assert client.post(path[1]).status_code == 404
    with database.unit_of_work() as session, pytest.raises(NotFoundError):
        stop_by_link(session, "nothing", now=FIRST)


def test_a_lead_stops_and_begins_it_on_the_own_page(
    database: Database, region: Region, client: Client
) -> None:
    client.sign_in(region.lead.id)
    assert client.post("/digest").status_code == 302
    assert "いまは止めています。" in client.get("/account").text
    client.post("/digest", {"wanted": "y"})
    assert "いまは受け取っています。" in client.get("/account").text


def figure(unit: Unit, now: int, then: int) -> KeyFigure:
    return KeyFigure(
        "meetings", unit, Measure(now, tuple(range(now))), Measure(then, tuple(range(then)))
    )


def test_the_same_difference_is_more_news_of_a_small_count_than_of_a_large_one() -> None:
    assert strength(figure(Unit.COUNT, 10, 2)) > strength(figure(Unit.COUNT, 108, 100)) > 0
    assert strength(figure(Unit.COUNT, 2, 1)) < strength(figure(Unit.COUNT, 30, 15))
    assert strength(figure(Unit.COUNT, 5, 5)) == 0


def test_everything_that_waits_for_leads_and_every_figure_has_a_name_in_the_mail() -> None:
    assert set(TO_DO[Role.LEAD]) <= set(WAITING_NAMES)
    assert set(FIGURES_EN) == set(KEYS)
