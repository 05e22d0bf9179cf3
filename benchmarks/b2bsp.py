"""Prove optima of the published Business-to-Business Meeting Scheduling instances.

    python benchmarks/b2bsp.py DIR [--json FILE] [--time-limit SECONDS] [--seed N] [--variants N]

Reads the `.dzn` files of Bofill and others (JAIR 74, 2022): one day with a morning and an afternoon,
all meetings are held, breaks are to be few, and no company has over two breaks more than another. The
solver is the one that places the meetings of an event (`sme_match/events/timetable/placement_cp.py`).
"""

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.b2bsp_variants import draw_variants
from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.placement import Placement
from sme_match.events.timetable.placement_cp import place
from sme_match.events.timetable.solution import Status

FAIRNESS = 2
UNITS_PER_SECOND = 10
"""More deterministic time than any machine spends in a second: the clock ends a run, not the count."""
MORNING, AFTERNOON, ANY = 1, 2, 3
DIGITS, MOST_CELLS = 5, 1_000_000
"""What no event comes near: digits of a number, companies and meetings times slots."""


class InstanceError(ValueError):
    """The file is no instance, or contradicts itself; the text says where."""


@dataclass(frozen=True)
class Row:
    """What became of one instance."""

    name: str
    status: str
    objective: int | None
    bound: int | None
    seconds: float
    note: str = ""


def read_instance(text: str) -> Placement:
    """Read the text of a `.dzn` file.

    `requested`, `forbidden`, `fixed` and `precedences` count from 1; `meetingsxBusiness` repeats what
    `requested` says, one off, and is not looked at.

    Raises:
        InstanceError: Something needed is missing or makes no sense.
    """
    fields = fields_of(text)
    if re.search(rf"\d{{{DIGITS + 1}}}", " ".join(fields.values())):
        raise InstanceError(f"a number has over {DIGITS} digits")
    companies, count = _number(fields, "nBusiness"), _number(fields, "nMeetings")
    slots = _number(fields, "nTotalSlots")
    morning = _number(fields, "nMorningSlots") if "nMorningSlots" in fields else slots
    if morning > slots:
        raise InstanceError(f"nMorningSlots is over nTotalSlots: {morning} of {slots}")
    if (companies + count) * slots > MOST_CELLS:
        raise InstanceError(f"{companies} companies and {count} meetings in {slots} slots are too many")
    requested = _requested(fields.get("requested", ""), count, companies)
    forbidden = _sets(fields, "forbidden", companies)
    precedences = _sets(fields, "precedences", count)
    fixed = _fixed(fields, count, slots)
    sessions = {
        MORNING: range(1, morning + 1),
        AFTERNOON: range(morning + 1, slots + 1),
        ANY: range(1, slots + 1),
    }
    domains = []
    for index, (first, second, session) in enumerate(requested):
        closed = forbidden[first - 1] | forbidden[second - 1]
        allowed = [slot for slot in sessions[session] if slot not in closed]
        if fixed[index]:
            allowed = [slot for slot in allowed if slot == fixed[index]]
        domains.append(tuple(slot - 1 for slot in allowed))
    pairs = []
    for second, before in enumerate(precedences):
        for first in sorted(before - {0}):
            if not 1 <= first <= count:
                raise InstanceError(f"precedences: there is no meeting {first}")
            pairs.append((first - 1, second))
    return Placement(
        ends=tuple((first - 1, second - 1) for first, second, _ in requested),
        domains=tuple(domains),
        rows=companies,
        blocks=(tuple(range(slots)),),
        at_once=_number(fields, "nTables"),
        precedences=tuple(pairs),
        fairness=FAIRNESS,
    )


def fields_of(text: str) -> dict[str, str]:
    """Return what the file says of each name, comments left out."""
    text = re.sub(r"%[^\n]*", "", text)
    return {name: value.strip() for name, value in re.findall(r"(\w+)\s*=\s*([^;]*)", text)}


def _number(fields: dict[str, str], name: str) -> int:
    value = fields.get(name, "")
    if not re.fullmatch(r"[0-9]+", value):
        raise InstanceError(f"{name} is missing or no number")
    return int(value)


def _requested(text: str, count: int, companies: int) -> list[tuple[int, int, int]]:
    numbers = [int(number) for number in re.findall(r"-?\d+", text)]
    if len(numbers) != 3 * count:
        raise InstanceError(f"requested holds {len(numbers)} numbers instead of 3 for each meeting")
    rows = list(zip(*[iter(numbers)] * 3, strict=True))
    for first, second, session in rows:
        if not (1 <= first <= companies and 1 <= second <= companies) or first == second:
            raise InstanceError(f"requested: companies {first} and {second} cannot meet")
        if session not in (MORNING, AFTERNOON, ANY):
            raise InstanceError(f"requested: there is no session {session}")
    return [(row[0], row[1], row[2]) for row in rows]


