"""Password hashes: Argon2id with 19 MiB, two passes (OWASP's first choice), a few at a time."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 19_456
PASSES = 2
PARALLEL = 4
MIN_LENGTH = 10
MAX_LENGTH = 200

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
# A flood of sign-ins must not fill the memory.
_gate = BoundedSemaphore(PARALLEL)


def hash_password(password: str) -> str:
    """Return the hash to store."""
    with _gate:
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Say whether the password fits; without a stored hash it takes just as long to say no."""
    with _gate:
        try:
            _hasher.verify(stored or _nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
