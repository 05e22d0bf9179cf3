"""Companies, people and needs of the region: every code exists, nothing real is named."""

import re
from collections import Counter
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.capabilities.models import Capability
from sme_match.companies.models import Certificate, Company, CompanyShare, Contact
from sme_match.demo.romaji import romaji
from sme_match.demo.words import need_patterns, trades
from sme_match.matching.enums import WordState
from sme_match.matching.models import WordEntry
from sme_match.matching.vocabulary import load_thesaurus
from sme_match.needs.enums import ConditionKind, NeedState
from sme_match.needs.models import Need, NeedCondition
from sme_match.reference.certificates import get_certificate
from sme_match.reference.corporate_number import is_corporate_number
from sme_match.reference.jsic import list_major_groups
from sme_match.reference.materials import list_families, list_materials
from sme_match.reference.municipalities import get_municipality
from sme_match.reference.prefectures import get_prefecture, list_prefectures
from sme_match.reference.processes import get_process
from sme_match.support_bodies.models import SupportBody
from tests.demo.conftest import TODAY

FAMOUS = [
    "トヨタ",
    "デンソー",
    "アイシン",
    "豊田自動織機",
    "ホンダ",
    "本田技研",
    "日産",
    "マツダ",
    "スバル",
    "スズキ株式会社",
    "日立",
    "東芝",
    "三菱",
    "パナソニック",
    "ソニー",
    "キヤノン",
    "ニコン",
    "オリンパス",
    "テルモ",
    "ファナック",
    "安川",
    "オークマ",
    "ヤマザキマザック",
    "牧野フライス",
    "アマダ",
    "クボタ",
    "コマツ",
    "川崎重工",
    "東京エレクトロン",
    "島津",
    "堀場",
    "村田製作所",
    "京セラ",
    "日本電産",
    "ニデック",
    "荏原",
    "住友",
    "新日鐵",
    "日本製鉄",
    "神戸製鋼",
    "ミネベア",
    "アルプス",
    "シチズン",
    "セイコーエプソン",
    "東北リコー",
    "トクヤマ",
    "宇部興産",
    "ナブテスコ",
]


def test_names_are_unique_and_no_famous_company_is_named(region: Session) -> None:
    names = region.scalars(select(Company.name)).all()
    assert len(set(names)) == len(names) == 364
    assert [name for name in names if any(famous in name for famous in FAMOUS)] == []


def test_readings_are_katakana_and_short_names_fit_the_grid(region: Session) -> None:
    companies = region.scalars(select(Company)).all()
    assert [c.name_kana for c in companies if not re.fullmatch(r"[ァ-ヴー]+", c.name_kana)] == []
    assert [c.short_name for c in companies if not 1 <= len(c.short_name) <= 6] == []
    people = [*region.scalars(select(Contact.name_kana)), *region.scalars(select(User.name_kana))]
    assert [kana for kana in people if not re.fullmatch(r"[ァ-ヴー]+ [ァ-ヴー]+", kana)] == []


def test_short_names_are_unique_within_the_smes_of_a_body(region: Session) -> None:
    names = region.execute(select(Company.body_id, Company.short_name).where(Company.is_sme)).all()
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_corporate_numbers_are_valid_but_belong_to_no_registry_office(region: Session) -> None:
    numbers = [number for number in region.scalars(select(Company.corporate_number)) if number]
    assert len(numbers) > 300
    assert [n for n in numbers if not is_corporate_number(n) or n[1:5] != "9900"] == []


def test_no_telephone_answers_and_no_mail_arrives(region: Session) -> None:
    phones = [
        *region.scalars(select(Company.phone)),
        *region.scalars(select(Contact.phone)),
        *region.scalars(select(SupportBody.phone)),
    ]
    assert [
        p for p in phones if not re.fullmatch(r"0\d{2}-000-\d{4}|0\d-0000-\d{4}|090-0000-\d{4}", p)
    ] == []
    mails = [*region.scalars(select(Contact.email)), *region.scalars(select(User.email))]
    assert [mail for mail in mails if not mail.endswith("example.jp")] == []


def test_places_and_industries_exist(region: Session) -> None:
    industries = {group.code for group in list_major_groups("E")}
    for company in region.scalars(select(Company)):
        place = get_municipality(company.municipality_code)
        assert place.prefecture_code == company.prefecture_code
        assert company.jsic_code in industries


def test_smes_sit_in_the_prefecture_of_their_body_and_buyers_all_over_japan(region: Session) -> None:
    rows = region.execute(
        select(Company.prefecture_code, SupportBody.prefecture_code)
        .join(SupportBody, SupportBody.id == Company.body_id)
        .where(Company.is_sme)
    ).all()
    assert [row for row in rows if row[0] != row[1]] == []
    buyers = set(region.scalars(select(Company.prefecture_code).where(Company.is_buyer)))
    assert len(buyers) >= 18


