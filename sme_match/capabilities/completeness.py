"""What a profile states, taken from the company and its capabilities."""

from collections.abc import Iterable

from sme_match.capabilities.models import Capability
from sme_match.companies.completeness import ProfileFacts, RowFacts
from sme_match.companies.models import Company


def facts_of(company: Company, capabilities: Iterable[Capability]) -> ProfileFacts:
    """Return the facts that completeness counts."""
    return ProfileFacts(
        municipality=bool(company.municipality_code),
        employees=company.employees is not None,
        phone=bool(company.phone),
        industry=bool(company.jsic_code),
        contact=bool(company.contacts),
        pr_text=bool(company.pr_text),
        work_style=bool(company.work_style or company.decarbonisation),
        rows=tuple(_row_facts(capability) for capability in capabilities),
    )


def _row_facts(row: Capability) -> RowFacts:
    return RowFacts(
        description=bool(row.description),
        materials=bool(row.materials),
        machines=bool(row.machines),
        lot=any(value is not None for value in (row.lot_min, row.lot_sweet, row.lot_max)),
        lead_time=row.lead_time_days is not None or row.prototype_lead_time_days is not None,
        capacity=row.capacity is not None,
        precision=any(
            value is not None for value in (row.tolerance_mm, row.it_grade, row.roughness_ra_um)
        ),
        inspection=bool(row.inspection),
    )
