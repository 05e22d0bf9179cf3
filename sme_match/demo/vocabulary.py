"""Words that coordinators of the region proposed for the thesaurus, and what became of them."""

from datetime import timedelta
from typing import NamedTuple

from sme_match.demo.world import DemoBody, World
from sme_match.matching.enums import WordChange, WordKind, WordState
from sme_match.thesaurus.services import WordDraft, decide_entry, propose_entry


class _Story(NamedTuple):
    """A proposal: which body makes it, when, and how another one decides."""

    body: int
    days_ago: int
    draft: WordDraft
    state: WordState = WordState.PROPOSED
    note: str = ""


def _new(ja: str, en: str, broader: str, reason: str, example: str) -> WordDraft:
    return WordDraft(
        change=WordChange.NEW,
        concept_code="",
        kind=WordKind.PROCESS if broader else WordKind.TRADE,
        ja=ja.split("、"),
        en=en.split(", "),
        broader=[broader] if broader else [],
        reason=reason,
        example=example,
    )


def _more(code: str, kind: WordKind, ja: str, reason: str, example: str) -> WordDraft:
    return WordDraft(
        change=WordChange.ADD,
        concept_code=code,
        kind=kind,
        ja=[ja],
        en=[],
        broader=[],
        reason=reason,
        example=example,
    )


_STORIES = (
    _Story(
        0,
        120,
        _new(
            "つば出し、フランジ出し",
            "flanging, flange forming",
            "曲げ加工",
            "板金の会社がこの言い方で書くことが多い。",
            "パイプ端部のつば出しをお願いしたい",
        ),
        WordState.ACCEPTED,
        "発注側の英語の図面にもflangingとある。",
    ),
    _Story(
        1,
        90,
        _more(
            "barrel_deburring",
            WordKind.PROCESS,
            "カエリ取り",
            "プレスの会社はバリ取りをこう呼ぶ。",
            "打抜き後のカエリ取りまで",
        ),
        WordState.ACCEPTED,
        "",
    ),
    _Story(
        0,
        60,
        _more(
            "machining",
            WordKind.PROCESS,
            "部品製作",
            "発注案件の件名によく出る。",
            "部品製作を依頼したい",
        ),
        WordState.REJECTED,
        "板金や樹脂の案件にも出るため、切削と同じ意味にはできない。",
    ),
    _Story(
        1,
        9,
        _new(
            "通い箱",
            "returnable container, returnable box",
            "",
            "納入の条件として聞かれることが増えた。",
            "通い箱での納入に対応できること",
        ),
    ),
    _Story(
        0,
        3,
        _more(
            "rush_order",
            WordKind.TRADE,
            "突発対応",
            "修理の案件でこう書く発注企業がある。",
            "設備故障時の突発対応ができる会社",
        ),
    ),
)


def propose_words(world: World, homes: list[DemoBody]) -> None:
    """Let the bodies propose words and the next body decide on the older ones."""
    for number, story in enumerate(_STORIES):
        rng = world.chance("words", number)
        proposed_at = world.in_office(world.today - timedelta(days=story.days_ago), rng)
        proposer = homes[story.body].coordinators[0].as_actor()
        entry = propose_entry(world.session, proposer, story.draft, now=proposed_at)
        if story.state is WordState.PROPOSED:
            continue
        decide_entry(
            world.session,
            homes[story.body + 1].coordinators[0].as_actor(),
            entry.id,
            accept=story.state is WordState.ACCEPTED,
            note=story.note,
            version=entry.version,
            now=world.in_office(proposed_at.date() + timedelta(days=4), rng),
        )
