"""Turning a mail of the outbox into the message that goes over the wire."""

import email.policy
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from sme_match.core.clock import to_jst
from sme_match.notifications.models import OutboxMail

# Some servers on the way still refuse or damage 8-bit bodies.
SEVEN_BIT = email.policy.SMTP.clone(cte_type="7bit")


def compose(mail: OutboxMail, *, mail_from: str, now: datetime) -> EmailMessage:
    """Return the mail as a message; `mail_from` is an address or `Name <address>`.

    A calendar part goes twice: as an alternative to the text, which mail programs show as an
    invitation, and as a file, for those that only open attachments.

    Raises:
        ValueError: when a header or the text cannot be written.
    """
    sender = sender_of(mail_from)
    message = EmailMessage(policy=SEVEN_BIT)
    message["From"] = sender
    # As a value, never as text: in text a comma would make a second recipient.
    message["To"] = Address(display_name=mail.to_name, addr_spec=mail.to_address)
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=mail.reply_to)
    message["Subject"] = mail.subject
    message["Date"] = to_jst(now)
    message["Message-ID"] = f"<{mail.message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.calendar is not None:
        message.add_alternative(
            mail.calendar, subtype="calendar", params={"method": mail.calendar_method or "PUBLISH"}
        )
        message.add_attachment(
            mail.calendar.encode(), maintype="application", subtype="ics", filename="invite.ics"
        )
    return message


def sender_of(mail_from: str) -> Address:
    """Return the sender's address as a value.

    Raises:
        ValueError: when it is not one address.
    """
    name, address = parseaddr(mail_from)
    if not address:
        raise ValueError(f"The sender {mail_from!r} is not a mail address.")
    return Address(display_name=name, addr_spec=address)
