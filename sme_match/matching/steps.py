"""The steps of a process chain that a need goes through, read from its fields.

They come from its main process, from the processes it demands as musts, and from the words of its
treatment (硬質クロムめっき, 焼入れ焼戻し, 白アルマイト), in the order in which such work is done.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from sme_match.matching.engine.chain_steps import Step
from sme_match.matching.engine.thesaurus import Concept, Thesaurus
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.needs.models import Need
from sme_match.reference.processes import Process, find_process, get_process, list_processes
from sme_match.reference.thesaurus import list_concepts

TREATMENT_GROUPS: Final = frozenset({"heat", "surface"})
"""Work that mostly goes out to another house; deburring or marking is done along the way."""
_DONE_ALONG: Final = frozenset({"cleaning", "marking"})
# 熱処理済み, めっき不要, plating not required: named, but not to be done.
_NOT_WANTED: Final = re.compile(
    r"\s*(?:[はがも]\s*)?(?:済|不要|なし|無し|無用|支給)|\s*(?:is\s+)?(?:not\s+(?:needed|required)|done)",
    re.IGNORECASE,
)


def need_steps(need: Need) -> tuple[Step, ...]:
    """Return the steps of a need whose conditions are loaded; none when it names no process."""
    musts = [
        str(each.text)
        for each in need.conditions
        if each.kind is ConditionKind.PROCESS and each.level is ConditionLevel.MUST
    ]
    demanded = [code for code in dict.fromkeys(musts) if not _is_covered(code, set(musts))]
    named = need.process_code
    # The must says more strictly what the main process says: 旋盤加工 demanded for 複合旋盤加工.
    main = next((code for code in demanded if _are_related(code, named)), named)
    if not main and demanded:
        main = min(demanded, key=_stage)
    if not main:
        return ()
    steps = [Step(main, is_main=True, accepts=frozenset() if main in demanded else _narrower(main))]
    steps += [Step(code) for code in demanded if code != main]
    for step in _treatments(need.treatment):
        taken = [each.process for each in steps]
        is_new = not any(_are_related(step.process, code) for code in taken)
        # 浸炭焼入れ asked of a heat treatment says how, not what comes after it.
        if is_new and _group(step.process) != _group(main):
            steps.append(step)
    return tuple(sorted(steps, key=lambda step: _stage(step.process)))


@cache
def standards_about() -> dict[str, frozenset[str]]:
    """Return the certificates that are about some processes only, with these processes."""
    groups = {"iso_3834": ("joining",), "nadcap": ("heat", "surface", "joining")}
    about = {
        standard: frozenset(each.code for group in of for each in list_processes(group))
        for standard, of in groups.items()
    }
    return about | {"steel_fabricator": frozenset({"steel_structure", "plate_work"})}


def _treatments(text: str) -> Iterator[Step]:
    """Yield what a text on treatment asks for, each process once, in the order of the text."""
    thesaurus = trade_thesaurus()
    by_place: dict[tuple[int, int], list[str]] = {}
    found = []
    for token in thesaurus.tokens(text):
        by_place.setdefault((token.start, token.end), []).append(token.term)
    for (start, end), codes in by_place.items():
        process = _process_of(codes) or find_process(text[start:end])
        if process is None or process.code in _DONE_ALONG:
            continue
        if process.group_code in TREATMENT_GROUPS and not _NOT_WANTED.match(text, end):
            # A general word (めっき) is met by each of its kinds, a special one (浸炭) is not.
            general = codes[0] == process.code or _process_of(codes) is None
            found.append(
                (process.code, _narrower(codes[0]) if general else frozenset(), text[start:end])
            )
    for code, accepts, words in found:
        yield Step(code, accepts=accepts, named=words if len(found) > 1 else text)


def _process_of(codes: list[str]) -> Process | None:
    """Return the nearest concept that companies can state as their process."""
    for code in codes:
        try:
            return get_process(code)
        except KeyError:
            continue
    return None


@cache
def trade_thesaurus() -> Thesaurus:
    """Return the words of the trade that ship with the programme."""
    return Thesaurus(
        Concept(each.code, each.kind, each.labels, each.broader) for each in list_concepts()
    )


def _broader(code: str) -> tuple[str, ...]:
    try:
        return trade_thesaurus().broader_of(code)
    except KeyError:
        return ()


@cache
def _narrower(code: str) -> frozenset[str]:
    return frozenset(each.code for each in list_processes() if code in _broader(each.code))


def _are_related(one: str, other: str) -> bool:
    return one == other or one in _broader(other) or other in _broader(one)


def _is_covered(code: str, codes: set[str]) -> bool:
    """Tell whether another of the codes is a kind of this one, so that it says nothing more."""
    return any(code in _broader(other) for other in codes)


def _group(code: str) -> str:
    process = _process_of([code])
    return process.group_code if process else ""


def _stage(code: str) -> int:
    process = _process_of([code])
    return process.group.stage if process else 0
