"""Meeting links: our own rooms cannot be guessed, and pasted links lead where they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.errors import InvalidError
from sme_match.meetings.rooms import generated_room_url, new_room_token, parse_room_url

OWN = "https://meet.sme-match.example.jp:8443"


def test_a_room_is_named_by_chance_alone() -> None:
    tokens = {new_room_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {24}
    assert all(token.isascii() and token.isalnum() for token in tokens)


def test_the_link_of_a_room() -> None:
    assert generated_room_url("https://meet.jit.si/", "a" * 24) == f"https://meet.jit.si/{'a' * 24}"


@pytest.mark.parametrize("token", ["", "みやぎ精密", "meeting-12", "a" * 23, "a" * 24 + "\n"])
def test_a_room_has_no_chosen_name(token: str) -> None:
    with pytest.raises(ValueError, match="new_room_token"):
        generated_room_url("https://meet.jit.si", token)


@pytest.mark.parametrize(
    "url",
    [
        "https://zoom.us/j/91234567890?pwd=QWxhZGRpbg",
        "https://us02web.zoom.us/j/81234567890?pwd=abc.1#success",
        "https://zoom.com/j/91234567890",
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d",
        "https://teams.live.com/meet/9312345678901?p=AbCd",
        "https://meet.google.com/abc-defg-hij",
        "https://example.webex.com/example/j.php?MTID=m123",
        "https://whereby.com/sme-match",
        "https://meet.jit.si/Q7xK2mN9pR4tV6wY8zB3cD5f",
    ],
)
def test_links_of_the_usual_services_are_taken_as_they_are(url: str) -> None:
    assert parse_room_url(url) == url
    assert parse_room_url(f" {url}\r\n") == url
    assert parse_room_url(f"　{url}　") == url


def test_the_host_may_be_typed_in_capitals() -> None:
    assert parse_room_url("HTTPS://Zoom.US/j/12?Pwd=A") == "https://zoom.us/j/12?Pwd=A"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "zoom",
        "zoom.us/j/123",
        "ミーティングID: 912 3456 7890",
        "http://zoom.us/j/123",
        "ftp://zoom.us/j/123",
        "javascript:alert(1)//https://zoom.us/j/1",
        "//zoom.us/j/123",
        "https:zoom.us/j/123",
        "https:/zoom.us/j/123",
        "https:///zoom.us/j/123",
        "https://zoom.us",
        "https://zoom.us/",
        "https://zoom.us//evil.jp",
        "https://evil.jp/zoom.us/j/123",
        "https://evil.jp/?https://zoom.us/j/123",
        "https://evil.jp#.zoom.us/j/123",
        "https://zoom.us@evil.jp/j/123",
        "https://user:word@zoom.us/j/123",
        "https://@zoom.us/j/123",
        "https://zoom.us:443/j/123",
        "https://zoom.us:8080/j/123",
        "https://zoom.us:@evil.jp/j/123",
        "https://zoom.us.evil.jp/j/123",
        "https://evilzoom.us/j/123",
        "https://zoom.us-evil.jp/j/123",
        "https://zoom-us.jp/j/123",
        "https://z00m.us/j/123",
        "https://zооm.us/j/123",  # Cyrillic o
        "https://xn--zm-hmcc.us/j/123",
        "https://ｚｏｏｍ.us/j/123",
        "https://zoom。us/j/123",
        "https://zoom.us．evil.jp/j/123",
        "https://evil.jp／.zoom.us/j/123",
        "https://evil.jp\\@zoom.us/j/123",
        "https://zoom.us\\@evil.jp/j/123",
        "https:\\\\zoom.us\\j\\123",
        "https://zoom.us/\\evil.jp",
        "https://zoom.us./j/123",
        "https://.zoom.us/j/123",
        "https://-.zoom.us/j/123",
        "https://a..zoom.us/j/123",
        "https://zoom.us%2eevil.jp/j/123",
        "https://zoom.us%00.evil.jp/j/123",
        "https://[::1]/j/123",
        "https://[zoom.us]/j/123",
        "https://[zoom.us/j/123",
        "https://zoom.us/j/1\r\nBcc: a@evil.jp",
        "https://zo\tom.us/j/123",
        "https://zoom.us/j/1 2",
        'https://zoom.us/j/1"onclick="alert(1)',
        "https://zoom.us/<script>",
        "https://zoom.us/j/１２３",
        "https://teams.evil.microsoft.com.evil.jp/l/1",
        "https://microsoft.com/l/1",
        "https://google.com/abc",
        "https://jit.si/room",
        "https://zoom.us/" + "a" * 500,
        "https://zoom.us/" + "a" * 100_000,
        "https://meet.sme-match.example.jp/room",
        "https://x.meet.sme-match.example.jp:8443/room",
        "https://a@meet.sme-match.example.jp:8443/room",
        "http://meet.sme-match.example.jp:8443/room",
    ],
)
def test_other_links_are_refused_with_what_is_accepted(url: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        parse_room_url(url, own_base_url=OWN)
    assert refusal.value.field == "room_url"
    assert all(name in str(refusal.value) for name in ("Zoom", "Teams", "Google Meet", "https://"))


def test_rooms_of_the_installation_itself_are_accepted() -> None:
    room = generated_room_url(OWN, new_room_token())

    assert parse_room_url(room, own_base_url=OWN) == room
    with pytest.raises(InvalidError):
        parse_room_url(room)


@pytest.mark.parametrize("own", ["", "http://meet.example.jp", "meet.example.jp"])
def test_an_installation_without_its_own_secure_server_adds_nothing(own: str) -> None:
    with pytest.raises(InvalidError):
        parse_room_url("https:///room", own_base_url=own)
    with pytest.raises(InvalidError):
        parse_room_url("http://meet.example.jp/room", own_base_url=own)


@given(st.text() | st.text(st.characters(codec="ascii")).map("https://zoom.us".__add__))
def test_whatever_is_typed_is_taken_unchanged_or_refused(text: str) -> None:
    try:
        url = parse_room_url(text)
    except InvalidError:
        return
    assert url.startswith("https://")
    assert parse_room_url(url) == url
    assert url.isascii()
