"""Codes of a phone (TOTP, RFC 6238) and recovery codes: made, checked, kept.

They are kept so that a copy of the database alone gives neither away.
Both depend on SECRET_KEY: with another key no stored secret can be read and no recovery code fits, so
everybody has to set the app up again.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from hmac import new as new_hmac

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sme_match.core.text import normalize_hyphens

STEP_SECONDS = 30
DIGITS = 6
DRIFT_STEPS = 1
"""A phone's clock may be off by this many steps either way."""
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is misread on paper: i, l, o, 0, 1. Ten of them are 49 random bits."""
_NONCE_BYTES = 12
_KEY_BYTES = 32


def new_secret() -> str:
    """Return a secret of 160 random bits in base32, the length that RFC 4226 recommends."""
    return pyotp.random_base32(32)


def fitting_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the time step whose code this is, or None."""
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    steps = range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1)
    typed = code.encode()
    fitting = [step for step in steps if compare_digest(totp.at(step * STEP_SECONDS).encode(), typed)]
    return max(fitting, default=None)


def setup_address(secret: str, *, email: str, issuer: str) -> str:
    """Return the address that hands the secret to an app: the content of the QR code."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=email, issuer_name=issuer
    )


def as_picture(address: str) -> str:
    """Return the QR code of an address as SVG markup without style or script."""
    return segno.make(address, error="m").svg_inline(omitsize=True, light="#fff", svgclass="qr")


def in_groups(secret: str) -> str:
    """Return the secret in groups of four, as it is typed into an app.

    >>> in_groups("ABCDEFGH")
    'ABCD EFGH'
    """
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    """Return codes for paper, each in two halves."""
    half = RECOVERY_LENGTH // 2
    return [f"{_draw(half)}-{_draw(half)}" for _ in range(RECOVERY_CODES)]


def plain_code(typed: str) -> str:
    """Return a code as it is compared: half-width, lower case, without hyphens and spaces.

    >>> plain_code(" １２３ ４５６"), plain_code("ABCDE－fghjk")
    ('123456', 'abcdefghjk')
    """
    return normalize_hyphens(typed).lower().replace(" ", "").replace("-", "")


def hash_recovery_code(code: str, *, user_id: int, secret_key: str) -> str:
    """Return the hash under which a recovery code is stored: without the key it cannot be tried."""
    message = f"{user_id}:{plain_code(code)}".encode()
    return new_hmac(_key(secret_key, "recovery codes"), message, sha256).hexdigest()


def seal(secret: str, *, user_id: int, secret_key: str) -> str:
    """Return the secret encrypted (AES-256-GCM); it opens for this user alone."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = AESGCM(_key(secret_key, "secrets of second factors"))
    sealed = cipher.encrypt(nonce, secret.encode(), str(user_id).encode())
    return urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, user_id: int, secret_key: str) -> str | None:
    """Return the secret, or None when it was sealed with another key or for another user."""
    raw = urlsafe_b64decode(sealed)
    cipher = AESGCM(_key(secret_key, "secrets of second factors"))
    try:
        return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], str(user_id).encode()).decode()
    except InvalidTag:
        return None


def _draw(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@lru_cache(4)
def _key(secret_key: str, use: str) -> bytes:
    """Derive the key of one use (HKDF, RFC 5869), so that none of them gives another away."""
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=use.encode()).derive(secret_key.encode())
