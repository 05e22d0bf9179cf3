"""Links of web meetings: rooms we name ourselves, and links pasted from the usual services."""

import re
import secrets
import string
from urllib.parse import SplitResult, urlsplit

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text

ALLOWED_HOSTS = (
    "zoom.us",
    "zoom.com",
    "teams.microsoft.com",
    "teams.live.com",
    "meet.google.com",
    "webex.com",
    "meet.jit.si",
    "whereby.com",
)
ROOM_ALPHABET = string.ascii_letters + string.digits
ROOM_LENGTH = 24
"""24 characters of 62 are 142 bits: whoever does not have the link cannot find the room."""
URL_LENGTH = 500

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
# Printable ASCII without what browsers repair or drop, such as the backslash they read as a slash.
_URL = re.compile(r"[!#-;=?-\[\]_a-z~]+")


def new_room_token() -> str:
    """Return a room name that cannot be guessed and says nothing about who meets."""
    return "".join(secrets.choice(ROOM_ALPHABET) for _ in range(ROOM_LENGTH))


def generated_room_url(base_url: str, token: str) -> str:
    """Return the link of a Jitsi-compatible room, which exists as soon as somebody opens it.

    `token` comes from `new_room_token`; any other text is refused, so that no company's name or
    running number becomes a room.
    """
    if not re.fullmatch(rf"[A-Za-z0-9]{{{ROOM_LENGTH}}}", token):
        raise ValueError("A room is named by new_room_token only.")
    return f"{base_url.rstrip('/')}/{token}"


def parse_room_url(text: str, *, own_base_url: str = "") -> str:
    """Return a pasted meeting link, with its host in lower case.

    Only links to known meeting services and to the installation's own rooms are taken: both sides
    click it because we send it.

    Raises:
        InvalidError: for everything else, with what is accepted.
    """
    parts = _split(text.strip())
    own = urlsplit(own_base_url)
    if parts is None or not (_is_known_service(parts) or _is_same_server(parts, own)):
        raise InvalidError(
            mark_text(
                "会議のリンクは、Zoom、Microsoft Teams、Google Meet、Webex、Whereby、Jitsi Meet の"
                "「https://」で始まるものを、そのまま貼り付けてください。"
            ),
            field="room_url",
        )
    return parts._replace(scheme="https", netloc=parts.netloc.lower()).geturl()


def _split(url: str) -> SplitResult | None:
    if len(url) > URL_LENGTH or not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    names_a_room = len(parts.path) > 1 and not parts.path.startswith("//")
    return parts if parts.scheme == "https" and names_a_room else None


def _is_known_service(parts: SplitResult) -> bool:
    # The whole netloc must be a host: a user, a password or a port leaves other characters in it.
    host = parts.netloc.lower()
    return _HOST.fullmatch(host) is not None and any(
        host == allowed or host.endswith(f".{allowed}") for allowed in ALLOWED_HOSTS
    )


def _is_same_server(parts: SplitResult, own: SplitResult) -> bool:
    return own.scheme == "https" and own.netloc != "" and parts.netloc.lower() == own.netloc.lower()
