"""The corporate number (法人番号): thirteen digits, the first of which checks the others."""

import re

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_hyphens

LENGTH = 13
_BODY = re.compile(r"[0-9]{12}")
_NUMBER = re.compile(r"[0-9]{13}")
_LOOK_ALIKES = {"O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "i": "1", "L": "1", "l": "1"}

_MISSING = mark_text("法人番号を入力してください。")
_LENGTH = mark_text("法人番号は13桁の数字です。いまは%(count)s桁です。")
_LOOK_ALIKE = mark_text(
    "法人番号に英字の「%(letter)s」があります。数字の「%(digit)s」ではありませんか。"
)
_NOT_A_DIGIT = mark_text("法人番号に使えない文字「%(letter)s」があります。数字で入力してください。")
_CHECK = mark_text("法人番号の検査用数字が合いません。番号に間違いがないか確かめてください。")


def check_digit(twelve_digits: str) -> int:
    """Return the check digit that stands before a twelve-digit number.

    9 - (sum of Pn * Qn mod 9), Pn the n-th digit from the right, Qn 1 for odd and 2 for
    even n (National Tax Agency, 法人番号の指定等に関する省令 第二条).

    Raises:
        ValueError: The text is not twelve ASCII digits.
    """
    if not _BODY.fullmatch(twelve_digits):
        raise ValueError(twelve_digits)
    total = sum(
        int(digit) * (1 if position % 2 else 2)
        for position, digit in enumerate(reversed(twelve_digits), start=1)
    )
    return 9 - total % 9


def is_corporate_number(text: str) -> bool:
    """Whether the text is a corporate number exactly as it is stored."""
    return bool(_NUMBER.fullmatch(text)) and check_digit(text[1:]) == int(text[0])


def parse_corporate_number(text: str) -> str:
    """Return the thirteen digits of a number as people type it.

    Full width, spaces, hyphens and the T of an invoice registration number are understood.

    Raises:
        InvalidError: A letter stands for a digit, the length or the check digit is wrong.
    """
    digits = normalize_hyphens(text).replace(" ", "").replace("-", "")
    if digits[:1] in {"T", "t"}:
        digits = digits[1:]
    if not digits:
        raise InvalidError(_MISSING)
    wrong = re.search(r"[^0-9]", digits)
    if wrong is not None:
        letter = wrong.group()
        if letter in _LOOK_ALIKES:
            raise InvalidError(_LOOK_ALIKE, letter=letter, digit=_LOOK_ALIKES[letter])
        raise InvalidError(_NOT_A_DIGIT, letter=letter)
    if len(digits) != LENGTH:
        raise InvalidError(_LENGTH, count=len(digits))
    if not is_corporate_number(digits):
        raise InvalidError(_CHECK)
    return digits
