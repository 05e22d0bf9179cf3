"""The register of capabilities as files see it."""

from sme_match.capabilities.register.checking import check_capabilities
from sme_match.capabilities.register.columns import COLUMNS
from sme_match.capabilities.register.writing import (
    export_capabilities,
    undo_capabilities,
    write_capabilities,
)
from sme_match.core.text import mark_text
from sme_match.registers.description import Register

CAPABILITY_REGISTER = Register(
    key="capabilities",
    kind="capability",
    title=mark_text("加工能力一覧"),
    unit=mark_text("件"),
    list_page="companies.index",
    name_columns=("company_name",),
    columns=COLUMNS,
    check=check_capabilities,
    write=write_capabilities,
    undo=undo_capabilities,
    export=export_capabilities,
)

__all__ = ["CAPABILITY_REGISTER"]
