"""What people type into the cells of a register, turned into values or a plain refusal.

Every parser takes the text of one cell; width never matters. Numbers are read strictly
otherwise: "約100" or "10～20" would be a guess, and a wrong unit a factor.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from sme_match.core.errors import InvalidError
from sme_match.core.text import (
    mark_text,
    normalize_hyphens,
    normalize_multiline,
    normalize_width,
)

# Invisible characters that come along when text is pasted; line breaks and tabs are no such.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_MINUS = re.compile(r"^[−－▲△]\s*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_LOOKS_LIKE_ZERO = re.compile(r"[Oo]")
_LOOKS_LIKE_ONE = re.compile(r"[lI]")
_ABOUT = re.compile(r"約|およそ|くらい|ぐらい|程度|前後|以上|以下|未満|超|ほど")
_RANGE = re.compile(r"[0-9]\s*[^0-9\s]{0,3}\s*[〜~～]\s*[0-9]|[0-9]\s*から\s*[0-9]")
_LIST_BREAKS = re.compile(r"[、,，;；／\r\n\t]+")
# Other spellings of a unit, as they look after width and case are folded.
_UNIT_SPELLINGS = {
    "mm": ("ミリ", "ミリメートル"),
    "kg": ("キロ", "キログラム"),
    "μm": ("um", "ミクロン", "マイクロメートル"),
    "名": ("人",),
    "個": ("ヶ", "ケ", "ヵ", "pcs", "pc"),
    "日": ("日間", "days", "day"),
    "件": (),
    "円": ("yen", "jpy"),
    "万円": (),
}
_DIGITS_OF_NUMBER = 15
_PHONE_NOTES = re.compile(r"^(?:tel|電話|fax)[:.]?\s*|\s*\((?:代|代表|直通)\)$|\s*代表$", re.IGNORECASE)
# Mobile and IP numbers have eleven digits, all others ten.
_PHONE = re.compile(r"0[5789]0[0-9]{8}|0(?![5789]0)[0-9]{9}")
_FOREIGN_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_POSTAL_CODE = re.compile(r"[0-9]{7}")
_BARE_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:[/?#].*)?", re.IGNORECASE)
_LONGEST_URL = 2_000
_UNSAFE_IN_URL = re.compile(r"""[<>"'\\ ]""")

_ZERO_IS_LETTER = mark_text("数字の0（ゼロ）が英字のO（オー）になっています。")
_ONE_IS_LETTER = mark_text("数字の1（いち）が英字のl（エル）かI（アイ）になっています。")
_LEADING_ZERO_LOST = mark_text(
    "先頭の0が消えているようです。Excelでセルの書式を「文字列」にして入力し直してください。"
)
_REQUIRED = mark_text("入力してください。")
_NOT_A_NUMBER = mark_text("数字で入力してください（例：120）。")
_NOT_WHOLE = mark_text("小数のない数字で入力してください（例：120）。")


def text(maximum: int, *, multiline: bool = False) -> Callable[[str], str]:
    """Return a parser of text of at most `maximum` characters."""

    def parse(cell: str) -> str:
        clean = cell
        if not cell.isprintable():
            clean = _INVISIBLE.sub("", cell.replace("\r\n", "\n").replace("\r", "\n"))
        value = normalize_multiline(clean) if multiline else normalize_width(clean)
        if len(value) > maximum:
            raise InvalidError(
                mark_text("%(limit)s文字以内で入力してください（いまは%(count)s文字です）。"),
                limit=f"{maximum:,}",
                count=f"{len(value):,}",
            )
        return value

    return parse


def required_text(maximum: int) -> Callable[[str], str]:
    """Return a parser of text that may not be blank."""
    parse_any = text(maximum)

    def parse(cell: str) -> str:
        value = parse_any(cell)
        if not value:
            raise InvalidError(_REQUIRED)
        return value

    return parse


