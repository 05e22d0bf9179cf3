"""Random tokens for sessions and signed links; the database holds their hashes only."""

import secrets
from hashlib import sha256

TOKEN_BYTES = 32


def new_token() -> str:
    """Return a token of 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """Return the hash under which a token is stored."""
    return sha256(token.encode()).hexdigest()
