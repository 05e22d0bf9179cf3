"""Solve Business-to-Business instances beside solvers of other kinds, one after the other in one run.

    python benchmarks/b2bsp_peers.py DIR [--time-limit SECONDS] [--minizinc-limit SECONDS]

UWrMaxSAT (in `hermax`) and RC2 (in `python-sat`) get the clauses of `encoding.py`, with its sums over
a slot as sorted counters of pairs, the implied constraints of Bofill and others; making the clauses is
not counted for them. MiniZinc with Gecode gets `b2bsp.mzn`. Seconds are processor time of a process of
its own, without starting it; limits are of the wall clock. What is not installed is left out.
"""

import argparse
import multiprocessing
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.b2bsp import fields_of, read_instance, run
from sme_match.events.timetable.counters import sorted_counter
from sme_match.events.timetable.placement import Placement
from sme_match.events.timetable.placement_cp import encoded

OPTIMUM, UNSATISFIABLE = 30, 20
"""What solvers with the IPAMIR interface answer."""
Clauses = list[list[int]]
Answer = tuple[str, float]
Peer = Callable[[str, float], Answer]


def clauses(placement: Placement) -> tuple[Clauses, Clauses]:
    """Return hard clauses, and soft ones that count breaks, with literals from 1."""
    encoding = encoded(placement)
    model = encoding.model
    for constraint in list(model.proto.constraints):
        if constraint.has_linear():
            _count_pairs(encoding.model, list(constraint.linear.vars), constraint.linear.domain[1])
    hard: Clauses = []
    for constraint in model.proto.constraints:
        if constraint.has_bool_or():
            unless = [-_literal(index) for index in constraint.enforcement_literal]
            hard.append([*unless, *map(_literal, constraint.bool_or.literals)])
        elif constraint.has_bool_and():
            (given,) = constraint.enforcement_literal
            hard += [[-_literal(given), _literal(index)] for index in constraint.bool_and.literals]
        elif not constraint.has_linear():
            exactly = constraint.has_exactly_one()
            one = constraint.exactly_one if exactly else constraint.at_most_one
            literals = [_literal(index) for index in one.literals]
            hard += [literals] if exactly else []
            hard += [[-a, -b] for place, a in enumerate(literals) for b in literals[:place]]
    return hard, [[-_literal(index)] for index in model.proto.objective.vars]


def _count_pairs(model: object, variables: list[int], most: int) -> None:
    literals = [model.get_bool_var_from_proto_index(index) for index in variables]  # type: ignore[attr-defined]
    count = sorted_counter(model, literals, most)  # type: ignore[arg-type]
    for index in range(0, len(count) - 1, 2):
        model.add_implication(count[index], count[index + 1])  # type: ignore[attr-defined]


def _literal(index: int) -> int:
    return index + 1 if index >= 0 else index


def product(text: str, limit: float) -> Answer:
    """Solve as the product does, building the model included."""
    started = time.process_time()
    row = run("", read_instance(text), time_limit=limit, seed=0)
    shown = "–" if row.objective is None else str(row.objective)
    return f"{row.status} {shown}", time.process_time() - started


def uwrmaxsat(text: str, _: float) -> Answer:
    """Let UWrMaxSAT minimize the breaks."""
    placement = read_instance(text)
    if not all(placement.pruned):
        return "INFEASIBLE –", 0.0
    hard, soft = clauses(placement)
    started = time.process_time()
    solver = import_module("hermax.core.urmaxsat_py").UWrMaxSAT()
    for _number in range(max(abs(literal) for clause in hard for literal in clause)):
        solver.newVar()
    for clause in hard:
        solver.addClause(clause, None)
    for clause in soft:
        solver.addClause(clause, 1)
    answer = solver.solve()
    words = {OPTIMUM: "OPTIMAL", UNSATISFIABLE: "INFEASIBLE"}.get(answer, "UNKNOWN")
    cost = solver.getCost() if answer == OPTIMUM else "–"
    return f"{words} {cost}", time.process_time() - started