def integer(
    minimum: int | None = None, maximum: int | None = None, *, unit: str = ""
) -> Callable[[str], int]:
    """Return a parser of whole numbers, with or without thousands commas and the unit."""
    parse_number = decimal(minimum, maximum, unit=unit)

    def parse(cell: str) -> int:
        number = parse_number(cell)
        if number != number.to_integral_value():
            raise InvalidError(_NOT_WHOLE)
        return int(number)

    return parse


def decimal(
    minimum: int | Decimal | None = None,
    maximum: int | Decimal | None = None,
    *,
    unit: str = "",
) -> Callable[[str], Decimal]:
    """Return a parser of numbers; `unit` is the only unit that may follow the number."""
    units = sorted(
        {_fold_unit(name) for name in (unit, *_UNIT_SPELLINGS.get(unit, ())) if name},
        key=len,
        reverse=True,
    )

    def parse(cell: str) -> Decimal:
        typed = _MINUS.sub("-", normalize_width(cell))
        bare = _fold_unit(typed)
        bare = next((bare.removesuffix(name) for name in units if bare.endswith(name)), bare)
        bare = bare.removeprefix("¥") if unit in {"円", "万円"} else bare
        if _NUMBER.fullmatch(bare) is None:
            raise _refuse_number(typed, bare, unit)
        digits = bare.replace(",", "")
        if len(digits) > _DIGITS_OF_NUMBER:
            raise InvalidError(mark_text("数字の桁が多すぎます。"))
        number = Decimal(digits)
        _check_range(number, minimum, maximum)
        return number

    return parse


def _fold_unit(name: str) -> str:
    return normalize_width(name).casefold().replace(" ", "")


def _check_range(number: Decimal, minimum: int | Decimal | None, maximum: int | Decimal | None) -> None:
    if minimum is not None and number < minimum:
        raise InvalidError(mark_text("%(limit)s以上の数字で入力してください。"), limit=f"{minimum:,}")
    if maximum is not None and number > maximum:
        raise InvalidError(mark_text("%(limit)s以下の数字で入力してください。"), limit=f"{maximum:,}")


def _refuse_number(typed: str, bare: str, unit: str) -> InvalidError:
    if _ABOUT.search(typed):
        return InvalidError(
            mark_text("「約」「以上」「程度」などは付けず、数字だけで入力してください（例：120）。")
        )
    if _RANGE.search(typed):
        return InvalidError(mark_text("範囲ではなく、一つの数字で入力してください（例：120）。"))
    lookalike = _find_lookalike(bare)
    if lookalike is not None:
        return lookalike
    if unit and re.match(r"[+-]?[0-9]", bare):
        return InvalidError(
            mark_text("単位は「%(unit)s」です。%(unit)sに直した数字だけで入力してください。"),
            unit=unit,
        )
    return InvalidError(_NOT_A_NUMBER)


def _find_lookalike(digits: str) -> InvalidError | None:
    """Return the message about letters typed for digits, if nothing else is wrong."""
    as_digits = _LOOKS_LIKE_ONE.sub("1", _LOOKS_LIKE_ZERO.sub("0", digits))
    if as_digits == digits or not re.fullmatch(r"[0-9+().,\s-]*", as_digits):
        return None
    return InvalidError(_ZERO_IS_LETTER if _LOOKS_LIKE_ZERO.search(digits) else _ONE_IS_LETTER)


_YES = frozenset(
    {"○", "〇", "◯", "◎", "はい", "有", "有り", "あり", "可", "yes", "y", "1", "true", "✓", "✔"}
)
_NO = frozenset(
    {"×", "✕", "✖", "x", "いいえ", "無", "無し", "なし", "不可", "no", "n", "0", "false", "-"}
)


def yes_no(cell: str) -> bool:
    """Parse ○/×, はい/いいえ, 有/無, yes/no, 1/0."""
    answer = normalize_width(cell).casefold()
    if answer in _YES:
        return True
    if answer in _NO:
        return False
    raise InvalidError(
        mark_text("「○」か「×」で入力してください（「はい」「いいえ」でもかまいません）。")
    )