def _sets(fields: dict[str, str], name: str, count: int) -> list[frozenset[int]]:
    if name not in fields:
        return [frozenset()] * count
    if "-" in fields[name]:
        raise InstanceError(f"{name} holds a negative number")
    sets = [_set(found) for found in re.findall(r"\{([^}]*)\}|(\d+\s*\.\.\s*\d+)", fields[name])]
    if len(sets) != count:
        raise InstanceError(f"{name} holds {len(sets)} sets instead of {count}")
    return sets


def _set(found: tuple[str, str]) -> frozenset[int]:
    listed, span = found
    members = {int(number) for number in re.findall(r"\d+", re.sub(r"\d+\s*\.\.\s*\d+", "", listed))}
    for low, high in re.findall(r"(\d+)\s*\.\.\s*(\d+)", listed or span):
        members.update(range(int(low), int(high) + 1))
    return frozenset(members)


def _fixed(fields: dict[str, str], count: int, slots: int) -> list[int]:
    if "fixed" not in fields:
        return [0] * count
    fixed = [int(number) for number in re.findall(r"-?\d+", fields["fixed"])]
    if len(fixed) != count or any(not 0 <= slot <= slots for slot in fixed):
        raise InstanceError("fixed does not hold a slot or 0 for each meeting")
    return fixed


def faults(placement: Placement, slots: Sequence[int]) -> list[str]:
    """Check slots of meetings against the rules, by counting alone."""
    found = []
    taken = [(row, slot) for ends, slot in zip(placement.ends, slots, strict=True) for row in ends]
    if len(set(taken)) != len(taken):
        found.append("a company is in two meetings at once")
    if any(slot not in placement.domains[index] for index, slot in enumerate(slots)):
        found.append("a meeting is in a slot that it may not take")
    if placement.at_once is not None and any(
        list(slots).count(slot) > placement.at_once for slot in set(slots)
    ):
        found.append("there are not enough tables")
    if any(slots[first] >= slots[second] for first, second in placement.precedences):
        found.append("a meeting is before one that has to come first")
    breaks = placement.breaks(tuple(slots))
    if max(breaks, default=0) - min(breaks, default=0) > FAIRNESS:
        found.append("breaks are unfair")
    return found


def run(name: str, placement: Placement, *, time_limit: float, seed: int) -> Row:
    """Solve one instance and check what comes back."""
    started = time.monotonic()
    budget = Budget(
        limit=UNITS_PER_SECOND * time_limit,
        seed=seed,
        stop=lambda: time.monotonic() - started > time_limit,
    )
    result = place(placement, budget)
    seconds = time.monotonic() - started
    wrong = faults(placement, result.slots) if result.slots else []
    if wrong:
        return Row(name, "UNKNOWN", None, result.bound, seconds, "; ".join(wrong))
    bound = None if result.status is Status.INFEASIBLE else result.bound
    return Row(name, result.status.name, result.objective, bound, seconds)


def instances(paths: Sequence[Path], variants: int, seed: int) -> Iterator[tuple[str, Placement | str]]:
    """Read the files; what cannot be read comes with a sentence instead, and does not end the run."""
    rng = random.Random(seed)
    for path in paths:
        try:
            placement = read_instance(path.read_text(encoding="utf-8", errors="replace"))
        except (InstanceError, OSError) as error:
            yield path.stem, str(error)
            continue
        if not variants:
            yield path.stem, placement
        for name, variant in draw_variants(placement, variants, rng):
            yield f"{path.stem}~{name}", variant


def main(arguments: Sequence[str] | None = None) -> int:
    """Solve every instance of the folder, print the table, write the file asked for."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--time-limit", type=float, default=300.0, help="seconds for each instance")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--variants", type=int, default=0, help="solve so many variants instead")
    options = parser.parse_args(arguments)
    paths = sorted(options.folder.rglob("*.dzn")) if options.folder.is_dir() else [options.folder]
    paths = [path for path in paths if path.is_file()]
    if not paths:
        print(f"There is no .dzn file in {options.folder}.", file=sys.stderr)
        return 1
    rows = []
    print(f"{'instance':<44} {'status':<11} {'breaks':>6} {'bound':>6} {'seconds':>8}")
    for name, found in instances(paths, options.variants, options.seed):
        if isinstance(found, str):
            row = Row(name, "UNKNOWN", None, None, 0.0, found)
        else:
            row = run(name, found, time_limit=options.time_limit, seed=options.seed)
        rows.append(row)
        print(
            f"{row.name:<44} {row.status:<11} {_shown(row.objective):>6}"
            f" {_shown(row.bound):>6} {row.seconds:8.2f}  {row.note}",
            flush=True,
        )
    proven = sum(row.status in ("OPTIMAL", "INFEASIBLE") for row in rows)
    print(f"{proven} of {len(rows)} proven in {sum(row.seconds for row in rows):.1f} s")
    if options.json:
        shown = [
            {key: getattr(row, key) for key in ("name", "status", "objective", "bound", "seconds")}
            for row in rows
        ]
        options.json.write_text(json.dumps({"rows": shown}, indent=2) + "\n", encoding="utf-8")
    return 0


def _shown(value: int | None) -> str:
    return "–" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main())
