"""Files of suppliers as public procurement records give them: a 法人番号 and a text, no name."""

from sme_match.companies.register.columns import TITLES
from sme_match.core.text import normalize_width
from sme_match.tables.table import Row, Table

NUMBER, TEXT = "corporate_number", "capability_text"


def adapt_supplier_table(table: Table) -> Table:
    """Return such a table with the columns of the register; any other table as it is.

    Without a name the 法人番号 stands in for it, until somebody who knows the company fills it in.
    """
    folded = {normalize_width(title).casefold(): title for title in table.header}
    if NUMBER not in folded or TEXT not in folded or TITLES["name"] in table.header:
        return table
    name = folded.get("name")
    renamed = {
        folded[NUMBER]: TITLES["corporate_number"],
        folded[TEXT]: TITLES["pr_text"],
    }
    if name is not None:
        renamed[name] = TITLES["name"]
    return Table(
        (TITLES["name"], *(renamed.get(title, title) for title in table.header if title != name)),
        tuple(_adapt(row, renamed, number=folded[NUMBER], name=name) for row in table.rows),
        table.format,
        table.encoding,
    )


def _adapt(row: Row, renamed: dict[str, str], *, number: str, name: str | None) -> Row:
    values = {renamed.get(title, title): text for title, text in row.values.items()}
    given = row.values.get(name, "") if name is not None else ""
    values[TITLES["name"]] = given or row.values.get(number, "")
    return Row(row.number, values)
