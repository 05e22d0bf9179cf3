"""Index numbers: known answers, properties, and published figures on the shipped series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.statistics import indices
from sme_match.statistics.official import load_series

amounts = st.lists(st.floats(0, 1e9, allow_subnormal=False), max_size=47)
industries = st.dictionaries(st.sampled_from(["24", "25", "26", "27"]), st.floats(1, 1e6), min_size=1)


def gpp_totals(year: int, basis: str) -> dict[str, float]:
    frame = load_series("gpp_all_bases")
    rows = frame[(frame["year"] == year) & (frame["basis"] == basis)]
    return dict(zip(rows["pref_code"], rows["gpp_total"], strict=True))


def newest_gpp(year: int) -> dict[str, float]:
    frame = load_series("gpp_activity")
    rows = frame[frame["year"] == year]
    return dict(zip(rows["pref_code"], rows["gpp_total"], strict=True))


def employees(year: int, division: str) -> dict[str, float]:
    frame = load_series("economic_census")
    rows = frame[(frame["year"] == year) & (frame["division"] == division)]
    return dict(zip(rows["pref_code"], rows["employees"], strict=True))


def population(year: int) -> dict[str, float]:
    frame = load_series("population_census")
    rows = frame[frame["year"] == year]
    return dict(zip(rows["pref_code"], rows["population"], strict=True))


class TestShare:
    def test_part_of_a_whole(self) -> None:
        assert indices.share(1, 4) == 0.25

    def test_of_nothing_is_undefined(self) -> None:
        assert indices.share(0, 0) is None

    def test_shares_of_nothing_are_zero(self) -> None:
        assert indices.shares({"01": 0.0, "02": 0.0}) == {"01": 0.0, "02": 0.0}

    @pytest.mark.parametrize(
        ("year", "basis", "expected"),
        [
            (1980, "68SNA, 1990 base", 0.1625),
            (1989, "68SNA, 1990 base", 0.1891),
            (1990, "68SNA, 1990 base", 0.1870),
            (1995, "68SNA, 1990 base", 0.1709),
            (1990, "93SNA, 1995 base", 0.1702),
        ],
    )
    def test_tokyo_in_gross_product(self, year: int, basis: str, expected: float) -> None:
        assert round(indices.shares(gpp_totals(year, basis))["13"], 4) == expected

    @pytest.mark.parametrize(("year", "expected"), [(1980, 0.0993), (1990, 0.0959)])
    def test_tokyo_in_population(self, year: int, expected: float) -> None:
        assert round(indices.shares(population(year))["13"], 4) == expected

    @pytest.mark.parametrize(
        ("year", "expected"), [(1970, 104_665_171), (2000, 126_925_843), (2020, 126_146_099)]
    )
    def test_population_of_japan(self, year: int, expected: int) -> None:
        assert sum(population(year).values()) == expected


class TestConcentration:
    def test_ratio_takes_the_largest(self) -> None:
        assert indices.concentration_ratio([1, 4, 2, 3], 2) == 0.7

    def test_ratio_of_more_than_all_is_one(self) -> None:
        assert indices.concentration_ratio([1, 4], 5) == 1.0

    def test_ratio_of_none_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            indices.concentration_ratio([1], 0)

    def test_herfindahl_of_equals(self) -> None:
        assert indices.herfindahl_index([5, 5, 5, 5]) == 0.25

    @pytest.mark.parametrize(("year", "expected"), [(1955, 0.0535), (1990, 0.0581), (2022, 0.0673)])
    def test_herfindahl_of_gross_product(self, year: int, expected: float) -> None:
        frame = load_series("gpp_long")
        values = frame.loc[frame["year"] == year, "gpp_total"].tolist()
        assert round(indices.herfindahl_index(values), 4) == expected

    def test_gini_of_equals_and_of_one_owner(self) -> None:
        assert indices.gini_coefficient([3, 3, 3]) == 0.0
        assert indices.gini_coefficient([0, 0, 0, 8]) == 0.75

    def test_negative_amounts_are_refused(self) -> None:
        for index in (indices.gini_coefficient, indices.herfindahl_index):
            with pytest.raises(ValueError, match="negative"):
                index([1, -1])

    @pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0]])
    def test_nothing_is_not_concentrated(self, values: list[float]) -> None:
        assert indices.concentration_ratio(values, 3) == 0.0
        assert indices.herfindahl_index(values) == 0.0
        assert indices.gini_coefficient(values) == 0.0

    @given(amounts)
    def test_indices_stay_in_their_bounds(self, values: list[float]) -> None:
        top = 1 + 1e-9
        assert 0 <= indices.concentration_ratio(values, 3) <= top
        assert 0 <= indices.herfindahl_index(values) <= top
        assert 0 <= indices.gini_coefficient(values) <= top


class TestLocationQuotient:
    @pytest.mark.parametrize(
        ("code", "expected"),
        [("03", 1.14), ("06", 1.46), ("07", 1.35), ("35", 1.16), ("13", 0.39)],
    )
    def test_manufacturing_employees_2021(self, code: str, expected: float) -> None:
        made, total = employees(2021, "製造業"), employees(2021, "全産業")
        quotient = indices.location_quotient(
            local_industry=made[code],
            local_total=total[code],
            nation_industry=sum(made.values()),
            nation_total=sum(total.values()),
        )
        assert quotient is not None
        assert round(quotient, 2) == expected

    def test_of_an_industry_nobody_has_is_undefined(self) -> None:
        assert (
            indices.location_quotient(
                local_industry=0, local_total=10, nation_industry=0, nation_total=100
            )
            is None
        )


class TestSpecialization:
    def test_same_mix_is_zero_and_disjoint_mix_is_one(self) -> None:
        assert indices.specialization_coefficient({"a": 1, "b": 1}, {"a": 20, "b": 20}) == 0
        assert indices.specialization_coefficient({"a": 1}, {"b": 1}) == 1

    def test_of_an_empty_region_is_zero(self) -> None:
        assert indices.specialization_coefficient({}, {"a": 1}) == 0


class TestLaborProductivity:
    @pytest.mark.parametrize(("year", "expected"), [(2014, 1.259), (2016, 1.241), (2021, 1.195)])
    def test_tokyo_all_industries(self, year: int, expected: float) -> None:
        output, workers = newest_gpp(year), employees(year, "全産業")
        ratio = indices.labor_productivity_ratio(
            local_output=output["13"],
            local_workers=workers["13"],
            nation_output=sum(output.values()),
            nation_workers=sum(workers.values()),
        )
        assert ratio is not None
        assert round(ratio, 3) == expected

    def test_without_workers_is_undefined(self) -> None:
        assert (
            indices.labor_productivity_ratio(
                local_output=1, local_workers=0, nation_output=1, nation_workers=1
            )
            is None
        )


class TestShiftShare:
    def test_known_parts(self) -> None:
        parts = indices.shift_share(
            local_before={"x": 100, "y": 100},
            local_after={"x": 150, "y": 100},
            nation_before={"x": 1000, "y": 1000},
            nation_after={"x": 1400, "y": 1000},
        )
        assert (parts.national, parts.mix, parts.regional) == pytest.approx((40, 0, 10))
        assert parts.total == pytest.approx(50)

    def test_industry_new_to_the_nation_is_regional(self) -> None:
        parts = indices.shift_share(
            local_before={}, local_after={"z": 7}, nation_before={}, nation_after={"z": 9}
        )
        assert (parts.national, parts.mix, parts.regional) == (0, 0, 7)

    @given(industries, industries, industries, industries)
    def test_parts_add_up_to_the_change(
        self, a: dict[str, float], b: dict[str, float], c: dict[str, float], d: dict[str, float]
    ) -> None:
        parts = indices.shift_share(local_before=a, local_after=b, nation_before=c, nation_after=d)
        # Growth factors of up to a million multiply the rounding of a double.
        assert parts.total == pytest.approx(sum(b.values()) - sum(a.values()), rel=1e-3, abs=1)


class TestIntervals:
    def test_wilson_of_a_known_case(self) -> None:
        assert indices.wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)

    def test_wilson_without_trials_says_nothing(self) -> None:
        assert indices.wilson_interval(0, 0) == (0, 1)

    def test_wilson_refuses_more_successes_than_trials(self) -> None:
        with pytest.raises(ValueError, match="between"):
            indices.wilson_interval(3, 2)

    @given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_wilson_holds_the_rate(self, case: tuple[int, int]) -> None:
        low, high = indices.wilson_interval(*case)
        assert 0 <= low <= case[0] / case[1] <= high <= 1

    @pytest.mark.parametrize(
        ("count", "expected"), [(0, (0, 3.689)), (1, (0.0253, 5.572)), (10, (4.795, 18.390))]
    )
    def test_poisson_of_known_cases(self, count: int, expected: tuple[float, float]) -> None:
        assert indices.poisson_interval(count) == pytest.approx(expected, abs=1e-3)

    def test_poisson_refuses_a_negative_count(self) -> None:
        with pytest.raises(ValueError, match="not negative"):
            indices.poisson_interval(-1)
