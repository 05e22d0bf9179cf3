"""Support bodies, their staff, and the people at companies. All of them are fictional."""

import random
from dataclasses import dataclass
from datetime import timedelta

from sme_match.accounts.models import User
from sme_match.companies.enums import ContactKind
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Role
from sme_match.core.clock import jst_midnight
from sme_match.demo.romaji import romaji
from sme_match.demo.words import BodyWords, Word, families, given_names, positions
from sme_match.demo.world import DemoBody, World
from sme_match.support_bodies.models import SupportBody

# The exchange 000 is assigned nowhere in Japan; two-digit areas write it as 0000.
AREA_CODES = {
    "01": "011", "03": "019", "04": "022", "06": "023", "07": "024", "08": "029", "09": "028",
    "10": "027", "11": "048", "12": "043", "13": "03", "14": "045", "15": "025", "17": "076",
    "20": "026", "22": "053", "23": "052", "26": "075", "27": "06", "28": "078", "34": "082",
    "35": "083", "40": "092",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A fictional person."""

    family: Word
    given: Word

    @property
    def name(self) -> str:
        """Family name first, as in Japan."""
        return f"{self.family.text} {self.given.text}"

    @property
    def kana(self) -> str:
        """The reading in katakana."""
        return f"{self.family.kana} {self.given.kana}"

    def address_at(self, domain: str) -> str:
        """Return a mail address."""
        return f"{romaji(self.given.kana)[0]}.{romaji(self.family.kana)}@{domain}"


def make_person(rng: random.Random, prefecture: str) -> Person:
    """Return a person from the region."""
    return Person(rng.choice(families(prefecture)), rng.choice(given_names()))


def fictional_phone(rng: random.Random, prefecture: str) -> str:
    """Return a number that no telephone answers."""
    area = AREA_CODES[prefecture]
    exchange = "0000" if len(area) == 2 else "000"
    return f"{area}-{exchange}-{rng.randint(1000, 9999)}"


def make_body(world: World, words: BodyWords, *, password_hash: str) -> DemoBody:
    """Add a support body with three coordinators and a lead."""
    created_at = jst_midnight(world.starts_on - timedelta(days=365))
    body = SupportBody(
        name=words.name,
        name_en=words.name_en,
        short_name=words.short_name,
        prefecture_code=words.prefecture,
        phone=words.phone,
        email=f"desk@{words.domain}",
        created_at=created_at,
    )
    world.session.add(body)
    world.session.flush()

    def staff(role: Role, mailbox: str, person: Word) -> User:
        return User(
            body_id=body.id,
            role=role,
            name=person.text,
            name_kana=person.kana,
            email=f"{mailbox}@{words.domain}",
            password_hash=password_hash,
            created_at=created_at,
        )

    mailboxes = ("coordinator", "coordinator2", "coordinator3")
    coordinators = [
        staff(Role.COORDINATOR, mailbox, person)
        for mailbox, person in zip(mailboxes, words.coordinators, strict=True)
    ]
    lead = staff(Role.LEAD, "lead", words.lead)
    world.session.add_all([*coordinators, lead])
    world.session.flush()
    return DemoBody(body=body, prefecture=words.prefecture, coordinators=coordinators, lead=lead)


def make_administrator(world: World, *, password_hash: str) -> None:
    """Add the administrator of the installation."""
    world.session.add(
        User(
            role=Role.ADMINISTRATOR,
            name="大島 聡",
            name_kana="オオシマ サトシ",
            email="admin@example.jp",
            password_hash=password_hash,
            created_at=jst_midnight(world.starts_on - timedelta(days=365)),
        )
    )


def make_contacts(rng: random.Random, company: Company, *, domain: str) -> list[Contact]:
    """Return the contacts of a company: always a main one, often a deputy, sometimes a mobile."""
    prefecture = company.prefecture_code
    people = [(ContactKind.MAIN, make_person(rng, prefecture))]
    if rng.random() < 0.4:
        people.append((ContactKind.DEPUTY, make_person(rng, prefecture)))
    if rng.random() < 0.25:
        people.append((ContactKind.DAY, people[-1][1]))
    return [
        Contact(
            company_id=company.id,
            kind=kind,
            name=person.name,
            name_kana=person.kana,
            position=rng.choice(positions(deputy=kind is not ContactKind.MAIN)),
            email=person.address_at(domain),
            phone=(
                f"090-0000-{rng.randint(1000, 9999)}"
                if kind is ContactKind.DAY
                else fictional_phone(rng, prefecture)
            ),
            created_at=company.created_at,
            updated_at=company.created_at,
        )
        for kind, person in people
    ]


def make_sme_manager(
    home: DemoBody, contact: Contact, *, email: str | None, password_hash: str
) -> User:
    """Return the account of the main contact of a company."""
    return User(
        body_id=home.body.id,
        company_id=contact.company_id,
        role=Role.SME,
        name=contact.name,
        name_kana=contact.name_kana,
        email=email or contact.email,
        password_hash=password_hash,
        created_at=contact.created_at,
    )
