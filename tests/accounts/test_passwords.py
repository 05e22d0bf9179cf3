"""What a password may be, and how it is stored."""

import pytest

from sme_match.accounts.passwords import (
    COMMON,
    check_password,
    hash_password,
    needs_new_hash,
    verify_password,
)
from sme_match.core.errors import InvalidError

EMAIL = "hanako.kitakami@example.jp"


@pytest.mark.parametrize(
    "password",
    [
        "kawa yama sora",
        "北上川のほとりの桜並木",
        "a" * 5 + "b" * 5,
        "x" * 100 + "y" * 100,
        "  spaces count  ",
        "hanako.kitakami likes rivers",
        "password1234 and more",
    ],
)
def test_long_enough_and_not_the_first_guess_is_accepted(password: str) -> None:
    check_password(password, email=EMAIL)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "10文字以上"),
        ("short", "いまは5文字"),
        ("九文字のパスワード", "いまは9文字"),
        ("x" * 100 + "y" * 101, "200文字まで"),
        ("password1234", "よく使われていて"),
        ("PassWord1234", "よく使われていて"),
        ("ｐａｓｓｗｏｒｄ１２３４", "よく使われていて"),
        ("wwwwwwwwwwww", "よく使われていて"),
        ("hanako.kitakami", "メールアドレス"),
        ("Hanako.Kitakami1!", "メールアドレス"),
        (EMAIL, "メールアドレス"),
        ("monozukuri2026", "サービスの名前"),
    ],
)
def test_what_everybody_tries_first_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(InvalidError) as caught:
        check_password(password, email=EMAIL)
    assert reason in str(caught.value)
    assert caught.value.field == "password"


def test_the_list_holds_fifty_that_would_be_long_enough() -> None:
    assert len(COMMON) == 50
    assert min(map(len, COMMON)) >= 10


def test_a_password_fits_exactly_as_typed() -> None:
    stored = hash_password("Kawa Yama Sora ")
    assert verify_password(stored, "Kawa Yama Sora ")
    for other in ("Kawa Yama Sora", "kawa yama sora ", "Ｋawa Yama Sora ", ""):
        assert not verify_password(stored, other)


def test_nothing_is_cut_off_a_long_password() -> None:
    stored = hash_password("x" * 200)
    assert verify_password(stored, "x" * 200)
    assert not verify_password(stored, "x" * 201)
    assert not verify_password(stored, "x" * 1_000_000)


def test_without_a_stored_hash_no_password_fits() -> None:
    assert not verify_password(None, "nobody has this password")
    assert not verify_password("not a hash", "x")


def test_the_hash_is_argon2id_with_the_chosen_costs() -> None:
    stored = hash_password("kawa yama sora")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not needs_new_hash(stored)
    assert needs_new_hash(stored.replace("t=2", "t=1"))
