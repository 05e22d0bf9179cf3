"""Declarative base with a naming convention, and the column types that every table shares."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, ForeignKeyConstraint, Index, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as UTC. A naive value is refused: it has no meaning here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC; SQLite keeps it without the zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime cannot be stored.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware instant in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JSONValue = JSON().with_variant(JSONB(), "postgresql")


def enum_type(kind: type[StrEnum]) -> Enum:
    """Store a StrEnum by its value in a text column, the same on both back ends."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


def referred_with_body() -> Index:
    """Return what lets others refer to the records of a table together with their body.

    The number leads: lists that are read by body keep the indexes that are made for them.
    """
    return Index(None, "id", "body_id", unique=True)


def same_body(column: str, parent: str, *, key: str = "id") -> ForeignKeyConstraint:
    """Return the reference to a record of the same body: the database refuses that of another.

    It stands beside the reference by the number alone, along which relations run. Where either part
    is empty nothing is checked.
    """
    return ForeignKeyConstraint([column, "body_id"], [f"{parent}.{key}", f"{parent}.body_id"])


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy declares it this way
        datetime: UTCDateTime(),
        dict[str, Any]: JSONValue,
        list[dict[str, Any]]: JSONValue,
        list[str]: JSONValue,
    }


class Versioned:
    """Optimistic lock: the version travels in the edit form and is checked on every write.

    SQLAlchemy counts `version` up and checks it in each UPDATE; `db.versions.check_version` compares
    it with the one that the form was opened with.
    """

    version: Mapped[int] = mapped_column(Integer, nullable=False)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let SQLAlchemy count the version and check it in each UPDATE."""
        return {"version_id_col": cls.version}
