import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.errors import InvalidError
from sme_match.reference.corporate_number import (
    check_digit,
    is_corporate_number,
    parse_corporate_number,
)

# Numbers of real companies from the public register of government contracts.
REAL = [
    "1350002003064",
    "1010601045409",
    "5430001019173",
    "6430001018422",
    "5420001001495",
    "5122001013930",
    "1010701028239",
    "6050002016018",
    "8080401001945",
    "7011101030003",
]


@pytest.mark.parametrize("number", REAL)
def test_real_numbers_are_valid(number: str) -> None:
    assert (parse_corporate_number(number), is_corporate_number(number)) == (number, True)


def test_the_check_digit_follows_the_rule_of_the_tax_agency() -> None:
    # The example in the explanation of the National Tax Agency.
    assert check_digit("700110005901") == 8


@pytest.mark.parametrize("text", ["", "70011000590", "7001100059011", "70011000590a", "７" * 12])
def test_a_check_digit_needs_twelve_digits(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        check_digit(text)


@pytest.mark.parametrize(
    "typed",
    [
        "１３５０００２００３０６４",
        "1-3500-0200-3064",
        "1 3500 0200 3064",
        "T1350002003064",
        "Ｔ１－３５００－０２００－３０６４",
        "\u200b1350002003064 ",
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str) -> None:
    assert parse_corporate_number(typed) == "1350002003064"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "法人番号を入力してください。"),
        (" - ", "法人番号を入力してください。"),
        ("135000200306", "法人番号は13桁の数字です。いまは12桁です。"),
        ("13500020030641", "法人番号は13桁の数字です。いまは14桁です。"),
        ("9" * 5000, "法人番号は13桁の数字です。いまは5000桁です。"),
        ("135OOO2003064", "法人番号に英字の「O」があります。数字の「0」ではありませんか。"),
        ("l350002003064", "法人番号に英字の「l」があります。数字の「1」ではありませんか。"),
        (
            "13500020030A4",
            "法人番号に使えない文字「A」があります。数字で入力してください。",
        ),
        (
            "1350002003065",
            "法人番号の検査用数字が合いません。番号に間違いがないか確かめてください。",
        ),
    ],
)
def test_each_mistake_has_its_own_message(typed: str, message: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_corporate_number(typed)
    assert str(refusal.value) == message


@given(st.text("0123456789", min_size=12, max_size=12), st.data())
def test_one_wrong_digit_is_noticed_unless_it_turns_0_into_9(body: str, data: st.DataObject) -> None:
    number = f"{check_digit(body)}{body}"
    place = data.draw(st.integers(0, 12))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    changed = f"{number[:place]}{wrong}{number[place + 1 :]}"
    # Modulo nine cannot tell 0 from 9; the first digit is never 0.
    unnoticed = {number[place], wrong} == {"0", "9"} and place > 0
    assert is_corporate_number(changed) is unnoticed
