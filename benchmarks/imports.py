"""How long a register file of 20,000 rows takes: looked at, brought in, taken back.

    python benchmarks/imports.py [--rows 20000] [--database postgresql+psycopg://…]

Seconds of wall clock and of this process.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sme_match.capabilities.register import CAPABILITY_REGISTER
from sme_match.companies.register import COMPANY_REGISTER
from sme_match.core.actor import Actor, Role
from sme_match.db.session import Database
from sme_match.needs.register import NEED_REGISTER
from sme_match.needs.register.columns import CONDITION_KEYS
from sme_match.registers.description import Register
from sme_match.registers.services import apply_import, read_file, start_import, undo_import
from sme_match.schema import METADATA
from sme_match.support_bodies.models import SupportBody
from sme_match.tables.writing import write_csv

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
CELLS = {
    "companies": lambda row: {
        "name": f"有限会社測定{row}製作所",
        "address": f"岩手県北上市相去町{row}",
    },
    "capabilities": lambda row: {"company_name": f"有限会社測定{row}製作所"},
    "needs": lambda row: {"title": f"測定用の部品{row}", "buyer_name": f"測定発注{row // 20}"},
}
LEFT_OUT = frozenset({"id", "number", "corporate_number", "prefecture_code", "municipality", "owner"})


def file_of(register: Register, rows: int) -> bytes:
    """Return a file with the examples of the template in every column that may repeat."""
    # A need seldom has more than a few of the many kinds of conditions.
    some = [column for column in register.columns if column.key in CONDITION_KEYS][::12]
    columns = [
        column
        for column in register.columns
        if column in some or column.key not in {*LEFT_OUT, *CONDITION_KEYS}
    ]

    def lines() -> Iterator[list[str]]:
        for row in range(rows):
            own = CELLS[register.key](row)
            yield [own.get(column.key, column.example) for column in columns]

    return write_csv([column.title for column in columns], lines()).data


def timed(database: Database, name: str, act: Callable[[Session], int]) -> int:
    """Run one step in a transaction of its own and print what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    with database.unit_of_work() as session:
        result = act(session)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"  {name:8} {wall:6.1f} s   {cpu:6.1f} s CPU")
    return result


def measure(database: Database, actor: Actor, register: Register, rows: int) -> None:
    """Look at a file, bring it in, take it back, and bring it in again for the next register."""
    data = file_of(register, rows)
    print(f"{register.key}: {rows:,} rows, {len(data) / 1e6:.1f} MB")

    def look(session: Session) -> int:
        file = read_file(register, filename="f.csv", data=data)
        return start_import(session, actor, register, file, now=NOW).id

    def bring_in(session: Session) -> int:
        return len(apply_import(session, actor, register, import_id, decisions={}, now=NOW).written)

    def take_back(session: Session) -> int:
        return undo_import(session, actor, register, import_id, now=NOW).undone

    for steps in (
        (("look", look), ("apply", bring_in), ("undo", take_back)),
        (("look again", look), ("apply", bring_in)),
    ):
        import_id = 0
        for name, act in steps:
            result = timed(database, name, act)
            import_id = import_id or result


def main() -> None:
    """Measure the three registers one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--database", default="", help="an empty one; without, a new SQLite file")
    given = parser.parse_args()
    rows = given.rows
    with TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'imports.sqlite3'}"
        database = Database(url)
        METADATA.create_all(database.engine)
        with database.unit_of_work() as session:
            body = SupportBody(
                name="測定",
                name_en="Bench",
                short_name="測定",
                prefecture_code="03",
                phone="",
                email="a@example.jp",
                created_at=NOW,
            )
            session.add(body)
            session.flush()
            actor = Actor(role=Role.COORDINATOR, name="測定", body_id=body.id)
        for register in (COMPANY_REGISTER, CAPABILITY_REGISTER, NEED_REGISTER):
            measure(database, actor, register, rows)
        database.dispose()


if __name__ == "__main__":
    main()