def list_of(
    parse_item: Callable[[str], str] = normalize_width, *, most: int = 50
) -> Callable[[str], tuple[str, ...]]:
    """Return a parser of several items in one cell, each once, in the order typed.

    They are separated by 、 , ; ／ or a line break; a half-width slash separates nothing
    ("SUS304/316", "A/B").
    """

    def parse(cell: str) -> tuple[str, ...]:
        pieces = (piece for piece in _LIST_BREAKS.split(cell) if normalize_width(piece))
        items = tuple(dict.fromkeys(parse_item(piece) for piece in pieces))
        if len(items) > most:
            raise InvalidError(mark_text("%(limit)s個以内で入力してください。"), limit=most)
        return items

    return parse


def choice(spellings: Mapping[str, str]) -> Callable[[str], str]:
    """Return a parser of one of the accepted spellings, giving its code.

    The first spelling of each code is the one that messages name.
    """
    codes = {_fold_choice(spelling): code for spelling, code in spellings.items()}
    shown: dict[str, str] = {}
    for spelling, code in spellings.items():
        shown.setdefault(code, spelling)

    def parse(cell: str) -> str:
        code = codes.get(_fold_choice(cell))
        if code is None:
            raise InvalidError(
                mark_text("次のどれかを入力してください：%(choices)s"),
                choices="、".join(shown.values()),
            )
        return code

    return parse


def _fold_choice(spelling: str) -> str:
    return normalize_width(spelling).casefold().replace(" ", "")


def phone(cell: str) -> str:
    """Parse a phone number of Japan (+81 becomes 0) or, with its +, of another country."""
    typed = _PHONE_NOTES.sub("", normalize_hyphens(cell))
    shown = re.sub(r"[\s.()-]+", "-", re.sub(r"^\+81[\s-]*\(?0?\)?", "0", typed)).strip("-")
    digits = shown.replace("-", "")
    if _PHONE.fullmatch(digits) or _FOREIGN_PHONE.fullmatch(digits):
        return shown
    lookalike = _find_lookalike(typed)
    if lookalike is not None:
        raise lookalike
    if re.fullmatch(r"[1-9][0-9]{8,9}", digits):
        raise InvalidError(_LEADING_ZERO_LOST)
    raise InvalidError(mark_text("電話番号を市外局番から入力してください（例：019-123-4567）。"))


def postal_code(cell: str) -> str:
    """Parse a postal code into the form "020-0023"."""
    typed = normalize_hyphens(cell).removeprefix("〒").strip()
    digits = re.sub(r"[\s-]", "", typed)
    if _POSTAL_CODE.fullmatch(digits):
        return f"{digits[:3]}-{digits[3:]}"
    lookalike = _find_lookalike(typed)
    if lookalike is not None:
        raise lookalike
    if re.fullmatch(r"[0-9]{5,6}", digits):
        raise InvalidError(_LEADING_ZERO_LOST)
    raise InvalidError(mark_text("郵便番号を7桁の数字で入力してください（例：020-0023）。"))


def email(cell: str) -> str:
    """Parse a mail address by its form alone; the network is not asked."""
    typed = normalize_width(_INVISIBLE.sub("", cell))
    try:
        found = validate_email(typed, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise InvalidError(_NOT_AN_EMAIL) from error
    if "." not in found.domain:
        raise InvalidError(_NOT_AN_EMAIL)
    return found.normalized


_NOT_AN_EMAIL = mark_text(
    "メールアドレスの形になっていません（例：taro@example.co.jp）。1つだけ入力してください。"
)


def url(cell: str) -> str:
    """Parse the address of a website; "https://" is put before a bare host name."""
    typed = normalize_width(_INVISIBLE.sub("", cell))
    address = f"https://{typed}" if _BARE_HOST.fullmatch(typed) else typed
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
        _ = parts.port
    except ValueError:
        usable = False
    safe = address.isprintable() and not _UNSAFE_IN_URL.search(address)
    if not usable or not safe or len(address) > _LONGEST_URL:
        raise InvalidError(
            mark_text(
                "http:// か https:// で始まるアドレスを入力してください（例：https://example.co.jp）。"
            )
        )
    return address
