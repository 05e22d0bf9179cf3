"""The ZIP package of an XLSX file: opened only after its directory was found harmless."""

import io
import posixpath
import zlib
from collections.abc import Iterator
from typing import Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.tables.table import Limits

WORKBOOK = "xl/workbook.xml"
_CHUNK = 1 << 16
_ENCRYPTED = 0x1
# A few bytes that compress well are no attack; the ratio counts from this size on.
_RATIO_MATTERS_FROM = 1_000_000

_BROKEN = mark_text(
    "ファイルが壊れているため読み取れません。"
    "Excelで開いて「Excel ブック（*.xlsx）」で保存し直してください。"
)
_NOT_XLSX = mark_text(
    "Excelの「.xlsx」形式ではありません。"
    "Excelで開いて「Excel ブック（*.xlsx）」で保存し直してください。"
)
_TOO_LARGE_INSIDE = mark_text(
    "ファイルの中身が大きすぎるため読み取れません。"
    "画像や使わないシートを削除するか、ファイルを分けてください。"
)


def broken_file() -> InvalidError:
    """Return the refusal of a file whose content contradicts its format."""
    return InvalidError(_BROKEN)


class Package:
    """The parts of an XLSX file by their path.

    The sizes are those of the directory, and reading a part never yields more than the
    directory says, so that the check in the constructor bounds all later work.

    Raises:
        InvalidError: the package is broken, encrypted, no workbook, or too large inside.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._zip = ZipFile(io.BytesIO(data))
        except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise InvalidError(_BROKEN) from error
        entries = self._zip.infolist()
        _check_size(entries, limits, packed=len(data))
        self._entries = {_fold_path(entry.filename): entry for entry in entries}
        if WORKBOOK not in self._entries:
            raise InvalidError(_NOT_XLSX)
        if any(not _is_readable(entry) for entry in entries):
            raise InvalidError(_BROKEN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, path: str) -> bool:
        return _fold_path(path) in self._entries

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield the unpacked bytes of one part, piece by piece.

        Raises:
            InvalidError: the part is missing or broken.
        """
        entry = self._entries.get(_fold_path(path))
        if entry is None:
            raise InvalidError(_BROKEN)
        try:
            with self._zip.open(entry) as part:
                while piece := part.read(_CHUNK):
                    yield piece
        except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise InvalidError(_BROKEN) from error


def _fold_path(path: str) -> str:
    """Some programs write backslashes, a leading slash or other letter cases."""
    return posixpath.normpath(path.replace("\\", "/")).lstrip("/").lower()


def _check_size(entries: list[ZipInfo], limits: Limits, *, packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if (
        len(entries) > limits.package_entries
        or unpacked > limits.package_bytes
        or unpacked > max(_RATIO_MATTERS_FROM, packed * limits.package_ratio)
    ):
        raise InvalidError(_TOO_LARGE_INSIDE)


def _is_readable(entry: ZipInfo) -> bool:
    """Excel writes these two methods only; others could unpack far more at once than asked."""
    return not entry.flag_bits & _ENCRYPTED and entry.compress_type in {ZIP_STORED, ZIP_DEFLATED}