def test_capabilities_use_known_codes_and_leave_about_a_quarter_blank(region: Session) -> None:
    rows = region.scalars(select(Capability)).all()
    known = {material.code for material in list_materials()}
    for row in rows:
        get_process(row.process_code)
        assert set(row.materials) <= known
    assert 0.2 < sum(row.lot_min is None for row in rows) / len(rows) < 0.3
    per_company = Counter(row.company_id for row in rows)
    assert (min(per_company.values()), max(per_company.values())) == (1, 4)


def test_texts_are_filled_and_varied(region: Session) -> None:
    texts = [
        *region.scalars(select(Company.pr_text).where(Company.is_sme)),
        *region.scalars(select(Capability.description)),
        *region.scalars(select(Need.title)),
        *region.scalars(select(Need.description)),
    ]
    assert [text for text in texts if "{" in text or "}" in text or "None" in text] == []
    assert len(set(region.scalars(select(Company.pr_text).where(Company.is_sme)))) == 320
    assert len(set(region.scalars(select(Need.title)))) > 80


def test_certificates_are_known_and_some_have_expired(region: Session) -> None:
    certificates = region.scalars(select(Certificate)).all()
    for certificate in certificates:
        get_certificate(certificate.standard)
    expired = [c for c in certificates if c.expires_on is not None and c.expires_on < TODAY]
    assert 5 < len(expired) < len(certificates) / 5


def test_some_profiles_are_stale_and_some_companies_are_shared(region: Session) -> None:
    confirmed = region.scalars(select(Company.confirmed_at).where(Company.is_sme)).all()
    stale = [at for at in confirmed if at and at.date() < TODAY - timedelta(days=365)]
    assert 10 < len(stale) < 80
    shares = region.execute(
        select(Company.body_id, CompanyShare.body_id, Company.share_consent_on).join(
            Company, Company.id == CompanyShare.company_id
        )
    ).all()
    assert len(shares) == 20
    assert [row for row in shares if row[0] == row[1] or row[2] is None] == []


def test_conditions_name_known_codes(region: Session) -> None:
    families = {family.code for family in list_families()}
    materials = {material.code for material in list_materials()}
    regions = {prefecture.region_ja for prefecture in list_prefectures()}
    for condition in region.scalars(select(NeedCondition)):
        value = condition.text or ""
        if condition.kind is ConditionKind.PROCESS:
            get_process(value)
        elif condition.kind is ConditionKind.MATERIAL:
            assert value in materials | families
        elif condition.kind is ConditionKind.CERTIFICATE:
            get_certificate(value)
        elif condition.kind is ConditionKind.PREFECTURE:
            get_prefecture(value)
        elif condition.kind is ConditionKind.REGION:
            assert value in regions
        elif condition.kind is ConditionKind.DRAWING_FORMAT:
            assert value in {"paper", "pdf", "dxf", "step"}
        elif condition.kind is ConditionKind.CAPACITY:
            assert value in {"free", "adjustable", "full"}
        elif condition.kind is ConditionKind.MEETING_MODE:
            assert value in {"web", "in_person"}
        else:
            assert condition.number is not None


def test_a_condition_is_stated_once(region: Session) -> None:
    rows = region.execute(
        select(NeedCondition.need_id, NeedCondition.kind, NeedCondition.number, NeedCondition.text)
    ).all()
    assert [row for row, count in Counter(rows).items() if count > 1] == []


def test_open_needs_can_still_be_answered_and_closed_ones_no_more(region: Session) -> None:
    for need in region.scalars(select(Need).where(Need.state != NeedState.DRAFT)):
        assert need.expires_on is not None
        assert (need.expires_on >= TODAY) == (need.state is NeedState.OPEN)
        assert (need.closed_at is None) == (need.state is NeedState.OPEN)


def test_nobody_pays_later_than_the_law_allows(region: Session) -> None:
    assert {days for days in region.scalars(select(Need.payment_days)) if days and days > 60} == set()


def test_every_trade_and_pattern_of_the_vocabulary_is_known_to_the_reference_lists() -> None:
    for trade in trades().values():
        for code in (trade.code, *trade.side):
            get_process(code)
    for pattern in need_patterns():
        get_process(pattern.process)


def test_readings_become_letters() -> None:
    assert [
        romaji(kana)
        for kana in ("ニシキガワ", "ヒャクショウ", "ハッチョウ", "ジュンイチ", "ギヤテック")
    ] == [
        "nishikigawa",
        "hyakusho",
        "hatcho",
        "junichi",
        "giyatekku",
    ]


def test_bodies_proposed_words_and_other_bodies_decided(region: Session) -> None:
    entries = region.scalars(select(WordEntry)).all()
    assert {entry.state for entry in entries} >= {
        WordState.PROPOSED,
        WordState.ACCEPTED,
        WordState.REJECTED,
    }
    decided = [entry for entry in entries if entry.decided_at is not None]
    assert all(entry.decided_body_id != entry.body_id for entry in decided)
    assert load_thesaurus(region).terms("つば出し")
