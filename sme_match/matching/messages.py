"""The mail that tells a coordinator which companies newly pass the needs that they watch."""

from collections.abc import Sequence
from dataclasses import dataclass

from sme_match.companies.models import Company
from sme_match.matching.engine.conditions import Verdict
from sme_match.matching.engine.match import Candidate
from sme_match.needs.enums import ConditionLevel
from sme_match.needs.models import Need

WORDS_SHOWN = 5
COMPANIES_SHOWN = 20
"""So many companies of one need stand in a mail; the others are counted."""


@dataclass(frozen=True, slots=True)
class NewCompany:
    """A company that newly passes, and what the engine says of it."""

    company: Company
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Watched:
    """A need with the companies that newly pass it, best first."""

    need: Need
    companies: Sequence[NewCompany]


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    opening: str
    need: str
    company: str
    shared: str
    musts: str
    unknown: str
    comma: str
    more: str
    closing: str


_WORDS = {
    "ja": _Words(
        subject="【ものづくり商談ナビ】新しく合う企業が{count}社あります",
        opening="{name} 様\n\n知らせを受けている発注案件に、新しく合う企業が見つかりました。",
        need="■ {number} {title}\n  推薦の確認：{link}",
        company="  ・{name}（{score}点）\n    理由：{reason}\n    {link}",
        shared="合っている言葉は{words}",
        musts="必須条件{passed}/{asked}を確認済み",
        unknown="未確認の必須条件{count}件",
        comma="、",
        more="  ほか{count}社",
        closing="点数は参考です。合うかどうかは、コーディネーターが判断してください。\n"
        "知らせを止めるには、次の画面で「知らせを止める」を押してください。\n{link}",
    ),
    "en": _Words(
        subject="[Monozukuri Shodan Navi] {count} more companies suit your needs",
        opening="Dear {name},\n\nMore companies now suit the needs that you watch.",
        need="* {number} {title}\n  Review: {link}",
        company="  - {name} ({score} points)\n    Why: {reason}\n    {link}",
        shared="shared words {words}",
        musts="{passed} of {asked} must conditions confirmed",
        unknown="{count} must conditions still to be asked",
        comma=", ",
        more="  and {count} more",
        closing="Scores are for reference; the decision is the coordinator's.\n"
        "To stop these mails, press “Stop telling me” on this page:\n{link}",
    ),
}


def compose_news(news: Sequence[Watched], *, language: str, name: str, base_url: str) -> Letter:
    """Tell a coordinator, in the language of the account, who newly passes which need and why."""
    words = _WORDS.get(language, _WORDS["ja"])
    parts = [words.opening.format(name=name)]
    for watched in news:
        need = watched.need
        link = f"{base_url}/needs/{need.id}/matches"
        lines = [words.need.format(number=need.number, title=need.title, link=link)]
        lines += [
            words.company.format(
                name=each.company.name,
                score=each.candidate.score,
                reason=_reason(each.candidate, words),
                link=f"{base_url}/companies/{each.company.id}/matches",
            )
            for each in watched.companies[:COMPANIES_SHOWN]
        ]
        if len(watched.companies) > COMPANIES_SHOWN:
            lines.append(words.more.format(count=len(watched.companies) - COMPANIES_SHOWN))
        parts.append("\n".join(lines))
    parts.append(words.closing.format(link=f"{base_url}/matching/watches"))
    count = sum(len(watched.companies) for watched in news)
    return Letter(words.subject.format(count=count), "\n\n".join(parts) + "\n")


def _reason(candidate: Candidate, words: _Words) -> str:
    shared = [term.query_term for term in candidate.terms if term.query_term and term.points]
    musts = [each for each in candidate.conditions if each.level is ConditionLevel.MUST]
    passed = sum(each.verdict is Verdict.PASS for each in musts)
    reasons = []
    if shared:
        reasons.append(words.shared.format(words=words.comma.join(shared[:WORDS_SHOWN])))
    if musts:
        reasons.append(words.musts.format(passed=passed, asked=len(musts)))
    if candidate.unknown_musts:
        reasons.append(words.unknown.format(count=len(candidate.unknown_musts)))
    return words.comma.join(reasons) or "–"
