"""One conversation with the mail server, and what its refusals mean for the outbox."""

import smtplib
import ssl
from email.message import EmailMessage
from enum import Enum
from types import TracebackType
from typing import Self

from sme_match.core.settings import SMTPSettings

IMPLICIT_TLS_PORT = 465
PERMANENT = 500


class Trouble(Enum):
    """Why a mail did not go out."""

    SERVER = "server"
    """No mail can go out now: unreachable, sign-in refused, TLS missing."""
    TEMPORARY = "temporary"
    """The server asks to try this mail again later."""
    PERMANENT = "permanent"
    """The server will never take this mail."""


class MailServer:
    """The mail server of the installation, reached at the first mail and kept for the next ones."""

    def __init__(self, settings: SMTPSettings) -> None:
        self._settings = settings
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand the message to the server, which has taken responsibility when this returns.

        Raises:
            OSError: smtplib's errors and those of the network; see `trouble_of`.
        """
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.send_message(message, from_addr=sender, to_addrs=[recipient])
        except OSError:
            self._hang_up()
            raise

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.port == IMPLICIT_TLS_PORT:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host,
                settings.port,
                timeout=settings.timeout_seconds,
                context=ssl.create_default_context(),
            )
        else:
            connection = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
        try:
            if settings.starttls and settings.port != IMPLICIT_TLS_PORT:
                connection.starttls(context=ssl.create_default_context())
            if settings.username is not None:
                connection.login(settings.username, settings.password or "")
        except OSError:
            connection.close()
            raise
        return connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except OSError:
            connection.close()


def trouble_of(error: OSError) -> Trouble:
    """Tell from the error whether the mail, the moment or the server is the problem.

    A refused sender or sign-in says nothing about the mail: it waits until the settings are right.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return Trouble.PERMANENT if min(codes) >= PERMANENT else Trouble.TEMPORARY
    if isinstance(error, smtplib.SMTPDataError):
        return Trouble.PERMANENT if error.smtp_code >= PERMANENT else Trouble.TEMPORARY
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Trouble.TEMPORARY
    return Trouble.SERVER


def describe(error: OSError) -> str:
    """Return the server's answer or the network's error in one line, for the mailbox page."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(_answer(code, text) for code, text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {words}".split())
