"""Passwords: what is accepted, and their hashes.

Argon2id with 19 MiB and two passes (OWASP's first choice), a few at a time. No composition rules
(NIST SP 800-63B): length, and not what everybody tries first.
"""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width

MEMORY_KIB = 19_456
PASSES = 2
PARALLEL = 4
MIN_LENGTH = 10
MAX_LENGTH = 200
SHORTEST_TELLING_WORD = 4

# Fifty of those that lists of leaked passwords are full of, as far as they are long enough.
_FIRST_TRIED = """
    1234567890 0123456789 0987654321 9876543210 12345678910 123456789a a123456789 1234567891
    1111111111 0000000000 9999999999 1122334455 1029384756 1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5
    1qazxsw23edc zaq12wsxcde3 qwertyuiop qwerty1234 qwerty12345 qwerty123456 asdfghjkl1 asdfghjkl;
    zxcvbnm123 1234qwerasdf abcdefghij abcdefghijk abcd123456 abc1234567 aaaaaaaaaa password12
    password123 password1234 password01 passw0rd123 p@ssw0rd123 p@ssword123 letmein123 iloveyou12
    iloveyou123 welcome123 welcome1234 administrator admin12345 administrator1 changeme123
    sakurasakura doraemon123 konnichiwa
"""
COMMON = frozenset(_FIRST_TRIED.split())
SERVICE_WORDS = ("monozukuri", "smematch", "shoudan", "shodan", "ものづくり商談ナビ")

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
# A flood of sign-ins must not fill the memory.
_gate = BoundedSemaphore(PARALLEL)


def check_password(password: str, *, email: str) -> None:
    """Refuse a password that is too short, too long, or among the first that people try.

    It is taken exactly as typed: nothing is cut off, folded or required to be in it.

    Raises:
        InvalidError: saying what to do instead.
    """
    if len(password) < MIN_LENGTH:
        raise InvalidError(
            mark_text("パスワードは%(least)s文字以上にしてください。いまは%(length)s文字です。"),
            field="password",
            least=MIN_LENGTH,
            length=len(password),
        )
    if len(password) > MAX_LENGTH:
        raise InvalidError(
            mark_text("パスワードは%(most)s文字までにしてください。"),
            field="password",
            most=MAX_LENGTH,
        )
    folded = normalize_width(password).lower()
    if folded in COMMON or len(set(folded)) == 1:
        raise InvalidError(
            mark_text(
                "このパスワードはよく使われていて、すぐに破られます。"
                "関係のない言葉を3つほどつなげるなど、ほかのパスワードにしてください。"
            ),
            field="password",
        )
    if _is_built_from(folded, _telling_words(email)):
        raise InvalidError(
            mark_text(
                "メールアドレスやこのサービスの名前に近いパスワードは使えません。"
                "ほかのパスワードにしてください。"
            ),
            field="password",
        )


def hash_password(password: str) -> str:
    """Return the hash to store."""
    with _gate:
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Say whether the password fits; without a stored hash it takes just as long to say no."""
    # No stored password is longer; the rest would only cost time.
    tried = password[: MAX_LENGTH + 1]
    with _gate:
        try:
            _hasher.verify(stored or _nobody(), tried)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def needs_new_hash(stored: str | None) -> bool:
    """Say whether the hash was made with other costs than today's."""
    return stored is not None and _hasher.check_needs_rehash(stored)


def _telling_words(email: str) -> set[str]:
    local, _, domain = email.lower().partition("@")
    words = {email.lower(), local, domain, domain.partition(".")[0], *SERVICE_WORDS}
    return {word for word in words if len(word) >= SHORTEST_TELLING_WORD}


def _is_built_from(password: str, words: set[str]) -> bool:
    """Say whether little is left of the password when a word and its digits are taken away."""
    return any(
        word in password
        and len(password.replace(word, "").strip("0123456789!@#$%.-_")) < SHORTEST_TELLING_WORD
        for word in words
    )


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
