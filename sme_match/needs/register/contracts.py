"""Files of needs as public procurement records give them: need_id, text, date, buyer, amount_yen."""

from sme_match.core.text import normalize_width
from sme_match.needs.register.columns import TITLE_LIMIT, TITLES
from sme_match.tables.table import Row, Table

REQUIRED = frozenset({"need_id", "text", "buyer"})
_OPEN = "募集中"


def adapt_contract_table(table: Table) -> Table:
    """Return such a table with the columns of the register; any other table as it is.

    The text is both title (as far as it goes) and description; date and amount are those of the
    contract and stand in the price, where they mislead nobody about a due date. The needs come in
    open, so that they can be matched.
    """
    folded = {normalize_width(title).casefold(): title for title in table.header}
    if not folded.keys() >= REQUIRED:
        return table
    keys = ("number", "state", "title", "buyer_name", "description", "price_band")
    others = [title for name, title in folded.items() if name not in {*REQUIRED, "date", "amount_yen"}]
    return Table(
        (*(TITLES[key] for key in keys), *others),
        tuple(_adapt(row, folded, others) for row in table.rows),
        table.format,
        table.encoding,
    )


def _adapt(row: Row, folded: dict[str, str], others: list[str]) -> Row:
    def cell(name: str) -> str:
        return row.values.get(folded.get(name, ""), "")

    text = cell("text")
    values = {
        TITLES["number"]: cell("need_id"),
        TITLES["state"]: _OPEN,
        TITLES["title"]: normalize_width(text)[:TITLE_LIMIT],
        TITLES["buyer_name"]: cell("buyer"),
        TITLES["description"]: text,
        TITLES["price_band"]: _contract(cell("amount_yen"), cell("date")),
    }
    return Row(row.number, values | {title: row.values.get(title, "") for title in others})


def _contract(amount: str, day: str) -> str:
    digits = normalize_width(amount)
    shown = f"{int(digits):,}円" if digits.isascii() and digits.isdigit() else digits
    made = f"{normalize_width(day)}の契約" if day else ""
    return f"{shown}（{made}）" if shown and made else shown or made
