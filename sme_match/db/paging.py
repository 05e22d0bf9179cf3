"""One page of a long list, with a constant number of queries; long lists of ids in portions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Item = TypeVar("Item")
Columns = Select[*tuple[Any, ...]]
PAGE_SIZE = 20
IDS_PER_QUERY = 5_000
"""Below the number of parameters that either database takes in one statement."""
KEPT_STATEMENTS = 256
"""How many statements of a list are kept: putting one together takes longer than running it."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list. `number` counts from 1; `total` counts all items of the list."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """Return the number of the last page, at least 1."""
        return max(1, -(-self.total // self.size))

    @property
    def first_item(self) -> int:
        """Return the position of the first item shown, counted from 1; 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last_item(self) -> int:
        """Return the position of the last item shown."""
        return self.first_item + len(self.items) - 1 if self.items else 0


def fetch_page(
    session: Session, query: Select[Item], *, number: int, size: int = PAGE_SIZE
) -> Page[Item]:
    """Run the count and the page of a query for one entity; a page past the end gives the last.

    The query carries filters, order and loader options.
    """
    counted: Select[Any] = query.with_only_columns(func.count(), maintain_column_froms=True)
    total = session.scalar(counted.order_by(None).options()) or 0
    number = min(max(1, number), max(1, -(-total // size)))
    items = session.scalars(query.limit(size).offset((number - 1) * size)).all() if total else []
    return Page(items=items, number=number, size=size, total=total)


def select_page(query: Columns, shown: Columns, *, number: int, size: int = PAGE_SIZE) -> Columns:
    """Return the statement for one page of `shown`, with the total of `query` behind each row.

    `shown` is the query with the columns that the list shows of its records and what they come from;
    whole records take several times longer.
    """
    counted = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = counted.correlate(None).scalar_subquery()
    return shown.add_columns(total).limit(size).offset((max(1, number) - 1) * size)


def fetch_lines(
    session: Session,
    statement: Callable[[int], Columns],
    line: Callable[..., Item],
    *,
    number: int,
    size: int = PAGE_SIZE,
    values: Mapping[str, object] | None = None,
) -> Page[Item]:
    """Run the statement of a page as `select_page` makes it, with one query.

    A page past the end gives the last, which takes two more. `values` are those of its parameters.
    """
    connection = session.connection()
    number = max(1, number)
    rows = connection.execute(statement(number), values).all()
    if not rows and number > 1:
        first = connection.execute(statement(1), values).first()
        number = -(-first[-1] // size) if first else 1
        rows = connection.execute(statement(number), values).all()
    items = [line(*row[:-1]) for row in rows]
    return Page(items=items, number=number, size=size, total=rows[0][-1] if rows else 0)


def count(session: Session, query: Select[Any]) -> int:
    """Return how many rows the query has."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the ids in portions that fit into one statement."""
    for start in range(0, len(ids), IDS_PER_QUERY):
        yield ids[start : start + IDS_PER_QUERY]
