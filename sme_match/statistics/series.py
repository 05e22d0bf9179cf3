"""The official series shipped with the product: what they are and how they must be credited.

How the files were made is described in `data/SOURCES.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_GOVERNMENT_TERMS = "政府標準利用規約（第2.0版）"
_SSDSE_TERMS = "「教育用標準データセット（SSDSE）」（統計センター）を加工して作成"
_MILLION_YEN = ("百万円", "million yen")
_PERSONS = ("人", "persons")
_ESTABLISHMENTS = ("事業所", "establishments")
_NEWEST_GPP_BASIS = "2008SNA, 2015 base"


@dataclass(frozen=True, slots=True)
class Column:
    """One kind of value in a series."""

    title_ja: str
    title_en: str
    unit_ja: str
    unit_en: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes a series, in which survey, under which terms (as they must be credited)."""

    name_ja: str
    name_en: str
    licence: str


@dataclass(frozen=True, slots=True)
class Series:
    """An official series: everything that must stand beside a figure taken from it.

    `years` are the first and the last year; `missing_years` lie between them without figures.
    A year in `breaks` cannot be compared with the years before it.
    `basis` restricts a file that holds several bases to one of them.
    """

    key: str
    title_ja: str
    title_en: str
    publisher: Publisher
    basis_ja: str
    basis_en: str
    years: tuple[int, int]
    file_name: str
    columns: Mapping[str, Column]
    source: str
    breaks: tuple[int, ...] = ()
    missing_years: tuple[int, ...] = ()
    basis: str | None = None


def _column(title_ja: str, title_en: str, unit: tuple[str, str]) -> Column:
    return Column(title_ja, title_en, *unit)


_GPP_TOTAL = {"gpp_total": _column("県内総生産", "Gross prefectural product", _MILLION_YEN)}
_GPP_MANUFACTURING = {"manufacturing": _column("製造業", "Manufacturing", _MILLION_YEN)}
_GPP_COMMON = _GPP_TOTAL | {
    "agriculture": _column("農林水産業", "Agriculture, forestry and fishing", _MILLION_YEN),
    "mining": _column("鉱業", "Mining", _MILLION_YEN),
    **_GPP_MANUFACTURING,
    "construction": _column("建設業", "Construction", _MILLION_YEN),
    "utilities": _column("電気・ガス・水道業", "Electricity, gas and water", _MILLION_YEN),
    "trade": _column("卸売・小売業", "Wholesale and retail trade", _MILLION_YEN),
    "finance": _column("金融・保険業", "Finance and insurance", _MILLION_YEN),
    "real_estate": _column("不動産業", "Real estate", _MILLION_YEN),
}
_GPP_SINCE_1993_SNA = {
    "transport": _column("運輸業", "Transport", _MILLION_YEN),
    "information_communication": _column("情報通信業", "Information and communications", _MILLION_YEN),
}
_GPP_SINCE_2008_SNA = {
    "accommodation_food": _column(
        "宿泊・飲食サービス業", "Accommodation and food services", _MILLION_YEN
    ),
    "professional_business": _column(
        "専門・科学技術、業務支援サービス業", "Professional and business services", _MILLION_YEN
    ),
    "public_administration": _column("公務", "Public administration", _MILLION_YEN),
    "education": _column("教育", "Education", _MILLION_YEN),
    "health_social": _column("保健衛生・社会事業", "Health and social work", _MILLION_YEN),
    "other_services": _column("その他のサービス", "Other services", _MILLION_YEN),
}
_GPP_UNTIL_1993_SNA = {
    "transport_communication": _column("運輸・通信業", "Transport and communications", _MILLION_YEN),
    "services": _column("サービス業", "Services", _MILLION_YEN),
    "government_services": _column("政府サービス生産者", "Government service producers", _MILLION_YEN),
    "npish": _column(
        "対家計民間非営利サービス生産者", "Non-profit institutions serving households", _MILLION_YEN
    ),
}
_ESRI = Publisher(
    "内閣府経済社会総合研究所「県民経済計算」",
    "Cabinet Office (ESRI), Prefectural Accounts",
    _GOVERNMENT_TERMS,
)
_METI = Publisher("経済産業省「工業統計調査」", "METI, Census of Manufactures", _GOVERNMENT_TERMS)
_ECONOMIC_CENSUS = Publisher(
    "総務省・経済産業省「経済センサス」",
    "MIC and METI, Economic Census (NSTAC SSDSE-A)",
    _SSDSE_TERMS,
)
_POPULATION_CENSUS = Publisher("総務省「国勢調査」", "MIC, Population Census", _GOVERNMENT_TERMS)
_POPULATION_ESTIMATES = Publisher(
    "総務省「人口推計」「国勢調査」",
    "MIC, Population Estimates and Census (NSTAC SSDSE-B)",
    _SSDSE_TERMS,
)

