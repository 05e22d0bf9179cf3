"""What people type into cells: lenient on width and spelling, strict where it would be a guess."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.errors import InvalidError
from sme_match.tables import parsers

ZERO_IS_O = "数字の0（ゼロ）が英字のO（オー）になっています。"
ONE_IS_L = "数字の1（いち）が英字のl（エル）かI（アイ）になっています。"
ZERO_LOST = "先頭の0が消えているようです。Excelでセルの書式を「文字列」にして入力し直してください。"
NO_ABOUT = "「約」「以上」「程度」などは付けず、数字だけで入力してください（例：120）。"
NO_RANGE = "範囲ではなく、一つの数字で入力してください（例：120）。"
NO_NUMBER = "数字で入力してください（例：120）。"
NO_URL = "http:// か https:// で始まるアドレスを入力してください（例：https://example.co.jp）。"


def refusal(parse: Callable[[str], object], cell: str) -> str:
    with pytest.raises(InvalidError) as caught:
        parse(cell)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("120", 120), ("１，２００名", 1200), ("1,200 人", 1200), ("12.0", 12), ("0", 0), ("▲5", -5)],
)
def test_whole_numbers(cell: str, value: int) -> None:
    assert parsers.integer(unit="名")(cell) == value


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("約100名", NO_ABOUT),
        ("100名以上", NO_ABOUT),
        ("10～20", NO_RANGE),
        ("1O0", ZERO_IS_O),
        ("l20", ONE_IS_L),
        ("多数", NO_NUMBER),
        ("1億2千万", "単位は「名」です。名に直した数字だけで入力してください。"),
        ("12,00", "単位は「名」です。名に直した数字だけで入力してください。"),
        ("1.5", "小数のない数字で入力してください（例：120）。"),
        ("-1", "0以上の数字で入力してください。"),
        ("1000000", "100,000以下の数字で入力してください。"),
        ("9" * 16, "数字の桁が多すぎます。"),
    ],
)
def test_numbers_that_would_be_a_guess_are_refused(cell: str, message: str) -> None:
    assert refusal(parsers.integer(0, 100_000, unit="名"), cell) == message


@pytest.mark.parametrize(
    ("unit", "cell", "value"),
    [
        ("mm", "０．０５ｍｍ", "0.05"),
        ("mm", "12㎜", "12"),
        ("mm", "3.5 ミリ", "3.5"),
        ("kg", "20㎏", "20"),
        ("μm", "1.6µm", "1.6"),
        ("μm", "1.6um", "1.6"),
        ("日", "14日間", "14"),
        ("個", "50ケ", "50"),
        ("万円", "1,000万円", "1000"),
        ("円", "￥1,500", "1500"),
        ("", "-0.5", "-0.5"),
    ],
)
def test_the_unit_of_the_column_may_follow(unit: str, cell: str, value: str) -> None:
    assert parsers.decimal(unit=unit)(cell) == Decimal(value)


@pytest.mark.parametrize(("unit", "cell"), [("万円", "5円"), ("円", "5万円"), ("mm", "5cm")])
def test_another_unit_is_refused_because_it_is_a_factor(unit: str, cell: str) -> None:
    assert refusal(parsers.decimal(unit=unit), cell) == (
        f"単位は「{unit}」です。{unit}に直した数字だけで入力してください。"
    )


@given(st.integers(-(10**9), 10**9))
def test_every_whole_number_is_read_back(number: int) -> None:
    assert parsers.integer()(f"{number:,}") == number
    assert parsers.integer()(str(number)) == number


def test_text_is_folded_and_limited() -> None:
    assert parsers.text(10)("　ｱﾙﾐ\u200b 切削\r\n") == "アルミ 切削"
    assert parsers.text(10, multiline=True)("一行\r\n二行\n") == "一行\n二行"
    assert refusal(parsers.text(3), "あいうえ") == ("3文字以内で入力してください（いまは4文字です）。")
    assert refusal(parsers.required_text(3), "\u200b ") == "入力してください。"


@pytest.mark.parametrize("cell", ["○", "〇", "はい", "有", "Yes", "１", "TRUE"])
def test_yes(cell: str) -> None:
    assert parsers.yes_no(cell) is True


@pytest.mark.parametrize("cell", ["×", "いいえ", "無", "NO", "０", "FALSE"])
def test_no(cell: str) -> None:
    assert parsers.yes_no(cell) is False


def test_neither_yes_nor_no() -> None:
    assert refusal(parsers.yes_no, "たぶん") == (
        "「○」か「×」で入力してください（「はい」「いいえ」でもかまいません）。"
    )


def test_lists_keep_order_and_drop_repeats() -> None:
    parse = parsers.list_of()

    assert parse("切削、研削,ﾌﾗｲｽ；放電／切削\nA/B") == ("切削", "研削", "フライス", "放電", "A/B")
    assert parse("、、") == ()
    assert refusal(parsers.list_of(most=1), "a,b") == "1個以内で入力してください。"
    assert refusal(parsers.list_of(parsers.email), "a@example.jp,b").startswith("メールアドレスの")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("019-123-4567", "019-123-4567"),
        ("０１９ー１２３ー４５６７", "019-123-4567"),
        ("(019)123-4567", "019-123-4567"),
        ("TEL：019 123 4567（代表）", "019-123-4567"),
        ("09012345678", "09012345678"),
        ("+81 19-123-4567", "019-123-4567"),
        ("+81(0)19-123-4567", "019-123-4567"),
        ("+1-650-253-0000", "+1-650-253-0000"),
    ],
)
def test_phone_numbers(cell: str, value: str) -> None:
    assert parsers.phone(cell) == value


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("O19-123-4567", ZERO_IS_O),
        ("019-l23-4567", ONE_IS_L),
        ("191234567", ZERO_LOST),
        ("9012345678", ZERO_LOST),
        ("090-1234-567", "電話番号を市外局番から入力してください（例：019-123-4567）。"),
        ("123-4567", "電話番号を市外局番から入力してください（例：019-123-4567）。"),
        ("なし", "電話番号を市外局番から入力してください（例：019-123-4567）。"),
    ],
)
def test_phone_numbers_refused(cell: str, message: str) -> None:
    assert refusal(parsers.phone, cell) == message


@pytest.mark.parametrize("cell", ["020-0023", "〒０２０－００２３", "0200023", "020ー0023"])
def test_postal_codes(cell: str) -> None:
    assert parsers.postal_code(cell) == "020-0023"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("02O-0023", ZERO_IS_O),
        ("020-00l3", ONE_IS_L),
        ("200023", ZERO_LOST),
        ("盛岡市", "郵便番号を7桁の数字で入力してください（例：020-0023）。"),
    ],
)
def test_postal_codes_refused(cell: str, message: str) -> None:
    assert refusal(parsers.postal_code, cell) == message


def test_mail_addresses() -> None:
    assert parsers.email(" Ｔaro@Example.CO.JP\u200b") == "Taro@example.co.jp"
    assert parsers.email("info@miyagi-seimitsu.example") == "info@miyagi-seimitsu.example"
    for wrong in ("taro", "taro@", "taro@localhost", "a@b.jp, c@d.jp", "a@b.jp\r\nBcc: x@y.jp"):
        assert refusal(parsers.email, wrong) == (
            "メールアドレスの形になっていません（例：taro@example.co.jp）。1つだけ入力してください。"
        )


def test_websites() -> None:
    assert parsers.url("ｈｔｔｐ：／／example.co.jp/会社") == "http://example.co.jp/会社"
    assert parsers.url("www.example.co.jp") == "https://www.example.co.jp"
    for wrong in (
        "javascript:alert(1)",
        "ftp://example.jp",
        "http://",
        "https://user:pw@example.jp",
        "https://[::1",
        "https://example.jp:99999",
        "https://example.jp/ a",
        'https://example.jp/"onclick',
        "なし",
        "https://example.jp/" + "a" * 2_000,
    ):
        assert refusal(parsers.url, wrong) == NO_URL


def test_choices_accept_every_spelling() -> None:
    parse = parsers.choice({"Web": "web", "オンライン": "web", "対面": "in_person"})

    assert (parse("ＷＥＢ"), parse("オン ライン"), parse("対面")) == ("web", "web", "in_person")
    assert refusal(parse, "電報") == "次のどれかを入力してください：Web、対面"


@given(st.text())
def test_no_text_makes_a_parser_crash(cell: str) -> None:
    for parse in (
        parsers.text(5),
        parsers.integer(),
        parsers.decimal(unit="mm"),
        parsers.yes_no,
        parsers.list_of(),
        parsers.phone,
        parsers.postal_code,
        parsers.email,
        parsers.url,
        parsers.choice({"a": "b"}),
    ):
        try:
            parse(cell)
        except InvalidError as error:
            assert str(error).endswith(("。", "a"))  # noqa: PT017 -- most texts are refused
