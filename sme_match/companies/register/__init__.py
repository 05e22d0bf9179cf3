"""The register of companies as files see it."""

from sme_match.companies.register.checking import check_companies
from sme_match.companies.register.columns import COLUMNS
from sme_match.companies.register.suppliers import adapt_supplier_table
from sme_match.companies.register.writing import export_companies, undo_companies, write_companies
from sme_match.core.text import mark_text
from sme_match.registers.description import Register

COMPANY_REGISTER = Register(
    key="companies",
    kind="company",
    title=mark_text("登録企業一覧"),
    unit=mark_text("社"),
    list_page="companies.index",
    name_columns=("name",),
    columns=COLUMNS,
    check=check_companies,
    write=write_companies,
    undo=undo_companies,
    export=export_companies,
    adapt=adapt_supplier_table,
)

__all__ = ["COMPANY_REGISTER"]
