"""What the review screen shows of the process chains of a run, in the reader's language."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import cast

from flask_babel import gettext as _

from sme_match.matching.chains import ChainRecord, ChainsRecord, StepRecord
from sme_match.matching.engine.conditions import Verdict
from sme_match.matching.explanations import ConditionExplanation
from sme_match.matching.queries import CompanyName
from sme_match.matching.questions import OpenQuestion
from sme_match.matching.wording import ConditionWords, question_words, word_condition
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.needs.labels import CONDITION_KINDS, with_unit
from sme_match.web.formats import plain_decimal
from sme_match.web.languages import in_language
from sme_match.web.names import process_name

KEPT_CHAINS = 256


@dataclass(frozen=True, slots=True)
class StepWords:
    """A step of the need; `reason` says why nobody can take it, when nobody can."""

    name: str
    named: str
    is_main: bool
    passes: int
    reason: str


@dataclass(frozen=True, slots=True)
class LinkCard:
    """A step with its company, the judged conditions, and the way from the company before it."""

    step: StepWords
    company: CompanyName
    is_prime: bool
    days: str
    conditions: Sequence[ConditionWords]
    comes_from: str
    """The leg that leads here: 11km; empty at the first step and within one company."""


@dataclass(frozen=True, slots=True, eq=False)
class ChainCard:
    """One chain as the review shows it; one and the same object while it is kept.

    `place` is its number in the run, from 0.
    """

    place: int
    prime: CompanyName
    links: Sequence[LinkCard]
    conditions: Sequence[ConditionWords]
    km: int | None
    days: str
    known_days: str
    unknown_musts: int
    text_points: int
    questions: Sequence[tuple[CompanyName, Sequence[str]]]
    note: str
    """Names the partners: what the prime's proposal is accepted with."""

    @property
    def route(self) -> Sequence[str]:
        """The names of the companies in the order in which the part goes through them."""
        return [name for name, _ in groupby(link.company.name for link in self.links)]


@dataclass(frozen=True, slots=True)
class ChainsSection:
    """The section on chains; `gone` tells that companies of computed chains have gone since."""

    steps: Sequence[StepWords]
    alone: int
    cards: Sequence[ChainCard]
    gone: bool
    asked: bool

    @property
    def missing(self) -> Sequence[StepWords]:
        """The steps that nobody can take."""
        return [step for step in self.steps if not step.passes]


@in_language
@lru_cache(KEPT_CHAINS)
def word_chains(language: str, stored: str, companies: tuple[CompanyName, ...]) -> ChainsSection | None:
    """Return the section for the chains of a run, given as they are stored.

    It is kept by their very text, the companies that are still there, and the language.
    """
    del language
    return chains_of(read_chains(stored), {company.id: company for company in companies})


@lru_cache(KEPT_CHAINS)
def read_chains(stored: str) -> ChainsRecord | None:
    """Return the chains of a run from their text; nobody may change what it returns."""
    return cast("ChainsRecord | None", json.loads(stored) or None)


def chains_of(
    record: ChainsRecord | None, companies: Mapping[int, CompanyName]
) -> ChainsSection | None:
    """Return the section for a run; chains with a company that is not given are left out.

    None where the need has a single step.
    """
    if record is None:
        return None
    steps = [_step(each) for each in record["steps"]]
    cards = [
        _card(place, chain, steps, companies)
        for place, chain in enumerate(record["chains"])
        if all(link["company_id"] in companies for link in chain["links"])
    ]
    gone = len(cards) < len(record["chains"])
    return ChainsSection(steps, record["alone"], cards, gone, record["asked"])


def _step(step: StepRecord) -> StepWords:
    name = process_name(step["process"])
    reason = ""
    if not step["does"]:
        reason = _("この工程を登録している企業がありません")
    elif not step["passes"]:
        kinds = [str(CONDITION_KINDS[ConditionKind(kind)]) for kind in step["failed"]]
        reason = _(
            "登録している企業は%(count)s社ありますが、必須条件（%(kinds)s）を満たしません",
            count=step["does"],
            kinds=_("、").join(kinds),
        )
    return StepWords(name, step["named"], step["is_main"], step["passes"], reason)


def _card(
    place: int,
    chain: ChainRecord,
    steps: Sequence[StepWords],
    companies: Mapping[int, CompanyName],
) -> ChainCard:
    links = chain["links"]
    legs = iter(chain["legs"])
    cards = []
    for number, (link, step) in enumerate(zip(links, steps, strict=True)):
        moves = number > 0 and links[number - 1]["company_id"] != link["company_id"]
        cards.append(
            LinkCard(
                step=step,
                company=companies[link["company_id"]],
                is_prime=link["company_id"] == chain["prime"],
                days=_("不明") if link["days"] is None else _days(link["days"]),
                conditions=[word_condition(each) for each in link["conditions"]],
                comes_from=_leg(next(legs)) if moves else "",
            )
        )
    return ChainCard(
        place=place,
        prime=companies[chain["prime"]],
        links=cards,
        conditions=[word_condition(each) for each in chain["conditions"]],
        km=chain["km"],
        days="" if chain["days"] is None else _days(chain["days"]),
        known_days=_days(chain["known_days"]),
        unknown_musts=chain["unknown_musts"],
        text_points=chain["text_points"],
        questions=_questions(chain, steps, companies),
        note=_note(cards),
    )


def _days(days: float) -> str:
    return with_unit(ConditionKind.LEAD_TIME_DAYS, plain_decimal(days))


def _leg(km: int | None) -> str:
    return str(_("距離は不明")) if km is None else with_unit(ConditionKind.DISTANCE_KM, str(km))


def _questions(
    chain: ChainRecord, steps: Sequence[StepWords], companies: Mapping[int, CompanyName]
) -> list[tuple[CompanyName, list[str]]]:
    """Return what to ask whom: open musts, lead times not stated, and how a treatment is wanted."""
    asked: dict[int, list[str]] = {}
    for link, step in zip(chain["links"], steps, strict=True):
        words = asked.setdefault(link["company_id"], [])
        words += [_question(each) for each in link["conditions"] if _is_open_must(each)]
        if step.named:
            words.append(_("処理「%(named)s」を受けられますか。", named=step.named))
        if link["days"] is None:
            words.append(_("「%(process)s」の納期は何日ですか。", process=step.name))
    return [(companies[key], list(dict.fromkeys(words))) for key, words in asked.items() if words]


def _is_open_must(condition: ConditionExplanation) -> bool:
    return condition["verdict"] == Verdict.UNKNOWN and condition["level"] == ConditionLevel.MUST


def _question(condition: ConditionExplanation) -> str:
    return question_words(
        OpenQuestion(
            ConditionKind(condition["kind"]),
            ConditionLevel(condition["level"]),
            condition["required"],
            condition["offered"],
        )
    )


def _note(links: Sequence[LinkCard]) -> str:
    partners = [
        _("%(process)s＝%(company)s", process=link.step.name, company=link.company.name)
        for link in links
        if not link.is_prime
    ]
    return str(_("工程チェーンの取りまとめ。%(partners)s", partners=_("、").join(partners)))
