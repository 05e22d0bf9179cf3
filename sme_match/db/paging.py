"""One page of a long list, with a constant number of queries; long lists of ids in portions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import BindParameter, Integer, Select, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

Item = TypeVar("Item")
Columns = Select[*tuple[Any, ...]]
PAGE_SIZE = 20
IDS_PER_QUERY = 5_000
"""Below the number of parameters that either database takes in one statement."""
KEPT_STATEMENTS = 256
"""How many statements of a list are kept: putting one together takes longer than running it."""
_SIZE: BindParameter[int] = bindparam("page_size", type_=Integer)
_START: BindParameter[int] = bindparam("page_start", type_=Integer)


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


class Listing(NamedTuple):
    """The statements of a list, kept for each reader and filter."""

    lines: Columns
    total: Columns


def select_listing(query: Select[Any], shown: Columns, key: InstrumentedAttribute[int]) -> Listing:
    """Return the statements of a list: `query` finds its records, `shown` reads their lines.

    `shown` takes the columns that the list shows of the records, and what they come from, without
    conditions; whole records take several times longer. Both run in the same order. A page is found
    by the ids alone, so that what stands before it is passed over in an index and no row of it is read.
    """
    ids = query.with_only_columns(key, maintain_column_froms=True)
    page = ids.limit(_SIZE).offset(_START).correlate(None)
    return Listing(
        lines=shown.where(key.in_(page)),
        total=query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None),
    )


def fetch_lines(
    session: Session,
    listing: Listing,
    line: Callable[..., Item],
    *,
    number: int,
    size: int = PAGE_SIZE,
    values: Mapping[str, object] | None = None,
    total: Callable[[], int] | None = None,
) -> Page[Item]:
    """Read a page of a list, and its total unless the page itself tells it, by being the last.

    A page past the end gives the last. `values` are those of the parameters of the statements;
    `total` counts the list in another way than its own statement does.
    """
    connection = session.connection()

    def read(number: int) -> Sequence[Any]:
        bounds = {_SIZE.key: size, _START.key: (number - 1) * size}
        return connection.execute(listing.lines, {**(values or {}), **bounds}).all()

    number = max(1, number)
    rows = read(number)
    if 0 < len(rows) < size or (number == 1 and not rows):
        found = (number - 1) * size + len(rows)
    else:
        found = total() if total else connection.execute(listing.total, values).scalar_one()
    if not rows and number > 1:
        number = max(1, -(-found // size))
        rows = read(number)
    return Page(items=[line(*row) for row in rows], number=number, size=size, total=found)


def count(session: Session, query: Select[Any]) -> int:
    """Return how many rows the query has."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the ids in portions that fit into one statement."""
    for start in range(0, len(ids), IDS_PER_QUERY):
        yield ids[start : start + IDS_PER_QUERY]
