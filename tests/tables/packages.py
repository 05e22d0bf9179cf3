"""Hand-made XLSX packages, for what no well-behaved program would write."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def make_package(
    rows: str,
    *,
    texts: str = "",
    doctype: str = "",
    sheet_state: str = "visible",
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """Return a workbook of one sheet with the given XML for its rows and shared texts."""
    parts = {
        "xl/workbook.xml": (
            f'<workbook {_MAIN} xmlns:r="{_RELATION}"><sheets>'
            f'<sheet name="S" sheetId="1" state="{sheet_state}" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_RELATION}/worksheet" Target="worksheets/s.xml"/>'
            f'<Relationship Id="rId2" Type="{_RELATION}/sharedStrings" Target="/xl/texts.xml"/>'
            "</Relationships>"
        ),
        "xl/texts.xml": f"{doctype}<sst {_MAIN}>{texts}</sst>",
        "xl/worksheets/s.xml": f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as package:
        for path, content in parts.items():
            package.writestr(path, content)
        for path, data in (extra or {}).items():
            package.writestr(path, data)
    return buffer.getvalue()


def inline(reference: str, text: str) -> str:
    """Return a cell with its own text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'
