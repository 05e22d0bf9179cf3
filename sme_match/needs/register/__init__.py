"""The register of needs as files see it."""

from sme_match.core.text import mark_text
from sme_match.needs.register.checking import check_needs
from sme_match.needs.register.columns import COLUMNS
from sme_match.needs.register.contracts import adapt_contract_table
from sme_match.needs.register.writing import export_needs, undo_needs, write_needs
from sme_match.registers.description import Register

NEED_REGISTER = Register(
    key="needs",
    kind="need",
    title=mark_text("発注案件一覧"),
    unit=mark_text("件"),
    list_page="needs.index",
    name_columns=("title",),
    columns=COLUMNS,
    check=check_needs,
    write=write_needs,
    undo=undo_needs,
    export=export_needs,
    adapt=adapt_contract_table,
)

__all__ = ["NEED_REGISTER"]