_ALL = (
    Series(
        key="manufacturing",
        title_ja="製造業の事業所数・従業者数・製造品出荷額等",
        title_en="Manufacturing establishments, employees and shipments",
        basis_ja="従業者4人以上の事業所（2000年は全事業所）",
        basis_en="Establishments with 4 or more persons (all establishments in 2000)",
        years=(2000, 2018),
        file_name="manufacturing_2000_2018.csv",
        columns={
            "establishments": _column("事業所数", "Establishments", _ESTABLISHMENTS),
            "employees": _column("従業者数", "Employees", _PERSONS),
            "wages_yen": _column("現金給与総額", "Wages", ("円", "yen")),
            "materials_yen": _column("原材料使用額等", "Materials", ("円", "yen")),
            "shipments_yen": _column("製造品出荷額等", "Shipments", ("円", "yen")),
        },
        source="https://github.com/sakamotomasaki/estat_dl",
        breaks=(2001,),
        missing_years=(2011, 2015, 2016),
        publisher=_METI,
    ),
    Series(
        key="manufacturing_value_added",
        title_ja="製造業の付加価値額",
        title_en="Value added in manufacturing",
        basis_ja="従業者4人以上の事業所。市区町村の合計",
        basis_en="Establishments with 4 or more persons; sums of municipalities",
        years=(2001, 2012),
        file_name="manufacturing_value_added_2001_2012.csv",
        columns={
            "establishments": _column("事業所数", "Establishments", _ESTABLISHMENTS),
            "employees": _column("従業者数", "Employees", _PERSONS),
            "shipments_10k_yen": _column("製造品出荷額等", "Shipments", ("万円", "10,000 yen")),
            "value_added_10k_yen": _column("付加価値額", "Value added", ("万円", "10,000 yen")),
        },
        source="https://github.com/keisukekondokk/municipality-converter",
        publisher=_METI,
    ),
    Series(
        key="economic_census",
        title_ja="産業大分類別の事業所数・従業者数",
        title_en="Establishments and persons engaged by division of industry",
        publisher=_ECONOMIC_CENSUS,
        basis_ja="2014年は公営を含む全事業所、2016年と2021年は民営事業所",
        basis_en="2014: all establishments; 2016 and 2021: private establishments only",
        years=(2014, 2021),
        file_name="economic_census_2014_2016_2021.csv",
        columns={
            "establishments": _column("事業所数", "Establishments", _ESTABLISHMENTS),
            "employees": _column("従業者数", "Persons engaged", _PERSONS),
        },
        source="https://github.com/cr4ft3r-ch1/Statistic-competition",
        breaks=(2016,),
        missing_years=(2015, 2017, 2018, 2019, 2020),
    ),
    Series(
        key="gpp_activity",
        title_ja="経済活動別県内総生産（名目）",
        title_en="Gross prefectural product by activity (nominal)",
        basis_ja="2008SNA・平成27年基準、年度、名目",
        basis_en="2008SNA, base year 2015, fiscal years, nominal",
        years=(2011, 2022),
        file_name="gpp_1955_2022.csv",
        columns=_GPP_COMMON | _GPP_SINCE_1993_SNA | _GPP_SINCE_2008_SNA,
        source="https://github.com/yasu-programming/akita-ai-governor",
        basis=_NEWEST_GPP_BASIS,
        publisher=_ESRI,
    ),
    Series(
        key="gpp_long",
        title_ja="県内総生産（名目、長期）",
        title_en="Gross prefectural product (nominal, long series)",
        basis_ja="基準の異なる7つの系列、年度、名目",
        basis_en="Seven bases, fiscal years, nominal",
        years=(1955, 2022),
        file_name="gpp_1955_2022.csv",
        columns=_GPP_COMMON | _GPP_SINCE_1993_SNA | _GPP_SINCE_2008_SNA | _GPP_UNTIL_1993_SNA,
        source="https://github.com/ki3yo5/JES2022",
        breaks=(1975, 1990, 1996, 2001, 2006, 2011),
        publisher=_ESRI,
    ),
    Series(
        key="gpp_all_bases",
        title_ja="県内総生産（名目、基準ごとの全期間）",
        title_en="Gross prefectural product (nominal, every basis in full)",
        basis_ja="基準の異なる5つの系列、年度、名目",
        basis_en="Five bases, fiscal years, nominal",
        years=(1975, 2016),
        file_name="gpp_all_bases_1975_2016.csv",
        columns=_GPP_TOTAL | _GPP_MANUFACTURING,
        source="https://github.com/ki3yo5/JES2022",
        publisher=_ESRI,
    ),
    Series(
        key="population_census",
        title_ja="国勢調査人口",
        title_en="Population (census)",
        publisher=_POPULATION_CENSUS,
        basis_ja="10月1日、5年ごと。1945年の沖縄県は無し",
        basis_en="1 October, every five years; no figure for Okinawa in 1945",
        years=(1920, 2020),
        file_name="population_census_1920_2020.csv",
        columns={"population": _column("人口", "Population", _PERSONS)},
        source="https://github.com/kota-tagami/JLSTAT-table",
    ),
    Series(
        key="population",
        title_ja="人口（毎年10月1日）",
        title_en="Population (every 1 October)",
        publisher=_POPULATION_ESTIMATES,
        basis_ja="10月1日。2010・2015・2020年は国勢調査、他は推計",
        basis_en="1 October; census in 2010, 2015 and 2020, estimates in other years",
        years=(2009, 2020),
        file_name="population_2009_2020.csv",
        columns={
            "population": _column("人口", "Population", _PERSONS),
            "population_15_64": _column("15～64歳", "Aged 15-64", _PERSONS),
            "population_65plus": _column("65歳以上", "Aged 65 and over", _PERSONS),
        },
        source="https://github.com/sodesudesu/suB",
    ),
)
SERIES: Mapping[str, Series] = MappingProxyType({series.key: series for series in _ALL})
