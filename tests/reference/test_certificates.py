import pytest

from sme_match.reference.certificates import (
    find_certificate,
    get_certificate,
    list_certificate_kinds,
    list_certificates,
)


def test_every_certificate_stands_under_a_kind_and_every_kind_has_some() -> None:
    grouped = [c for kind in list_certificate_kinds() for c in list_certificates(kind.code)]
    assert {c.code for c in grouped} == {c.code for c in list_certificates()}
    assert all(list_certificates(kind.code) for kind in list_certificate_kinds())


def test_every_name_leads_to_its_own_certificate() -> None:
    for certificate in list_certificates():
        for name in (certificate.code, certificate.ja, certificate.en, *certificate.synonyms):
            assert (name, find_certificate(name)) == (name, certificate)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ISO9001", "iso_9001"),
        ("ＩＳＯ　９００１：２０１５", "iso_9001"),
        ("iso 14001:2015", "iso_14001"),
        ("JISQ9100", "jis_q_9100"),
        ("AS9100", "jis_q_9100"),
        ("NADCAP", "nadcap"),
        ("EA21", "eco_action_21"),
        ("エコアクション２１", "eco_action_21"),
    ],
)
def test_a_certificate_is_found_however_it_is_written(typed: str, code: str) -> None:
    assert find_certificate(typed) is get_certificate(code)


@pytest.mark.parametrize("typed", ["", "ISO", "認証"])
def test_what_is_no_certificate_finds_nothing(typed: str) -> None:
    assert find_certificate(typed) is None


def test_an_unknown_code_is_an_error() -> None:
    for look_up in (get_certificate, list_certificates):
        with pytest.raises(KeyError, match="medal"):
            look_up("medal")


def test_names_follow_the_locale() -> None:
    iso = get_certificate("iso_9001")
    assert (iso.name(), iso.name("en"), iso.kind.name()) == (
        "ISO 9001（品質）",
        "ISO 9001 (quality)",
        "マネジメントシステム",
    )