def rc2(text: str, _: float) -> Answer:
    """Let RC2 minimize the breaks, with the settings of its entry to the MaxSAT evaluation."""
    placement = read_instance(text)
    if not all(placement.pruned):
        return "INFEASIBLE –", 0.0
    hard, soft = clauses(placement)
    started = time.process_time()
    formula = import_module("pysat.formula").WCNF()
    formula.extend(hard)
    formula.extend(soft, weights=[1] * len(soft))
    solver = import_module("pysat.examples.rc2").RC2(
        formula, solver="g4", adapt=True, exhaust=True, minz=True
    )
    found = solver.compute()
    words = "INFEASIBLE –" if found is None else f"OPTIMAL {solver.cost}"
    return words, time.process_time() - started


def minizinc(text: str, limit: float) -> Answer:
    """Let Gecode search the model of constraint programming."""
    fields = fields_of(text)
    meetings = int(fields["nMeetings"])
    names = (
        "nBusiness",
        "nMeetings",
        "nTables",
        "nTotalSlots",
        "nMorningSlots",
        "requested",
        "forbidden",
    )
    data = {name: fields[name] for name in names}
    data["fixed"] = fields.get("fixed", str([0] * meetings))
    data["precedences"] = fields.get("precedences", f"[{','.join(['{}'] * meetings)}]")
    with tempfile.NamedTemporaryFile("w", suffix=".dzn") as file:
        file.writelines(f"{name} = {value};\n" for name, value in data.items())
        file.flush()
        model = Path(__file__).with_suffix("").with_name("b2bsp.mzn")
        command = ["minizinc", "--solver", "gecode", "--time-limit", str(int(1000 * limit))]
        answer = subprocess.run(
            [*command, str(model), file.name], capture_output=True, text=True, check=False
        ).stdout
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    totals = re.findall(r"total=(\d+)", answer)
    status = "OPTIMAL" if "==========" in answer else "FEASIBLE" if totals else "UNKNOWN"
    if "UNSATISFIABLE" in answer:
        status = "INFEASIBLE"
    return f"{status} {totals[-1] if totals else '–'}", used.ru_utime + used.ru_stime


def _send(peer: Peer, text: str, limit: float, pipe: Connection) -> None:
    pipe.send(peer(text, limit))


def apart(peer: Peer, text: str, limit: float) -> Answer:
    """Run one peer in a process of its own, which is ended some seconds after the limit."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=partial(_send, peer, text, limit, theirs)
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    process.start()
    answer: Answer | None = ours.recv() if ours.poll(limit + 5) else None
    process.terminate()
    process.join()
    return answer or ("at the limit", resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--minizinc-limit", type=float, default=30.0)
    options = parser.parse_args(arguments)
    peers: dict[str, tuple[Peer, float]] = {"b2bsp.py": (product, options.time_limit)}
    if find_spec("hermax"):
        peers["UWrMaxSAT"] = (uwrmaxsat, options.time_limit)
    if find_spec("pysat"):
        peers["RC2"] = (rc2, options.time_limit)
    if shutil.which("minizinc") and options.minizinc_limit:
        peers["MiniZinc + Gecode"] = (minizinc, options.minizinc_limit)
    print("| instance |", " | ".join(f"{name} | CPU s" for name in peers), "|")
    print("|---|", "|".join("---|--:" for _ in peers), "|", sep="")
    sums = dict.fromkeys(peers, 0.0)
    for path in sorted(options.folder.rglob("*.dzn")):
        text = path.read_text(encoding="utf-8")
        cells = []
        for name, (peer, limit) in peers.items():
            answer, seconds = apart(peer, text, limit)
            sums[name] += seconds
            cells += [answer, f"{seconds:.2f}"]
        print(f"| {path.stem} |", " | ".join(cells), "|", flush=True)
    print("| together |", " | ".join(f"| {seconds:.1f}" for seconds in sums.values()), "|")
    return 0


if __name__ == "__main__":
    sys.exit(main())
