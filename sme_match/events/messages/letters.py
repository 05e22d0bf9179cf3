"""The form that every mail of an event has: to one person of one company, from the body's desk."""

from sme_match.companies.models import Company, Contact
from sme_match.core.errors import InvalidError
from sme_match.meetings.messages import NO_PERSON, Letter, main_contact
from sme_match.notifications.services import check_address
from sme_match.support_bodies.models import SupportBody


def write_letter(
    company: Company, contact: Contact | None, body: SupportBody, *, subject: str, text: str
) -> Letter:
    """Return the mail with greeting and sender; without an address nobody can be written to."""
    contact = contact or main_contact(company)
    person = contact.name if contact else NO_PERSON
    return Letter(
        company_name=company.name,
        to_name=f"{company.name} {person}",
        to_address=address_of(contact),
        subject=f"【{body.short_name or body.name}】{subject}",
        text=f"""{company.name}
{person} 様

いつもお世話になっております。{body.name}です。

{text}

--
{body.name}
電話 {body.phone}（{body.desk_hours}）
メール {body.email}
""",
    )


def address_of(contact: Contact | None) -> str:
    """Return where the mail goes; empty when there is no address that can be written to."""
    try:
        return check_address(contact.email) if contact else ""
    except InvalidError:
        return ""
