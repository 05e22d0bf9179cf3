"""Manufacturing processes as a capability or a need names them, with their synonyms."""

from dataclasses import dataclass
from functools import cache

from sme_match.core.text import normalize_width
from sme_match.reference.lookup import Entry, NameIndex
from sme_match.reference.tables import read_rows, split_list

# The trade writes 成形 and 成型 for the same thing.
_VARIANTS = (("成型", "成形"),)
_OPTIONAL_ENDINGS = ("一式", "全般", "業務", "作業", "加工", "処理", "製作", "製造", "業")


@dataclass(frozen=True, slots=True)
class ProcessGroup(Entry):
    """A heading under which processes are offered (切削, 板金・製缶 …).

    `stage` says where its work mostly stands in a process chain: a part is cut before it is
    hardened, hardened before it is ground, and plated after that.
    """

    stage: int


@dataclass(frozen=True, slots=True)
class Process(Entry):
    """One process; `jsic_codes` are the detailed classes of industry that mostly do it."""

    group_code: str
    jsic_codes: tuple[str, ...]
    synonyms: tuple[str, ...]

    @property
    def group(self) -> ProcessGroup:
        """The heading it stands under."""
        return get_process_group(self.group_code)


@cache
def _groups() -> dict[str, ProcessGroup]:
    return {
        row["code"]: ProcessGroup(code=row["code"], ja=row["ja"], en=row["en"], stage=int(row["stage"]))
        for row in read_rows("process_groups.csv")
    }


@cache
def _processes() -> dict[str, Process]:
    return {
        row["code"]: Process(
            code=row["code"],
            ja=row["ja"],
            en=row["en"],
            group_code=row["group"],
            jsic_codes=split_list(row["jsic_codes"]),
            synonyms=split_list(row["synonyms"]),
        )
        for row in read_rows("processes.csv")
    }


def list_process_groups() -> tuple[ProcessGroup, ...]:
    """Return the groups in the order in which forms offer them."""
    return tuple(_groups().values())


def get_process_group(code: str) -> ProcessGroup:
    """Return the group of a code.

    Raises:
        KeyError: There is no such code.
    """
    return _groups()[code]


def list_processes(group_code: str | None = None) -> tuple[Process, ...]:
    """Return the processes of one group, or all of them in the order of the groups.

    Raises:
        KeyError: There is no such group.
    """
    if group_code is not None:
        get_process_group(group_code)
    return tuple(
        process for process in _processes().values() if group_code in (None, process.group_code)
    )


def get_process(code: str) -> Process:
    """Return the process of a code.

    Raises:
        KeyError: There is no such code.
    """
    return _processes()[code]


def _names(process: Process) -> tuple[str, ...]:
    # The part before a bracket is a name of its own: 旋盤加工（旋削） is also 旋盤加工.
    return (
        process.code,
        process.ja,
        process.ja.partition("（")[0],
        process.en,
        process.en.partition(" (")[0],
        *process.synonyms,
    )


@cache
def _index() -> NameIndex[Process]:
    return NameIndex(_processes().values(), _names)


def find_process(text: str) -> Process | None:
    """Return the process meant by a code, a name or a synonym in Japanese or English, or None.

    Endings that add nothing (加工, 処理, 一式) may be there or not.
    """
    stem = normalize_width(text)
    for variant, usual in _VARIANTS:
        stem = stem.replace(variant, usual)
    found = _index().find(stem)
    while found is None:
        ending = next((end for end in _OPTIONAL_ENDINGS if stem.endswith(end)), None)
        if ending is None or stem == ending:
            return None
        stem = stem.removesuffix(ending)
        found = _index().find(stem)
    return found
