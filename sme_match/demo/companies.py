"""The register of one body: 80 fictional SMEs in real municipalities, and its buyers."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from sme_match.companies.enums import AgglomerationType, MeetingMode, Visibility
from sme_match.companies.models import Certificate, Company, CompanyShare, Contact
from sme_match.companies.services import searchable
from sme_match.demo.capabilities import make_capabilities
from sme_match.demo.constants import BODY_ORDER
from sme_match.demo.people import fictional_phone, make_contacts, make_sme_manager
from sme_match.demo.profiles import pr_text
from sme_match.demo.romaji import romaji
from sme_match.demo.words import (
    BuyerWords,
    Ending,
    Place,
    Trade,
    Word,
    company_stems,
    endings,
    places,
    sentences,
    trades,
)
from sme_match.demo.world import DemoBody, World
from sme_match.reference.corporate_number import check_digit

SMES_PER_BODY = 80
MEETING_MODES = (
    *(MeetingMode.EITHER,) * 9,
    *(MeetingMode.WEB,) * 4,
    *(MeetingMode.IN_PERSON,) * 2,
    *(None,) * 5,
)
SHARED_PER_BODY = 5
MANAGERS_PER_BODY = 8
STALE_SHARE = 0.13
FOUNDED = {"株式会社": (1921, 2016), "有限会社": (1946, 2005), "合同会社": (2007, 2018)}
"""No 有限会社 has been founded since May 2006, and no 合同会社 before."""
LEGAL_FORMS = ("株式会社",) * 18 + ("有限会社",) * 6 + ("合同会社",)
CAPITAL_MAN_YEN = (300, 300, 500, 500, 800, 1000, 1000, 1000, 1500, 2000, 3000, 4500, 9000)

# Standards that some trades hold more often, with the share of companies that do.
TRADE_CERTIFICATES: dict[str, tuple[tuple[str, float], ...]] = {
    "five_axis": (("jis_q_9100", 0.35), ("iso_13485", 0.15)),
    "mill_turn": (("jis_q_9100", 0.15), ("iso_13485", 0.15)),
    "cylindrical_grinding": (("jis_q_9100", 0.15),),
    "automatic_lathe": (("iso_13485", 0.35), ("iatf_16949", 0.1)),
    "injection_molding": (("iso_13485", 0.2), ("iatf_16949", 0.2)),
    "clean_assembly": (("iso_13485", 0.3),),
    "wire_harness": (("ul", 0.2), ("iso_13485", 0.1)),
    "control_equipment": (("ul", 0.35),),
    "press": (("iatf_16949", 0.3),),
    "die_casting": (("iatf_16949", 0.35),),
    "cold_forging": (("iatf_16949", 0.3),),
    "welding": (("iso_3834", 0.3),),
    "plate_work": (("iso_3834", 0.25), ("construction_licence", 0.4)),
    "electroplating": (("iso_14001", 0.4), ("iatf_16949", 0.15)),
    "heat_treatment": (("jis_q_9100", 0.15),),
}
COMMON_CERTIFICATES = (
    ("iso_9001", 0.48),
    ("iso_14001", 0.16),
    ("eco_action_21", 0.1),
    ("business_continuity", 0.15),
    ("management_innovation", 0.08),
    ("partnership_declaration", 0.1),
    ("sbt", 0.04),
    ("health_management", 0.07),
)
WITHOUT_EXPIRY = frozenset({"partnership_declaration", "management_innovation", "sbt"})
SCOPES = {
    "iso_13485": "医療機器用部品の製造",
    "jis_q_9100": "航空・宇宙用部品の製造",
    "iatf_16949": "自動車用部品の製造",
}


@dataclass(slots=True)
class Names:
    """Names taken so far: no two companies of the region share one."""

    full: set[str] = field(default_factory=set)
    short: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Name:
    stem: Word
    ending: Ending
    legal: str
    leads: bool

    @property
    def core(self) -> str:
        return self.stem.text + self.ending.text

    @property
    def full(self) -> str:
        return f"{self.legal}{self.core}" if self.leads else f"{self.core}{self.legal}"

    @property
    def short(self) -> str:
        return self.stem.text[: 6 - len(self.ending.short)] + self.ending.short

    @property
    def english(self) -> str:
        return f"{romaji(self.stem.kana).capitalize()} {self.ending.en} Co., Ltd."

    @property
    def domain(self) -> str:
        return f"{romaji(self.stem.kana)}-{romaji(self.ending.kana)}.example.jp"


def fictional_corporate_number(prefecture: str, serial: int) -> str:
    """Return a 法人番号 whose check digit is right and which no company has.

    Numbers of companies begin, after the check digit, with the code of a registry office;
    no office has the code 9900.
    """
    digits = f"9900{prefecture}{serial:06}"
    return f"{check_digit(digits)}{digits}"


def make_smes(world: World, home: DemoBody, names: Names, *, password_hash: str) -> None:
    """Add the SMEs of a body with contacts, capabilities, certificates and some accounts."""
    rng = world.chance("smes", home.prefecture)
    names.short.clear()
    column = BODY_ORDER.index(home.prefecture)
    all_trades = list(trades().values())
    weights = [trade.weight[column] for trade in all_trades]
    planned = []
    for serial in range(1, SMES_PER_BODY + 1):
        trade = rng.choices(all_trades, weights)[0]
        place = _place_for(rng, home.prefecture, trade)
        name = _free_name(rng, home.prefecture, trade, names)
        company = _sme(world, rng, home, name=name, place=place, trade=trade, serial=serial)
        home.smes.append(company)
        planned.append((serial, company, trade, name))
    world.session.add_all(home.smes)
    world.session.flush()
    for serial, company, trade, name in planned:
        rows = make_capabilities(world, rng, company, trade)
        company.pr_text = pr_text(rng, company, trade, rows[0])
        contacts = make_contacts(rng, company, domain=name.domain)
        world.session.add_all([*rows, *contacts, *_certificates(world.today, rng, company, trade)])
        if serial <= MANAGERS_PER_BODY:
            _add_manager(world, home, contacts[0], serial=serial, password_hash=password_hash)
    world.session.flush()


def make_buyer(world: World, home: DemoBody, words: BuyerWords, serial: int) -> None:
    """Add a buyer with one or two contacts."""
    rng = world.chance("buyer", words.name)
    created_at = world.in_office(world.starts_on - timedelta(days=rng.randint(10, 200)), rng)
    company = Company(
        body_id=home.body.id,
        is_sme=False,
        is_buyer=True,
        name=words.name,
        name_kana=words.kana,
        name_en=words.name_en,
        short_name=words.short,
        corporate_number=fictional_corporate_number(words.prefecture, 500_000 + serial),
        prefecture_code=words.prefecture,
        municipality_code=words.municipality,
        address=f"{rng.randint(1, 6)}-{rng.randint(1, 30)}-{rng.randint(1, 20)}",
        phone=fictional_phone(rng, words.prefecture),
        website=f"https://buyer{serial:02}.example.jp/",
        jsic_code=words.jsic,
        capital_man_yen=words.capital,
        employees=words.employees,
        founded_year=words.founded,
        confirmed_at=world.in_office(world.today - timedelta(days=rng.randint(5, 200)), rng),
        created_at=created_at,
        updated_at=created_at,
    )
    company.search_text = searchable(company)
    world.session.add(company)
    world.session.flush()
    world.session.add_all(make_contacts(rng, company, domain=f"buyer{serial:02}.example.jp"))
    home.buyers.append(company)


def share_some(world: World, home: DemoBody, receiver: DemoBody) -> None:
    """Share a few companies of a body with another one, as they agreed."""
    rng = world.chance("share", home.prefecture)
    for company in rng.sample(home.smes[MANAGERS_PER_BODY:], SHARED_PER_BODY):
        agreed_on = world.today - timedelta(days=rng.randint(40, 300))
        company.share_consent_on = agreed_on
        world.session.add(
            CompanyShare(
                company_id=company.id,
                body_id=receiver.body.id,
                granted_by=home.coordinators[0].id,
                granted_at=world.in_office(agreed_on, rng),
            )
        )


def _sme(
    world: World,
    rng: random.Random,
    home: DemoBody,
    *,
    name: _Name,
    place: Place,
    trade: Trade,
    serial: int,
) -> Company:
    created_at = world.in_office(
        world.starts_on + timedelta(days=round(-300 + 640 * rng.random() ** 2)), rng
    )
    employees = min(180, max(3, round(rng.lognormvariate(3.0, 0.85))))
    capital = rng.choice(CAPITAL_MAN_YEN)
    confirmed_at = world.in_office(_confirmed_on(world.today, rng), rng)
    company = Company(
        body_id=home.body.id,
        name=name.full,
        name_kana=name.stem.kana + name.ending.kana,
        name_en=name.english if rng.random() < 0.35 else "",
        short_name=name.short,
        corporate_number=(
            fictional_corporate_number(home.prefecture, serial) if rng.random() < 0.94 else None
        ),
        postal_code=place.postal,
        prefecture_code=home.prefecture,
        municipality_code=place.code,
        address=f"{rng.choice(place.towns)}{rng.randint(1, 5)}-{rng.randint(1, 40)}",
        phone=fictional_phone(rng, home.prefecture),
        website=f"https://www.{name.domain}/" if rng.random() < 0.8 else "",
        jsic_code=rng.choice(trade.jsic),
        capital_man_yen=max(capital, 3000) if employees > 100 else capital,
        employees=employees,
        founded_year=rng.randint(*FOUNDED[name.legal]),
        agglomeration=_agglomeration(rng, place),
        work_style=rng.choice(sentences("work_style")) if rng.random() < 0.4 else "",
        decarbonisation=rng.choice(sentences("decarbonisation")) if rng.random() < 0.35 else "",
        meeting_mode=world.chance("meeting-mode", home.prefecture, serial).choice(MEETING_MODES),
        profile_visibility=rng.choice((Visibility.PUBLIC, Visibility.PARTNERS, Visibility.PARTNERS)),
        confirmed_at=max(created_at, confirmed_at),
        created_at=created_at,
        updated_at=max(created_at, confirmed_at),
    )
    company.search_text = searchable(company)
    return company


def _confirmed_on(today: date, rng: random.Random) -> date:
    stale = rng.random() < STALE_SHARE
    return today - timedelta(days=rng.randint(370, 560) if stale else rng.randint(1, 330))


def _place_for(rng: random.Random, prefecture: str, trade: Trade) -> Place:
    """Choose a municipality; foundries gather in the production areas."""
    found = places(prefecture)
    if trade.names == "casting" and rng.random() < 0.7:
        areas = [place for place in found if place.agglomeration is AgglomerationType.PRODUCTION_AREA]
        found = areas or found
    return rng.choices(found, [place.weight for place in found])[0]


def _agglomeration(rng: random.Random, place: Place) -> AgglomerationType | None:
    draw = rng.random()
    if draw < 0.08:
        return None
    return rng.choice(list(AgglomerationType)) if draw < 0.2 else place.agglomeration


def _free_name(rng: random.Random, prefecture: str, trade: Trade, names: Names) -> _Name:
    while True:
        name = _Name(
            stem=rng.choice(company_stems(prefecture)),
            ending=rng.choice(endings(trade.names)),
            legal=rng.choice(LEGAL_FORMS),
            leads=rng.random() < 0.5,
        )
        if name.core not in names.full and name.short not in names.short:
            names.full.add(name.core)
            names.short.add(name.short)
            return name


def _certificates(today: date, rng: random.Random, company: Company, trade: Trade) -> list[Certificate]:
    held = dict((*COMMON_CERTIFICATES, *TRADE_CERTIFICATES.get(trade.code, ())))
    return [
        Certificate(
            company_id=company.id,
            standard=standard,
            number=f"{standard.split('_')[0].upper()}-{rng.randint(10000, 99999)}",
            scope=SCOPES.get(standard, f"{trade.label}" if standard.startswith("iso") else ""),
            expires_on=(
                None if standard in WITHOUT_EXPIRY else today + timedelta(days=rng.randint(-90, 1000))
            ),
            created_at=company.created_at,
            updated_at=company.updated_at,
        )
        for standard, likely in held.items()
        if rng.random() < likely
    ]


def _add_manager(
    world: World, home: DemoBody, contact: Contact, *, serial: int, password_hash: str
) -> None:
    """Give the main contact an account; the first one of a body signs in with an easy address."""
    email = f"sme@{home.body.email.partition('@')[2]}" if serial == 1 else None
    world.session.add(make_sme_manager(home, contact, email=email, password_hash=password_hash))
