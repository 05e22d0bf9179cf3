"""Records as columns: the little of a data frame that counting needs, and fast at it. Pure.

All columns are arrays of whole numbers or truth values. What is not known is `NONE`. A day is its
ordinal, a code its place among the names of the column, an id a record. A page counts some hundred
times from some thousand rows, where the fixed cost of pandas was more than a tenth of a second.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Mask = NDArray[np.bool_]
Ids = Sequence[int]
NONE = -1
_ID_BITS = 40
"""Ids below 2**40 leave 23 bits for a key in one number, so that sorting by both is sorting once."""
_ID_MASK = 2**_ID_BITS - 1


class IdList(Sequence[int]):
    """Distinct ids in ascending order; a tuple that is written out only when somebody reads it."""

    __slots__ = ("_array",)

    def __init__(self, array: Array) -> None:
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    @overload
    def __getitem__(self, place: int) -> int: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[int, ...]: ...

    def __getitem__(self, place: int | slice) -> int | tuple[int, ...]:
        found = self._array[place]
        return tuple(found.tolist()) if isinstance(place, slice) else int(found)

    def __iter__(self) -> Iterator[int]:
        return iter(self._array.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdList | tuple) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class Frame:
    """Rows as columns of one length; never changed. A cut copies a column when it is asked for."""

    __slots__ = ("_columns", "_rows", "_source", "names")

    def __init__(
        self,
        columns: Mapping[str, Array],
        names: Mapping[str, tuple[str, ...]],
        *,
        source: "Frame | None" = None,
        rows: Array | None = None,
    ) -> None:
        self._columns = dict(columns)
        self._source = source
        self._rows = rows
        self.names = names
        """By coded column: what each code stands for."""

    def __len__(self) -> int:
        if self._rows is not None:
            return len(self._rows)
        return len(next(iter(self._columns.values())))

    def __getitem__(self, column: str) -> Array:
        """Return a column; nobody may change it."""
        found = self._columns.get(column)
        if found is None:
            if self._source is None:
                raise KeyError(column)
            whole = self._source[column]
            found = self._columns[column] = whole if self._rows is None else whole[self._rows]
        return found

    @property
    def columns(self) -> frozenset[str]:
        """The names of all columns."""
        own = frozenset(self._columns)
        return own if self._source is None else own | self._source.columns

    def where(self, chosen: Mask) -> "Frame":
        """Return the rows for which the mask is set."""
        return self.rows(np.flatnonzero(chosen))

    def rows(self, places: Array) -> "Frame":
        """Return the rows of these places."""
        return Frame({}, self.names, source=self, rows=places)

    def marked(self, **columns: Array) -> "Frame":
        """Return the same rows with some columns replaced."""
        return Frame(columns, self.names, source=self)

    def known(self, column: str) -> Mask:
        """Tell for which rows a value is known."""
        found: Mask = self[column] != NONE
        return found

    def equals(self, column: str, name: str) -> Mask:
        """Tell which rows have this code."""
        names = self.names[column]
        # A code that no row has is none of the names.
        code = names.index(name) if name in names else len(names)
        found: Mask = self[column] == code
        return found

    def named(self, column: str, code: int) -> str | None:
        """Return what a code of a column stands for; None when it is not known."""
        return None if code == NONE else self.names[column][code]

    def replaced(self, gone: Mask, part: "Frame", order: tuple[str, ...]) -> "Frame":
        """Return the rows with some replaced by those of `part`, in the order of some columns.

        Columns in which nothing differs are shared with this frame; when none differs it is this frame.
        """
        places = np.flatnonzero(gone)
        names = {name: _joined_names(own, part.names[name]) for name, own in self.names.items()}
        columns = {name: _recoded(part, name, names) for name in self._columns}
        if all(np.array_equal(self[name][places], columns[name]) for name in order):
            changed = {name: _overwritten(self[name], places, own) for name, own in columns.items()}
            if all(changed[name] is self[name] for name in changed):
                return self
            return Frame(changed, names)
        kept = np.flatnonzero(~gone)
        joined = {name: np.concatenate((self[name][kept], own)) for name, own in columns.items()}
        return sorted_by(Frame(joined, names), order)


def sorted_by(frame: Frame, order: tuple[str, ...]) -> Frame:
    """Return the rows in the ascending order of some columns, the first of which counts most."""
    places = np.lexsort(tuple(frame[name] for name in reversed(order)))
    return Frame({name: frame[name][places] for name in frame._columns}, frame.names)  # noqa: SLF001 -- its own kind


def _joined_names(own: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    more = tuple(name for name in others if name not in own)
    return own + more if more else own


def _recoded(part: Frame, column: str, names: Mapping[str, tuple[str, ...]]) -> Array:
    """Return a column of `part`, its codes as the places among these names."""
    codes = part[column]
    if column not in names:
        return codes
    # The last place stands for NONE, which is -1.
    places = [names[column].index(name) for name in part.names[column]]
    return np.array([*places, NONE], dtype=codes.dtype)[codes]


def _overwritten(whole: Array, places: Array, values: Array) -> Array:
    if np.array_equal(whole[places], values):
        return whole
    changed = whole.copy()
    changed[places] = values
    return changed


def whole_numbers(values: Iterable[int | None]) -> Array:
    """Return numbers as a column."""
    return np.array([NONE if value is None else value for value in values], dtype=np.int64)


def days(values: Iterable[date | None]) -> Array:
    """Return days as a column."""
    listed = [NONE if value is None else value.toordinal() for value in values]
    return np.array(listed, dtype=np.int32)


def codes(values: Iterable[str | None]) -> tuple[Array, tuple[str, ...]]:
    """Return codes as a column, and what they stand for. An empty code says the same as none at all."""
    places: dict[str, int] = {}
    listed = [places.setdefault(str(value), len(places)) if value else NONE for value in values]
    return np.array(listed, dtype=np.int32), tuple(places)


def classes(numbers: Array, starts: Sequence[int]) -> tuple[Array, tuple[str, ...]]:
    """Return the class of each number by its lower bound, named by it; none below the first bound."""
    found = np.searchsorted(np.array(starts), numbers, side="right") - 1
    return found.astype(np.int32), tuple(str(start) for start in starts)


def distinct(numbers: Array) -> Array:
    """Return the distinct numbers in ascending order."""
    if (numbers[1:] > numbers[:-1]).all():
        return numbers
    ordered = np.sort(numbers)
    return ordered[_changes(ordered)]


def split(keys: Array, ids: Array) -> dict[int, IdList]:
    """Return the distinct ids of each key in ascending order; by sorting once, not key by key."""
    if not len(keys):
        return {}
    both = distinct(_in_one(keys, ids))
    keys, ids = both >> _ID_BITS, both & _ID_MASK
    starts = np.flatnonzero(_changes(keys))
    of_part, ends = starts.tolist(), [*starts[1:].tolist(), len(keys)]
    parts = zip(keys[starts].tolist(), of_part, ends, strict=True)
    return {key: IdList(ids[start:end]) for key, start, end in parts}


def first_places(keys: Array, ids: Array) -> Array:
    """Return the place of the first row of each key and id, in the order of the keys."""
    both = _in_one(keys, ids)
    order = np.argsort(both, kind="stable")
    return order[_changes(both[order])]


def summed_by(keys: Array, numbers: Array) -> dict[int, int]:
    """Return the sum of the numbers of each key; equal keys must stand together."""
    starts = np.flatnonzero(_changes(keys))
    sums = np.add.reduceat(numbers, starts) if len(starts) else numbers
    return dict(zip(keys[starts].tolist(), sums.tolist(), strict=True))


def once(frame: Frame, column: str) -> Frame:
    """Return the first row of each value of a column."""
    values = frame[column]
    if (values[1:] > values[:-1]).all():
        return frame
    return frame.rows(np.sort(first_places(np.zeros(len(values), dtype=np.int64), values)))


def is_in(values: Array, chosen: Collection[int] | Array) -> Mask:
    """Tell which values are among the chosen."""
    listed = chosen if isinstance(chosen, np.ndarray) else np.fromiter(chosen, np.int64, len(chosen))
    return np.isin(values, listed)


def array_of(ids: Collection[int]) -> Array:
    """Return ids as an array."""
    return ids._array if isinstance(ids, IdList) else np.array(tuple(ids), dtype=np.int64)  # noqa: SLF001 -- its own kind


def without(ids: Ids, others: Ids) -> IdList:
    """Return distinct ids that are not among others."""
    own = array_of(ids)
    return IdList(own[~np.isin(own, array_of(others))])


def looked_up(keys: Array, values: Array, wanted: Ids) -> IdList:
    """Return the distinct values that belong to the wanted among distinct ascending keys."""
    return IdList(distinct(values[np.searchsorted(keys, array_of(wanted))]))


def _in_one(keys: Array, ids: Array) -> Array:
    found: Array = (keys.astype(np.int64) << _ID_BITS) | ids
    return found


def _changes(ordered: Array) -> Mask:
    """Tell where in an ordered array a value stands for the first time."""
    found = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=found[1:])
    return found
